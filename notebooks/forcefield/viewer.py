"""Pictures of atoms that readers leaf through or turn with a slider, without a kernel and without network."""

import base64
import html

import numpy as np
from ase.data import covalent_radii
from ase.data.colors import jmol_colors
from IPython.display import display
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from forcefield import checks
from forcefield.plots import png

COLUMNS, WIDTH = 6, 200
"""Pictures in a row of the sheet, and width and height of one picture in pixels."""

# One picture is a window onto the sheet; the slider moves the sheet behind it. A page that does not run scripts, such
# as a notebook that is not trusted, shows the whole sheet and no slider.
WHEN_LOADED = f"""
const sheet = this, figure = this.closest('figure'), caption = figure.querySelector('figcaption');
if (!figure.querySelector('input')) {{
    sheet.style = 'width: {WIDTH}px; height: {WIDTH}px; max-width: none; object-fit: none; object-position: 0 0';
    const label = document.createElement('label'), slider = document.createElement('input');
    label.textContent = caption.firstElementChild.textContent;
    Object.assign(slider, {{type: 'range', min: 0, max: figure.dataset.pictures - 1, value: 0}});
    slider.dataset.lmSuppressShortcuts = 'true'; /* JupyterLab leaves the arrow keys to it */
    slider.style = 'display: block; width: {2 * WIDTH}px';
    slider.oninput = () => {{
        const column = slider.value % {COLUMNS}, row = Math.floor(slider.value / {COLUMNS});
        sheet.style.objectPosition = -{WIDTH} * column + 'px ' + -{WIDTH} * row + 'px';
    }};
    label.append(slider);
    caption.replaceChildren(label);
}}
"""


def turned(structure, degrees):
    """A structure seen from a slowly rising path around it.

    Parameters
    ----------
    structure : ase.Atoms
        It is not changed.
    degrees : sequence of float
        Turns about the vertical axis, degrees.

    Returns
    -------
    list of ase.Atoms
        One for each angle.
    """
    views, structure = [], checks.structure(structure)
    for angle in checks.array("degrees", degrees, (None,)):
        view = structure.copy()
        view.rotate(angle, "y", center="COP")
        view.rotate(20, "x", center="COP")
        views.append(view)
    return views


def film(structures, captions, label, alt, window=9.0):
    """Show structures one at a time, with a slider to choose which.

    All pictures stand on one sheet. Where a slider cannot work, the whole sheet is shown.

    Parameters
    ----------
    structures : list of ase.Atoms
        Seen along z, from above; colours go from the back (dark) to the front (bright). One element is copper-coloured,
        several have their usual colours: H white, C grey, O red.
    captions : list of str
        A few words on each picture.
    label : str
        What the slider changes, with its unit.
    alt : str
        What the pictures show, for readers who cannot see them. It is compared when the lessons are tested, so
        it must not hold digits that a trained model produced.
    window : float
        Width of a picture, Å. The centre of the atoms is in the middle.
    """
    structures, window = checks.structures(structures), checks.positive("window", window, "Å")
    if isinstance(captions, str) or not np.iterable(captions) or len(captions) != len(structures):
        raise ValueError(f"captions must be a list with one text for each of the {len(structures)} structures.")
    checks.words("label", label), checks.words("alt", alt)
    rows = -(-len(structures) // COLUMNS)
    figure = Figure(figsize=(COLUMNS * WIDTH / 100, rows * WIDTH / 100), dpi=100)
    all_axes = figure.subplots(rows, COLUMNS, squeeze=False).ravel()
    figure.subplots_adjust(0, 0, 1, 1, 0, 0)
    for axes in all_axes:
        axes.set(xlim=(-window / 2, window / 2), ylim=(-window / 2, window / 2), aspect="equal")
        axes.axis("off")
    for axes, structure, caption in zip(all_axes, structures, captions, strict=False):
        _draw(axes, structure, window)
        axes.text(-0.48 * window, -0.47 * window, caption, fontsize=9, color="black")
    sheet = base64.b64encode(png(figure)).decode()
    source = (
        f'<figure data-pictures="{len(structures)}"><img alt="{html.escape(alt)}" '
        f'onload="{html.escape(WHEN_LOADED)}" src="data:image/png;base64,{sheet}"><figcaption>'
        f"<span>{html.escape(label)}</span> (row by row, from left to right)</figcaption></figure>"
    )
    display(
        {"text/html": source, "image/png": sheet, "text/plain": alt}, metadata={"image/png": {"alt": alt}}, raw=True
    )


def _draw(axes, structure, window):
    """Atoms as discs, the farthest first."""
    positions = checks.array("positions", structure.positions - structure.positions.mean(axis=0), (None, 3), "Å")
    elements = len(set(structure.numbers.tolist()))
    for atom in np.argsort(positions[:, 2]):
        x, y, z = positions[atom]
        radius = 0.85 * covalent_radii[structure.numbers[atom]]
        light = np.clip(0.5 + z / window, 0, 1)
        if elements == 1:
            colour = (0.30 + 0.60 * light, 0.16 + 0.44 * light, 0.08 + 0.22 * light)
        else:  # the usual ones: H white, C grey, N blue, O red
            colour = (0.5 + 0.5 * light) * jmol_colors[structure.numbers[atom]]
        axes.add_patch(Circle((x, y), radius, facecolor=colour, edgecolor="black", linewidth=0.8))

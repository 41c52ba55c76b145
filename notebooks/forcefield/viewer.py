"""Pictures of atoms that readers leaf through, play and turn, without a kernel and without network."""

import base64
import html
import json
from pathlib import Path

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

# What a reader's browser draws instead of the sheet. A page that does not run scripts, such as a notebook that is not
# trusted, shows the sheet.
WHEN_LOADED = (Path(__file__).parent / "viewer.js").read_text(encoding="utf-8")


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
    """Show structures one at a time: a slider chooses which, a button plays them, and each can be turned.

    All pictures stand on one sheet as well. Where nothing can move, the whole sheet is shown.

    Parameters
    ----------
    structures : list of ase.Atoms
        The same atoms in all of them. Seen along z, from above, before they are turned; colours go from the back (dark)
        to the front (bright). One element is copper-coloured, several have their usual colours: H white, C grey, O red.
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
    if any(structure.numbers.tolist() != structures[0].numbers.tolist() for structure in structures):
        raise ValueError("A film shows the same atoms in every picture: the structures differ in their elements.")
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
        f'<figure data-pictures="{len(structures)}" data-scene="{scene(structures[0], captions, label, window)}" '
        f'data-positions="{hundredths(structures)}"><img alt="{html.escape(alt)}" '
        f'onload="{html.escape(WHEN_LOADED)}" src="data:image/png;base64,{sheet}"><figcaption>'
        f"<span>{html.escape(label)}</span> (row by row, from left to right)</figcaption></figure>"
    )
    display(
        {"text/html": source, "image/png": sheet, "text/plain": alt}, metadata={"image/png": {"alt": alt}}, raw=True
    )


def scene(structure, captions, label, window):
    """What all pictures share, as JSON in an HTML attribute."""
    names = ("radius", "dark", "bright")
    atoms = [dict(zip(names, look, strict=True)) for look in _looks(structure)]
    said = {"atoms": atoms, "captions": list(captions), "width": window, "label": label}
    return html.escape(json.dumps(said, ensure_ascii=False))


def hundredths(structures):
    """Positions about the mean of each structure, in hundredths of an Å: base64 of two bytes for each number."""
    positions = [checks.array("positions", structure.positions, (None, 3), "Å") for structure in structures]
    centred = [one - one.mean(axis=0) for one in positions]
    if np.abs(centred).max() > 300:
        raise ValueError("These atoms are more than 300 Å from their middle: a film shows small groups of atoms.")
    return base64.b64encode(np.round(100 * np.array(centred)).astype("<i2").tobytes()).decode()


def _looks(structure):
    """Radius (Å) and colours (RGB) of every atom in the dark at the back and in the light at the front."""
    if len(set(structure.numbers.tolist())) == 1:
        colours = [((0.30, 0.16, 0.08), (0.90, 0.60, 0.30))] * len(structure)
    else:  # the usual ones: H white, C grey, N blue, O red
        usual = jmol_colors[structure.numbers].round(3)
        colours = [((0.5 * one).tolist(), one.tolist()) for one in usual]
    radii = (0.85 * covalent_radii[structure.numbers]).round(3).tolist()
    return [(radius, *pair) for radius, pair in zip(radii, colours, strict=True)]


def _draw(axes, structure, window):
    """Atoms as discs, the farthest first."""
    for place, radius, colour in discs(structure, window):
        axes.add_patch(Circle(place, radius, facecolor=colour, edgecolor="black", linewidth=0.8))


def discs(structure, window):
    """Atoms as they are drawn, the farthest first.

    Parameters
    ----------
    structure : ase.Atoms
        Seen along z.
    window : float
        Width of the picture, Å: half of it behind the middle is dark, half of it before the middle bright.

    Returns
    -------
    list of tuple
        For each atom its place (x, y) from the middle of all, its radius, both Å, and its colour (RGB).
    """
    structure, window = checks.structure(structure), checks.positive("window", window, "Å")
    positions = checks.array("positions", structure.positions - structure.positions.mean(axis=0), (None, 3), "Å")
    looks, made = _looks(structure), []
    for atom in np.argsort(positions[:, 2]):
        x, y, z = positions[atom]
        radius, dark, bright = looks[atom]
        light = np.clip(0.5 + z / window, 0, 1)
        made.append(((x, y), radius, (1 - light) * np.array(dark) + light * np.array(bright)))
    return made

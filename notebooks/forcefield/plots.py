"""Figures: one style, colours that everyone can tell apart, alt text on every picture."""

import base64
import html
import io

import matplotlib as mpl
from IPython.display import display
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from PIL import Image

# Okabe and Ito's palette, https://jfly.uni-koeln.de/color/: distinct for colour-blind readers too.
COLOURS = {
    "truth": "#000000",
    "model": "#0072B2",
    "training": "#D55E00",
    "validation": "#009E73",
    "baseline": "#CC79A7",
    "extra": "#E69F00",
    "light": "#56B4E9",
}
"""Colour of each role, the same in every figure."""

LINES = {
    "truth": {"color": COLOURS["truth"], "linestyle": "-", "linewidth": 1.8},
    "model": {"color": COLOURS["model"], "linestyle": "--", "linewidth": 1.8},
    "training": {"color": COLOURS["training"], "linestyle": "-", "linewidth": 1.4},
    "validation": {"color": COLOURS["validation"], "linestyle": "--", "linewidth": 1.4},
    "test": {"color": COLOURS["light"], "linestyle": "-.", "linewidth": 1.8},
    "baseline": {"color": COLOURS["baseline"], "linestyle": ":", "linewidth": 2.2},
}
"""How `axes.plot` draws a curve of each role: `axes.plot(r, energies, **LINES["truth"])`. A model drawn after the truth
leaves it visible between its dashes."""

POINTS = {
    "truth": {"color": COLOURS["truth"], "marker": "o", "markersize": 5, "linestyle": "none"},
    "model": {"color": COLOURS["model"], "marker": "s", "markersize": 5, "linestyle": "none"},
    "training": {"color": COLOURS["training"], "marker": "o", "markersize": 5, "linestyle": "none"},
    "validation": {"color": COLOURS["validation"], "marker": "s", "markersize": 5, "linestyle": "none"},
    "test": {"color": COLOURS["light"], "marker": "D", "markersize": 4, "linestyle": "none"},
    "baseline": {"color": COLOURS["baseline"], "marker": "^", "markersize": 6, "linestyle": "none"},
}
"""How `axes.plot` draws points of each role: `axes.plot(r, energies, **POINTS["training"])`."""

TRAINING_RANGE = {"color": COLOURS["training"], "alpha": 0.12, "linewidth": 0}
"""How `axes.axvspan` shades the range of the training data: `axes.axvspan(2.5, 5.0, **TRAINING_RANGE)`."""

STYLE = {
    "figure.figsize": (7.0, 3.6),
    "figure.dpi": 110,
    "font.size": 11,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": mpl.cycler(color=list(COLOURS.values())[1:]),
    "lines.linewidth": 1.8,
    "legend.frameon": False,
    "image.cmap": "viridis",
}


def use_course_style():
    """Set the style of every figure that follows."""
    mpl.rcParams.update(STYLE)


def png(figure):
    """A figure as a small PNG file.

    Parameters
    ----------
    figure : matplotlib.figure.Figure

    Returns
    -------
    bytes
    """
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    # Line drawings need few colours; a palette makes a stored notebook several times smaller.
    # Maximum coverage keeps the colour of thin lines, which the default would mix away.
    picture = (
        Image.open(buffer).convert("RGB").quantize(128, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    )
    small = io.BytesIO()
    picture.save(small, format="png", optimize=True)
    return small.getvalue()


def show(figure, alt):
    """Show a figure with a text for readers who cannot see it, and close it.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    alt : str
        What the picture shows, in a sentence or two. It is compared when the lessons are tested,
        so it must not hold digits that a trained model produced.

    Raises
    ------
    ValueError
        If the text is empty.
    """
    if not isinstance(alt, str) or not alt.strip():
        raise ValueError("Every figure needs an alt text: say in a sentence what the picture shows.")
    if not isinstance(figure, Figure):
        raise ValueError(f"show takes a figure of matplotlib; this is of type {type(figure).__name__}.")
    figure.tight_layout()
    encoded = base64.b64encode(png(figure)).decode()
    width = int(figure.get_figwidth() * figure.get_dpi())
    plt.close(figure)
    source = f"data:image/png;base64,{encoded}"
    display(
        {
            # JupyterLab takes alt text from HTML alone, other viewers show the picture.
            "text/html": f'<img alt="{html.escape(alt)}" width="{width}" src="{source}">',
            "image/png": encoded,
            "text/plain": alt,
        },
        metadata={"image/png": {"alt": alt, "width": width}},
        raw=True,
    )

"""What the pictures of all explorers have in common: figures, moving lines, legends, marks at the edge, numbers."""

from decimal import Decimal

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from forcefield.plots import STYLE

SMALL_STYLE = STYLE | {"font.size": 10}
"""The course's style for pictures with little room."""

WIDTH = 7.5
"""Inches: as wide as JupyterLab shows without making it smaller, in a window of 1280 pixels."""


def new_figure(height):
    """A figure (height in inches) that pyplot does not know, so that none stays open."""
    figure = Figure(figsize=(WIDTH, height), dpi=STYLE["figure.dpi"])
    FigureCanvasAgg(figure)
    return figure


def bare(axes, width, title):
    """Make axes a view of atoms: `width` Å each way, no scale but what the title below says."""
    axes.set(xlim=(-width / 2, width / 2), ylim=(-width / 2, width / 2), aspect="equal", xticks=[], yticks=[])
    axes.set_xlabel(title)
    axes.spines[:].set_visible(False)


def moving(axes, *style, **settings):
    """A line without points yet, drawn anew in every picture; settings as in `axes.plot`."""
    return axes.plot([], [], *style, animated=True, **settings)[0]


def legend_above(axes, handles):
    """A legend above the axes, in one row, where no curve crosses it."""
    place = {"loc": "lower left", "bbox_to_anchor": (0, 0.97), "ncols": len(handles)}
    return axes.legend(handles=handles, columnspacing=1.0, handlelength=1.6, handletextpad=0.5, **place)


class Mark:
    """One moving point; off the scale it stands at the edge, as a triangle that points out."""

    def __init__(self, axes, marker, **settings):
        self.line, self.marker = moving(axes, marker, clip_on=False, **settings), marker

    def move(self, x, y):
        """Move it to a place in data coordinates, numbers that need not lie inside the axes."""
        axes, kept, beyond = self.line.axes, [], []
        for value, axis, limits in ((x, axes.xaxis, axes.get_xlim()), (y, axes.yaxis, axes.get_ylim())):
            scale = axis.get_transform()
            low, high = scale.transform(np.array(limits))
            place = (scale.transform(np.array([value]))[0] - low) / (high - low)
            beyond.append(np.sign(place - 0.5) * (abs(place - 0.5) > 0.5 + 1e-9))
            place = np.clip(place, 0.02, 0.98) if beyond[-1] else place
            kept.append(scale.inverted().transform(np.array([low + place * (high - low)])))
        shapes = {(-1, 0): "<", (1, 0): ">", (0, 0): self.marker}
        self.line.set_marker(shapes.get(tuple(beyond), "v" if beyond[1] < 0 else "^"))
        self.line.set_data(*kept)


def number(value, digits=3, sign="", least=0.0, most=np.inf):
    """A number in words: significant digits, no powers of ten, a comma for thousands; sign "+" always signs.

    What is closer to zero than `least`, or larger than `most`, is only said to be so.
    """
    if not (value == 0 or least <= abs(value) <= most):
        return f"less than {number(least, 1)}" if abs(value) < least else f"more than {number(most, 1)}"
    rounded = Decimal(f"{value:.{digits - 1}e}") + 0
    places = max(0, digits - 1 - rounded.adjusted()) if rounded else 0
    return f"{rounded:{sign},.{places}f}"

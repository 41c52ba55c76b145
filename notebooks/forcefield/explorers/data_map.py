"""Explorer of lesson 06: a map of a data set, and the structure that a point stands for."""

from dataclasses import dataclass

import numpy as np
from matplotlib.patches import Circle

from forcefield import checks
from forcefield.explorers.base import Reading, figure_and_explorer
from forcefield.explorers.controls import choice, slider
from forcefield.explorers.drawing import Mark, bare, number
from forcefield.plots import COLOURS
from forcefield.viewer import discs

HEIGHT = 4.2

N_SHOWN = 300
"""Structures that the slider reaches: lesson 6's test frames."""

COLOURINGS = {"error": "error of the forces (meV/Å)", "energy": "energy above the lowest (meV/atom)"}


@dataclass(frozen=True)
class MapReading:
    """What the explorer of a map shows.

    Parameters
    ----------
    colours : ndarray of float64, shape (n_systems,)
        Energies (meV/atom) or errors (meV/Å): what the points are coloured by.
    place : ndarray of float64, shape (2,)
        Of the structure asked for.
    energy, error : float
        Of it, meV/atom and meV/Å.
    below : int
        How many structures have a smaller error.
    n_systems : int
    shares : ndarray of float64, shape (2,)
    label : str
    """

    colours: np.ndarray
    place: np.ndarray
    energy: float
    error: float
    below: int
    n_systems: int
    shares: np.ndarray
    label: str


def compute(chart, row, colour):
    """What the map says of the structure with this number, counted from 1; `colour` is "error" or "energy"."""
    row = checks.whole_number("The number of the structure", row, 1, len(chart.structures)) - 1
    if colour not in COLOURINGS:
        raise ValueError(f"The map is coloured by error or by energy; {colour!r} is none of these.")
    errors = chart.values["error"]
    return MapReading(
        colours=chart.values[colour],
        place=chart.places[row],
        energy=float(chart.values["energy"][row]),
        error=float(errors[row]),
        below=int((errors < errors[row]).sum()),
        n_systems=len(errors),
        shares=chart.shares,
        label=chart.labels[row],
    )


def describe_reading(row, colour, result):
    """Read the picture in words."""
    first, second = 100 * result.shares
    return Reading(
        f"Structure {row} of {result.n_systems}: {result.label}. The points are coloured by the {COLOURINGS[colour]}.",
        f"Its energy is {number(result.energy, 2)} meV/atom above the lowest. The error of its forces is "
        f"{number(result.error, 2)} meV/Å, larger than that of {result.below} of the others. "
        f"The components hold {first:.0f} % and {second:.0f} % of the variance.",
    )


def build(figure, chart):
    """Draw what stays, and return the function that moves the rest; `chart` as `data_maps.data_map` makes it."""
    axes, bar, view = figure.subplots(1, 3)
    for part, left, width in ((axes, 0.09, 0.41), (bar, 0.52, 0.02), (view, 0.65, 0.34)):
        part.set_position([left, 0.13, width, 0.83])
    low, high = chart.places.min(axis=0), chart.places.max(axis=0)
    margin = 0.06 * (high - low)
    axes.set(xlim=(low[0] - margin[0], high[0] + margin[0]), ylim=(low[1] - margin[1], high[1] + margin[1]))
    axes.set(xlabel="first principal component", ylabel="second principal component")
    axes.locator_params(nbins=6, integer=True)
    points = axes.scatter(*chart.places.T, c=np.zeros(len(chart.places)), s=14, cmap="viridis", animated=True)
    ring = Mark(axes, "o", color=COLOURS["training"], markersize=12, markerfacecolor="none", markeredgewidth=2)
    ramp = bar.imshow(np.linspace(0, 1, 256)[:, None], origin="lower", aspect="auto", cmap="viridis", animated=True)
    bar.set(xticks=[]), bar.grid(False), bar.yaxis.tick_right(), bar.yaxis.set_label_position("right")
    bar.yaxis.set_animated(True)
    width = 2 * np.max([np.abs(one.positions[:, :2]).max() for one in chart.structures]) + 2.4
    bare(view, width, f"the chosen structure ({width:.1f} Å wide)\nbright: near, dark: far")
    circles = [
        view.add_patch(Circle((0, 0), 1, edgecolor="black", linewidth=0.8, animated=True)) for _ in chart.structures[0]
    ]

    def update(row, colour):
        result = compute(chart, row, colour)
        low, high = result.colours.min(), result.colours.max()
        points.set_array(result.colours), points.set_clim(low, high)
        ramp.set_extent((0, 1, low, high)), bar.set_ylim(low, high), bar.set_ylabel(COLOURINGS[colour])
        ring.move(*result.place)
        for circle, (place, radius, fill) in zip(circles, discs(chart.structures[row - 1], width), strict=True):
            circle.set(center=place, radius=radius, facecolor=fill)
        return describe_reading(row, colour, result)

    return update


def controls(n_shown=N_SHOWN):
    """The controls."""
    return {
        "row": slider("Number of the structure", 1, 1, n_shown, 1),
        "colour": choice("Colour of the points", "error", tuple(COLOURINGS)),
    }


data_map_figure, data_map_explorer = figure_and_explorer(build, controls, HEIGHT)

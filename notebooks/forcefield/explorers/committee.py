"""Explorer of lesson 08: what a committee of models doubts, and what it does not."""

from dataclasses import dataclass

import numpy as np

from forcefield.committees import Committee, energy_spread
from forcefield.descriptors import MIDPOINT, describe, make_soap
from forcefield.explorers.base import Explorer, Reading, default_figure, slider
from forcefield.explorers.reach import DATA_RANGE, DISTANCES, place, true_curve
from forcefield.plots import COLOURS
from forcefield.systems import dimers, label, lennard_jones_calculator

HEIGHT = 4.4

FLOOR = 1e-6
"""Lower end of the logarithmic axis, eV."""


@dataclass(frozen=True)
class CommitteeReading:
    """What the committee explorer shows.

    Parameters
    ----------
    votes : ndarray of float64, shape (n_members, 97)
        Energies of the members that were asked, over `DISTANCES`, the pairs moved, eV.
    errors, spreads : ndarray of float64, shape (97,)
        Size of the error of the mean, and standard deviation of the votes, eV.
    mean, spread, true_energy : float
        At the distance asked for, eV.
    """

    votes: np.ndarray
    errors: np.ndarray
    spreads: np.ndarray
    mean: float
    spread: float
    true_energy: float


def compute(members, size, distance, along, sideways):
    """Votes of a committee on dimers that are pulled apart and moved off the centre.

    Parameters
    ----------
    members : sequence of ForceField
        Models of the course's dimer: 6 features, one centre.
    size : int
        How many of them are asked, from 2 to all.
    distance : float
        Distance between the two atoms, Å.
    along, sideways : float
        How far the whole pair is moved along itself and across, while the centre stays at the origin, Å.

    Returns
    -------
    CommitteeReading

    Raises
    ------
    ValueError
        If there are not so many members, or if the distance is not above zero or a shift is not finite.
    """
    if not 2 <= size <= len(members):
        raise ValueError(f"The committee can have from 2 to {len(members)} members, not {size}.")
    if not np.all(np.isfinite([along, sideways])):
        raise ValueError(f"Shifts must be finite numbers of Å; they are {along} and {sideways}.")
    structures = dimers(np.append(DISTANCES, distance), along)
    for structure in structures:
        structure.positions[:, 1] += sideways
    votes, _ = Committee(members[:size]).votes(*describe(make_soap(), structures, [MIDPOINT]))
    spreads, means = energy_spread(votes), votes.mean(axis=0)
    _, (true_energy,), _ = label(structures[-1:], lennard_jones_calculator())
    return CommitteeReading(
        votes=votes[:, :-1],
        errors=np.abs(means[:-1] - true_curve()),
        spreads=spreads[:-1],
        mean=float(means[-1]),
        spread=float(spreads[-1]),
        true_energy=float(true_energy),
    )


def build(figure, members):
    """Draw what stays, and return the function that moves the rest.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    members : sequence of ForceField
        As in `compute`.

    Returns
    -------
    callable
        ``update(size, distance, along, sideways)``, which returns a `Reading`.
    """
    vote_axes, doubt_axes = figure.subplots(1, 2)
    figure.subplots_adjust(left=0.08, right=0.99, bottom=0.13, top=0.92, wspace=0.25)
    vote_axes.set(xlim=(2.2, 7), ylim=(-2.4, 4), xlabel="distance r (Å)", ylabel="energy E (eV)")
    doubt_axes.set(xlim=(2.2, 7), ylim=(FLOOR, 100), yscale="log", xlabel="distance r (Å)", ylabel="energy (eV)")
    for axes in (vote_axes, doubt_axes):
        axes.axvspan(*DATA_RANGE, color=COLOURS["extra"], alpha=0.15, linewidth=0)

    def moving(axes, *style, **settings):
        return axes.plot([], [], *style, animated=True, **settings)[0]

    votes = [moving(vote_axes, color=COLOURS["model"], linewidth=0.9, alpha=0.7) for _ in members]
    votes[0].set_label("members")
    truth = moving(vote_axes, "--", color=COLOURS["truth"], label="truth")
    error = moving(doubt_axes, color=COLOURS["truth"], linewidth=1.2, label="true error")
    spread = moving(doubt_axes, "--", color=COLOURS["model"], label="spread")
    error_point = moving(doubt_axes, "o", color=COLOURS["truth"], markersize=8)
    spread_point = moving(doubt_axes, "s", color=COLOURS["model"], markersize=11, markerfacecolor="none")
    line = vote_axes.axvline(3, color=COLOURS["training"], linewidth=1, animated=True)
    above = {"loc": "lower left", "bbox_to_anchor": (0, 0.97), "ncols": 3, "columnspacing": 1.0, "handlelength": 1.8}
    vote_axes.legend(handles=[votes[0], truth], **above)
    doubt_axes.legend(handles=[error, spread], **above)

    def update(size, distance, along, sideways):
        result = compute(members, size, distance, along, sideways)
        for i, curve in enumerate(votes):
            curve.set_data(*((DISTANCES, result.votes[i]) if i < size else ([], [])))
        truth.set_data(DISTANCES, true_curve())
        error.set_data(DISTANCES, np.maximum(result.errors, FLOOR))
        spread.set_data(DISTANCES, np.maximum(result.spreads, FLOOR))
        size_of_error = abs(result.mean - result.true_energy)
        error_point.set_data([distance], [np.clip(size_of_error, 1.5 * FLOOR, 60)])
        spread_point.set_data([distance], [np.clip(result.spread, 1.5 * FLOOR, 60)])
        line.set_xdata([distance, distance])
        return Reading(
            f"Committee of {size} members. Dimer at r = {distance:.2f} Å, moved by {along:.2f} Å along and "
            f"{sideways:.2f} Å sideways: {place(distance, np.hypot(along, sideways))}. "
            f"The true energy is {result.true_energy:.3f} eV.",
            f"The committee says {result.mean:.3f} eV with a spread of {result.spread:.2g} eV; "
            f"its error is {size_of_error:.2g} eV, {size_of_error / result.spread:.2g} times the spread.",
        )

    return update


def controls():
    """The controls, for a committee of 16.

    Returns
    -------
    dict of ipywidgets.Widget
    """
    return {
        "size": slider("Number of members", 8, 2, 16, 1),
        "distance": slider("r: distance (Å)", 3.25, 2.2, 7.0, 0.05),
        "along": slider("Shift along the pair (Å)", 0.0, 0.0, 0.9, 0.05),
        "sideways": slider("Shift sideways (Å)", 0.0, 0.0, 0.9, 0.05),
    }


def committee_figure(members):
    """The figure of the default values and its alt text.

    Parameters
    ----------
    members : sequence of ForceField
        As in `compute`.

    Returns
    -------
    tuple of matplotlib.figure.Figure and str
    """
    defaults = {name: control.value for name, control in controls().items()}
    return default_figure(lambda figure: build(figure, members), defaults, HEIGHT)


def committee_explorer(members):
    """The explorer.

    Parameters
    ----------
    members : sequence of ForceField
        As in `compute`.

    Returns
    -------
    Explorer
    """
    return Explorer(lambda figure: build(figure, members), controls(), HEIGHT)

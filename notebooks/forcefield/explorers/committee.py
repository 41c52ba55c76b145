"""Explorer of lesson 08: where the spread of a committee shows its error, and where it does not."""

from dataclasses import dataclass

import numpy as np

from forcefield.checks import finite, whole_number
from forcefield.committees import Committee, energy_spread
from forcefield.descriptors import MIDPOINT, describe, make_soap
from forcefield.explorers.base import Reading, figure_and_explorer
from forcefield.explorers.controls import slider
from forcefield.explorers.drawing import Mark, legend_above, moving, number
from forcefield.explorers.extrapolation import DATA_RANGE, DISTANCES, centred, place, true_curve
from forcefield.plots import COLOURS, LINES, TRAINING_RANGE
from forcefield.systems import dimers, label, lennard_jones_calculator

HEIGHT = 4.2

FLOOR = 1e-8
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
    """Votes of the first `size` members on dimers pulled apart and moved off the centre, along and across, in Å."""
    size = whole_number("The number of members", size, 2, len(members))
    structures = dimers(np.append(DISTANCES, distance), finite("The shift along the pair", along, "Å"))
    for structure in structures:
        structure.positions[:, 1] += finite("The shift sideways", sideways, "Å")
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


def describe_reading(size, distance, along, sideways, result):
    """Read the picture in words."""
    error = abs(result.mean - result.true_energy)
    ratio = number(error / max(result.spread, 1e-12), 2, least=0.001, most=1000)
    error, spread = (number(size, 2, least=1e-6) for size in (error, result.spread))
    return Reading(
        f"Committee of {size} members. Dimer at r = {distance:.2f} Å, moved by {along:.2f} Å along and "
        f"{sideways:.2f} Å sideways: {place(distance, np.hypot(along, sideways))}. "
        f"The true energy is {number(result.true_energy)} eV.",
        f"The mean of the members is {number(result.mean)} eV and their spread {spread} eV; "
        f"the error is {error} eV, {ratio} times the spread.",
    )


def build(figure, members):
    """Draw what stays, and return the function that moves the rest."""
    vote_axes, error_axes = figure.subplots(1, 2)
    figure.subplots_adjust(left=0.08, right=0.99, bottom=0.13, top=0.92, wspace=0.25)
    vote_axes.set(xlim=(2.2, 7), ylim=(-2.4, 4), xlabel="distance r (Å)", ylabel="energy E (eV)")
    error_axes.set(xlim=(2.2, 7), ylim=(FLOOR, 100), yscale="log", xlabel="distance r (Å)", ylabel="energy (eV)")
    data = [
        axes.axvspan(*DATA_RANGE, **TRAINING_RANGE, animated=True, label="training data")
        for axes in (vote_axes, error_axes)
    ]
    votes = [moving(vote_axes, color=COLOURS["model"], linewidth=0.9, alpha=0.7) for _ in members]
    votes[0].set_label("members")
    truth = moving(vote_axes, **LINES["truth"] | {"linewidth": 1.2}, label="truth")
    error = moving(error_axes, **LINES["truth"] | {"linewidth": 1.2}, label="true error")
    spread = moving(error_axes, **LINES["model"], label="spread")
    error_point = Mark(error_axes, "o", color=COLOURS["truth"], markersize=8)
    spread_point = Mark(error_axes, "s", color=COLOURS["model"], markersize=11, markerfacecolor="none")
    look = {"color": COLOURS["training"], "linestyle": "-.", "linewidth": 1.2, "animated": True, "label": "r"}
    here = [axes.axvline(3, **look) for axes in (vote_axes, error_axes)]
    legend_above(vote_axes, [votes[0], truth, data[0]])
    legend_above(error_axes, [error, spread, here[1]])

    def update(size, distance, along, sideways):
        result = compute(members, size, distance, along, sideways)
        for span in data:
            span.set_visible(centred(np.hypot(along, sideways)))
        for i, curve in enumerate(votes):
            curve.set_data(*((DISTANCES, result.votes[i]) if i < size else ([], [])))
        truth.set_data(DISTANCES, true_curve())
        error.set_data(DISTANCES, np.maximum(result.errors, FLOOR))
        spread.set_data(DISTANCES, np.maximum(result.spreads, FLOOR))
        error_point.move(distance, max(abs(result.mean - result.true_energy), FLOOR / 2))
        spread_point.move(distance, max(result.spread, FLOOR / 2))
        for line in here:
            line.set_xdata([distance])
        return describe_reading(size, distance, along, sideways, result)

    return update


def controls():
    """The controls, for a committee of 16."""
    return {
        "size": slider("Number of members", 8, 2, 16, 1),
        "distance": slider("r: distance (Å)", 3.25, 2.2, 7.0, 0.05),
        "along": slider("Shift along the pair (Å)", 0.0, 0.0, 0.9, 0.05),
        "sideways": slider("Shift sideways (Å)", 0.0, 0.0, 0.9, 0.05),
    }


committee_figure, committee_explorer = figure_and_explorer(build, controls, HEIGHT)

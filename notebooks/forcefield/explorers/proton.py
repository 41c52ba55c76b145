"""Explorer of lesson 10: the proton on its way, by DFT and by committees that learned from few frames or many."""

from dataclasses import dataclass

import numpy as np

from forcefield.checks import between
from forcefield.committees import energy_spread
from forcefield.descriptors import describe_without_derivatives
from forcefield.explorers.base import Reading, figure_and_explorer
from forcefield.explorers.controls import choice, slider
from forcefield.explorers.drawing import Mark, bare, legend_above, moving
from forcefield.model import descriptor_of
from forcefield.molecule import OXYGENS, PROTON, proton_coordinate
from forcefield.plots import COLOURS, LINES, POINTS

HEIGHT = 4.6

BONDS = ((0, 2), (2, 3), (3, 4), (4, 1), (2, 6), (3, 7), (4, 8))
"""All bonds but those of the proton."""

LARGEST_LIFT = 0.8
"""Å."""


@dataclass(frozen=True)
class ProtonReading:
    """What the explorer of the proton shows.

    Parameters
    ----------
    ways : ndarray of float64, shape (n_path,)
        The proton's coordinate q of the structures on the path, Å.
    true_energies : ndarray of float64, shape (n_path,)
        By DFT, from the first, eV.
    votes : ndarray of float64, shape (n_members, n_path)
        Of the members, from the same zero; with the proton lifted, from their mean at the start of the path, eV.
    way, lift : float, Å
    cost : float
        What the lift costs at the start of the path by the members' mean, eV; 0 without a lift.
    energies : ndarray of float64, shape (n_members,)
        Of the members for the structure asked for, from the same zero as their curves, eV.
    true_energy : float
        By DFT at the same place of the path, between two points by a straight line, eV.
    positions : ndarray of float64, shape (9, 3), Å
        Of the structure asked for.
    """

    ways: np.ndarray
    true_energies: np.ndarray
    votes: np.ndarray
    way: float
    lift: float
    cost: float
    energies: np.ndarray
    true_energy: float
    positions: np.ndarray


def lifted(structure, lift):
    """A copy with the proton moved out of the plane of both oxygens and the middle carbon, Å."""
    copy = structure.copy()
    first, second = copy.positions[list(OXYGENS)] - copy.positions[3]
    normal = np.cross(first, second)
    copy.positions[PROTON] += lift * normal / np.linalg.norm(normal)
    return copy


def compute(committees, path, n_frames, place, lift):
    """Energies along the path, and at one place of it, by DFT and by the committee fitted to `n_frames` frames.

    `committees` is a dict of lists of force fields; `place` goes from 0 (one minimum) to 100 (the other), `lift` moves
    the proton out of the plane, Å.
    """
    if n_frames not in committees:
        known = ", ".join(map(str, committees))
        raise ValueError(f"There are committees for {known} training frames; {n_frames} is none of these.")
    members = committees[n_frames]
    place, lift = between("The place on the path", place, 0, 100, "%"), between("The lift", lift, -2, 2, "Å")
    step = place / 100 * (len(path) - 1)
    low = min(int(step), len(path) - 2)
    here = path[low].copy()
    here.positions += (step - low) * (path[low + 1].positions - here.positions)
    structures = [lifted(structure, lift) for structure in [*path, here]]
    descriptors = describe_without_derivatives(descriptor_of(members[0])[0], structures)
    centers, numbers = descriptors.reshape(-1, descriptors.shape[-1]), np.tile(here.numbers, len(structures))
    found = [member.frozen()(centers, numbers)[0].reshape(len(structures), -1).sum(axis=1) for member in members]
    true_energies = np.array([structure.get_potential_energy() for structure in path])
    votes = np.array(found) - true_energies[0]
    cost = float(votes[:, 0].mean()) if lift else 0.0
    votes, true_energies = votes - cost, true_energies - true_energies[0]
    return ProtonReading(
        ways=proton_coordinate(path),
        true_energies=true_energies,
        votes=votes[:, :-1],
        way=float(proton_coordinate([here])[0]),
        lift=lift,
        cost=cost,
        energies=votes[:, -1],
        true_energy=float(np.interp(step, np.arange(len(path)), true_energies)),
        positions=structures[-1].positions,
    )


def describe_reading(n_frames, place, lift, result):
    """Read the picture in words; the place on the path is said by its q."""
    mean, spread = in_mev(result.energies.mean()), in_mev(float(energy_spread(result.energies[:, None])[0]))
    where = f"q = {round(result.way, 2) + 0.0:.2f} Å"
    if lift:
        truth = f"The proton is {lift:.2f} Å out of the plane, where no DFT label is."
    else:
        truth = f"DFT gives {in_mev(result.true_energy):.1f} meV above the minimum."
    cost = f" Lifting the proton costs {in_mev(result.cost):.0f} meV at the start of the path." if lift else ""
    return Reading(
        f"Committee of {len(result.energies)}, each fitted to {n_frames} frames. {where}. {truth}",
        f"The committee's mean is {mean:.1f} meV, its spread {spread:.1f} meV.{cost}",
    )


def in_mev(energy):
    """An energy in eV as meV, rounded to one digit; no minus before a zero."""
    return np.round(1e3 * energy, 1) + 0.0


def build(figure, committees, path):
    """Draw what stays, and return the function that moves the rest; `committees` and `path` as in `compute`."""
    (axes, view), (below, empty) = figure.subplots(2, 2, width_ratios=(1.6, 1), height_ratios=(1.5, 1))
    figure.subplots_adjust(left=0.1, right=0.99, bottom=0.11, top=0.93, wspace=0.06, hspace=0.1)
    view.remove(), empty.remove()
    view = figure.add_subplot(1, 5, (4, 5))
    edge = 1.08 * np.abs(proton_coordinate(path)).max()
    axes.set(xlim=(-edge, edge), ylim=(-40, 340), ylabel="energy above the start\nof the path (meV)", xticklabels=[])
    below.set(xlim=(-edge, edge), ylim=(0.05, 500), yscale="log", ylabel="meV", xlabel="q of the proton (Å)")
    truth = moving(axes, **POINTS["truth"], label="DFT")
    curves = [
        moving(axes, **LINES["model"] | {"linewidth": 1.2}, label="members") for _ in next(iter(committees.values()))
    ]
    here = Mark(axes, "s", color=COLOURS["model"], markersize=8, markerfacecolor="none")
    spread = moving(below, **LINES["model"], label="spread")
    error = moving(below, **POINTS["truth"], label="error of the mean")
    legend_above(axes, [truth, curves[0]])
    below.legend(handles=[spread, error], loc="upper center", ncols=2, fontsize=9)
    bare(view, 6.6, "the molecule from above (6.6 Å wide)\nblue: the proton")
    bonds = moving(view, color="0.5", linewidth=2)
    dashes = moving(view, color=COLOURS["model"], linewidth=1.2, linestyle=":")
    atoms = [
        (rows, moving(view, "o", color=colour, markersize=size, markeredgecolor="0.2", label=label))
        for rows, colour, size, label in (
            ([2, 3, 4], "0.35", 17, "C"),
            ([0, 1], COLOURS["training"], 17, "O"),
            ([6, 7, 8], "1.0", 11, "H"),
            ([PROTON], COLOURS["model"], 11, "proton"),
        )
    ]

    def update(n_frames, place, lift):
        result = compute(committees, path, n_frames, place, lift)
        known = [] if result.lift else 1e3 * result.true_energies
        truth.set_data([] if result.lift else result.ways, known)
        for curve, votes in zip(curves, result.votes, strict=True):
            curve.set_data(result.ways, 1e3 * votes)
        here.move(result.way, 1e3 * result.energies.mean())
        spread.set_data(result.ways, np.maximum(1e3 * energy_spread(result.votes), 0.05))
        errors = 1e3 * np.abs(result.votes.mean(axis=0) - result.true_energies)
        error.set_data([] if result.lift else result.ways, [] if result.lift else np.maximum(errors, 0.05))
        x, y = (result.positions - result.positions[3]).T[:2] + [[0], [1.0]]
        bonds.set_data(*([value for a, b in BONDS for value in (c[a], c[b], np.nan)] for c in (x, y)))
        dashes.set_data(*([c[OXYGENS[0]], c[PROTON], c[OXYGENS[1]]] for c in (x, y)))
        for rows, line in atoms:
            line.set_data(x[rows], y[rows])
        return describe_reading(n_frames, place, lift, result)

    return update


def controls():
    """The controls."""
    return {
        "n_frames": choice("Training frames of each member", 160, (40, 80, 160)),
        "place": slider("Place on the path (%)", 50.0, 0.0, 100.0, 2.5),
        "lift": slider("Proton out of the plane (Å)", 0.0, 0.0, LARGEST_LIFT, 0.05),
    }


proton_figure, proton_explorer = figure_and_explorer(build, controls, HEIGHT)

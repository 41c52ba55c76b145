"""Explorer of lesson 04: where a model can be trusted, and where it cannot."""

import functools
from dataclasses import dataclass

import numpy as np

from forcefield.checks import finite
from forcefield.descriptors import MIDPOINT, describe, make_soap
from forcefield.explorers.base import Reading, figure_and_explorer
from forcefield.explorers.controls import slider
from forcefield.explorers.drawing import Mark, legend_above, moving, number
from forcefield.plots import COLOURS, LINES, TRAINING_RANGE
from forcefield.systems import dimers, label, lennard_jones_calculator

DISTANCES = np.linspace(2.2, 7.0, 97)
"""Where the curves are drawn, Å."""

DATA_RANGE = (2.5, 5.0)
"""Distances of the course's data set, Å; all its pairs lie symmetric about the centre."""

HEIGHT = 4.4


@dataclass(frozen=True)
class ExtrapolationReading:
    """What the extrapolation explorer shows.

    Parameters
    ----------
    true_energies, energies : ndarray of float64, shape (97,)
        Truth and prediction over `DISTANCES`, the pair shifted, eV.
    true_energy, energy : float
        At the distance asked for, eV.
    true_forces, forces : ndarray of float64, shape (2,)
        x components of the forces on atoms 0 (left) and 1 (right) at that distance, eV/Å.
    net_force : float
        Sum of the two predicted forces, eV/Å. The truth is zero: nothing else is there to push the pair.
    place : str
        Where the point lies with respect to the training data, in words.
    """

    true_energies: np.ndarray
    energies: np.ndarray
    true_energy: float
    energy: float
    true_forces: np.ndarray
    forces: np.ndarray
    net_force: float
    place: str


def place(distance, shift):
    """Say where a dimer (distance and shift in Å) lies with respect to the training data."""
    reasons = []
    if distance < DATA_RANGE[0] - 1e-9:
        reasons.append(f"the atoms are closer than in any training point ({DATA_RANGE[0]} Å)")
    if distance > DATA_RANGE[1] + 1e-9:
        reasons.append(f"the atoms are further apart than in any training point ({DATA_RANGE[1]} Å)")
    if not centred(shift):
        reasons.append("the pair is off the centre, where every training point had it")
    return "outside the training data: " + " and ".join(reasons) if reasons else "inside the training data"


def centred(shift):
    """Whether a pair is where the training data have it: not moved off the centre (Å)."""
    return abs(shift) < 1e-9


@functools.cache
def true_curve():
    """True energies over `DISTANCES`, shape (97,), eV: taken once, for no shift changes them."""
    return label(dimers(DISTANCES), lennard_jones_calculator())[1]


def compute(model, distance, shift):
    """Truth and prediction of the course's `ForceField` for dimers pulled apart and moved off the centre, both in Å."""
    structures = dimers(np.append(DISTANCES, distance), finite("The shift", shift, "Å"))
    _, (true_energy,), (true_forces,) = label(structures[-1:], lennard_jones_calculator())
    energies, forces = model.predict(*describe(make_soap(), structures, [MIDPOINT]))
    return ExtrapolationReading(
        true_energies=true_curve(),
        energies=energies[:-1],
        true_energy=float(true_energy),
        energy=float(energies[-1]),
        true_forces=true_forces[:, 0],
        forces=forces[-1, :, 0],
        net_force=float(forces[-1, :, 0].sum()),
        place=place(distance, shift),
    )


def describe_reading(distance, shift, result):
    """Read the picture in words."""
    true_left, true_right, left, right = (number(force, sign="+") for force in (*result.true_forces, *result.forces))
    return Reading(
        f"Dimer at r = {distance:.2f} Å, shifted by {round(shift, 2) + 0.0:.2f} Å: {result.place}. "
        f"The true energy is {number(result.true_energy)} eV, the true forces {true_left} eV/Å on the "
        f"left atom and {true_right} eV/Å on the right one, which cancel.",
        f"The model predicts {number(result.energy)} eV, {left} and {right} eV/Å: "
        f"a net force of {net(result.forces)} eV/Å.",
    )


def net(forces):
    """Size of the sum of two forces (eV/Å) in words; rounding errors are no force."""
    return number(abs(forces.sum())) if abs(forces.sum()) > 1e-6 else "0"


def build(figure, model):
    """Draw what stays, and return the function that moves the rest."""
    curve_axes, pair_axes = figure.subplots(1, 2)
    figure.subplots_adjust(left=0.08, right=0.99, bottom=0.13, top=0.92, wspace=0.12)
    curve_axes.set(xlim=(2.2, 7), ylim=(-2.4, 4), xlabel="distance r (Å)", ylabel="energy E (eV)")
    data = curve_axes.axvspan(*DATA_RANGE, **TRAINING_RANGE, animated=True, label="training data")
    pair_axes.set(xlim=(-4.8, 4.8), ylim=(-1.6, 1.6), xlabel="x, Å  (arrow of 1 Å: 5 eV/Å, at most 3 Å)", yticks=[])
    pair_axes.spines["left"].set_visible(False)
    (center,) = pair_axes.plot([0], [0], "+", color=COLOURS["truth"], markersize=12, label="centre of the descriptor")
    truth = moving(curve_axes, **LINES["truth"], label="truth")
    predicted = moving(curve_axes, **LINES["model"], label="model")
    true_point = Mark(curve_axes, "o", color=COLOURS["truth"], markersize=8)
    point = Mark(curve_axes, "s", color=COLOURS["model"], markersize=8)
    rows = (("true_forces", "truth", 0.6), ("forces", "model", -0.6))
    arrow = {"angles": "xy", "scale_units": "xy", "scale": 1, "width": 0.012}  # as long as the axis says
    atoms, arrows, words = {}, {}, {}
    for name, role, height in rows:
        atoms[name] = moving(pair_axes, "o", color=COLOURS[role], markersize=14, markerfacecolor="white")
        atoms[name].set_label("left and right atom")
        places = [0, 0], [height, height], [0, 0], [0, 0]
        arrows[name] = pair_axes.quiver(*places, color=COLOURS[role], animated=True, **arrow)
        words[name] = pair_axes.text(0, height + 0.35, "", color=COLOURS[role], ha="center", animated=True)
    legend_above(curve_axes, [truth, predicted, data])
    legend_above(pair_axes, [center])

    def update(distance, shift):
        result = compute(model, distance, shift)
        data.set_visible(centred(shift))  # a shifted pair is outside the data at every distance
        truth.set_data(DISTANCES, result.true_energies)
        predicted.set_data(DISTANCES, result.energies)
        true_point.move(distance, result.true_energy)
        point.move(distance, result.energy)
        positions = shift + distance * np.array([-0.5, 0.5])
        for name, role, height in rows:
            forces = getattr(result, name)
            atoms[name].set_data(positions, [height, height])
            arrows[name].set_offsets(np.stack([positions, [height, height]], axis=1))
            arrows[name].set_UVC(np.clip(forces / 5, -3, 3), [0, 0])
            left, right = (number(force, sign="+") for force in forces)
            words[name].set_text(f"{role}: {left} and {right}, net {net(forces)} eV/Å")
        return describe_reading(distance, shift, result)

    return update


def controls():
    """The controls."""
    return {
        "distance": slider("r: distance (Å)", 3.0, 2.2, 7.0, 0.05),
        "shift": slider("Shift of the pair (Å)", 0.0, -1.0, 1.0, 0.05),
    }


extrapolation_figure, extrapolation_explorer = figure_and_explorer(build, controls, HEIGHT)

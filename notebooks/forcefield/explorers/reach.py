"""Explorer of lesson 04: where a model can be trusted, and where it cannot."""

import functools
from dataclasses import dataclass

import numpy as np

from forcefield.descriptors import MIDPOINT, describe, make_soap
from forcefield.explorers.base import Explorer, Reading, default_figure, slider
from forcefield.plots import COLOURS
from forcefield.systems import dimers, label, lennard_jones_calculator

DISTANCES = np.linspace(2.2, 7.0, 97)
"""Where the curves are drawn, Å."""

DATA_RANGE = (2.5, 5.0)
"""Distances of the course's data set, Å; all its pairs lie symmetric about the centre."""

HEIGHT = 4.4


@dataclass(frozen=True)
class ReachReading:
    """What the reach explorer shows.

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
    """Say where a dimer lies with respect to the training data.

    Parameters
    ----------
    distance, shift : float
        As in `compute`.

    Returns
    -------
    str
    """
    reasons = []
    if distance < DATA_RANGE[0] - 1e-9:
        reasons.append(f"the atoms are closer than in any training point ({DATA_RANGE[0]} Å)")
    if distance > DATA_RANGE[1] + 1e-9:
        reasons.append(f"the atoms are further apart than in any training point ({DATA_RANGE[1]} Å)")
    if abs(shift) > 1e-9:
        reasons.append("the pair is off the centre, where every training point had it")
    return "outside the training data: " + " and ".join(reasons) if reasons else "inside the training data"


@functools.cache
def true_curve():
    """True energies over `DISTANCES`: taken once, for no shift changes them.

    Returns
    -------
    ndarray of float64, shape (97,), eV
    """
    return label(dimers(DISTANCES), lennard_jones_calculator())[1]


def compute(model, distance, shift):
    """Truth and prediction for dimers that are pulled apart and moved off the centre.

    Parameters
    ----------
    model : ForceField
        A model of the course's dimer: 6 features, one centre.
    distance : float
        Distance between the two atoms, Å.
    shift : float
        How far the whole pair is moved along x while the centre stays at the origin, Å.

    Returns
    -------
    ReachReading

    Raises
    ------
    ValueError
        If the distance is not above zero, or the shift is not a finite number.
    """
    if not np.isfinite(shift):
        raise ValueError(f"The shift must be a finite number of Å; it is {shift}.")
    structures = dimers(np.append(DISTANCES, distance), shift)
    _, (true_energy,), (true_forces,) = label(structures[-1:], lennard_jones_calculator())
    energies, forces = model.predict(*describe(make_soap(), structures, [MIDPOINT]))
    return ReachReading(
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
    """Read the picture in words.

    Parameters
    ----------
    distance, shift
        As in `compute`.
    result : ReachReading

    Returns
    -------
    Reading
    """
    return Reading(
        f"Dimer at r = {distance:.2f} Å, shifted by {round(shift, 2) + 0.0:.2f} Å: {result.place}. "
        f"The true energy is {result.true_energy:.3f} eV, the true forces {result.true_forces[0]:+.2f} eV/Å on the "
        f"left atom and {result.true_forces[1]:+.2f} eV/Å on the right one, which cancel.",
        f"The model says {result.energy:.3f} eV, {result.forces[0]:+.2f} and {result.forces[1]:+.2f} eV/Å: "
        f"a net force of {abs(result.net_force):.2f} eV/Å.",
    )


def build(figure, model):
    """Draw what stays, and return the function that moves the rest.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    model : ForceField
        As in `compute`.

    Returns
    -------
    callable
        ``update(distance, shift)``, which returns a `Reading`.
    """
    curve_axes, pair_axes = figure.subplots(1, 2)
    figure.subplots_adjust(left=0.08, right=0.99, bottom=0.13, top=0.92, wspace=0.12)
    curve_axes.set(xlim=(2.2, 7), ylim=(-2.4, 4), xlabel="distance r (Å)", ylabel="energy E (eV)")
    data = curve_axes.axvspan(*DATA_RANGE, color=COLOURS["extra"], alpha=0.15, linewidth=0, label="training data")
    pair_axes.set(xlim=(-4.8, 4.8), ylim=(-1.6, 1.6), xlabel="x, Å  (arrow of 1 Å: 5 eV/Å, at most 3 Å)", yticks=[])
    pair_axes.spines["left"].set_visible(False)
    (center,) = pair_axes.plot([0], [0], "+", color=COLOURS["truth"], markersize=12, label="centre of the descriptor")

    def moving(axes, *style, **settings):
        return axes.plot([], [], *style, animated=True, **settings)[0]

    truth = moving(curve_axes, color=COLOURS["truth"], label="truth")
    predicted = moving(curve_axes, color=COLOURS["model"], linestyle="--", label="model")
    true_point = moving(curve_axes, "o", color=COLOURS["truth"], markersize=8)
    point = moving(curve_axes, "s", color=COLOURS["model"], markersize=8)
    rows = (("true_forces", "truth", 0.6), ("forces", "model", -0.6))
    atoms, arrows = {}, {}
    for name, role, height in rows:
        atoms[name] = moving(pair_axes, "o", color=COLOURS[role], markersize=14, markerfacecolor="white")
        arrows[name] = pair_axes.quiver(
            [0, 0],
            [height, height],
            [0, 0],
            [0, 0],
            color=COLOURS[role],
            width=0.012,
            animated=True,
            angles="xy",
            scale_units="xy",
            scale=1,
        )
    words = {
        name: pair_axes.text(0, height + 0.35, "", color=COLOURS[role], ha="center", animated=True)
        for name, role, height in rows
    }
    above = {"loc": "lower left", "bbox_to_anchor": (0, 0.97), "ncols": 3, "columnspacing": 1.0, "handlelength": 1.8}
    curve_axes.legend(handles=[truth, predicted, data], **above)
    pair_axes.legend(handles=[center], **above)

    def update(distance, shift):
        result = compute(model, distance, shift)
        truth.set_data(DISTANCES, result.true_energies)
        predicted.set_data(DISTANCES, result.energies)
        # What is off the scale is drawn at its end.
        true_point.set_data([distance], [np.clip(result.true_energy, -2.3, 3.9)])
        point.set_data([distance], [np.clip(result.energy, -2.3, 3.9)])
        positions = shift + distance * np.array([-0.5, 0.5])
        for name, role, height in rows:
            forces = getattr(result, name)
            atoms[name].set_data(positions, [height, height])
            arrows[name].set_offsets(np.stack([positions, [height, height]], axis=1))
            arrows[name].set_UVC(np.clip(forces / 5, -3, 3), [0, 0])
            words[name].set_text(f"{role}: {forces[0]:+.2f} and {forces[1]:+.2f}, net {abs(forces.sum()):.2f} eV/Å")
        return describe_reading(distance, shift, result)

    return update


def controls():
    """The controls.

    Returns
    -------
    dict of ipywidgets.Widget
    """
    return {
        "distance": slider("r: distance (Å)", 3.0, 2.2, 7.0, 0.05),
        "shift": slider("Shift of the pair (Å)", 0.0, -1.0, 1.0, 0.05),
    }


def reach_figure(model):
    """The figure of the default values and its alt text.

    Parameters
    ----------
    model : ForceField
        As in `compute`.

    Returns
    -------
    tuple of matplotlib.figure.Figure and str
    """
    defaults = {name: control.value for name, control in controls().items()}
    return default_figure(lambda figure: build(figure, model), defaults, HEIGHT)


def reach_explorer(model):
    """The explorer.

    Parameters
    ----------
    model : ForceField
        As in `compute`.

    Returns
    -------
    Explorer
    """
    return Explorer(lambda figure: build(figure, model), controls(), HEIGHT)

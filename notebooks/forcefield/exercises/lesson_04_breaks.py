"""Exercises 4.4 and 4.5: a wall from what is known, and a pair that is moved back."""

import functools

import ase
import numpy as np
from matplotlib import pyplot as plt

from forcefield.dataset import Dataset
from forcefield.descriptors import MIDPOINT, describe, make_soap
from forcefield.exercises.answers import StillWrong, array, function, number
from forcefield.finite_differences import numerical_forces
from forcefield.plots import LINES, TRAINING_RANGE
from forcefield.prepared import DIMER_FIT
from forcefield.splits import equally_spaced
from forcefield.systems import dimers, label, lennard_jones_calculator
from forcefield.training import train

# ---- 4.4 ---------------------------------------------------------------------------------------

BELOW = np.linspace(2.1, 2.5, 41)  # Å
LARGEST, BETWEEN = 5.0, 1.0  # eV below the labels; meV/Å between them


def wall_of(answer, distances):
    """What the reader's function gives at distances (n,), eV, and its slope, eV/Å."""
    of, step = function(answer), 1e-5
    there, after, before = (
        array(of(distances + shift), (len(distances),), "repulsion(distances)", "eV") for shift in (0, step, -step)
    )
    return there, (after - before) / (2 * step)


def fitted_on(answer, data):
    """Energy errors (41,) below the labels in eV, and the force error on the unseen points in meV/Å."""
    labelled, unseen = equally_spaced(len(data), 30)
    wall, slope = wall_of(answer, data.positions[:, 1, 0] - data.positions[:, 0, 0])
    forces = np.zeros_like(data.forces)
    forces[:, 0, 0], forces[:, 1, 0] = slope, -slope
    rest = Dataset(data.positions, data.energies - wall, data.forces - forces, data.descriptors, data.derivatives)
    descriptors, derivatives, energies = structures_below()
    if np.ptp(rest.energies) < 1e-9:  # nothing is left to learn
        return wall_of(answer, BELOW)[0] + rest.energies.mean() - energies, 0.0
    model, _ = train(rest[labelled], seed=0, **DIMER_FIT)
    between = model.predict(data.descriptors, data.derivatives)[1] - rest.forces
    below = model.predict(descriptors, derivatives)[0] + wall_of(answer, BELOW)[0] - energies
    return below, 1e3 * np.abs(between[unseen, 0, 0]).mean()


@functools.cache
def structures_below():
    """Descriptors, derivatives and true energies of the pairs below the labels."""
    pairs = dimers(BELOW)
    return *describe(make_soap(), pairs, [MIDPOINT]), label(pairs, lennard_jones_calculator())[1]


def judge_wall(answer, data):
    """What the model with this repulsion under it reaches below its labels, and between them."""
    wall, _ = wall_of(answer, BELOW)
    if wall[0] <= wall[-1]:
        return "It must rise when the atoms come closer: here it is no higher at 2.1 Å than at 2.5 Å."
    below, between = fitted_on(answer, data)
    if between > BETWEEN:
        return (
            f"Between the labels the force error has become {between:.2g} meV/Å, more than {BETWEEN:g}. What is under "
            "the model must be smooth there too: a jump or a kink is left for the network to learn."
        )
    worst = below[np.abs(below).argmax()]
    if worst < -LARGEST:
        return f"Between 2.1 and 2.5 Å still up to {-worst:.0f} eV are missing: the wall is too soft."
    if worst > LARGEST:
        return f"Between 2.1 and 2.5 Å the energy is up to {worst:.0f} eV too high: the wall is too hard."
    return ""


def draw_wall(answer, data):
    """Truth, and the model with the repulsion under it."""
    below, _ = fitted_on(answer, data)
    true = structures_below()[2]
    figure, axes = plt.subplots(figsize=(6, 3.4))
    axes.plot(BELOW, true, label="truth", **LINES["truth"] | {"linewidth": 4, "alpha": 0.35})
    axes.plot(BELOW, true + below, label="model on your repulsion", **LINES["model"])
    axes.plot(BELOW, wall_of(answer, BELOW)[0], label="repulsion alone", **LINES["baseline"])
    axes.axvspan(2.5, 2.55, **TRAINING_RANGE)
    axes.set(xlabel="distance r (Å)", ylabel="energy (eV)", ylim=(-5, 250), xlim=(2.1, 2.55))
    axes.legend()
    alt = "Energy below the shortest label: the model with the repulsion under it lies on the rising wall of the truth."
    return figure, alt


# ---- 4.5 ---------------------------------------------------------------------------------------

PAIR = np.array([[-1.625, 0.0, 0.0], [1.625, 0.0, 0.0]])  # Å, 3.25 Å apart
MOVED = [[0.1, 0.2, -0.1], [0.5, 0.1, 0.3]]  # Å


def applied(model, positions):
    """Energy (eV) and forces (2, 3) (eV/Å) of a pair, seen from the fixed centre."""
    energies, forces = model.predict(*describe(make_soap(), [ase.Atoms("HH", positions=positions)], [MIDPOINT]))
    return energies[0], forces[0]


def centred(answer, model, positions):
    """What the reader's function returns for a pair: energy and forces."""
    result = function(answer)(lambda given: applied(model, given), positions)
    if not isinstance(result, tuple | list) or len(result) != 2:
        raise StillWrong("centred(...) should return two things, the energy and the forces.")
    return number(result[0], "The energy", "eV"), array(result[1], (2, 3), "The array of forces", "eV/Å")


def judge_centred(answer, model):
    """A force field that does not notice when the pair is moved."""
    energy, _ = applied(model, PAIR)
    at_rest, _ = centred(answer, model, PAIR)
    moved = {shift: centred(answer, model, PAIR + shift) for shift in ((0.3, 0, 0), (0, 0.4, -0.2), (7, 0, 0))}
    changes = [abs(there - at_rest) for there, _ in moved.values()]
    if changes[0] > 1e-6:
        return f"A shift of 0.3 Å along x changes the energy by {changes[0]:.2g} eV: the model still sees where it is."
    if max(changes) > 1e-6:
        return "A shift along y and z still changes the energy: all three directions have to be brought back."
    if abs(at_rest - energy) > 1e-6:
        return (
            f"For a pair that lies right the energy has changed by {abs(at_rest - energy):.2g} eV. Which point of the "
            "pair is at the origin in all training data?"
        )
    positions = PAIR + MOVED
    _, forces = centred(answer, model, positions)
    numerical = numerical_forces(lambda given: centred(answer, model, given)[0], positions, step=1e-5)
    if np.abs(forces - numerical).max() > 1e-3:
        return "The energy is right now, but the forces are not its derivative: from which pair do they come?"
    answer(lambda given: applied(model, given), positions)  # here without the copy that `function` hands over
    if not np.array_equal(positions, PAIR + MOVED):
        return "It has moved the atoms that it was given: `-=` changes the caller's array. Make a new array."
    return ""


def draw_centred(answer, model):
    """The net force against the shift, with and without the remedy."""
    shifts = np.linspace(0, 0.3, 16)
    alone = [applied(model, PAIR + [shift, 0, 0])[1].sum(axis=0)[0] for shift in shifts]
    cured = [centred(answer, model, PAIR + [shift, 0, 0])[1].sum(axis=0)[0] for shift in shifts]
    figure, axes = plt.subplots(figsize=(6, 3))
    axes.plot(shifts, alone, **LINES["baseline"], label="the model alone")
    axes.plot(shifts, cured, **LINES["model"], label="centred")
    axes.set(xlabel="shift of the pair along x (Å)", ylabel="net force, x (eV/Å)")
    axes.legend()
    return figure, "Net force on the pair against its shift: it grows for the model alone, and stays zero if centred."

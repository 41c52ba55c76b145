"""Exercises 2.3 and 2.5: derivatives that do not belong to their features; a centre that moves along."""

import ase
import numpy as np
from dscribe.descriptors import SOAP
from matplotlib import pyplot as plt

from forcefield.exercises.answers import array, each_of, function, yes_or_no
from forcefield.finite_differences import central_difference
from forcefield.plots import COLOURS, LINES, POINTS

PLACES = np.array([[0.0, 0.0, 0.0], [1.3, 0.4, -0.2], [-0.5, 1.6, 0.7]])
"""Three atoms, Å."""

STEPS = np.logspace(-1, -7, 13)


def suspicious_derivatives():
    """Four descriptors of three atoms with what is called their derivatives; some do not belong together.

    Returns
    -------
    positions : ndarray of float64, shape (3, 3)
        Å.
    sets : dict of str to tuple
        "A" to "D": a function that takes positions, shape (3, 3), in Å, and returns the features of one centre, shape
        (n_features,); and derivatives, shape (3, 3, n_features): atom, axis, feature, in 1/Å.
    """
    settings = {"species": ["H"], "periodic": False, "r_cut": 4.0, "n_max": 3, "l_max": 1, "sigma": 0.5}
    plain = SOAP(**settings)
    weighted = SOAP(**settings, weighting={"function": "poly", "r0": 4.0, "c": 1, "m": 1})
    fixed = [[0.3, 0.2, 0.1]]
    atoms = ase.Atoms("H3", PLACES)

    def create(soap, center, digits=np.float64):
        return lambda positions: soap.create(ase.Atoms("H3", positions), centers=center)[0].astype(digits).astype(float)

    def derivatives(soap, center, **named):
        return soap.derivatives(atoms, centers=center, return_descriptor=False, **named)[0]

    return PLACES.copy(), {
        "A": (create(weighted, fixed), derivatives(plain, fixed)),
        "B": (create(plain, [0]), derivatives(plain, [0], attach=True)),
        "C": (create(plain, [0]), derivatives(plain, [0], attach=False)),
        "D": (create(plain, fixed, np.float32), derivatives(plain, fixed)),
    }


def _errors(features, derivatives):
    """Largest error of central differences, for each step, over the largest derivative."""
    errors = [np.abs(central_difference(features, PLACES, step) - derivatives).max() for step in STEPS]
    return np.array(errors) / np.abs(derivatives).max()


def _said(answer):
    return each_of(answer, "ABCD", yes_or_no, "True or False")


def judge_derivatives(answer):
    """Which derivatives belong to their features; the best of many steps decides."""
    said = _said(answer)
    for name, (features, derivatives) in suspicious_derivatives()[1].items():
        errors = _errors(features, derivatives)
        if said[name] and errors.min() > 1e-2:
            rows = np.abs(derivatives).max(axis=(1, 2))
            more = " Look at each atom by itself." if rows.min() < 0.5 * rows.max() else ""
            return (
                f"Set {name} is called right, and the central difference comes nowhere nearer than {errors.min():.0%} "
                f"of the largest derivative, whatever the step.{more}"
            )
        if not said[name] and errors.min() < 1e-2:
            small = errors[STEPS < 2e-6].min() > 1e-2
            more = "It rises again for small ones: round-off is no mistake." if small else "Which step did you take?"
            return (
                f"Set {name} is called wrong. Take many steps, large ones as well: at the best one the error is below "
                f"1 % of the largest derivative. {more}"
            )
    return ""


def draw_derivatives(answer):
    """Error against step of all sets, without their names, in two styles: called right and called wrong."""
    said = _said(answer)
    figure, axes = plt.subplots(figsize=(6.5, 3.2))
    styles = {True: ("model", "o-", "called right"), False: ("training", "x--", "called wrong")}
    for name, one in suspicious_derivatives()[1].items():
        role, style, words = styles[said[name]]
        axes.loglog(STEPS, _errors(*one), style, color=COLOURS[role], markersize=5, label=words)
    axes.set(xlabel="step h (Å)", ylabel="error / largest derivative", ylim=(1e-11, 5))
    handles, labels = axes.get_legend_handles_labels()
    by_words = dict(zip(labels, handles, strict=True))
    axes.legend(by_words.values(), by_words.keys())
    return figure, (
        "Error of central differences against the step for the four sets, without their names: circles for those that "
        "the answer calls right, crosses for the others. Right derivatives make a V, wrong ones a level line."
    )


def _molecule(seed):
    """Four atoms, and derivatives of a centre on each of them: centres that stay, centres that move; (4, 4, 3, k)."""
    rng = np.random.default_rng(seed)
    corners = np.array([[1.0, 1.0, 1.0], [1.0, -1.0, -1.0], [-1.0, 1.0, -1.0], [-1.0, -1.0, 1.0]])
    atoms = ase.Atoms("H4", corners + rng.normal(scale=0.2, size=(4, 3)))
    soap = SOAP(species=["H"], periodic=False, r_cut=4.0, n_max=2, l_max=2, sigma=0.5)
    centers = [0, 1, 2, 3]
    return [soap.derivatives(atoms, centers=centers, attach=one, return_descriptor=False) for one in (False, True)]


def _moved(answer, seed):
    stays, moves = _molecule(seed)
    move = function(answer)
    given = [array(move(stays[atom], atom), stays[atom].shape, "moving_with(derivatives, atom)") for atom in range(4)]
    return np.array(given), stays, moves


def judge_moving(answer):
    """`answer(derivatives, atom)`: from a centre that stays to one that moves with its atom; DScribe knows both."""
    for seed in (0, 1):
        given, stays, moves = _moved(answer, seed)
        others = ~np.eye(4, dtype=bool)
        if np.allclose(given, stays, atol=1e-9):
            return "Nothing has changed. When the atom moves, its centre moves too, and sees the others from elsewhere."
        if np.abs(given[others] - stays[others]).max() > 1e-9:
            return "The rows of the other atoms changed. When one of them moves, the centre stays where it is."
        if np.allclose(given[~others], -moves[~others], atol=1e-7):
            return (
                "The sign of the atom's own row is wrong: what the atom does to the right, the others do to the left."
            )
        total = np.abs(given.sum(axis=1)).max()
        if total > 1e-7:
            return (
                "Move all four atoms by the same small step, and the centre with its atom: nothing may change. So "
                f"the sum over the atoms must be zero, for each axis and feature; yours is up to {total:.2g} per Å."
            )
        if not np.allclose(given, moves, atol=1e-6):
            return "It differs from DScribe's answer with attach=True."
    return ""


def draw_moving(answer):
    """Derivatives by the centre's own atom, by the answer and by DScribe."""
    given, stays, moves = _moved(answer, 0)
    own = np.arange(4)
    figure, axes = plt.subplots(figsize=(4.4, 3.2))
    ends = np.array([moves[own, own].min(), moves[own, own].max()])
    axes.plot(ends, ends, **LINES["truth"])
    before = POINTS["baseline"] | {"markersize": 4}
    axes.plot(moves[own, own].ravel(), stays[own, own].ravel(), **before, label="centre stays")
    axes.plot(moves[own, own].ravel(), given[own, own].ravel(), **POINTS["model"] | {"markersize": 4}, label="yours")
    axes.set(xlabel="DScribe, attach=True (1/Å)", ylabel="derivative (1/Å)")
    axes.legend(fontsize=9)
    return figure, (
        "Derivatives by the atom on which the centre sits: those of a centre that stays, and those of the answer, "
        "against DScribe's for a centre that moves along. A right answer lies on the diagonal; the others do not."
    )

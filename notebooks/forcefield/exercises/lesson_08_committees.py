"""Exercises 8.1 and 8.2: the slope of a variance, and a committee whose spread grows where it is wrong."""

import numpy as np
from matplotlib import pyplot as plt

from forcefield.committees import Committee, energy_spread
from forcefield.descriptors import MIDPOINT, describe, make_soap
from forcefield.exercises.answers import NotAnswered, StillWrong, array, function
from forcefield.finite_differences import numerical_forces
from forcefield.plots import LINES, POINTS
from forcefield.systems import dimers, label, lennard_jones_calculator
from forcefield.training import train


def votes_at(positions, n_members):
    """Energies (n_members,) and forces (n_members, n_atoms, 3) of members that are sums of waves."""
    generator = np.random.default_rng(n_members)
    waves, offsets = generator.normal(size=(2, n_members, *positions.shape))
    angles = waves * positions + offsets
    return np.sin(angles).sum(axis=(1, 2)) + 2.0, -waves * np.cos(angles)


def downhill(spread_of, positions, n_members, step=1e-5):
    """Minus the slope of a function of the members' energies, (n_atoms, 3), by differences."""
    return numerical_forces(lambda moved: spread_of(votes_at(moved, n_members)[0]), positions, step)


def variance(energies):
    """The square of the spread, eV^2."""
    return energies.var(ddof=1)


def judge_variance_forces(answer):
    """The answer against differences of the variance."""
    answer = function(answer)
    for n_members in (3, 2, 5):
        positions = np.random.default_rng(7).normal(size=(3, 3))
        energies, forces = votes_at(positions, n_members)
        given = array(answer(energies, forces), (3, 3), "variance_forces(energies, forces)", "eV²/Å")
        true = downhill(variance, positions, n_members)

        def like(other, given=given):
            return np.allclose(given, other, atol=1e-6)

        if like(true):
            continue
        if like(true * (n_members - 1) / n_members):
            share = (n_members - 1) / n_members
            return f"With {n_members} members it is {share:.2f} of what it should be: as published."
        if like(-true) or like(-true * (n_members - 1) / n_members):
            return "The sign is reversed: like a force, it points to where the variance is smaller."
        if like(true / 2):
            return "It is half of what it should be: what is the slope of a square?"
        if like(downhill(lambda e: e.std(ddof=1), positions, n_members)):
            return "This is the slope of the spread, the root of the variance. Asked is that of the variance itself."
        if like(downhill(lambda e: (e**2).sum() / (len(e) - 1), positions, n_members)):
            return "It depends on the zero of the energy: what scatters are differences from the members' mean."
        worst = np.abs(given - true).max()
        return f"With {n_members} members it differs from the finite difference by up to {worst:.2g} eV²/Å."
    return ""


def draw_variance_forces(answer):
    """Each component against the finite difference, beside the published one."""
    figure, axes = plt.subplots(figsize=(4.4, 3.6))
    axes.plot([-1, 1], [-1, 1], **LINES["truth"])
    for n_members, role in ((2, "model"), (3, "training"), (5, "validation")):
        positions = np.random.default_rng(7).normal(size=(3, 3))
        true = downhill(variance, positions, n_members)
        given = np.asarray(function(answer)(*votes_at(positions, n_members)))
        scale = np.abs(true).max()
        axes.plot(true.ravel() / scale, given.ravel() / scale, label=f"members: {n_members}", **POINTS[role])
    axes.set(xlabel="finite difference (largest is 1)", ylabel="yours, same unit")
    axes.legend()
    return figure, "Components of the slope for 2, 3 and 5 members against finite differences, and the diagonal."


N_MEMBERS, INSIDE, RATIO = 8, 1.0, 3.0  # at most: meV/Å; error divided by spread
WALL = 2.2  # Å
FIT = {"method": "levenberg_marquardt", "iterations": 100}

fitted = {}
"""Committees that were fitted already: the judge and the picture ask for the same."""


def committee_of(settings, labelled):
    """The committee with these settings; a sentence if it cannot be made."""
    key = repr(settings), id(labelled)
    if key not in fitted:
        try:
            fitted[key] = Committee([train(labelled, **{**FIT, **one})[0] for one in settings])
        except (ValueError, TypeError) as refusal:
            raise StillWrong(f"A member cannot be fitted with these settings: {refusal}") from None
    return fitted[key]


def checked_settings(answer):
    """The eight settings, or what is wrong with them."""
    if answer is Ellipsis:
        raise NotAnswered
    if not isinstance(answer, list | tuple) or not all(isinstance(one, dict) for one in answer):
        raise StillWrong("The answer should be a list of dictionaries, such as [{'seed': 0}, ...].")
    if len(answer) != N_MEMBERS:
        raise StillWrong(f"The committee has {N_MEMBERS} members; these are settings for {len(answer)}.")
    if any(one.get("iterations", 0) > 200 for one in answer if isinstance(one.get("iterations", 0), int | float)):
        raise StillWrong("At most 200 iterations for a member: more settle nothing here.")
    for one in answer:
        hidden = one.get("hidden_units", (1,))
        one_layer = isinstance(hidden, list | tuple) and len(hidden) == 1
        if one.get("method", FIT["method"]) == FIT["method"] and not one_layer:
            raise StillWrong(
                f"hidden_units is {hidden!r}: one hidden layer of 32 is written (32,); this fit takes one."
            )
    different = {repr(sorted(one.items(), key=str)) for one in answer}
    if len(different) < N_MEMBERS:
        raise StillWrong(f"Only {len(different)} members differ: equal settings and seed give equal weights.")
    return list(answer)


def at_distances(committee, distances):
    """Error of the mean energy and spread, eV, at these distances (Å)."""
    pairs = dimers(distances)
    votes, _ = committee.votes(*describe(make_soap(), pairs, [MIDPOINT]))
    return np.abs(votes.mean(axis=0) - label(pairs, lennard_jones_calculator())[1]), energy_spread(votes)


def judge_members(answer, parts):
    """Small errors inside, and a spread of the size of the error at the wall."""
    settings, (labelled, rest) = checked_settings(answer), parts
    committee = committee_of(settings, labelled)
    _, forces = committee.predict(rest.descriptors, rest.derivatives)
    inside = 1e3 * np.linalg.norm(forces - rest.forces, axis=-1).mean()
    if inside > INSIDE:
        return (
            f"On unseen points inside the labels its force error is {inside:.2g} meV/Å; it may be {INSIDE:g} at most."
        )
    error, spread = (values[0] for values in at_distances(committee, [WALL]))
    if error / spread <= RATIO:
        return ""
    said = f"At {WALL} Å the error is {error / spread:.1f} times the spread. "
    if len({repr(sorted((name, one[name]) for name in one if name != "seed")) for one in settings}) == 1:
        return said + "The members differ in their seed and in nothing else: what do all of them share?"
    if len({one.get("activation", "tanh") for one in settings} - {"sigmoid"}) > 1:
        return said + "Their kinds differ. Is each kind there often enough to widen the spread?"
    return said + "They differ, but they leave the labels in much the same way. What decides how a network goes on?"


def draw_members(answer, parts):
    """Error and spread against distance."""
    committee, distances = committee_of(checked_settings(answer), parts[0]), np.linspace(2.2, 2.8, 61)
    error, spread = at_distances(committee, distances)
    figure, axes = plt.subplots(figsize=(5.5, 3))
    axes.semilogy(distances, error, label="true error of the mean", **LINES["truth"])
    axes.semilogy(distances, spread, label="spread", **LINES["model"])
    axes.axvline(2.5, **LINES["baseline"])
    title = f"error / spread at {WALL} Å: {error[0] / spread[0]:.1f}"
    axes.set(xlabel="distance r (Å)", ylabel="energy (eV)", title=title)
    axes.legend()
    return figure, "Error and spread of the committee from 2.2 to 2.8 Å; a dotted line marks the shortest label, 2.5 Å."

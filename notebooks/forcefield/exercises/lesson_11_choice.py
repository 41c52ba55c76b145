"""Lesson 11, exercise 11.4: which frames to label with a budget of atoms."""

import numpy as np
from matplotlib import pyplot as plt

from forcefield.exercises.answers import StillWrong, array
from forcefield.own_committee import own_fit
from forcefield.plots import COLOURS
from forcefield.predictions import predict_structures
from forcefield.several_sets import LabelledStructures

BUDGET = 280
"""Atoms in all frames that are labelled."""

FORCES, ENERGIES = 32.0, 5.0
"""Mean errors to reach on the composition that no frame has, meV/Å and meV/atom."""

_last = {}


def rows_of(answer, parts):
    """The chosen rows of the training part, a list of int, or a sentence."""
    rows = array(answer, (None,), "The list of frames")
    if not rows.size:
        raise StillWrong("No frame is chosen.")
    if np.any(rows != rows.round()) or rows.min() < 0 or rows.max() >= len(parts["training"]):
        raise StillWrong(f"Frames are numbered from 0 to {len(parts['training']) - 1}, in whole numbers.")
    if len(set(rows)) < len(rows):
        raise StillWrong("A frame is chosen twice: its label would be paid for once and say no more.")
    return rows.astype(int).tolist()


def errors_of(rows, parts, soap):
    """Mean absolute errors of a fit to these frames on the unseen composition: meV/Å and meV/atom."""
    key = (tuple(rows), id(parts["training"]))
    if key not in _last:
        unseen = parts["never trained on"]
        fitted = own_fit(LabelledStructures([parts["training"][row] for row in rows], soap))
        energies, forces = predict_structures(fitted, unseen)
        true = np.concatenate([structure.get_forces() for structure in unseen])
        wrong = [
            (energy - structure.get_potential_energy()) / len(structure)
            for energy, structure in zip(energies, unseen, strict=True)
        ]
        _last.clear()
        _last[key] = 1e3 * np.abs(np.concatenate(forces) - true).mean(), 1e3 * np.abs(wrong).mean()
    return _last[key]


def judge_rows(answer, parts, soap):
    """Errors on the unseen composition, within the budget."""
    rows = rows_of(answer, parts)
    chosen = [parts["training"][row] for row in rows]
    n_atoms, sizes = sum(map(len, chosen)), {len(structure) for structure in chosen}
    if n_atoms > BUDGET:
        return f"These frames have {n_atoms} atoms, and the budget is {BUDGET}."
    formulas = {structure.get_chemical_formula() for structure in chosen}
    if len(formulas) == 1:
        return (
            f"All frames are {formulas.pop()}: with one composition, nothing says what a copper and what a gold atom "
            "is worth."
        )
    if n_atoms < 60:
        return f"These frames have {n_atoms} atoms: the budget allows {BUDGET}."
    forces, energies = errors_of(rows, parts, soap)
    if forces <= FORCES and energies <= ENERGIES:
        return ""
    said = (
        f"{n_atoms} atoms: errors of {forces:.0f} meV/Å and {energies:.1f} meV/atom on the unseen composition, not yet "
    )
    said += f"{FORCES:g} and {ENERGIES:g}. "
    if sizes == {13}:
        return said + "Clusters of 13 have one atom with neighbours on all sides; which frames have more?"
    if sizes == {55}:
        return said + "Few large clusters have few orders and compositions; what else does the budget buy?"
    groups = [structure.info["group"] for structure in chosen]
    if len(set(groups)) <= 0.6 * len(groups):
        return said + "Many of these frames are of the same run: neighbours in time say the same twice."
    return said + "Which compositions, orders or sizes are missing?"


def draw_rows(answer, parts, soap):
    """Errors beside what is to be reached."""
    found = errors_of(rows_of(answer, parts), parts, soap)
    figure, panels = plt.subplots(1, 2, figsize=(5.6, 2.4))
    units = ("forces (meV/Å)", "energies (meV/atom)")
    for axes, error, bound, unit in zip(panels, found, (FORCES, ENERGIES), units, strict=True):
        axes.bar([0], [error], width=0.5, color=COLOURS["model"])
        axes.axhline(bound, color=COLOURS["truth"], linestyle="--")
        axes.set(xlim=(-1, 1), xticks=[], ylabel=unit, ylim=(0, 1.3 * max(error, bound)))
    figure.suptitle("errors on the unseen composition; dashed: to reach", fontsize=10)
    return (
        figure,
        "Two bars, force and energy errors on the unseen composition, beside dashed lines that are to be reached.",
    )

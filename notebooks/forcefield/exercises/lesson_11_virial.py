"""Lesson 11, exercise 11.5: from ASE's stress to the virial that other programs take."""

import numpy as np
from ase.build import bulk
from ase.calculators.emt import EMT
from matplotlib import pyplot as plt

from forcefield.exercises.answers import array, function
from forcefield.plots import LINES, POINTS

STEP = 1e-5
"""Of the strain, in the differences below."""

SHEAR = np.array([[0.02, 0.010, -0.004], [0.0, -0.03, 0.017], [0.0, 0.0, 0.01]])


def crystal():
    """Copper, strained so that the six components of its stress all differ, atoms a little out of place; with EMT."""
    atoms = bulk("Cu", cubic=True)
    atoms.set_cell(atoms.cell.array @ (np.eye(3) + SHEAR), scale_atoms=True)
    atoms.rattle(0.03, seed=3)
    atoms.calc = EMT()
    return atoms


def virial_by_differences(atoms):
    """Minus the derivative of the energy by the strain, (3, 3), eV: from energies of strained copies alone."""
    virial = np.zeros((3, 3))
    for row in range(3):
        for column in range(3):
            energies = []
            for sign in (1, -1):
                strain = np.zeros((3, 3))
                strain[row, column] += sign * STEP / 2
                strain[column, row] += sign * STEP / 2
                copy = atoms.copy()
                copy.set_cell(copy.cell.array @ (np.eye(3) + strain), scale_atoms=True)
                copy.calc = EMT()
                energies.append(copy.get_potential_energy())
            virial[row, column] = -(energies[0] - energies[1]) / (2 * STEP)
    return virial


def judge_virial(answer):
    """The virial of a strained crystal, beside differences of its energy."""
    atoms = crystal()
    given = function(answer)(atoms)
    if np.shape(given) == (6,):
        return "These are the six components of the stress; GAP takes all nine, as an array of shape (3, 3)."
    found = array(given, (3, 3), "virial_of(atoms)", "eV")
    expected, volume = virial_by_differences(atoms), atoms.get_volume()

    def close(other):
        return np.allclose(found, other, atol=1e-3 * np.abs(other).max())

    if close(expected):
        return ""
    if close(-expected):
        return "The sign: this crystal is stretched and pulls inwards, and a virial is positive where a crystal pushes."
    for sign, words in ((1, ""), (-1, " Look at the sign, too.")):
        if close(sign * expected / volume):
            return f"This is in eV/Å³, as a stress is; a virial is an energy, in eV.{words}"
    off_diagonal = found[0, 1] + found[1, 2], found[1, 2] + found[0, 1]
    if np.allclose(np.abs(np.diag(found)), np.abs(np.diag(expected)), rtol=1e-3) and np.any(off_diagonal):
        return (
            "The diagonal is right, up to its sign, and the rest is not: ASE orders six components as xx, yy, zz, yz, "
            "xz, xy, and VASP as xx, yy, zz, xy, yz, zx."
        )
    return "It is not minus the derivative of the energy by the strain, as differences of energies give it."


def draw_virial(answer):
    """Nine components beside the differences."""
    atoms = crystal()
    figure, axes = plt.subplots(figsize=(5.6, 2.6))
    names = [first + second for first in "xyz" for second in "xyz"]
    axes.plot(
        virial_by_differences(atoms).ravel(), "_", markersize=18, color=LINES["truth"]["color"], label="differences"
    )
    axes.plot(np.asarray(answer(atoms)).ravel(), **POINTS["model"], label="your function")
    axes.axhline(0, color="0.6", linewidth=0.8)
    axes.set(xticks=range(9), xticklabels=names, ylabel="virial (eV)")
    axes.legend(fontsize=9)
    return (
        figure,
        "Nine components of the virial of a strained crystal: from differences of energies, and from the function.",
    )

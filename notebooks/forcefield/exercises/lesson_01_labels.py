"""Exercises 1.1 and 1.2: the place and depth of a well; labels whose forces do not fit their energies."""

import numpy as np
from ase import units
from matplotlib import pyplot as plt

from forcefield.exercises.answers import StillWrong, array, each_of, function, number
from forcefield.plots import COLOURS, LINES, POINTS
from forcefield.systems import dimers, label, lennard_jones, lennard_jones_calculator

WELLS = ((3.0, 1.0), (2.5, 0.2), (4.1, 3.0))
"""Where the minimum is asked for, Å, and how deep, eV."""


def _parameters(answer, distance, depth):
    """Sigma (Å) and epsilon (eV) that the reader's function returns."""
    name = f"well_at({distance}, {depth})"
    sigma, epsilon = array(function(answer)(distance, depth), (2,), name)
    if sigma <= 0:
        raise StillWrong(f"{name} returns a sigma of {sigma:g} Å: the size of an atom is above zero.")
    if epsilon <= 0:
        raise StillWrong(
            f"{name} returns an epsilon of {epsilon:g} eV, which turns the curve upside down. The formula has the "
            "minus of the well already; epsilon is how deep it is, a positive number."
        )
    return sigma, epsilon


def judge_well(answer):
    """`answer(distance, depth)` gives sigma and epsilon; the lowest point of their curve is looked for on a grid."""
    for distance, depth in WELLS:
        sigma, epsilon = _parameters(answer, distance, depth)
        grid = np.linspace(0.4 * distance, 2.5 * distance, 20001)
        energies, _ = lennard_jones(grid, sigma, epsilon)
        lowest = energies.argmin()
        found = f"For a minimum at {distance} Å, {depth} eV deep, your curve"
        if np.isclose(sigma, depth) and not np.isclose(epsilon, depth):
            return f"{found} has sigma = {sigma:g} Å: is the order sigma, epsilon?"
        if np.isclose(sigma, distance, rtol=1e-3):
            return f"{found} crosses zero at {distance} Å: that is what sigma stands for. The minimum lies further out."
        if abs(grid[lowest] - distance) > 2e-3 * distance:
            side = "beyond" if grid[lowest] > distance else "before"
            return (
                f"{found} has its minimum at {grid[lowest]:.2f} Å, {side} the place asked for. Take the formula for "
                "the distance of the minimum, and solve it for sigma."
            )
        ratio = -energies[lowest] / depth
        if np.isclose(ratio, 4, rtol=1e-2) or np.isclose(ratio, 0.25, rtol=1e-2):
            return (
                f"{found} is {-energies[lowest]:.2f} eV deep: the factor 4 stands in the formula of the energy already."
            )
        if abs(ratio - 1) > 1e-2:
            return f"{found} is {-energies[lowest]:.2f} eV deep. What is the energy at the minimum?"
    return ""


def draw_well(answer):
    """The curves that were asked for, and crosses where their minima should be."""
    figure, axes = plt.subplots(figsize=(6.5, 3.2))
    r = np.linspace(2.0, 6.0, 600)
    for (distance, depth), role in zip(WELLS, ("truth", "model", "training"), strict=True):
        axes.plot(r, lennard_jones(r, *_parameters(answer, distance, depth))[0], **LINES[role])
        axes.plot(distance, -depth, "x", color=COLOURS[role], markersize=10, markeredgewidth=2)
    axes.set(xlabel="distance $r$ (Å)", ylabel="energy $E$ (eV)", ylim=(-3.5, 1.5))
    return figure, (
        "Lennard-Jones curves of the answer for three wells, and a cross at each place where the minimum should be."
    )


def suspicious_labels():
    """Four sets of labels of the same pairs of atoms; in some of them forces and energies do not fit.

    Returns
    -------
    distances : ndarray of float64, shape (101,)
        Å, from 3 to 4.
    sets : dict of str to tuple
        "A" to "D": what is called energies, shape (101,), said to be in eV, and forces, shape (101, 2, 3), in eV/Å.
    """
    distances = np.linspace(3.0, 4.0, 101)
    _, energies, forces = label(dimers(distances), lennard_jones_calculator())
    scales = {"A": (1.0, -1.0), "B": (1.0, 1.0), "C": (1.0, units.Hartree), "D": (units.Hartree, 1.0)}
    return distances, {name: (of_E * energies, of_F * forces) for name, (of_E, of_F) in scales.items()}


def _factors(answer):
    return each_of(answer, "ABCD", number, "one number")


def judge_factors(answer):
    """The numbers by which the forces must be multiplied; compared with the slope of the energies."""
    distances, sets = suspicious_labels()
    factors, ratios = _factors(answer), {}
    for name, (energies, forces) in sets.items():
        slopes = np.gradient(energies, distances)
        right_atom = factors[name] * forces[:, 1, 0]  # it moves to larger x when the distance grows
        ratios[name] = -(right_atom @ slopes) / (slopes @ slopes)
    if all(abs(ratio + 1) < 0.03 for ratio in ratios.values()):
        return (
            "All four have the wrong sign. Which atom did you look at? For atom 0, the left one, the x force is plus "
            "the slope; and when you compare, mind the minus in the definition of a force."
        )
    for name, ratio in ratios.items():
        scaled = f"With your factor, the forces of set {name}"
        if abs(ratio + 1) < 0.03:
            return f"{scaled} have the right size and point uphill: a force is minus the slope."
        if min(abs(abs(ratio) - 2), abs(abs(ratio) - 0.5)) < 0.03:
            return (
                f"{scaled} are off by a factor of two. When the distance grows by dr, let one atom move by all of it, "
                "or each by one half; the force on each atom is the same in both pictures, and no half of it is "
                "meant."
            )
        original = ratio / factors[name] if factors[name] else 0
        if original and abs(factors[name] / original - 1) < 0.03 and abs(ratio - 1) > 0.03:
            return (
                f"{scaled} are further off than before. You give the forces over minus the slope; asked is the "
                "inverse, the number by which they must be multiplied."
            )
        if abs(ratio - 1) > 0.03:
            return f"{scaled} are {abs(ratio):.2g} times as large as minus the slope of its energies."
    return ""


def draw_factors(answer):
    """Minus the slope of the energies, and the forces times the factors."""
    distances, sets = suspicious_labels()
    factors = _factors(answer)
    figure, panels = plt.subplots(1, 4, figsize=(7.5, 2.5), sharey=True)
    for axes, (name, (energies, forces)) in zip(panels, sets.items(), strict=True):
        slopes = np.gradient(energies, distances)
        largest = np.abs(slopes).max()
        scaled = factors[name] * forces[:, 1, 0] / largest
        axes.plot(distances, -slopes / largest, **LINES["truth"], label="− slope")
        axes.plot(distances[::10], scaled[::10], **POINTS["model"], label="forces × factor")
        axes.set(title=f"set {name}", xlabel="distance (Å)")
    panels[0].set(ylabel="force on atom 1 / largest", ylim=(-1.5, 1.5))
    panels[0].legend(fontsize=8, loc="lower right")
    return figure, (
        "Four panels, one for each set of labels: minus the slope of the energies as a line, and the forces times the "
        "factor of the answer as points. Where the factor is right, the points lie on the line."
    )

"""Lesson 10: what is said to answers about the number of features and the vibrations."""

import numpy as np
from ase import units
from matplotlib import pyplot as plt

from forcefield.descriptors import make_soap
from forcefield.exercises.answers import StillWrong, array, function, number
from forcefield.molecule import reaction_path, vibrations
from forcefield.plots import COLOURS, LINES, POINTS

ELEMENTS = ("H", "C", "N", "O", "F", "S")
PER_ROOT = units._hbar * 1e10 / np.sqrt(units._e * units._amu) / units.invcm
"""The frequency of the root of 1 eV/(Å² u), cm⁻¹."""


def by_dscribe(n_elements, n_max, l_max):
    """Number of features of a SOAP that DScribe makes."""
    soap = make_soap(species=ELEMENTS[:n_elements], cutoff_radius=4.0, sigma=0.4, n_max=n_max, l_max=l_max)
    return soap.get_number_of_features()


def judge_features(answer):
    """The number of features for several settings, beside DScribe's."""
    n_features = function(answer)
    for n_elements, n_max, l_max in ((3, 4, 4), (1, 4, 4), (2, 3, 0), (6, 2, 5)):
        given = number(n_features(n_elements, n_max, l_max), f"features_of_soap({n_elements}, {n_max}, {l_max})")
        true, radial = by_dscribe(n_elements, n_max, l_max), n_elements * n_max
        if given == true:
            continue
        named = {
            radial * (radial + 1) // 2 * l_max: "l runs from 0 to l_max: how many values are these?",
            radial**2 * (l_max + 1): "A pair of radial functions and the same pair in the other order is one feature.",
            radial * (radial - 1) // 2 * (l_max + 1): "A radial function pairs with itself, too.",
            n_elements * (n_max * (n_max + 1) // 2) * (l_max + 1): "Pairs of unlike elements are missing.",
            n_elements * (n_elements + 1) // 2 * (n_max * (n_max + 1) // 2) * (l_max + 1): (
                "For a pair of unlike elements n n' and n' n are two features, not one."
            ),
        }
        why = named.get(given, "Count all radial functions of all elements first, then their pairs.")
        return f"With {n_elements} elements, n_max {n_max} and l_max {l_max} DScribe has {true}, not {given:g}. {why}"
    return ""


def draw_features(answer):
    """Number of features against the number of elements."""
    counts = np.arange(1, 11)
    found = [number(function(answer)(int(n), 4, 4)) for n in counts]
    figure, axes = plt.subplots(figsize=(6, 3))
    axes.plot(counts, found, label="your function", **LINES["model"])
    axes.plot(counts[:6], [by_dscribe(int(n), 4, 4) for n in counts[:6]], label="DScribe", **POINTS["truth"])
    axes.set(xlabel="elements", ylabel="features (n_max = l_max = 4)")
    axes.legend()
    return figure, (
        f"Number of features against the number of elements: your curve rises to {found[-1]:.0f} with 10 elements; "
        "points are DScribe's for 1 to 6."
    )


def found_frequencies(answer, hessian, masses):
    """What the reader's function returns, in ascending order, cm⁻¹."""
    given = function(answer)(hessian, masses)
    if isinstance(given, np.ndarray) and given.dtype.kind == "f" and np.isnan(given).any():
        raise StillWrong("A negative eigenvalue has no root: take that of its size, and give it the sign afterwards.")
    return np.sort(array(given, (len(hessian),), "frequencies(...)", "cm⁻¹"))


def judge_frequencies(answer):
    """Two atoms on a spring, where the frequency is known; then a molecule, a heavier one, a transition state."""
    spring, masses = 30.0, np.array([1.0, 16.0])  # eV/Å², u
    line = np.zeros((6, 6))
    line[[0, 3], [0, 3]], line[[0, 3], [3, 0]] = spring, -spring
    reduced = masses.prod() / masses.sum()
    true, given = PER_ROOT * np.sqrt(spring / reduced), found_frequencies(answer, line, masses)[-1]
    weights = np.repeat(masses, 3)
    named = {
        PER_ROOT * np.sqrt(2 * spring): "no masses enter",
        PER_ROOT * spring / reduced: "the root of the eigenvalue is missing",
        np.sqrt(spring / reduced): "it is in the root of eV/(Å² u), not in cm⁻¹",
        PER_ROOT * np.sqrt(spring / reduced) * 2 * np.pi: "there is a factor of 2π too much",
        PER_ROOT * np.sqrt(spring / reduced) / (2 * np.pi): "there is a factor of 2π too little, it is in the unit",
        PER_ROOT * np.sqrt(np.linalg.eigvalsh(line / weights[:, None])[-1]): (
            "an entry is divided by the mass of its row alone: then the matrix is not symmetric"
        ),
        PER_ROOT * np.sqrt(np.linalg.eigvalsh(line / np.outer(weights, weights))[-1]): (
            "an entry is divided by the product of two masses, not by its root"
        ),
    }
    if not np.isclose(given, true, rtol=1e-3):
        why = next((words for value, words in named.items() if np.isclose(given, value, rtol=1e-5)), "")
        return f"Two atoms of 1 and 16 u on a spring of 30 eV/Å² swing with {true:.0f} cm⁻¹, yours with {given:.0f}" + (
            f": {why}." if why else ". Each row and each column of the Hessian belongs to one atom."
        )
    minimum, top, _ = reaction_path()
    for name, structure in (("minimum", minimum), ("transition state", top)):
        for heavy in (minimum.get_masses()[5], 2.014):
            masses = minimum.get_masses()
            masses[5] = heavy
            true = vibrations(structure.info["hessian"], masses)
            given = found_frequencies(answer, structure.info["hessian"], masses)
            if true[0] < 0 and given[0] > -100:
                return "The transition state has one imaginary frequency: give it with a minus sign."
            kept = np.sort(given[np.argsort(np.abs(given))[6:]])
            if not np.allclose(kept, true, atol=0.5):
                worst = np.abs(kept - true).max()
                rows = " Have the rows x, y, z of an atom the mass of this atom?" if worst > 50 else ""
                return f"In the {name} a frequency is wrong by {worst:.0f} cm⁻¹.{rows}"
    return ""


def draw_frequencies(answer):
    """Frequencies of the minimum with hydrogen and with deuterium."""
    minimum = reaction_path()[0]
    figure, axes = plt.subplots(figsize=(7, 2.6))
    largest = []
    for place, (name, mass, role) in enumerate((("hydrogen", None, "truth"), ("deuterium", 2.014, "model"))):
        masses = minimum.get_masses()
        masses[5] = mass or masses[5]
        given = found_frequencies(answer, minimum.info["hessian"], masses)
        axes.vlines(given[given > 50], place + 0.1, place + 0.9, color=COLOURS[role])
        largest.append(f"{name} {(given > 50).sum()} lines up to {given[-1]:.0f} cm⁻¹")
    axes.set(xlabel="frequency (cm⁻¹)", yticks=[0.5, 1.5], yticklabels=["H in the middle", "D in the middle"])
    return figure, (
        f"Frequencies of the minimum as vertical lines, in two rows, by your function: {'; '.join(largest)}. With the "
        "heavier atom the lines that move it lie lower, the others stay."
    )

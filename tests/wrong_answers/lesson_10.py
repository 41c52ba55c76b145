"""Wrong answers to the exercises of lesson 10."""

import numpy as np
from ase import units
from ase.io import read

from forcefield.molecule import LABELS, proton_coordinate, rows_in_time

KCAL = units.kcal / units.mol
FRAMES = read(LABELS / "malonaldehyde.extxyz.gz", ":")
POOL, TEST, OPENED = rows_in_time(FRAMES)
GROUPS = np.array([FRAMES[row].info["group"] for row in POOL])
by_place = POOL[np.argsort(np.abs(proton_coordinate([FRAMES[row] for row in POOL])))]
nearest_to_the_top = by_place[:30]


def pairs(number):
    return number * (number + 1) // 2


def weighted(hessian, masses, power=0.5):
    """Eigenvalues of a Hessian whose entries are divided by a power of both masses."""
    root = np.repeat(masses, 3) ** power
    return np.linalg.eigvalsh(hessian / np.outer(root, root))


def per_root(squares):
    return 521.4709 * np.sign(squares) * np.sqrt(np.abs(squares))


def binding(energy, symbols, atoms):
    return energy - sum(atoms[symbol] for symbol in symbols)


WRONG = {
    "10.1": [
        (lambda energies, forces: (energies / KCAL, forces / KCAL), "divided where they should be multiplied"),
        (lambda energies, forces: (energies / KCAL, forces * KCAL), "the energies were divided"),
        (lambda energies, forces: (energies * KCAL, forces / KCAL), "Å stays Å"),
        (lambda energies, forces: ((energies - energies[0]) * KCAL, forces * KCAL), "lost their zero"),
        (lambda energies, forces: (energies * 0.0434, forces * 0.0434), "right to some digits"),
        (lambda energies, forces: (energies * KCAL, -forces * KCAL), "the forces -1 times"),
        (lambda energies, forces: (energies, forces), "as they came"),
        (lambda energies, forces: (energies * KCAL, forces), "the other is not"),
        (lambda energies, forces: (energies * KCAL / 4.184, forces * KCAL / 4.184), "a kcal is 4.184 kJ"),
        (lambda energies, forces: (energies * units.kcal, forces * units.kcal), "the number of molecules"),
        (lambda energies, forces: energies * KCAL, "should return two arrays"),
    ],
    "10.2": [
        (lambda n, n_max, l_max: pairs(n * n_max) * l_max, "l runs from 0"),
        (lambda n, n_max, l_max: (n * n_max) ** 2 * (l_max + 1), "in the other order"),
        (lambda n, n_max, l_max: n * pairs(n_max) * (l_max + 1), "unlike elements are missing"),
        (lambda n, n_max, l_max: pairs(n) * pairs(n_max) * (l_max + 1), "are two features"),
        (lambda n, n_max, l_max: pairs(n * n_max - 1) * (l_max + 1), "pairs with itself"),
    ],
    "10.3": [
        (POOL[:31], "the budget is 30"),
        ([POOL[0], POOL[0]], "listed twice"),
        ([*POOL[:5], TEST[0]], "a test frame"),
        ([*POOL[:5], OPENED[0]], "an open ring"),
        (POOL[GROUPS == "300K"][:30], "near the middle"),
        (POOL[GROUPS == "600K_bias"][np.random.default_rng(0).permutation(90)[:30]], "which do your frames come from"),
        (nearest_to_the_top, "near a minimum"),
        (by_place[np.linspace(0, len(POOL) - 1, 20).astype(int)], "spread the others, or take other ones"),
        ([0.5, 1.5], "whole numbers"),
    ],
    "10.4": [
        (lambda hessian, masses: per_root(np.linalg.eigvalsh(hessian)), "no masses enter"),
        (lambda hessian, masses: 521.4709 * weighted(hessian, masses), "the root of the eigenvalue is missing"),
        (lambda hessian, masses: per_root(weighted(hessian, masses, 1)), "not by its root"),
        (lambda hessian, masses: per_root(weighted(hessian, masses)) * 2 * np.pi, "2π too much"),
        (lambda hessian, masses: per_root(weighted(hessian, masses)) / (2 * np.pi), "2π too little"),
        (lambda h, masses: per_root(np.linalg.eigvalsh(h / np.repeat(masses, 3)[:, None])), "its row alone"),
        (
            lambda h, masses: per_root(np.linalg.eigvalsh(h / np.sqrt(np.outer(*[np.tile(masses, 3)] * 2)))),
            "rows x, y, z",
        ),
        (lambda hessian, masses: np.abs(per_root(weighted(hessian, masses))), "with a minus sign"),
        (lambda hessian, masses: 521.4709 * np.sqrt(weighted(hessian, masses)), "A negative eigenvalue has no root"),
    ],
    "10.5": [
        (lambda *given: True, "True to everything"),
        (lambda *given: -10 < binding(*given) < 0, "how much is that for each"),
        (lambda energy, symbols, atoms: abs(binding(energy, symbols, atoms)) < 10 * len(symbols), "asked for?"),
        (lambda *given: binding(*given) < 0, "hundreds of eV for each atom"),
        (lambda *given: abs(binding(*given)) < 100, "a crystal holds its energy for each atom"),
        (lambda energy, symbols, atoms: binding(energy, symbols, atoms) > -10 * len(symbols), "would fall apart"),
        (lambda energy, symbols, atoms: -40 < energy - sum(atoms.values()) < 0, "Is every atom counted"),
    ],
}

RIGHT = {
    "10.1": [
        lambda energies, forces: (energies * 0.043364, forces * 0.043364),
        lambda energies, forces: (energies / 23.0605, forces / 23.0605),
    ],
    "10.4": [
        lambda h, masses: per_root(np.sort(np.linalg.eigvals(h / np.repeat(masses, 3)[:, None]).real)),
    ],
}
"""Right answers, some of which were refused once."""

"""Wrong answers to the exercises of lesson 7, and the words that each one must be told."""

import numpy as np
from ase import units

from forcefield.exercises.lesson_07_judges import EXPONENTS, LIGHT, added_once, coefficients, slopes


def without_the_centre(positions, weights):
    forces = slopes(positions, weights)
    forces[0] = 0
    return forces


def one_for_all(positions, weights):
    """The c in place of each neighbour's own part: right for one neighbour only."""
    (n, m), c, vectors = np.triu_indices(3), coefficients(positions), positions[1:] - positions[0]
    slope = weights * (1 - np.tanh(weights @ (c[n] * c[m])) ** 2)
    by_c = np.bincount(n, slope * c[m]) + np.bincount(m, slope * c[n])
    pushes = 2 * (by_c @ (EXPONENTS * c)) * vectors
    return np.concatenate([[-pushes.sum(axis=0)], pushes])


def share(atoms, motions):
    return 2 * atoms.get_kinetic_energy() / (motions * units.kB)


WRONG = {
    "7.1": [
        (slopes, "finite differences"),
        (added_once, "adds once"),
        (one_for_all, "a dE/dr² of its own"),
        (lambda positions, weights: -slopes(positions, weights), "wrong sign"),
        (lambda positions, weights: slopes(positions, weights) / 2, "derivative of r²"),
        (lambda positions, weights: slopes(positions, weights, bend=float), "has a slope, too"),
        (lambda positions, weights: slopes(positions, weights, coefficients(positions)), "only the first factor"),
        (without_the_centre, "not to zero"),
        (lambda positions, weights: np.ones_like(positions), "differs from the finite difference"),
        (lambda positions, weights: slopes(positions, weights)[1:], "has the shape (1, 3)"),
    ],
    "7.2": [
        (lambda wave_number, time_step: 1 / (2 * np.pi * LIGHT * wave_number * time_step), "wrong by 2π"),
        (lambda wave_number, time_step: 1 / (LIGHT * wave_number), "period in fs"),
        (lambda wave_number, time_step: 1 / (1e5 * LIGHT * wave_number * time_step), "power of ten"),
        (lambda wave_number, time_step: LIGHT * wave_number * time_step, "periods"),
        (lambda wave_number, time_step: wave_number / LIGHT / time_step, "a shorter period"),
        (lambda wave_number, time_step: 0, "0 periods"),
    ],
    "7.3": [
        (lambda atoms: share(atoms, 3 * len(atoms)), "338 K"),
        (lambda atoms: share(atoms, 3 * len(atoms) - 3), "367 K"),
        (lambda atoms: share(atoms, 33), "does it count the atoms"),
        (lambda atoms: share(atoms, 3 * len(atoms) - 6) * units.kB, "in eV"),
        (lambda atoms: share(atoms, 3 * len(atoms) - 6) / 2, "one half of kB T"),
        (lambda atoms: 300.0, "Thirteen atoms at 400 K"),
    ],
    "7.4": [
        (np.arange(20), "calm frames"),
        (np.arange(14, 34), "in the upper half by energy"),
        (np.arange(60) < 20, "np.flatnonzero"),
        ([True] * 20 + [False] * 40, "np.flatnonzero"),
        (np.arange(19), "these are 19 rows"),
        (np.repeat(np.arange(10), 2), "Only 10 different frames"),
        (np.arange(20) - 1, "whole numbers from 0"),
        (np.arange(20) + 0.5, "whole numbers from 0"),
    ],
}

ABOUT = {"7.4": ("copper_set", "copper_set")}

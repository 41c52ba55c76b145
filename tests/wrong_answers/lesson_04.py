"""Wrong answers to the exercises of lesson 4."""

import numpy as np
from ase.units import kB


def numbers(mean=lambda d: np.abs(d).mean(), root=lambda d: np.sqrt((d**2).mean()), largest=lambda d: np.abs(d).max()):
    return lambda predicted, true: tuple(of(predicted - true) for of in (mean, root, largest))


def of_vectors(difference):
    size = difference**2
    return np.sqrt((size.sum(axis=-1) if difference.ndim > 1 else size).mean())


def parts(chosen, share, seed, rows=True, draw=True):
    order = np.random.default_rng(seed).permutation(len(chosen)) if draw else np.arange(len(chosen))
    first, rest = np.split(order, [round(share * len(chosen))])
    return (chosen[rest], chosen[first]) if rows else (rest, first)


def putting_back(chosen, share, seed):
    validation = np.random.default_rng(seed).choice(chosen, round(share * len(chosen)), replace=True)
    return np.setdiff1d(chosen, validation), validation


def overlapping(chosen, share, seed):
    return chosen, parts(chosen, share, seed)[1]


def thermal(energies, errors, temperature, sign=-1, unit=kB, lowest=True, total=True, size=np.abs):
    weights = np.exp(sign * (energies - energies.min() * lowest) / (unit * temperature))
    return np.sum(weights * size(errors)) / (weights.sum() if total else len(errors))


def of_temperature(**changes):
    return lambda *about: thermal(*about, **changes)


def exponential(distances, strength=14.0, length=0.153):
    return strength * np.exp(-(distances - 2.5) / length)


def with_jump(distances):
    return np.where(distances < 2.6, exponential(distances), 0.0)


def centre_at(point):
    return lambda apply_model, positions: apply_model(positions - point(positions))


def moves_the_atoms(apply_model, positions):
    positions -= positions.mean(axis=0)
    return apply_model(positions)


def thermal_root(energies, errors, temperature):
    return np.sqrt(thermal(energies, errors**2, temperature))


def forces_from_there(apply_model, positions):
    return apply_model(positions - positions.mean(axis=0))[0], apply_model(positions)[1]


WRONG = {
    "4.1": [
        (numbers(mean=lambda d: abs(d.mean())), "the signs cancel"),
        (numbers(root=lambda d: np.sqrt(d.mean() ** 2)), "that is the bias"),
        (numbers(root=lambda d: np.sqrt(d**2).mean()), "the root is taken before the mean"),
        (numbers(root=lambda d: (d**2).mean()), "the unit squared"),
        (numbers(largest=lambda d: d.max()), "look at sizes"),
        (numbers(root=of_vectors), "per component"),
        (numbers(root=lambda d: 0.9 * np.abs(d).mean()), "they can only rise"),
        (numbers(root=lambda d: d.std()), "here they are 0.4, 0, 0.4"),
        (numbers(mean=lambda d: np.median(np.abs(d))), "Errors of 0, 0, 0 and 4"),
    ],
    "4.2": [
        (lambda *about: parts(*about, rows=False), "Rows of the test set among them"),
        (putting_back, "drawn twice within a part"),
        (overlapping, "in training and in validation"),
        (lambda *about: parts(*about, draw=False), "nothing is drawn at random"),
        (lambda chosen, share, seed: parts(chosen, share, None), "nobody can repeat"),
        (lambda chosen, share, seed: parts(chosen, 1 - share, seed), "is 10 for validation"),
        (lambda chosen, share, seed: (chosen[:5], chosen[5:9]), "are in neither part"),
        (lambda chosen, share, seed: chosen, "two arrays of rows"),
    ],
    "4.3": [
        (of_temperature(sign=1), "Which way does the exponent go"),
        (of_temperature(unit=1.0), "all points count alike"),
        (of_temperature(total=False), "have to add up to 1"),
        (of_temperature(size=lambda errors: errors), "take the size of each error"),
        (of_temperature(lowest=False), "subtract the lowest energy first"),
        (of_temperature(unit=2 * kB), "3 times less likely"),
        (lambda *about: abs(thermal(*about, size=lambda errors: errors)), "take the size of each error first"),
        (thermal_root, "that is a root mean square"),
    ],
    "4.4": [
        (lambda distances: 0 * distances, "must rise"),
        (lambda distances: exponential(distances, length=0.3), "too soft"),
        (lambda distances: exponential(distances, length=0.12), "too hard"),
        (with_jump, "a jump or a kink"),
    ],
    "4.5": [
        (lambda apply_model, positions: apply_model(positions), "still sees where it is"),
        (centre_at(lambda positions: positions.mean(axis=0) * [1, 0, 0]), "all three directions"),
        (centre_at(lambda positions: positions[0]), "Which point of the pair"),
        (moves_the_atoms, "It has moved the atoms"),
        (forces_from_there, "from which pair do they come"),
        (lambda apply_model, positions: apply_model(positions)[0], "two things"),
    ],
}

ABOUT = {"4.3": ("dimer_set", "dimer_model"), "4.4": ("dimer_set",), "4.5": ("dimer_model",)}

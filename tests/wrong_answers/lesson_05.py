"""Wrong answers to the exercises of lesson 5."""

import math

import numpy as np

# ---- 5.1 ---------------------------------------------------------------------------------------


def seeds(count):
    """A function of factor and spread that rounds `count` up, at least 2."""
    return lambda factor, spread: max(2, math.ceil(count(factor, spread)))


# ---- 5.2 ---------------------------------------------------------------------------------------


def loss_of(of_energy, of_forces=lambda forces: np.mean(np.concatenate(forces) ** 2)):
    def loss(energy_errors, force_errors, n_atoms, weight):
        return of_energy(energy_errors, n_atoms) + weight * of_forces(force_errors)

    return loss


def per_atom(energies, n_atoms):
    return np.mean((energies / n_atoms) ** 2)


# ---- 5.5 ---------------------------------------------------------------------------------------


def weighted(kind):
    def function(r, g, slope, r_cut):
        x = r / r_cut
        w = np.where(x < 1, 1 - 3 * x**2 + 2 * x**3, 0) if kind != "endless" else 1 - 3 * x**2 + 2 * x**3
        if kind == "linear":
            w = np.where(x < 1, 1 - x, 0)
        dw = np.where(x < 1, 6 * (x**2 - x), 0) / (1 if kind == "no r_cut" else r_cut)
        derivatives = {"published": slope, "no slope of w": w * slope, "sign": w * slope - dw * g}
        value = g if kind == "no weight" else w * g
        return value, derivatives.get(kind, w * slope + dw * g)

    return function


WRONG = {
    "5.1": [
        (seeds(lambda f, s: 2 * (s / math.log(f)) ** 2), "is one standard error"),
        (seeds(lambda f, s: (3 * s / math.log(f)) ** 2), "both means have one"),
        (seeds(lambda f, s: 2 * (3 * s / (f - 1)) ** 2), "how far apart are the logarithms"),
        (lambda f, s: 2 * (3 * s / math.log(f)) ** 2, "a part of a seed"),
        (seeds(lambda f, s: 2 * (3 * s / math.log(f)) ** 2 - 1), "are too few for a factor of"),
        (seeds(lambda f, s: 4 * (3 * s / math.log(f)) ** 2), "but fewer are enough"),
        (lambda f, s: max(1, math.ceil(2 * (3 * s / math.log(f)) ** 2 - 1)), "at least two fits"),
    ],
    "5.2": [
        (loss_of(lambda energies, n: np.mean(energies**2)), "whole structures are compared"),
        (loss_of(lambda energies, n: np.mean(energies**2 / n)), "divides the square of the error"),
        (loss_of(per_atom, lambda forces: sum(np.sum(one**2) for one in forces)), "sum over atoms"),
        (loss_of(lambda energies, n: np.sum((energies / n) ** 2)), "summed over structures"),
        (loss_of(per_atom, lambda forces: np.mean(np.sum(np.concatenate(forces) ** 2, axis=1))), "added, not averaged"),
        (loss_of(lambda energies, n: 2 * per_atom(energies, n)), "should give 1 eV²"),
        (lambda energies, forces, n, weight: per_atom(energies, n), "zero or negative"),
        (loss_of(lambda energies, n: np.mean(energies**2) / np.mean(n**2)), "Divide each error by its own"),
        (loss_of(lambda energies, n: np.mean(np.abs(energies) / n)), "Divide each error by its own"),
        (loss_of(per_atom, lambda forces: np.mean(np.abs(np.concatenate(forces))) ** 2), "mean of their squares"),
    ],
    "5.3": [
        (np.linspace(2.5, 5.0, 10), "look like distances"),
        (np.arange(20), "there are 20"),
        (np.linspace(0, 200, 10).round(), "from 0 to 199"),
        ([0, 0, 20, 40, 60, 80, 100, 120, 160, 199], "more than once"),
        (np.linspace(0, 199, 10).round(), "equal spacing spends as many labels"),
        (np.linspace(40, 199, 10).round(), "no label is that short"),
        (np.arange(10), "no label is that long"),
        ([0, 60, 70, 80, 90, 100, 120, 140, 170, 199], "the labels beside it are at"),
    ],
    "5.4": [
        (lambda validation, test: test.min(), "The test points chose the setting"),
        (lambda validation, test: validation.min(), "also report its error"),
        (lambda validation, test: validation.argmin(), "a place in the array"),
        (lambda validation, test: test.mean(), "of the one that will be used"),
        (lambda validation, test: test.max(), "more than the truth"),
        (lambda validation, test: test[0], "does not report the one"),
        (lambda validation, test: validation[test.argmin()], "The roles are exchanged"),
    ],
    "5.5": [
        (weighted("published"), "as if there were no weight"),
        (weighted("no slope of w"), "not the slope of the weight"),
        (weighted("endless"), "Beyond the cutoff the weighted feature is not zero"),
        (weighted("no r_cut"), "not by r / r_cut"),
        (weighted("sign"), "with the right sign"),
        (weighted("linear"), "should fall from 1 over 1/2"),
        (lambda r, g, slope, r_cut: g, "should return two arrays"),
    ],
}

ABOUT = {"5.3": ("dimer_set",)}

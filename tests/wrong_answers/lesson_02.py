"""Wrong answers to the exercises of lesson 2."""

import numpy as np
from scipy.linalg import inv, sqrtm

Q = np.linspace(1e-6, 12, 3001)
ALPHAS = -np.log(1e-3) / np.linspace(1, 5.0, 3) ** 2
OVERLAPS = np.sqrt(np.pi) / 4 * (ALPHAS[:, None] + ALPHAS) ** -1.5
RADIAL = inv(sqrtm(OVERLAPS)) @ np.exp(-np.outer(ALPHAS, Q**2))


def coefficients(d):
    u = Q * d / 0.25
    around = np.sqrt(4 * np.pi) * np.exp(-(Q**2 + d**2) / 0.5) * np.sinh(u) / u
    return np.trapezoid(RADIAL * around * Q**2, Q)


FACTOR = np.pi * np.sqrt(8)


def products(c, factor=FACTOR):
    return factor * np.outer(c, c)[np.triu_indices(3)]


def summed(distances, factor=1.0):
    return factor * sum(map(coefficients, distances))


def own_row(derivatives, atom, value):
    changed = derivatives.copy()
    changed[atom] = value
    return changed


def others(derivatives, atom):
    return derivatives.sum(axis=0) - derivatives[atom]


def first_axis(derivatives, velocities):
    return np.einsum("scak,sa->sck", derivatives[:, :, :, 0], velocities[..., 0])


def settings(**changed):
    return {"r_cut": 7.0, "n_max": 2, "l_max": 2, "sigma": 0.5} | changed


WRONG = {
    "2.1": [
        (lambda d: products(summed(d, 2)), "four times too large"),
        (lambda d: sum(products(coefficients(one)) for one in d), "right for one atom, and wrong for several"),
        (lambda d: products(summed(d), 1), "0.113 times as large"),
        (lambda d: products(summed(d / 2)), "You divide the distance by two"),
        (summed, "has the shape (3,)"),
        (lambda d: products(summed(d)) + 1, "the features are not DScribe's"),
    ],
    "2.2": [
        (lambda dD, v: -np.einsum("scaxk,sax->sck", dD, v), "It has the wrong sign"),
        (lambda dD, v: np.einsum("scaxk,sax->sck", dD, np.abs(v)), "turned round, the rate must change its sign"),
        (lambda dD, v: first_axis(dD, v), "move along y only, your rate is zero"),
        (lambda dD, v: np.einsum("scxk,sx->sck", dD[:, :, 0], v[:, 0]), "When atom 1 alone moves"),
        (lambda dD, v: np.einsum("scaxk,sax->sk", dD, v), "has the shape (2, 12)"),
        (lambda dD, v: np.einsum("scaxk,sax->sck", dD, v) / 2, "which letters are left"),
    ],
    "2.3": [
        ({"A": True, "B": True, "C": False, "D": True}, "Set A is called right"),
        ({"A": False, "B": True, "C": True, "D": True}, "Set C is called right"),
        ({"A": False, "B": True, "C": False, "D": False}, "round-off is no mistake"),
        ({"A": False, "B": False, "C": False, "D": True}, "Set B is called wrong"),
        ({"A": False, "B": 1, "C": False, "D": True}, "should be True or False"),
        ({"A": False}, "for each of"),
    ],
    "2.4": [
        (settings(n_max=8, l_max=6), "make 252 features"),
        (settings(r_cut=2.0), "where have your radial functions decayed"),
        (settings(l_max=1, n_max=3, r_cut=4.5), "make 12 features"),
        (settings(l_max=1), "An odd l_max costs features"),
        (settings(l_max=0, n_max=3, r_cut=5.0), "Angles are not all that l_max adds"),
        (settings(sigma=1.5), "Move one setting at a time"),
        (settings(r_cut=0.5), "needs r_cut above 1 Å"),
        (settings(n_max=2.5), "n_max should be a whole number"),
        ({"r_cut": 5.0}, "with the keys"),
    ],
    "2.5": [
        (lambda dD, atom: dD, "Nothing has changed"),
        (lambda dD, atom: own_row(dD, atom, others(dD, atom)), "The sign of the atom's own row"),
        (lambda dD, atom: own_row(dD, atom, -dD.sum(axis=0)), "the sum over the atoms must be zero"),
        (lambda dD, atom: dD - dD.mean(axis=0), "The rows of the other atoms changed"),
        (lambda dD, atom: -others(dD, atom), "has the shape (3, 9)"),
    ],
}

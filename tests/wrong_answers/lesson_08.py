"""Wrong answers to the exercises of lesson 8, and the words that each one must be told."""

import numpy as np


def slope(energies, forces, factor):
    return factor * np.einsum("m,mai->ai", energies - energies.mean(), forces)


def rank(scores, coverage, places, order=np.sort):
    return order(scores)[int(np.ceil(round(places * coverage, 9))) - 1]


def first_that_fails(spreads, errors, harmful, share):
    order = np.argsort(spreads)
    harmed = np.cumsum(errors[order] > harmful) / np.arange(1, len(order) + 1)
    fails = np.flatnonzero(harmed > share)
    return spreads[order[fails[0] - 1]] if len(fails) and fails[0] else spreads.min() / 2


def share_of_all(spreads, errors, harmful, share):
    order = np.argsort(spreads)
    harmed = np.cumsum(errors[order] > harmful) / len(order)
    return spreads[order[np.flatnonzero(harmed <= share)[-1]]]


def highest(spreads, errors, harmful, share, allows=lambda harmed, share: harmed <= share):
    harmed = [(errors[spreads <= one] > harmful).mean() for one in spreads]
    return max([one for one, part in zip(spreads, harmed, strict=True) if allows(part, share)], default=0.0)


def passes_below(spreads, errors, harmful, share):
    harmed = [(errors[spreads < one] > harmful).mean() if (spreads < one).any() else 0 for one in spreads]
    return max(one for one, part in zip(spreads, harmed, strict=True) if part <= share)


def counted_one_by_one(spreads, errors, harmful, share):
    order = np.argsort(spreads, kind="stable")
    harmed = np.cumsum(errors[order] > harmful) / np.arange(1, len(order) + 1)
    return spreads[order[np.flatnonzero(harmed <= share)[-1]]]


FEW = [{"seed": seed} for seed in range(8)]

WRONG = {
    "8.1": [
        (lambda energies, forces: slope(energies, forces, 2 / len(energies)), "as published"),
        (lambda energies, forces: slope(energies, forces, -2 / (len(energies) - 1)), "sign is reversed"),
        (lambda energies, forces: slope(energies, forces, 1 / (len(energies) - 1)), "slope of a square"),
        (
            lambda energies, forces: slope(energies, forces, 1 / (len(energies) - 1) / energies.std(ddof=1)),
            "slope of the spread",
        ),
        (
            lambda energies, forces: 2 / (len(energies) - 1) * np.einsum("m,mai->ai", energies, forces),
            "zero of the energy",
        ),
        (lambda energies, forces: forces.std(axis=0), "differs from the finite difference"),
    ],
    "8.2": [
        (FEW, "in nothing else"),
        (FEW[:7], "settings for 7"),
        (FEW[:4] * 2, "Only 4 members differ"),
        ([{**one, "iterations": 3} for one in FEW], "it may be 1 at most"),
        ([{"seed": seed, "hidden_units": (12 + seed,)} for seed in range(8)], "much the same way"),
        ([*FEW[:7], {"seed": 7, "activation": "silu"}], "often enough"),
        ([{**one, "activation": "relu"} for one in FEW], "cannot be fitted"),
        ([{**one, "iterations": 1000} for one in FEW], "At most 200"),
        ([{**one, "hidden_units": 32} for one in FEW], "is written (32,)"),
        ([{**one, "hidden_units": (8, 8)} for one in FEW], "this fit takes one"),
    ],
    "8.3": [
        (np.quantile, "between two scores"),
        (lambda scores, coverage: np.quantile(scores, coverage, method="higher"), "too small a rank"),
        (lambda scores, coverage: np.sort(scores)[round((len(scores) + 1) * coverage) - 1], "too small a rank"),
        (
            lambda scores, coverage: np.quantile(scores, np.ceil((len(scores) + 1) * coverage - 1e-9) / len(scores)),
            "between two scores",
        ),
        (lambda scores, coverage: rank(scores, coverage, len(scores)), "too small a rank"),
        (lambda scores, coverage: rank(scores, coverage, len(scores) + 1, np.array), "in order"),
        (lambda scores, coverage: scores.max(), "too cautious"),
        (lambda scores, coverage: np.sort(scores)[int(np.ceil((len(scores) + 1) * coverage))], "IndexError"),
    ],
    "8.4": [
        (lambda spreads, errors, harmful, share: spreads.max(), "of the frames that pass are harmed, and"),
        (share_of_all, "share of all frames"),
        (passes_below, "whose spread is the limit passes"),
        (counted_one_by_one, "of the frames that pass are harmed, and"),
        (lambda *frames: highest(*frames, lambda harmed, share: harmed < share), "would do"),
        (first_that_fails, "may come down again"),
        (lambda spreads, errors, harmful, share: spreads.min() / 2, "would do"),
    ],
}

ABOUT = {"8.2": ("labelled_and_rest",)}

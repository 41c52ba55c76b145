"""Exercises 1.4 and 1.5: the slope of a network with two layers; the loss."""

import numpy as np
from matplotlib import pyplot as plt

from forcefield.exercises.answers import StillWrong, array, function, number
from forcefield.plots import COLOURS, LINES, POINTS
from forcefield.systems import dimers, label, lennard_jones_calculator


def _network(seed, first=1.0, second=1.0):
    """Input (5,) and weights of a network with layers of 4 and 3 units; small layers are almost linear."""
    rng = np.random.default_rng(seed)
    sizes = ((4, 5), (4,), (3, 4), (3,), (3,))
    scales = (first, first, second, second, 1.0)
    return rng.normal(size=5), [scale * rng.normal(size=size) for scale, size in zip(scales, sizes, strict=True)]


def _energy(D, W1, b1, W2, b2, w):
    return w @ np.tanh(W2 @ np.tanh(W1 @ D + b1) + b2)


def _central(D, weights):
    """The slope of the network by central differences."""
    return np.array([(_energy(D + step, *weights) - _energy(D - step, *weights)) / 2e-5 for step in 1e-5 * np.eye(5)])


def _compared(answer, **network):
    """The reader's slope and the one by central differences."""
    D, weights = _network(**network)
    return array(function(answer)(D, *weights), (5,), "slope_of(D, W1, b1, W2, b2, w)"), _central(D, weights)


def judge_slope(answer):
    """`answer(D, W1, b1, W2, b2, w)` is the slope of the network; in the limits of small weights a tanh is a line."""
    pairs = [_compared(answer, seed=seed) for seed in (0, 1, 2)]
    if all(np.allclose(given, right, rtol=1e-4, atol=1e-7) for given, right in pairs):
        return ""
    if all(np.allclose(given, -right, rtol=1e-4, atol=1e-7) for given, right in pairs):
        return "The sign is that of a force. Here the slope itself is asked for; the minus comes with dD/dR."

    def right_for(**scales):
        given, right = _compared(answer, seed=3, **scales)
        return np.allclose(given, right, rtol=1e-3, atol=1e-4 * np.abs(right).max())

    first, second = right_for(first=1e-3), right_for(second=1e-3)
    if first and not second:
        return "It is right where the first tanh is almost a line. What is the slope of the first tanh elsewhere?"
    if second and not first:
        return "It is right where the second tanh is almost a line. What is the slope of the second tanh elsewhere?"
    if right_for(first=1e-3, second=1e-3):
        return "It is right where both tanh are almost lines. Each tanh brings its own slope as a factor."
    return (
        "Even with small weights, where each tanh is a line, it differs from central differences of the network. "
        "Count the factors, one for each step from D to the energy; and look at which index each sum runs over."
    )


def draw_slope(answer):
    """The slope of three networks beside central differences."""
    given, right = map(np.concatenate, zip(*(_compared(answer, seed=seed) for seed in (0, 1, 2)), strict=True))
    figure, axes = plt.subplots(figsize=(4.2, 3.2))
    ends = [min(right.min(), given.min()), max(right.max(), given.max())]
    axes.plot(ends, ends, **LINES["truth"])
    axes.plot(right, given, **POINTS["model"])
    axes.set(xlabel="by central differences (eV)", ylabel="by your function (eV)")
    return figure, (
        "The slopes of three networks by the function of the answer, against those by central differences. On the "
        "diagonal both are equal."
    )


def _labels():
    """Energies (12,) and forces (12, 2, 3) of pairs along x, and predictions that are a little wrong."""
    pairs = dimers(np.linspace(2.7, 4.5, 12))
    _, energies, forces = label(pairs, lennard_jones_calculator())
    _, nearly, nearly_forces = label(pairs, lennard_jones_calculator(sigma=2.88, epsilon=1.02))
    return energies, forces, nearly, nearly_forces


def _turned(forces):
    """The forces of pairs that lie along the diagonal of x, y and z."""
    return forces[..., :1] * np.ones(3) / np.sqrt(3)


def judge_loss(answer):
    """`answer(energies, forces, true_energies, true_forces)`; units, the exact model and the constant one are tried."""
    loss = function(answer)
    E, F, nearly_E, nearly_F = _labels()
    name = "loss_of(...)"
    try:
        value = number(loss(nearly_E, nearly_F, E, F), name)
    except StillWrong:
        number(loss(nearly_E, _turned(nearly_F), E, _turned(F)), name)
        return (
            "It divides by zero where all forces point along x. Take one variance of all force components together, "
            "not one for each axis."
        )
    try:
        number(loss(np.full_like(E, E.mean()), np.full_like(F, F.mean()), E, F), name)
    except StillWrong:
        return "For a model that always predicts the mean it divides by zero: take the variances of the labels."
    if abs(number(loss(E, F, E, F), name)) > 1e-12:
        return "For predictions that are exactly the labels it is not zero."
    ratio = number(loss(2 * nearly_E - E, 2 * nearly_F - F, E, F), name) / value if value else 0.0
    if abs(ratio - 4) > 1e-6:
        advice = "Is there a root, or an absolute value, in place of a square?" if abs(ratio - 2) < 1e-6 else ""
        return f"Errors twice as large make the loss {ratio:.3g} times as large, and should make it 4 times. {advice}"
    return _units(loss, value, E, F, nearly_E, nearly_F) or _mean(loss, E, F)


def _units(loss, value, E, F, nearly_E, nearly_F):
    """The same labels and predictions in meV and meV/Å."""
    ratio = number(loss(1e3 * nearly_E, 1e3 * nearly_F, 1e3 * E, 1e3 * F), "loss_of(...)") / value
    if abs(ratio - 1e6) < 1:
        return "In meV and meV/Å it is a million times larger: the errors are squared, and nothing takes the units out."
    if abs(ratio - 1e3) < 1e-3:
        return "In meV and meV/Å it is 1000 times larger. A standard deviation has the unit of the labels."
    mixed = number(loss(nearly_E, 1e3 * nearly_F, E, 1e3 * F), "loss_of(...)") / value
    if abs(ratio - 1) > 1e-6 or abs(mixed - 1) > 1e-6:
        return "It changes with the units of the labels. Divide each part by the variance of its own labels."
    return ""


def _mean(loss, E, F):
    """The model that always predicts the mean, and its two parts."""
    mean_E, mean_F = np.full_like(E, E.mean()), np.full_like(F, F.mean())
    value, *parts = (
        number(loss(*given, E, F), "loss_of(...)") for given in ((mean_E, mean_F), (mean_E, F), (E, mean_F))
    )
    if np.isclose(value, 1) and np.allclose(parts, 0.5):
        return "A model that always predicts the mean gets 1: the two parts are added, not averaged."
    if not np.allclose(parts, 1):
        listed = " and ".join(f"{part:.3g}" for part in parts)
        return (
            f"A model that always predicts the mean should get 1 for each part, energies and forces. It gets {listed}."
        )
    return ""


def draw_loss(answer):
    """The loss of predictions between the labels and their mean, in two systems of units."""
    loss, (E, F, _, _) = function(answer), _labels()
    shares = np.linspace(0, 1, 21)

    def along(u):
        blends = (((1 - t) * E + t * E.mean(), (1 - t) * F + t * F.mean()) for t in shares)
        return [number(loss(u * energies, u * forces, u * E, u * F)) for energies, forces in blends]

    figure, axes = plt.subplots(figsize=(5.5, 3.2))
    axes.plot(shares, along(1.0), **LINES["truth"], label="in eV and eV/Å")
    axes.plot(shares[::2], along(1e3)[::2], "o", color=COLOURS["model"], label="in meV and meV/Å")
    axes.set(xlabel="from the labels (0) to their mean (1)", ylabel="loss (no unit)", ylim=(-0.1, 2.5))
    axes.legend()
    return figure, (
        "The loss of the answer for predictions that go from the labels to their mean, in two systems of units. A "
        "right one rises like a parabola from 0 to 2, the same in both."
    )

"""Lesson 5, exercise 5: a feature times a weight that ends at the cutoff, and its derivative."""

import numpy as np
from matplotlib import pyplot as plt

from forcefield.exercises.answers import StillWrong, array, function
from forcefield.plots import COLOURS, LINES, POINTS

CUTOFF = 5.0
"""Å"""


def wave(r):
    """A smooth feature of a distance, and its slope."""
    return np.exp(-0.1 * r**2) * np.cos(r), -np.exp(-0.1 * r**2) * (0.2 * r * np.cos(r) + np.sin(r))


def two_arrays(weighted, r, feature=wave):
    """Value and slope that the reader's function returns at distances r (n,)."""
    pair = weighted(r, *feature(r), CUTOFF)
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        raise StillWrong("It should return two arrays: the weighted feature, and its derivative.")
    return array(pair[0], r.shape, "The weighted feature"), array(pair[1], r.shape, "The derivative", "1/Å")


def judge_weighted(answer):
    """Feature times weight, and the derivative of the product."""
    weighted = function(answer)
    places = CUTOFF * np.array([0.0, 0.25, 0.5, 0.75, 1.0])
    weight, _ = two_arrays(weighted, places, lambda r: (np.ones_like(r), np.zeros_like(r)))
    beyond = CUTOFF + np.array([1e-6, 0.5, 2.0])
    if np.abs(two_arrays(weighted, beyond)[0]).max() > 1e-9:
        return "Beyond the cutoff the weighted feature is not zero: the polynomial holds up to r_cut only."
    if not np.allclose(weight, [1, 27 / 32, 1 / 2, 5 / 32, 0], atol=1e-9):
        return "The weight of a feature that is 1 everywhere should fall from 1 over 1/2 at r_cut/2 to 0 at r_cut."
    r, h = np.linspace(0.3, 4.9, 24), 1e-5
    values, slopes = two_arrays(weighted, r)
    if not np.allclose(values, np.interp(r, places, weight) * wave(r)[0], atol=0.2):
        return "The weighted feature is not the feature times the weight."
    finite = (two_arrays(weighted, r + h)[0] - two_arrays(weighted, r - h)[0]) / (2 * h)
    plain = wave(r)[1]
    if np.allclose(slopes, plain):
        return "The derivative is that of the feature alone, as if there were no weight: the published mistake."
    if np.allclose(slopes, values / wave(r)[0] * plain):
        return "The derivative takes the weight along, but not the slope of the weight."
    own = (finite - values / wave(r)[0] * plain) / wave(r)[0]  # the slope of the weight
    for factor, words in ((CUTOFF, "by r, and not by r / r_cut"), (-1, "with the right sign")):
        if np.allclose(slopes, values / wave(r)[0] * plain + factor * own * wave(r)[0], atol=1e-6):
            return f"The slope of the weight is wrong by a factor of {factor:g}: is the weight differentiated {words}?"
    if np.abs(slopes - finite).max() > 1e-6:
        largest = np.abs(slopes - finite).max()
        return f"The derivative differs from a finite difference of the weighted feature by up to {largest:.2g} per Å."
    if np.abs(two_arrays(weighted, beyond)[1]).max() > 1e-9:
        return "Beyond the cutoff the weighted feature is zero, and its derivative is not."
    return ""


def draw_weighted(answer):
    """The weighted feature, and its derivative beside a finite difference."""
    weighted, r, h = function(answer), np.linspace(0.05, 6.5, 160), 1e-5
    values, slopes = two_arrays(weighted, r)
    finite = (two_arrays(weighted, r + h)[0] - two_arrays(weighted, r - h)[0]) / (2 * h)
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.5, 3.2))
    left.plot(r, wave(r)[0], **LINES["baseline"], label="feature")
    left.plot(r, values, **LINES["model"], label="weighted")
    right.plot(r[::6], finite[::6], **POINTS["truth"], label="finite difference")
    right.plot(r, slopes, **LINES["model"], label="derivative")
    for axes, words in ((left, "feature (no unit)"), (right, "slope (1/Å)")):
        axes.axvline(CUTOFF, color=COLOURS["truth"], linewidth=1, linestyle="-.")
        axes.set(xlabel="distance (Å)", ylabel=words)
        axes.legend(fontsize=9)
    return figure, (
        "Left: a feature against distance, and the same times the weight, which ends at the cutoff. Right: the "
        "answer's derivative of it as a line, a finite difference as dots."
    )

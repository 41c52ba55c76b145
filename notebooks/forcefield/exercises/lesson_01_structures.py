"""Exercise 1.3: a descriptor of three equal atoms."""

import numpy as np
from matplotlib import pyplot as plt
from scipy.spatial.transform import Rotation

from forcefield.exercises.answers import array, function
from forcefield.plots import COLOURS

SCALENE = ((3.0, 3.5, 4.2), (2.6, 3.1, 4.7), (3.3, 4.0, 4.4))
"""Sides of triangles of which no two are equal, Å."""

TURN = Rotation.from_rotvec([0.4, -0.9, 0.7]).as_matrix()


def triangle(a, b, c):
    """Three atoms with the distances a (0 to 1), b (0 to 2) and c (1 to 2): positions (3, 3), Å."""
    x = (a**2 + b**2 - c**2) / (2 * a)
    return np.array([[0.0, 0.0, 0.0], [a, 0.0, 0.0], [x, np.sqrt(max(b**2 - x**2, 0.0)), 0.0]])


def judge_features(answer):
    """`answer(positions)` gives features, shape (n,), that know the shape of a triangle and nothing else."""
    features = function(answer)

    def called(positions, length=None):
        return array(features(positions), (length,), "features_of(positions)")

    start = triangle(*SCALENE[0])
    first = called(start)
    if not len(first):
        return "It returns no feature at all."
    scale = max(np.abs(first).max(), 1e-12)
    moved = {
        "shifted": (start + [1.3, -0.4, 2.1], "Start from differences of positions, which do not know where they are."),
        "turned": (start @ TURN.T, "Components of a difference turn along; its length does not."),
        "swapped": (
            start[[2, 1, 0]],
            "Some atom is treated differently from the others. Give every pair the same part.",
        ),
    }
    for how, (positions, advice) in moved.items():
        change = np.abs(called(positions, len(first)) - first).max() / scale
        if change > 1e-8:
            return f"When the three atoms are {how}, your features change. {advice}"
    return _rank(called) or _kink(called)


def _rank(called):
    """Whether each change of the three distances changes the features in its own way."""
    for sides in SCALENE:
        rows = []
        for side in range(3):
            step = 1e-4 * np.eye(3)[side]
            rows.append((called(triangle(*(sides + step))) - called(triangle(*(sides - step)))) / 2e-4)
        jacobian = np.array(rows)  # (distance, feature), 1/Å
        if np.abs(jacobian).max() < 1e-8:
            return "Your features are the same for every triangle. They are invariant, and say nothing."
        lengths = np.linalg.norm(jacobian, axis=0)
        # Every feature counts alike, whatever its unit: a model scales its input too.
        spread = np.linalg.svd(jacobian[:, lengths > 1e-8] / lengths[lengths > 1e-8], compute_uv=False)
        independent = int((spread > 1e-4 * spread[0]).sum())
        if independent < 3:
            return (
                f"Three distances make a triangle, and your features change in {independent} independent "
                f"{'way' if independent == 1 else 'ways'} only: triangles of different shape or size have the same "
                "features. More features are needed, each with a function of its own."
            )
    return ""


ALONG = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
"""The second atom moves along x."""

# Where forces could jump: a place in words, positions (3, 3) in Å against a number, its range and its step.
PATHS = (
    ("with equal distances", lambda t: triangle(3.4, 3.4, 3.4) + t * ALONG, (-0.0101, 0.0101), 1e-3),
    ("with two equal distances", lambda t: triangle(3.4, 3.4, 4.3) + t * ALONG, (-0.0101, 0.0101), 1e-3),
    (
        "whose three atoms stand on a line",
        lambda t: np.array([[-2.6, 0.0, 0.0], [2.7, 0.0, 0.0], [0.2, t, 0.0]]),
        (-0.0101, 0.0101),
        1e-3,
    ),
    ("that grows", lambda t: t * triangle(1.0, 1.15, 1.3), (2.0, 4.6), 1e-2),
)


def _kink(called):
    """Where the slopes of a feature on the two sides differ.

    With a tenth of the step, second differences of a smooth function fall by 100, at a kink by 10.
    """
    for place, path, (start, end), step in PATHS:
        coarse, fine = (
            np.array([called(path(t)) for t in np.arange(start, end, one_step)]) for one_step in (step, step / 10)
        )
        bends = [np.abs(np.diff(features, 2, axis=0)).max(axis=0) for features in (coarse, fine)]
        rounding = 3e-10 * np.maximum(np.abs(fine).max(axis=0), 1e-12)
        if ((bends[1] > rounding) & (bends[1] > bends[0] / 30)).any():
            return (
                f"At a triangle {place} a feature has a kink: its slopes on the two sides differ, and forces would "
                "jump there. Sorting, the smallest and the largest do that, and |x| at zero; smooth functions do not."
            )
    return ""


def draw_features(answer):
    """The features of a triangle that opens, and of the same triangles shifted, turned and swapped."""
    features = function(answer)
    angles = np.linspace(40, 180, 57)
    opened = [triangle(3.0, 3.0, 6.0 * np.sin(np.radians(angle) / 2)) for angle in angles]
    curves = np.array([array(features(one), (None,)) for one in opened])
    others = np.array([array(features((one @ TURN.T + 1.0)[[2, 0, 1]]), (None,)) for one in opened[::7]])
    size = np.maximum(np.abs(curves).max(axis=0), 1e-12)
    figure, axes = plt.subplots(figsize=(6.5, 3.2))
    axes.plot(angles, curves / size)
    axes.plot(angles[::7], others / size, "o", color=COLOURS["truth"], markersize=3)
    axes.set(xlabel="angle between two sides of 3 Å (degrees)", ylabel="feature / its largest")
    return figure, (
        "The features of the answer as curves while a triangle opens from 40 to 180 degrees, and as points for the "
        "same triangles shifted, turned and with swapped atoms. Points on the curves: nothing changed."
    )

"""Exercises 2.1 and 2.2: features of several atoms, and how fast they change while the atoms move."""

import ase
import numpy as np
from dscribe.descriptors import SOAP
from matplotlib import pyplot as plt

from forcefield.exercises.answers import array, function
from forcefield.plots import COLOURS

STANDARD = {"r_cut": 5.0, "n_max": 3, "l_max": 0, "sigma": 0.5}
"""The settings of the lesson."""


def soap_with(**changed):
    """A SOAP with the settings of the lesson, and changes."""
    return SOAP(species=["H"], periodic=False, **(STANDARD | changed))


def _around(distances):
    """The six features of atoms at these distances (Å) from the origin, in fixed but odd directions."""
    directions = np.random.default_rng(1).normal(size=(len(distances), 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    return soap_with().create(ase.Atoms("H" * len(distances), directions * distances[:, None]), centers=[[0, 0, 0]])[0]


def judge_features(answer):
    """`answer(distances)` gives the features of atoms at these distances from the centre; DScribe gives them too."""
    features = function(answer)

    def pair(*distances):
        given = array(features(np.array(distances)), (6,), "features_around(distances)")
        return given, _around(np.array(distances))

    def right(*distances):
        return np.allclose(*pair(*distances), rtol=1e-4, atol=1e-6)

    if right(1.3) and right(1.3, 2.0, 2.9) and right(0.9, 1.5, 1.5, 3.1):
        return ""
    given, wanted = pair(1.3)
    if right(1.3):
        return (
            "It is right for one atom, and wrong for several. The density is the sum over the atoms, so their "
            "coefficients are added first, and multiplied in pairs after that."
        )
    if np.allclose(given, 4 * wanted, rtol=1e-4):
        return "For one atom all features are four times too large: the lesson's 2 counted two equal distances."
    if np.allclose(given, _around(np.array([0.65])), rtol=1e-4):
        return "You divide the distance by two. Here it is the distance from the centre already."
    ratios = given / wanted
    if np.allclose(ratios, ratios[0], rtol=1e-3):
        return f"For one atom all features are {ratios[0]:.3g} times as large as DScribe's. Which factor is missing?"
    return (
        "For one atom 1.3 Å from the centre the features are not DScribe's. Compare each line with the lesson's cell."
    )


def draw_features(answer):
    """Features of three atoms, of which one moves: by the answer, and by DScribe."""
    features = function(answer)
    places = np.linspace(0.8, 4.0, 33)
    curves = np.array([_around(np.array([1.25, 2.0, d])) for d in places])
    given = np.array([array(features(np.array([1.25, 2.0, d])), (6,)) for d in places[::4]])
    figure, axes = plt.subplots(figsize=(6.5, 3.2))
    axes.plot(places, curves, color=COLOURS["truth"], linewidth=1.2)
    axes.plot(places[::4], given, "s", markersize=4)
    axes.set(xlabel="distance of the third atom from the centre (Å)", ylabel="feature (no unit)")
    return figure, (
        "Six features of three atoms against the distance of the third one from the centre: by DScribe as lines, by "
        "the answer as points. A right answer has its points on the lines."
    )


TRIANGLE = np.array([[0.0, 0.0, 0.0], [2.2, 0.3, 0.0], [0.8, 1.9, 0.6]])
MOTION = np.array([[0.5, -0.2, 0.1], [-0.3, 0.8, 0.4], [0.2, 0.6, -0.7]])
"""Places (Å) and velocities (Å/fs) of three atoms."""
CENTRES = [[0.4, 0.3, 0.2], [1.5, 1.0, 0.1]]


def _described(positions):
    return soap_with(l_max=1).create(ase.Atoms("H3", positions), centers=CENTRES)


def _motions():
    """Derivatives (2, 2, 3, 3, 12) and velocities (2, 3, 3) of two systems, and the rates by central differences."""
    velocities = np.array([MOTION, MOTION[::-1] * [1.0, -1.0, 0.5]])
    derivatives, _ = soap_with(l_max=1).derivatives([ase.Atoms("H3", TRIANGLE)] * 2, centers=[CENTRES] * 2)
    ahead, behind = (np.array([_described(TRIANGLE + t * v) for v in velocities]) for t in (1e-5, -1e-5))
    return derivatives, velocities, (ahead - behind) / 2e-5


def judge_rate(answer):
    """`answer(derivatives, velocities)`: how fast features change while the atoms move."""
    rate, (derivatives, velocities, rates) = function(answer), _motions()

    def called(velocities):
        return array(rate(derivatives, velocities), rates.shape, "rate_of(derivatives, velocities)", "1/fs")

    if not np.allclose(called(-velocities), -called(velocities), atol=1e-9):
        return "When all velocities are turned round, the rate must change its sign, and yours does not."
    if np.allclose(called(velocities), -rates, atol=1e-5):
        return "It has the wrong sign. A feature is no energy: there is no minus between its derivative and its change."
    for axis, name in enumerate("xyz"):
        along = velocities * (np.arange(3) == axis)
        if np.abs(called(along)).max() < 1e-12:
            return f"When the atoms move along {name} only, your rate is zero. All three axes count."
    for atom in range(3):
        alone = velocities * (np.arange(3) == atom)[:, None]
        if np.abs(called(alone)).max() < 1e-12:
            return f"When atom {atom} alone moves, your rate is zero. All atoms count."
    if not np.allclose(called(velocities), rates, atol=1e-5):
        return (
            "It differs from what DScribe finds a little later. Each derivative times the velocity of the same atom "
            "along the same axis, added up over atoms and axes: which letters are left?"
        )
    return ""


def draw_rate(answer):
    """Features of one centre while the atoms move, and the lines that the answer predicts."""
    derivatives, velocities, rates = _motions()
    rate = array(function(answer)(derivatives, velocities), rates.shape)[0, 0]
    times = np.linspace(-0.6, 0.6, 41)
    curves = np.array([_described(TRIANGLE + t * MOTION)[0] for t in times])
    figure, axes = plt.subplots(figsize=(6.5, 3.2))
    for feature, role in zip((0, 3, 6, 9), ("truth", "model", "training", "validation"), strict=True):
        axes.plot(times, curves[:, feature], color=COLOURS[role])
        axes.plot(
            times[12:29], curves[20, feature] + rate[feature] * times[12:29], ":", color=COLOURS[role], linewidth=3
        )
    axes.set(xlabel="time (fs)", ylabel="feature (no unit)")
    return figure, (
        "Four features of three moving atoms against time, and dotted lines with the rate of the answer through their "
        "values at time zero. A right rate touches its curve there."
    )

"""Exercise 2.4: SOAP settings with a budget."""

import numpy as np
from matplotlib import pyplot as plt

from forcefield.exercises.answers import NotAnswered, StillWrong, number
from forcefield.exercises.lesson_02_features import STANDARD, soap_with
from forcefield.plots import COLOURS, LINES
from forcefield.systems import dimers

DISTANCES = np.linspace(2.0, 7.0, 101)
"""Å."""

LIMIT, BUDGET = 0.12, 10
"""The smallest sensitivity that is asked for, 1/Å, and the most features."""


def _sensitivity(**settings):
    """Sensitivity of pairs at `DISTANCES`, 1/Å, and the number of features."""
    soap, pairs = soap_with(**settings), dimers(DISTANCES)
    derivatives, descriptors = soap.derivatives(pairs, centers=[[[0.0, 0.0, 0.0]]] * len(pairs))
    slopes = 0.5 * (derivatives[:, 0, 1, 0] - derivatives[:, 0, 0, 0])
    largest = np.linalg.norm(descriptors[:, 0], axis=1).max()
    return np.linalg.norm(slopes, axis=1) / largest, descriptors.shape[-1]


def _settings(answer):
    if answer is Ellipsis:
        raise NotAnswered
    if not isinstance(answer, dict) or set(answer) != set(STANDARD):
        raise StillWrong(f"The answer should be a dictionary with the keys {', '.join(STANDARD)}.")
    settings = {name: number(value, name) for name, value in answer.items()}
    for name, least, most in (("n_max", 1, 20), ("l_max", 0, 20)):
        if settings[name] != round(settings[name]) or not least <= settings[name] <= most:
            raise StillWrong(f"{name} should be a whole number from {least} to {most}.")
        settings[name] = int(settings[name])
    if settings["r_cut"] <= 1.01:
        raise StillWrong("The gto basis needs r_cut above 1 Å.")
    if not 0.02 <= settings["sigma"] <= 10 or settings["r_cut"] > 30:
        raise StillWrong("sigma from 0.02 to 10 Å and r_cut up to 30 Å, please.")
    return settings


def judge_settings(answer):
    """SOAP settings with few features that tell all distances from 2 to 7 Å apart."""
    settings = _settings(answer)
    sensitivity, n_features = _sensitivity(**settings)
    lowest, where = sensitivity.min(), DISTANCES[sensitivity.argmin()]
    found = f"The smallest sensitivity is {lowest:.4f} per Å, at {where:.1f} Å"
    if n_features > BUDGET:
        return f"These settings make {n_features} features, and {BUDGET} are allowed. {found}."
    if lowest >= LIMIT:
        return ""
    if settings["l_max"] % 2:
        return f"{found}. An odd l_max costs features that are zero at a midpoint: spend them otherwise."
    if settings["r_cut"] < 4:
        return (
            f"{found}. There each atom is {where / 2:.1f} Å from the centre: where have your radial functions decayed?"
        )
    if settings["l_max"] == 0:
        return f"{found}. Angles are not all that l_max adds: for even l the radial functions are others."
    return f"{found}. Move one setting at a time in the explorer above, and watch the lowest point of the curve."


def draw_settings(answer):
    """The sensitivity of the answer, and of the lesson's settings."""
    figure, axes = plt.subplots(figsize=(6.5, 3.0))
    axes.semilogy(DISTANCES, _sensitivity()[0], **LINES["baseline"], label="the lesson's settings")
    axes.semilogy(DISTANCES, np.maximum(_sensitivity(**_settings(answer))[0], 1e-6), **LINES["model"], label="yours")
    axes.axhline(LIMIT, color=COLOURS["truth"], linewidth=1)
    axes.set(xlabel="distance r (Å)", ylabel="sensitivity (1/Å)", ylim=(1e-4, 3))
    axes.legend(loc="lower left")
    return figure, (
        "Sensitivity against the distance from 2 to 7 Å for the lesson's settings and for those of the answer, with "
        f"a line at {LIMIT} per Å. A right answer stays above the line everywhere."
    )

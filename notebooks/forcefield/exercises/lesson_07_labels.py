"""The open-ended exercise of lesson 7: twenty frames to be labelled."""

import numpy as np
from matplotlib import pyplot as plt

from forcefield.evaluation import mean_absolute_error
from forcefield.exercises.answers import StillWrong, array
from forcefield.plots import COLOURS, POINTS
from forcefield.training import train

BUDGET, BOUND = 20, 18.0  # labels; meV/Å
# Frames chosen one after the other, each furthest from all before, reach 8 to 16, whichever is the first and whichever
# distance is taken; hot frames as they come 16 to 24 and more; frames at equal distances in time 31.
FIT = {"hidden_units": (8,), "scaling": "square_root", "method": "levenberg_marquardt", "force_weight": 10}

reached_with = {}
"""Errors that were found already: the judge and the picture ask for the same."""


def reached(rows, training_set, hot_set):
    """Mean force error at 1500 K of two models fitted to these frames, meV/Å."""
    key = np.sort(rows).tobytes(), id(training_set)
    if key not in reached_with:
        errors = []
        for seed in (0, 1):
            model, _ = train(training_set[np.sort(rows)], seed=seed, iterations=40, **FIT)
            _, forces = model.predict(hot_set.descriptors, hot_set.derivatives)
            errors.append(1e3 * mean_absolute_error(forces, hot_set.forces))
        reached_with[key] = np.mean(errors)
    return reached_with[key]


def chosen_rows(answer, training_set):
    """The rows as integers, or a sentence."""
    listed = list(answer) if isinstance(answer, list | tuple | np.ndarray) else []
    if listed and all(isinstance(one, bool | np.bool_) for one in listed):
        raise StillWrong("This is a mask, with True or False for every frame: np.flatnonzero gives its rows.")
    rows = array(answer, (None,), "The answer")
    if np.any(rows != np.round(rows)) or np.any(rows < 0) or np.any(rows >= len(training_set)):
        raise StillWrong(f"Rows are whole numbers from 0 to {len(training_set) - 1}.")
    if len(rows) != BUDGET:
        raise StillWrong(f"The budget is {BUDGET} labels; these are {len(rows)} rows.")
    if len(np.unique(rows)) < BUDGET:
        raise StillWrong(
            f"Only {len(np.unique(rows))} different frames: a second label of the same frame tells nothing new."
        )
    return rows.astype(int)


def judge_twenty(answer, training_set, hot_set):
    """The error that two fits to the chosen frames reach."""
    rows = chosen_rows(answer, training_set)
    error = reached(rows, training_set, hot_set)
    if error <= BOUND:
        return ""
    said = f"Two models fitted to these frames reach {error:.0f} meV/Å at 1500 K; the bound is {BOUND:.0f}. "
    hot = (training_set.energies[rows] > np.median(training_set.energies)).sum()
    if hot < 0.2 * BUDGET:
        return said + "Nearly all of them are calm frames, low in energy: what will the hot cluster look like?"
    if hot < 0.7 * BUDGET:
        return said + f"Only {hot} of them are in the upper half by energy: the hot cluster is there and beyond."
    return said + "Do some of these frames resemble each other, so that one of them would do?"


def draw_twenty(answer, training_set, hot_set):
    """All frames by their two main directions of the descriptor, the chosen ones filled."""
    rows = chosen_rows(answer, training_set)
    both = np.concatenate([training_set.descriptors.mean(axis=1), hot_set.descriptors.mean(axis=1)])
    centred = both - both.mean(axis=0)
    map_of = centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T
    frames, hot = np.split(map_of, [len(training_set)])
    figure, axes = plt.subplots(figsize=(5.5, 3.4))
    axes.plot(*hot.T, label="1500 K", **POINTS["baseline"])
    axes.plot(*frames.T, "o", color=COLOURS["light"], markersize=4, label="frames to choose from")
    axes.plot(*frames[rows].T, "o", color=COLOURS["training"], markersize=6, label="chosen")
    title = f"{reached(rows, training_set, hot_set):.0f} meV/Å at 1500 K"
    axes.set(xlabel="first direction of the mean descriptor", ylabel="second direction", title=title)
    axes.legend()
    return (
        figure,
        "A map of all frames by their descriptors; the chosen ones are marked, and frames of 1500 K stand beside them.",
    )

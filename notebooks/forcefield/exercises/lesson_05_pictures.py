"""Lesson 5: the pictures that answers make."""

import numpy as np
from matplotlib import pyplot as plt

from forcefield.exercises.answers import function
from forcefield.exercises.lesson_05_judges import copied, parts_of, reported, some_errors
from forcefield.plots import COLOURS, LINES


def draw_seeds(answer):
    """Number of seeds against the factor, for three spreads."""
    needed = function(answer)
    factors = np.geomspace(1.05, 4, 60)
    figure, axes = plt.subplots(figsize=(6.5, 3.4))
    looks = zip((0.15, 0.3, 0.7), ("light", "model", "training"), ("-.", "--", "-"), strict=True)
    for spread, role, line in looks:
        counts = [float(needed(factor, spread)) for factor in factors]
        axes.loglog(factors, counts, line, color=COLOURS[role], label=f"spread {spread}")
    axes.axhline(5, color=COLOURS["truth"], linewidth=1)
    axes.annotate("this lesson: 5", (1.05, 5), (-2, 3), textcoords="offset points", fontsize=9)
    axes.set(xlabel="error of one setting / error of the other", ylabel="seeds of each")
    axes.set_xticks([1.05, 1.2, 1.5, 2, 3, 4], ["1.05", "1.2", "1.5", "2", "3", "4"])
    axes.minorticks_off()
    axes.legend()
    return figure, (
        "Number of seeds that show a difference against how large it is, both logarithmic, for three spreads: small "
        "differences need very many seeds, and more with a larger spread. A line marks five seeds."
    )


def draw_loss(answer):
    """The two parts of the loss when every structure is replaced by copies of it."""
    loss, copies = function(answer), np.array([1, 2, 4, 8])
    parts = np.array([parts_of(loss, copied(*some_errors(), count)) for count in copies])
    figure, axes = plt.subplots(figsize=(5.5, 3.2))
    axes.plot(copies, parts[:, 0] / parts[0, 0], "o-", color=COLOURS["model"], label="energies", markersize=9)
    axes.plot(copies, parts[:, 1] / parts[0, 1], "s--", color=COLOURS["training"], label="forces")
    axes.set(xlabel="copies of every structure, far apart", ylabel="part of the loss,\nrelative to one copy")
    axes.set(ylim=(0, None), xticks=copies)
    axes.legend()
    return figure, (
        "The part of the energies and the part of the forces in the answer's loss against the number of copies of "
        "every structure."
    )


def draw_published(answer):
    """What is published in many studies of settings that are equally good."""
    said = reported(function(answer), True, count=600)
    figure, axes = plt.subplots(figsize=(6, 3.2))
    axes.hist(said, bins=np.linspace(0.78, 1.22, 45), color=COLOURS["model"])
    axes.axvline(1, color=COLOURS["truth"])
    axes.axvline(said.mean(), **LINES["training"])
    axes.annotate("truth", (1, 1), (4, -10), xycoords=("data", "axes fraction"), textcoords="offset points")
    axes.set(xlabel="published error / true error", ylabel="studies")
    return figure, (
        "Histogram of the error that the answer publishes, divided by the true one, in six hundred studies; one line "
        "at the truth and one at the mean."
    )

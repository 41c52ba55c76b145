"""Exercise 3.3: rules for stopping."""

import numpy as np
from matplotlib import pyplot as plt

from forcefield.exercises.answers import StillWrong, function, number
from forcefield.plots import COLOURS, LINES

ZIGZAG = [1.0, 0.5] + 20 * [0.65, 0.6]
STEADY = list(np.linspace(1, 0.1, 30))
STAIRS = [1 - 0.02 * step + up for step in range(20) for up in (0.0, 0.01, 0.008)]
LEVEL = [1.0] + 20 * [0.5]


def judge_stops(answer):
    """The epoch at which a patience ends."""
    stop = function(answer)
    said = [
        number(stop(list(losses), patience), "stop_epoch(losses, patience)")
        for losses, patience in ((ZIGZAG, 6), (STEADY, 5), (STAIRS, 5), (LEVEL, 4))
    ]
    zigzag, steady, stairs, level = said
    if zigzag == len(ZIGZAG):
        return (
            "On a zigzag that never comes near its best again it runs to the end. It compares with the epoch before, "
            "as the published script does: every second epoch is better than that."
        )
    if steady != len(STEADY):
        return f"A curve that falls all the way through 30 epochs must run to its end; it stops at epoch {steady:g}."
    if zigzag == 2:
        return (
            "The function returns the epoch with the lowest loss. Asked for is the last epoch that is run: it comes "
            "later, by the patience."
        )
    if stairs != len(STAIRS):
        return (
            "On a curve with a new lowest value in every third epoch it stops all the same. Does a new lowest value "
            "start the count again?"
        )
    if zigzag in (7, 9):
        return (
            f"It is one epoch off. The lowest value of the zigzag is that of epoch 2, the first epoch being number 1; "
            f"with patience 6 the sixth epoch after it is the last. The function returns {zigzag:g}."
        )
    if level != 6:
        return (
            f"An epoch that only equals the best is no improvement: [1, 0.5, 0.5, ...] stops at {level:g}, patience 4."
        )
    return "" if zigzag == 8 else f"The zigzag has its lowest value at epoch 2; with patience 6 it stops at {zigzag:g}."


def draw_stops(answer):
    """A noisy curve, and where three patiences end."""
    stop = function(answer)
    generator = np.random.default_rng(0)
    losses = 10 ** (-2.5 * (1 - np.exp(-np.arange(300) / 90)) + generator.normal(scale=0.18, size=300))
    figure, axes = plt.subplots()
    axes.semilogy(range(1, 301), losses, **LINES["validation"] | {"linewidth": 0.8})
    axes.semilogy(range(1, 301), np.minimum.accumulate(losses), color=COLOURS["truth"], label="best so far")
    for patience, role in ((5, "training"), (20, "model"), (60, "baseline")):
        epoch = number(stop(losses.tolist(), patience))
        if not 1 <= epoch <= 300:
            raise StillWrong("An epoch outside of the curve cannot be drawn.")
        axes.axvline(epoch, color=COLOURS[role], linestyle=LINES[role]["linestyle"], label=f"patience {patience}")
    axes.set(xlabel="epoch", ylabel="validation loss (made up)")
    axes.legend(loc="upper right")
    return figure, "A noisy falling curve with its best value so far; vertical lines show where three patiences stop."

"""Exercises 3.4 and 3.5: Levenberg-Marquardt for two numbers, and the smallest network."""

import functools

import numpy as np
from matplotlib import pyplot as plt
from sklearn.model_selection import KFold

from forcefield.exercises.answers import StillWrong, array, function
from forcefield.plots import COLOURS, LINES, POINTS
from forcefield.splits import equally_spaced
from forcefield.training import train

# ---- 3.4 ---------------------------------------------------------------------------------------

DISTANCES = np.linspace(2.6, 5.0, 25)  # Å
TRUE = np.array([1.0, 2.9])  # depth, eV; size, Å
BUDGET = 200


def curve(weights):
    """Lennard-Jones energies (25,) in eV for depth and size."""
    power = (weights[1] / DISTANCES) ** 6
    return 4 * weights[0] * (power**2 - power)


def curve_residuals(weights):
    """Residuals (25,), eV."""
    return curve(weights) - curve(TRUE)


def curve_jacobian(weights):
    """Their derivatives (25, 2) with respect to depth and size."""
    power = (weights[1] / DISTANCES) ** 6
    of_size = 4 * weights[0] * (12 * power**2 - 6 * power) / weights[1]
    return np.stack([4 * (power**2 - power), of_size], axis=1)


PROBLEMS = {
    "the pair, from a shallow well": (curve_residuals, curve_jacobian, [0.4, 2.7]),
    "the pair, from atoms that are too large": (curve_residuals, curve_jacobian, [0.5, 3.3]),
    "a curve that flattens out, arctan(w)": (
        lambda w: np.array([np.arctan(w[0]), w[1] - 1]),
        lambda w: np.array([[1 / (1 + w[0] ** 2), 0], [0, 1]]),
        [3.0, 0.0],
    ),
    "a bent valley": (
        lambda w: np.array([10 * (w[1] - w[0] ** 2), 1 - w[0]]),
        lambda w: np.array([[-20 * w[0], 10], [-1, 0]]),
        [-1.2, 1.0],
    ),
}
"""Residuals, their Jacobian and the start, by name; at each minimum the residuals vanish."""


def run(answer, name):
    """The weights (2,) that the reader's function finds, and those at which it asked for a Jacobian."""
    residuals, jacobian, start = PROBLEMS[name]
    asked = []

    def counted(weights):
        asked.append(array(weights, (2,), "The argument of jacobian"))
        if np.abs(asked[-1]).max() > 1e4:
            raise StillWrong(f"For {name} the weights run away: a step that raises the loss must not be taken.")
        if len(asked) > BUDGET:
            raise StillWrong(
                f"For {name} it is not at the minimum after {BUDGET} Jacobians. Does the damping fall after every good "
                "step, so that the steps become longer, and does the loop end?"
            )
        return jacobian(asked[-1])

    def checked(weights):
        with np.errstate(all="ignore"):
            return residuals(array(weights, (2,), "The argument of residuals"))

    found = array(function(answer)(checked, counted, np.array(start)), (2,), "find_minimum(...)")
    return found, asked


def judge_two(answer):
    """A damped fit of two weights, from starts where the undamped one fails."""
    for name, (residuals, _, start) in PROBLEMS.items():
        found, asked = run(answer, name)
        before, after = (float((residuals(np.array(w)) ** 2).sum()) for w in (start, found))
        if after > before:
            return f"For {name} the loss is higher than at the start: a step that raises the loss must not be taken."
        if np.array_equal(found, start):
            return f"For {name} the weights stay at the start: no step lowers the loss. Which way does the step point?"
        if after > 1e-12 * before:
            return (
                f"For {name} the loss has fallen by a factor of {before / max(after, 1e-300):.1g} only, with "
                f"{len(asked)} Jacobians, and the residuals can vanish. More steps, a new Jacobian for each?"
            )
    return ""


def draw_two(answer):
    """The way of the fit on a map of the loss."""
    name = "the pair, from atoms that are too large"
    found, asked = run(answer, name)
    way = np.array([*asked, found])
    depth, size = np.linspace(0.2, 1.6, 120), np.linspace(2.6, 3.5, 120)
    loss = np.array([[(curve_residuals((one, other)) ** 2).sum() for one in depth] for other in size])
    figure, axes = plt.subplots(figsize=(6.2, 3.8))
    image = axes.pcolormesh(depth, size, np.log10(loss), shading="nearest", vmin=-4)
    axes.plot(*way.T, "o-", color="white", markeredgecolor="black", linewidth=1.2, markersize=5)
    axes.plot(*TRUE, "*", color=COLOURS["extra"], markersize=15, markeredgecolor="black")
    axes.set(xlabel="depth ε (eV)", ylabel="size σ (Å)", xlim=(0.2, 1.6), ylim=(2.6, 3.5))
    axes.grid(visible=False)
    figure.colorbar(image, label="log10 of the sum of squares")
    alt = (
        "Map of the sum of squares over depth and size, with a bent valley. A line of dots leads from the start, "
        "up on the left, to the star that marks the true values."
    )
    return figure, alt


# ---- 3.5 ---------------------------------------------------------------------------------------

MOST_WEIGHTS, MOST_ITERATIONS, ASKED = 50, 500, 1e-11


@functools.lru_cache(maxsize=8)
def left_out(units, iterations, fold, data):
    """Loss on the left-out labels along a fit, of one of the lesson's three parts, as a list."""
    rows, _ = equally_spaced(200, 30)
    fitted, others = list(KFold(3, shuffle=True, random_state=0).split(np.arange(28)))[fold]
    parts = data[rows[np.concatenate([[0], 1 + fitted, [29]])]], data[rows[1 + others]]
    settings = {"hidden_units": (units,), "method": "levenberg_marquardt", "iterations": iterations}
    return train(*parts, **settings)[1].validation


def settings_of(answer):
    """Units and iterations of an answer that keeps to the budget."""
    units, iterations = array(answer, (2,), "The answer")
    if units != int(units) or iterations != int(iterations) or min(units, iterations) < 1:
        raise StillWrong("Units and iterations are whole numbers, at least 1.")
    weights = 8 * int(units) + 1
    if weights > MOST_WEIGHTS and iterations <= MOST_WEIGHTS // 8:
        raise StillWrong("The two numbers seem to be exchanged: first the units, then the iterations.")
    if weights > MOST_WEIGHTS:
        raise StillWrong(
            f"{units:g} tanh units have {weights} weights, more than {MOST_WEIGHTS}: each has 6 for its inputs, "
            "1 that is added and 1 for the output, and the output adds one more."
        )
    if iterations > MOST_ITERATIONS:
        raise StillWrong(f"At most {MOST_ITERATIONS} iterations, please; these are {iterations:g}.")
    return int(units), int(iterations)


def judge_few(answer, data):
    """Loss on left-out labels within a budget of weights and iterations."""
    units, iterations = settings_of(answer)
    reached = np.median([left_out(units, iterations, fold, data)[-1] for fold in range(3)])
    if reached < ASKED:
        return ""
    if units == 1:
        return (
            "One unit is one smooth step along one direction of the six features: that is too little for this curve, "
            "however long it is fitted."
        )
    return (
        f"The median of the three parts is {reached:.1g}, above {ASKED:g}. Is the loss still falling in the picture? "
        "Then it needs more iterations; and fewer weights may need less of them."
    )


def draw_few(answer, data):
    """Loss on the left-out labels along the three fits."""
    units, iterations = settings_of(answer)
    figure, axes = plt.subplots()
    for fold in range(3):
        losses = left_out(units, iterations, fold, data)
        axes.semilogy(losses, **LINES["model"] | {"linewidth": 1.2})
        axes.plot(len(losses) - 1, losses[-1], **POINTS["model"])
    axes.axhline(ASKED, color=COLOURS["truth"], linestyle=":")
    axes.annotate("asked for", (iterations, ASKED), ha="right", va="bottom")
    axes.set(xlabel="iterations", ylabel="loss on left-out labels")
    return figure, "Loss on the left-out labels against iterations for three parts, and the value that is asked for."

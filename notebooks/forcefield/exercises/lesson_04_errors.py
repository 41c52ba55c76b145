"""Exercises 4.1 and 4.2: error numbers, rows of a split."""

import numpy as np
from matplotlib import pyplot as plt

from forcefield.exercises.answers import NotAnswered, StillWrong, array, function
from forcefield.plots import POINTS

# ---- 4.1 ---------------------------------------------------------------------------------------

NUMBERS = "error_numbers(predicted, true)"


def judge_numbers(answer):
    """Mean absolute, root mean square and largest error, by how they behave."""
    of = function(answer)

    def numbers(difference):
        true = np.linspace(-1, 1, difference.size).reshape(difference.shape)
        return array(of(true + difference, true), (3,), NUMBERS)

    mean, root, largest = numbers(np.array([3.0, -3.0, 1.0, -1.0]))
    if np.isclose(mean, 0):
        return (
            "Errors of +3, -3, +1 and -1 have a mean absolute error of 0 here: the signs cancel before they are gone."
        )
    if np.isclose(root, 0):
        return "Errors of +3, -3, +1 and -1 have an RMSE of 0 here: that is the bias. Square before you take the mean."
    if np.isclose(root, mean):
        return "RMSE and MAE are the same for errors of different size: the root is taken before the mean."
    single, doubled = numbers(np.array([0.1, -0.3])), numbers(np.array([0.2, -0.6]))
    if np.isclose(doubled[1], 4 * single[1]):
        return "Errors that are twice as large make the second number four times as large: it has the unit squared."
    if numbers(np.array([-2.0, -5.0]))[2] < 5:
        return "The largest of the errors -2 and -5 has the size 5: look at sizes, not at signs."
    if not mean <= root <= largest:
        return (
            f"For errors of 3, -3, 1 and -1 the three numbers are {mean:.2f}, {root:.2f} and {largest:.2f}; they can "
            "only rise from the MAE over the RMSE to the largest one."
        )
    forces = np.random.default_rng(0).normal(size=(50, 2, 3))
    if not np.allclose(numbers(forces), numbers(forces.ravel())):
        return (
            "An array of forces (50, 2, 3) gives other numbers than the same 300 components in a row. An error of "
            "whole vectors is another measure, larger by up to the root of 3; here it is per component."
        )
    level = numbers(np.full(7, -0.4))
    if not np.allclose(level, 0.4):
        listed = ", ".join(f"{one:.2g}" for one in level.round(6))
        return f"If every error is -0.4, all three numbers are 0.4; here they are {listed}."
    seldom = numbers(np.array([0.0, 0.0, 0.0, 4.0]))[0]
    if not np.isclose(seldom, 1.0):
        return f"Errors of 0, 0, 0 and 4 have a mean absolute error of 1; here it is {seldom:.2g}."
    return "" if np.isclose(root, np.sqrt(5)) else "Errors of 3, -3, 1 and -1 have a mean square of 5."


def draw_numbers(answer):
    """The three numbers for errors of three kinds with one mean size."""
    of = function(answer)
    generator = np.random.default_rng(1)
    kinds = {"all alike": np.ones(200), "spread out": generator.normal(size=200), "one far off": np.ones(200)}
    kinds["one far off"][0] = 60.0
    figure, axes = plt.subplots(figsize=(6.4, 3.2))
    for place, error in enumerate(kinds.values()):
        values = array(of(error / np.abs(error).mean(), np.zeros(200)), (3,), NUMBERS)
        for value, role in zip(values, ("model", "training", "truth"), strict=True):
            axes.plot(place, value, **POINTS[role] | {"markersize": 9})
    axes.set(yscale="log", ylabel="error / MAE", xlim=(-0.5, 2.5))
    axes.set_xticks(range(3), kinds)
    axes.legend(["MAE", "RMSE", "largest"], loc="upper left")
    alt = (
        "MAE, RMSE and largest error of three kinds of errors with the same MAE. If all are alike the three agree; "
        "if one is far off, the RMSE is several times the MAE and the largest far above both."
    )
    return figure, alt


# ---- 4.2 ---------------------------------------------------------------------------------------

N_ROWS = 1000


def published_rows():
    """Rows of a data set of 1000 that are chosen for training and validation (40,), and for the test (60,)."""
    drawn = np.random.default_rng(5).permutation(N_ROWS)
    return np.sort(drawn[:40]), np.sort(drawn[40:100])


def parts_of(answer, seed):
    """Training and validation rows that the reader's function draws, 25 % for validation."""
    parts = function(answer)(published_rows()[0], 0.25, seed)
    if not isinstance(parts, tuple | list) or len(parts) != 2:
        if isinstance(parts, tuple | list) and any(part is Ellipsis for part in parts):
            raise NotAnswered
        raise StillWrong("two_parts(...) should return two arrays of rows, for training and for validation.")
    return [array(part, (None,), "Each part that two_parts(...) returns") for part in parts]


def judge_parts(answer):
    """A split of rows that are themselves a choice."""
    chosen, test = published_rows()
    training, validation = parts_of(answer, 0)
    both = np.concatenate([training, validation])
    outside = np.setdiff1d(both, chosen)
    if len(outside) and both.max() < len(chosen):
        return (
            f"These numbers are places in `chosen`, from 0 to 39, and not rows of the data set: {len(outside)} of them "
            f"were never chosen. Rows of the test set among them: {np.isin(both, test).sum()}."
        )
    if len(outside):
        return f"{len(outside)} of the rows are not among the chosen ones."
    if len(np.intersect1d(training, validation)):
        return "Some rows are in training and in validation: draw without putting back, and give the rest to training."
    if any(len(np.unique(part)) < len(part) for seed in range(5) for part in parts_of(answer, seed)):
        return "Some rows are drawn twice within a part: draw without putting back."
    if len(both) < len(chosen):
        return f"{len(chosen) - len(both)} of the 40 chosen rows are in neither part."
    if len(validation) != 10:
        return f"A share of 0.25 of 40 rows is 10 for validation; here it is {len(validation)}."
    if any(set(parts_of(answer, 0)[1]) != set(validation) for _ in range(2)):
        return "The same seed draws other parts each time: nobody can repeat the fit."
    if all(set(parts_of(answer, seed)[1]) == set(validation) for seed in (1, 2, 3)):
        return "Every seed gives the same parts: nothing is drawn at random."
    return ""


def draw_parts(answer):
    """Where the rows of each part lie among the 1000."""
    training, validation = parts_of(answer, 0)
    figure, axes = plt.subplots(figsize=(7.2, 2.2))
    for height, (name, rows) in enumerate(
        {"test": published_rows()[1], "validation": validation, "training": training}.items()
    ):
        axes.plot(rows, np.full(len(rows), height), **POINTS[name] | {"markersize": 4})
    axes.set_yticks(range(3), ["test", "validation", "training"])
    axes.set(xlabel="row of the data set", xlim=(-10, N_ROWS + 10), ylim=(-0.5, 2.5))
    alt = "Rows of three parts as dots along a data set of a thousand rows: all are spread over it, none coincide."
    return figure, alt

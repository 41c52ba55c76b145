"""Exercises 4.1 to 4.3: error numbers, rows of a split, the error where atoms go."""

import numpy as np
from ase.units import kB
from matplotlib import pyplot as plt

from forcefield.exercises.answers import NotAnswered, StillWrong, array, function, number
from forcefield.plots import COLOURS, LINES, POINTS

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
    if not np.allclose(numbers(np.full(7, -0.4)), 0.4):
        return "If every error is -0.4, all three numbers are 0.4."
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
            f"were never chosen, and {np.isin(both, test).sum()} belong to the test set."
        )
    if len(outside):
        return f"{len(outside)} of the rows are not among the chosen ones."
    if len(np.intersect1d(training, validation)):
        return "Some rows are in training and in validation: draw without putting back, and give the rest to training."
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


# ---- 4.3 ---------------------------------------------------------------------------------------


def judge_thermal(answer, data, model):
    """A mean of errors with the weights of a temperature."""
    of = function(answer)
    generator = np.random.default_rng(2)
    energies, errors = generator.uniform(-1, 4, 50), generator.normal(size=50)
    energies[[20, 30]] = -1.5, 4.5

    def at(temperature, energies=energies, errors=errors):
        return number(of(energies, errors, temperature), "thermal_error(...)")

    cold, hot, room = at(200.0), at(1e12), at(300.0)
    if np.isclose(cold, np.abs(errors[energies.argmax()])):
        return "At 200 K only the error at the highest energy counts: that is the wall. Which way does the exponent go?"
    if np.isclose(room, hot, rtol=1e-2):
        return "At 300 K all points count alike. What is the energy divided by, and in which unit?"
    if not np.isclose(at(300.0, errors=np.full(50, 2.0)), 2.0):
        return "If all errors are 2, their mean is not 2: the weights have to add up to 1."
    if at(300.0, errors=np.full(50, -2.0)) < 0:
        return "Errors of -2 give a negative result: take the size of each error."
    try:
        lifted = at(300.0, energies + 5000.0)
    except StillWrong:
        lifted = np.nan
    if not np.isclose(lifted, room):
        return (
            "With 5000 eV added to all energies the result changes or is no number. Only differences count, and the "
            "exponential of a large number leaves the computer's range: subtract the lowest energy first."
        )
    if not (np.isclose(cold, np.abs(errors[energies.argmin()])) and np.isclose(hot, np.abs(errors).mean())):
        return "At 200 K only the error at the lowest energy should count, and at the highest temperatures all alike."
    level = kB * 700.0 * np.log(3)
    two = at(700.0, np.array([0.0, level]), np.array([1.0, 5.0]))
    if not np.isclose(two, 2.0):
        return f"A state that is kT ln 3 higher is 3 times less likely: errors of 1 and 5 give 2, and here {two:.2f}."
    return ""


def draw_thermal(answer, data, model):
    """The weights of two temperatures over the model's force errors."""
    of = function(answer)
    distances = data.positions[:, 1, 0] - data.positions[:, 0, 0]
    errors = 1e3 * np.abs(model.predict(data.descriptors, data.derivatives)[1] - data.forces)[:, 0, 0]  # meV/Å
    figure, axes = plt.subplots(2, 1, figsize=(7, 4.6), sharex=True)
    axes[0].semilogy(distances, errors, **POINTS["model"] | {"markersize": 3})
    axes[0].axhline(errors.mean(), color=COLOURS["truth"], linewidth=1, label="plain mean")
    for temperature, role in ((300, "validation"), (3000, "training")):
        mean = number(of(data.energies, errors, temperature))
        axes[0].axhline(mean, label=f"mean at {temperature} K", **LINES[role])
        weights = np.exp(-(data.energies - data.energies.min()) / (kB * temperature))
        axes[1].plot(distances, weights / weights.sum(), **LINES[role])
    axes[0].set_ylabel("force error\n(meV/Å)")
    axes[0].legend(loc="upper right")
    axes[1].set(xlabel="distance r (Å)", ylabel="weight")
    alt = (
        "Above, force errors against distance, largest at the wall, with lines for three means: the plain one lies "
        "highest. Below, the weights of two temperatures: a narrow hill in the well, and a wide one."
    )
    return figure, alt

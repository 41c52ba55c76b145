"""Exercise 4.3: the error where atoms go."""

import numpy as np
from ase.units import kB
from matplotlib import pyplot as plt

from forcefield.exercises.answers import StillWrong, function, number
from forcefield.plots import COLOURS, LINES, POINTS


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
    alike = at(300.0, np.zeros(2), np.array([2.0, -4.0]))
    if np.isclose(alike, 1.0):
        return "Errors of +2 and -4 at one energy give 1: take the size of each error first, then the mean."
    if np.isclose(alike, np.sqrt(10.0)):
        return (
            "Errors of +2 and -4 at one energy give 3.16: that is a root mean square, and the mean of the sizes is "
            "asked for."
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

"""Explorer of lesson 03: how labels, loss, width and seed decide what a network learns."""

from dataclasses import dataclass

import numpy as np

from forcefield.checks import finite
from forcefield.evaluation import mean_absolute_error
from forcefield.explorers.base import Reading, figure_and_explorer
from forcefield.explorers.controls import slider
from forcefield.explorers.drawing import legend_above, moving, number
from forcefield.plots import COLOURS, LINES, POINTS
from forcefield.splits import equally_spaced
from forcefield.training import train

ITERATIONS = 100
"""Of Levenberg-Marquardt: some 40 ms, so that the picture follows while a handle moves."""

HEIGHT = 4.4

ERROR_LIMITS = (1e-5, 1e5)
"""Ends of the axis of the errors, meV and meV/Å; what lies beyond is drawn there."""


@dataclass(frozen=True)
class TrainingReading:
    """What the training explorer shows.

    Parameters
    ----------
    labelled_rows : ndarray of int, shape (n_labels,)
        Systems that the network was fitted to.
    test_rows : ndarray of int, shape (n_systems - n_labels,)
        All others; nothing but the two errors is computed from them.
    energies : ndarray of float64, shape (n_systems,)
        Predicted energies of all systems, eV.
    forces : ndarray of float64, shape (n_systems,)
        Predicted x component of the force on atom 0, eV/Å.
    loss : ndarray of float64, shape (n_iterations + 1,)
        Loss on the labelled systems at the start and after every iteration, no unit.
    energy_error, force_error : float
        Mean absolute errors over the test systems, eV and eV/Å.
    seconds : float
        Time of the fit, s.
    """

    labelled_rows: np.ndarray
    test_rows: np.ndarray
    energies: np.ndarray
    forces: np.ndarray
    loss: np.ndarray
    energy_error: float
    force_error: float
    seconds: float


def compute(data, n_labels, force_share, hidden_units, seed):
    """Train a network on equally spaced systems of a `Dataset` of dimers and test it on the rest.

    `force_share` is the share of the forces in the loss: 0 is energies alone, 1 forces alone, 0.5 both with weight 1.
    """
    if not 0 <= finite("The share of the forces", force_share) <= 1:
        raise ValueError(f"The share of the forces must be from 0 to 1; it is {force_share}.")
    labelled_rows, test_rows = equally_spaced(len(data), n_labels)
    if not len(test_rows):
        raise ValueError(f"At least one of the {len(data)} systems must be left to test on: choose fewer labels.")
    model, history = train(
        data[labelled_rows],
        hidden_units=(hidden_units,),
        seed=seed,
        method="levenberg_marquardt",
        iterations=ITERATIONS,
        energy_weight=2 * (1 - force_share),
        force_weight=2 * force_share,
    )
    energies, forces = model.predict(data.descriptors, data.derivatives)
    return TrainingReading(
        labelled_rows=labelled_rows,
        test_rows=test_rows,
        energies=energies,
        forces=forces[:, 0, 0],
        loss=np.array(history.training),
        energy_error=mean_absolute_error(energies[test_rows], data.energies[test_rows]),
        force_error=mean_absolute_error(forces[test_rows, 0, 0], data.forces[test_rows, 0, 0]),
        seconds=history.seconds,
    )


def describe_reading(n_labels, force_share, hidden_units, seed, result):
    """Read the picture in words."""
    return Reading(
        f"Network of {hidden_units} tanh unit{'s' * (hidden_units > 1)}, seed {seed}, fitted to {n_labels} labels "
        f"with weight {2 * (1 - force_share):.2f} on energies and {2 * force_share:.2f} on forces; "
        f"tested on the other {len(result.test_rows)} distances.",
        f"Mean absolute error there: {number(1e3 * result.energy_error, 2)} meV and "
        f"{number(1e3 * result.force_error, 2)} meV/Å. The fit took {1e3 * result.seconds:.0f} ms.",
    )


def build(figure, data):
    """Draw what stays, and return the function that moves the rest; `data` as in `compute`."""
    (energy_axes, force_axes), (error_axes, loss_axes) = figure.subplots(2, 2)
    figure.subplots_adjust(left=0.1, right=0.98, bottom=0.11, top=0.93, wspace=0.25, hspace=0.5)
    distances = data.positions[:, 1, 0] - data.positions[:, 0, 0]
    limits = (distances[0] - 0.05, distances[-1] + 0.05)
    true_forces = data.forces[:, 0, 0]
    energy_axes.set(xlim=limits, ylim=(-1.6, 3), xlabel="distance r (Å)", ylabel="energy E (eV)")
    force_axes.set(xlim=limits, ylim=(-8, 4.5), xlabel="distance r (Å)", ylabel="force on atom 0 (eV/Å)")
    error_axes.set(
        xlim=limits, ylim=ERROR_LIMITS, yscale="log", xlabel="distance r (Å)", ylabel="|error| at test points"
    )
    loss_axes.set(xlim=(0, ITERATIONS), ylim=(1e-15, 100), yscale="log")
    loss_axes.set(xlabel="iteration", ylabel="training loss")
    fitted, labels = [], []
    for axes, true in ((energy_axes, data.energies), (force_axes, true_forces)):
        axes.plot(distances, true, **LINES["truth"], label="truth")
        fitted.append(moving(axes, **LINES["model"], label="network"))
        labels.append(moving(axes, **POINTS["training"], label="labels"))
    beyond = energy_axes.text(0.98, 0.9, "", transform=energy_axes.transAxes, ha="right", animated=True)
    energy_error = moving(error_axes, ".", color=COLOURS["model"], markersize=4, label="energy (meV)")
    force_error = moving(error_axes, "x", color=COLOURS["validation"], markersize=4, label="force (meV/Å)")
    loss = moving(loss_axes, **LINES["training"])
    legend_above(energy_axes, [energy_axes.lines[0], fitted[0], labels[0]])
    legend_above(error_axes, [energy_error, force_error])

    def update(n_labels, force_share, hidden_units, seed):
        result = compute(data, n_labels, force_share, hidden_units, seed)
        for lines, points, predicted, true in (
            (fitted[0], labels[0], result.energies, data.energies),
            (fitted[1], labels[1], result.forces, true_forces),
        ):
            lines.set_data(distances, predicted)
            points.set_data(distances[result.labelled_rows], true[result.labelled_rows])
        rest = result.test_rows
        for points, predicted, true in (
            (energy_error, result.energies, data.energies),
            (force_error, result.forces, true_forces),
        ):
            points.set_data(distances[rest], np.clip(1e3 * np.abs(predicted - true)[rest], *ERROR_LIMITS))
        # Forces leave the constant of the energy open: a curve that lies outside the picture is said to.
        middle, off = np.median(result.energies), np.median(result.energies - data.energies)
        outside = not energy_axes.get_ylim()[0] < middle < energy_axes.get_ylim()[1]
        beyond.set_text(f"network: {number(off, 2, sign='+')} eV off" if outside else "")
        loss.set_data(np.arange(len(result.loss)), result.loss)
        return describe_reading(n_labels, force_share, hidden_units, seed, result)

    return update


def controls():
    """The controls."""
    return {
        "n_labels": slider("Number of labels", 30, 5, 60, 1),
        "force_share": slider("Share of forces in loss", 0.5, 0.0, 1.0, 0.05),
        "hidden_units": slider("Hidden units", 16, 1, 48, 1),
        "seed": slider("Random seed", 0, 0, 20, 1),
    }


training_figure, training_explorer = figure_and_explorer(build, controls, HEIGHT)

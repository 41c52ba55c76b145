"""Explorer of lesson 03: how labels, loss, width and seed decide what a network learns."""

from dataclasses import dataclass

import numpy as np

from forcefield.evaluation import mean_absolute_error
from forcefield.explorers.base import Explorer, Reading, default_figure, slider
from forcefield.plots import COLOURS
from forcefield.splits import equally_spaced
from forcefield.training import train

ITERATIONS = 150
"""L-BFGS iterations: fewer than lesson 03 takes, so that an answer comes in well under a second."""

HEIGHT = 5.2


@dataclass(frozen=True)
class TrainingReading:
    """What the training explorer shows.

    Parameters
    ----------
    chosen : ndarray of int, shape (n_labels,)
        Systems that the network was fitted to.
    held_out : ndarray of int, shape (n_systems - n_labels,)
        All others; they are used for nothing but the two errors.
    energies : ndarray of float64, shape (n_systems,)
        Predicted energies of all systems, eV.
    forces : ndarray of float64, shape (n_systems,)
        Predicted x component of the force on atom 0, eV/Å.
    loss : ndarray of float64, shape (n_evaluations,)
        Loss on the chosen systems after every evaluation, no unit.
    energy_error, force_error : float
        Mean absolute errors over the held-out systems, eV and eV/Å.
    seconds : float
        Time of the fit, s.
    """

    chosen: np.ndarray
    held_out: np.ndarray
    energies: np.ndarray
    forces: np.ndarray
    loss: np.ndarray
    energy_error: float
    force_error: float
    seconds: float


def compute(data, n_labels, force_share, hidden_units, seed):
    """Train a network on a part of a data set and test it on the rest.

    Parameters
    ----------
    data : Dataset
        Dimers in order of their distance, one centre each.
    n_labels : int
        How many equally spaced systems are fitted to.
    force_share : float
        Share of the forces in the loss, from 0 (energies alone) to 1 (forces alone); at 0.5
        both weights are 1.
    hidden_units : int
        Width of the one hidden layer of tanh units.
    seed : int
        Draws the initial weights.

    Returns
    -------
    TrainingReading

    Raises
    ------
    ValueError
        If a setting is out of range.
    """
    if not 0 <= force_share <= 1:
        raise ValueError(f"The share of the forces must be from 0 to 1; it is {force_share}.")
    chosen, held_out = equally_spaced(len(data), n_labels)
    if not len(held_out):
        raise ValueError(f"At least one of the {len(data)} systems must be left to test on: choose fewer labels.")
    model, history = train(
        data[chosen],
        hidden_units=(hidden_units,),
        seed=seed,
        iterations=ITERATIONS,
        energy_weight=2 * (1 - force_share),
        force_weight=2 * force_share,
    )
    energies, forces = model.predict(data.descriptors, data.derivatives)
    return TrainingReading(
        chosen=chosen,
        held_out=held_out,
        energies=energies,
        forces=forces[:, 0, 0],
        loss=np.array(history.training),
        energy_error=mean_absolute_error(energies[held_out], data.energies[held_out]),
        force_error=mean_absolute_error(forces[held_out, 0, 0], data.forces[held_out, 0, 0]),
        seconds=history.seconds,
    )


def describe_reading(n_labels, force_share, hidden_units, seed, result):
    """Read the picture in words.

    Parameters
    ----------
    n_labels, force_share, hidden_units, seed
        As in `compute`.
    result : TrainingReading

    Returns
    -------
    Reading
    """
    return Reading(
        f"Network of {hidden_units} tanh unit{'s' * (hidden_units > 1)}, seed {seed}, fitted to {n_labels} labels "
        f"with weight {2 * (1 - force_share):.2f} on energies and {2 * force_share:.2f} on forces; "
        f"tested on the other {len(result.held_out)} distances.",
        f"Held-out mean absolute error: {1e3 * result.energy_error:.2g} meV and "
        f"{1e3 * result.force_error:.2g} meV/Å. The fit took {result.seconds:.2f} s.",
    )


def build(figure, data):
    """Draw what stays, and return the function that moves the rest.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    data : Dataset
        As in `compute`.

    Returns
    -------
    callable
        ``update(n_labels, force_share, hidden_units, seed)``, which returns a `Reading`.
    """
    (energy_axes, force_axes), (error_axes, loss_axes) = figure.subplots(2, 2)
    figure.subplots_adjust(left=0.1, right=0.99, bottom=0.1, top=0.97, wspace=0.25, hspace=0.33)
    distances = data.positions[:, 1, 0] - data.positions[:, 0, 0]
    limits = (distances[0] - 0.05, distances[-1] + 0.05)
    true_forces = data.forces[:, 0, 0]
    energy_axes.set(xlim=limits, ylim=(-1.6, 3), xlabel="distance r (Å)", ylabel="energy E (eV)")
    force_axes.set(xlim=limits, ylim=(-8, 4.5), xlabel="distance r (Å)", ylabel="force on atom 0 (eV/Å)")
    error_axes.set(xlim=limits, ylim=(1e-2, 3e4), yscale="log", xlabel="distance r (Å)", ylabel="held-out |error|")
    loss_axes.set(xlim=(0, 2.1 * ITERATIONS), ylim=(1e-9, 30), yscale="log")
    loss_axes.set(xlabel="evaluation of the loss", ylabel="training loss")

    def moving(axes, *style, **settings):
        return axes.plot([], [], *style, animated=True, **settings)[0]

    fitted, labels = [], []
    for axes, true in ((energy_axes, data.energies), (force_axes, true_forces)):
        axes.plot(distances, true, color=COLOURS["truth"], linewidth=3.2, alpha=0.35, label="truth")
        fitted.append(moving(axes, color=COLOURS["model"], label="network"))
        labels.append(moving(axes, "o", color=COLOURS["training"], markersize=5, label="labels"))
    energy_error = moving(error_axes, ".", color=COLOURS["model"], markersize=4, label="energy, meV")
    force_error = moving(error_axes, "x", color=COLOURS["validation"], markersize=4, label="force, meV/Å")
    loss = moving(loss_axes, color=COLOURS["training"])
    energy_axes.legend(loc="upper right")
    error_axes.legend(loc="upper right", ncols=2, columnspacing=1.0, handletextpad=0.2)

    def update(n_labels, force_share, hidden_units, seed):
        result = compute(data, n_labels, force_share, hidden_units, seed)
        for lines, points, predicted, true in (
            (fitted[0], labels[0], result.energies, data.energies),
            (fitted[1], labels[1], result.forces, true_forces),
        ):
            lines.set_data(distances, predicted)
            points.set_data(distances[result.chosen], true[result.chosen])
        rest = result.held_out
        energy_error.set_data(distances[rest], 1e3 * np.abs(result.energies - data.energies)[rest])
        force_error.set_data(distances[rest], 1e3 * np.abs(result.forces - true_forces)[rest])
        loss.set_data(np.arange(1, len(result.loss) + 1), result.loss)
        return describe_reading(n_labels, force_share, hidden_units, seed, result)

    return update


def controls():
    """The controls; the picture waits until a handle is let go, since every picture is a training.

    Returns
    -------
    dict of ipywidgets.Widget
    """
    return {
        "n_labels": slider("Number of labels", 30, 5, 60, 1, continuous=False),
        "force_share": slider("Share of forces in loss", 0.5, 0.0, 1.0, 0.05, continuous=False),
        "hidden_units": slider("Hidden units", 16, 1, 48, 1, continuous=False),
        "seed": slider("Random seed", 0, 0, 20, 1, continuous=False),
    }


def training_figure(data):
    """The figure of the default values and its alt text.

    Parameters
    ----------
    data : Dataset
        As in `compute`.

    Returns
    -------
    tuple of matplotlib.figure.Figure and str
    """
    defaults = {name: control.value for name, control in controls().items()}
    return default_figure(lambda figure: build(figure, data), defaults, HEIGHT)


def training_explorer(data):
    """The explorer.

    Parameters
    ----------
    data : Dataset
        As in `compute`.

    Returns
    -------
    Explorer
    """
    return Explorer(lambda figure: build(figure, data), controls(), HEIGHT)

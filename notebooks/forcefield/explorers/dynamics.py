"""Explorer of lesson 07: temperature and time step of a short run at constant energy."""

from dataclasses import dataclass

import numpy as np
from ase import units
from ase.calculators.emt import EMT
from ase.md.velocitydistribution import Stationary, ZeroRotation
from ase.md.verlet import VelocityVerlet

from forcefield.calculator import ForceFieldCalculator
from forcefield.explorers.base import Explorer, Reading, default_figure, slider
from forcefield.plots import COLOURS
from forcefield.sampling import copper_cluster

HEIGHT = 4.0

N_STEPS = 80
"""Steps of every run."""

LIMIT = 60.0
"""Half the height of the picture's energy axis, meV/atom."""


@dataclass(frozen=True)
class DynamicsReading:
    """What the dynamics explorer shows.

    Parameters
    ----------
    times : ndarray of float64, shape (81,)
        fs.
    true, predicted : ndarray of float64, shape (81,)
        Total energy less that of the start, with EMT and with the model, meV/atom. The last value that is a
        finite number is kept where a run has broken.
    true_swing, predicted_swing : float
        Highest minus lowest total energy of each run, meV/atom.
    """

    times: np.ndarray
    true: np.ndarray
    predicted: np.ndarray
    true_swing: float
    predicted_swing: float


def total_energies(atoms, time_step):
    """Total energy along a run at constant energy, less that of the start, shape (81,), meV/atom."""
    dynamics = VelocityVerlet(atoms, time_step * units.fs)
    energies = [atoms.get_total_energy()]
    for _ in range(N_STEPS):
        try:
            with np.errstate(all="ignore"):
                dynamics.run(1)
                energies.append(atoms.get_total_energy())
        except ValueError:  # the atoms have flown apart so far that positions are no numbers any more
            energies.append(np.nan)
        if not np.isfinite(energies[-1]):
            energies[-1] = energies[-2]
            break
    energies += energies[-1:] * (N_STEPS + 1 - len(energies))
    return 1e3 * (np.array(energies) - energies[0]) / len(atoms)


def compute(model, temperature, time_step):
    """Run the Cu13 cluster with EMT and with a model, from one start, with velocity Verlet.

    Parameters
    ----------
    model : ForceField
        A model of the course's copper cluster.
    temperature : float
        Temperature of the drawn velocities, K. The cluster starts at rest in its perfect shape, so about half of the
        kinetic energy turns into potential energy.
    time_step : float
        fs.

    Returns
    -------
    DynamicsReading

    Raises
    ------
    ValueError
        If temperature or time step is not a finite number above zero.
    """
    if not (np.isfinite(temperature) and temperature > 0 and np.isfinite(time_step) and time_step > 0):
        raise ValueError(f"Temperature and time step must be above 0; they are {temperature} K and {time_step} fs.")
    start = copper_cluster()
    # The same directions at every temperature: only their length changes with the slider.
    momenta = np.random.default_rng(0).standard_normal((len(start), 3))
    start.set_momenta(momenta * np.sqrt(start.get_masses() * units.kB * temperature)[:, None])
    Stationary(start)
    ZeroRotation(start)
    runs = []
    for calculator in (EMT(), ForceFieldCalculator(model)):
        atoms = start.copy()
        atoms.calc = calculator
        runs.append(total_energies(atoms, time_step))
    true, predicted = runs
    return DynamicsReading(
        times=time_step * np.arange(N_STEPS + 1),
        true=true,
        predicted=predicted,
        true_swing=float(np.ptp(true)),
        predicted_swing=float(np.ptp(predicted)),
    )


def build(figure, model):
    """Draw what stays, and return the function that moves the rest.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    model : ForceField
        As in `compute`.

    Returns
    -------
    callable
        ``update(temperature, time_step)``, which returns a `Reading`.
    """
    axes = figure.subplots()
    figure.subplots_adjust(left=0.1, right=0.98, bottom=0.14, top=0.9)
    axes.set(xlim=(0, N_STEPS), ylim=(-LIMIT, LIMIT), xlabel="step")
    # Small swings and broken runs on one axis: straight near zero, logarithmic beyond 0.1 meV/atom.
    axes.set_yscale("symlog", linthresh=0.1)
    axes.set_ylabel("total energy − start (meV/atom)")
    axes.axhline(0, color=COLOURS["truth"], linewidth=0.8)
    steps = np.arange(N_STEPS + 1)
    (true,) = axes.plot([], [], color=COLOURS["truth"], linewidth=1.2, animated=True, label="EMT")
    (predicted,) = axes.plot([], [], "--", color=COLOURS["model"], animated=True, label="model")
    axes.legend(handles=[true, predicted], loc="lower left", bbox_to_anchor=(0, 0.98), ncols=2)

    def update(temperature, time_step):
        result = compute(model, temperature, time_step)
        true.set_data(steps, np.clip(result.true, -LIMIT, LIMIT))
        predicted.set_data(steps, np.clip(result.predicted, -LIMIT, LIMIT))
        words = "keeps its energy to 5 meV/atom" if result.true_swing < 5 else "does not keep its energy to 5 meV/atom"
        return Reading(
            f"Cu13 started at {temperature} K, {N_STEPS} steps of {time_step} fs, "
            f"{N_STEPS * time_step} fs in all: with EMT the run {words}.",
            f"The total energy swings by {result.true_swing:.2g} meV/atom with EMT and by "
            f"{result.predicted_swing:.2g} meV/atom with the model.",
        )

    return update


def controls():
    """The controls. A picture comes when a handle is let go: two runs take a fraction of a second.

    Returns
    -------
    dict of ipywidgets.Widget
    """
    return {
        "temperature": slider("Temperature (K)", 300, 50, 1500, 50, continuous=False),
        "time_step": slider("Time step (fs)", 5, 1, 40, 1, continuous=False),
    }


def dynamics_figure(model):
    """The figure of the default values and its alt text.

    Parameters
    ----------
    model : ForceField
        As in `compute`.

    Returns
    -------
    tuple of matplotlib.figure.Figure and str
    """
    defaults = {name: control.value for name, control in controls().items()}
    return default_figure(lambda figure: build(figure, model), defaults, HEIGHT)


def dynamics_explorer(model):
    """The explorer.

    Parameters
    ----------
    model : ForceField
        As in `compute`.

    Returns
    -------
    Explorer
    """
    return Explorer(lambda figure: build(figure, model), controls(), HEIGHT)

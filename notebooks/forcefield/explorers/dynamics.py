"""Explorer of lesson 07: temperature and time step of a short run at constant energy."""

import functools
from dataclasses import dataclass

import numpy as np
from ase import units
from ase.calculators.emt import EMT
from ase.md.velocitydistribution import Stationary, ZeroRotation
from ase.md.verlet import VelocityVerlet
from scipy.spatial.transform import Rotation

from forcefield.calculator import ForceFieldCalculator
from forcefield.checks import positive
from forcefield.explorers.base import Reading, figure_and_explorer
from forcefield.explorers.controls import slider
from forcefield.explorers.drawing import bare, legend_above, moving, number
from forcefield.plots import COLOURS, LINES
from forcefield.sampling import copper_cluster

HEIGHT = 4.2

DURATION = 300.0
"""Length of every run, fs: about three periods of the fastest vibration."""

LIMIT = 60.0
"""Half the height of the energy axis, meV/atom; what lies beyond is drawn there."""

VIEW = 8.0
"""Width of the view of the atoms, Å."""

SEEN_FROM = Rotation.from_euler("yx", [25, 20], degrees=True).as_matrix()
"""Turns the cluster so that no atom hides another."""


@dataclass(frozen=True)
class DynamicsReading:
    """What the dynamics explorer shows.

    Parameters
    ----------
    times : ndarray of float64, shape (n_steps + 1,)
        fs.
    true, predicted : ndarray of float64, shape (n_steps + 1,)
        Total energy less that of the start, with EMT and with the model, meV/atom. The last value that is a
        finite number is kept where a run has broken.
    true_positions, predicted_positions : ndarray of float64, shape (13, 3)
        Of the atoms at the end of each run, Å.
    true_swing, predicted_swing : float
        Highest minus lowest total energy of each run, meV/atom.
    """

    times: np.ndarray
    true: np.ndarray
    predicted: np.ndarray
    true_positions: np.ndarray
    predicted_positions: np.ndarray
    true_swing: float
    predicted_swing: float


@functools.cache
def perfect_cluster():
    """The cluster at EMT's minimum; kept, because it takes ten steps of EMT to find."""
    return copper_cluster()


def run(calculator, temperature, time_step):
    """Run the cluster at constant energy: total energies less that of the start (meV/atom), and the last positions (Å).

    The cluster starts in its perfect shape with drawn velocities, so about half of the kinetic energy turns into
    potential energy.
    """
    atoms, n_steps = perfect_cluster().copy(), int(DURATION // time_step)
    # The same directions at every temperature: only their length changes with the slider.
    momenta = np.random.default_rng(0).standard_normal((len(atoms), 3))
    atoms.set_momenta(momenta * np.sqrt(atoms.get_masses() * units.kB * temperature)[:, None])
    Stationary(atoms)
    ZeroRotation(atoms)
    atoms.calc = calculator
    dynamics, forces = VelocityVerlet(atoms, time_step * units.fs), atoms.get_forces()
    energies, last = [atoms.get_total_energy()], atoms.positions.copy()
    for _ in range(n_steps):
        try:
            with np.errstate(all="ignore"):
                forces = dynamics.step(forces)
                # Of what the step computed: asking the atoms anew costs a third of the whole run.
                energies.append(atoms.calc.results["energy"] + atoms.get_kinetic_energy())
        except ValueError:  # the atoms have flown apart so far that they cannot be described any more
            energies.append(np.nan)
        if not np.isfinite(energies[-1]):
            energies[-1], atoms.positions[:] = energies[-2], last
            break
        last = atoms.positions.copy()
    energies += energies[-1:] * (n_steps + 1 - len(energies))
    return 1e3 * (np.array(energies) - energies[0]) / len(atoms), atoms.positions


@functools.lru_cache(maxsize=256)
def true_run(temperature, time_step):
    """The run with EMT; kept, because it is the same for every model and takes twice the time of the model's."""
    return run(EMT(), temperature, time_step)


def compute(model, temperature, time_step):
    """Run Cu13 with EMT and with a `ForceField` of it, from one start: temperature in K, time step in fs."""
    temperature, time_step = positive("The temperature", temperature, "K"), positive("The time step", time_step, "fs")
    true, true_positions = true_run(temperature, time_step)
    predicted, predicted_positions = run(ForceFieldCalculator(model), temperature, time_step)
    return DynamicsReading(
        times=time_step * np.arange(len(true)),
        true=true,
        predicted=predicted,
        true_positions=true_positions,
        predicted_positions=predicted_positions,
        true_swing=float(np.ptp(true)),
        predicted_swing=float(np.ptp(predicted)),
    )


def describe_reading(temperature, time_step, result):
    """Read the picture in words."""
    kept = "keeps its energy to 5 meV/atom" if result.true_swing < 5 else "does not keep its energy to 5 meV/atom"
    return Reading(
        f"Cu13 started at {temperature} K, {len(result.times) - 1} steps of {time_step} fs, "
        f"{number(result.times[-1])} fs in all: with EMT the run {kept}.",
        f"The total energy swings by {number(result.true_swing, 2, most=1000)} meV/atom with EMT and by "
        f"{number(result.predicted_swing, 2, most=1000)} meV/atom with the model.",
    )


def build(figure, model):
    """Draw what stays, and return the function that moves the rest; `model` as in `compute`."""
    axes, view = figure.subplots(1, 2, width_ratios=(1.7, 1))
    figure.subplots_adjust(left=0.1, right=0.99, bottom=0.13, top=0.92, wspace=0.08)
    axes.set(xlim=(0, DURATION), ylim=(-LIMIT, LIMIT), xlabel="time (fs)")
    # Small swings and broken runs on one axis: straight near zero, logarithmic beyond 0.1 meV/atom.
    axes.set_yscale("symlog", linthresh=0.1)
    axes.set_ylabel("total energy − start (meV/atom)")
    axes.axhline(0, color="0.4", linewidth=0.8)
    true, predicted = moving(axes, **LINES["truth"], label="EMT"), moving(axes, **LINES["model"], label="model")
    bare(view, VIEW, f"the atoms at the end ({VIEW:.0f} Å wide)\ndiscs: EMT, dots: model")
    atoms = [
        moving(view, "o", color=COLOURS["truth"], markersize=36, markerfacecolor="0.85"),
        moving(view, "o", color=COLOURS["model"], markersize=9),
    ]
    legend_above(axes, [true, predicted])

    def update(temperature, time_step):
        result = compute(model, temperature, time_step)
        true.set_data(result.times, np.clip(result.true, -LIMIT, LIMIT))
        predicted.set_data(result.times, np.clip(result.predicted, -LIMIT, LIMIT))
        for discs, positions in zip(atoms, (result.true_positions, result.predicted_positions), strict=True):
            x, y, depth = SEEN_FROM @ (positions - positions.mean(axis=0)).T
            order, edge = np.argsort(depth), VIEW / 2 - 1  # the farthest first; what flies away stops at the edge
            discs.set_data(np.clip(x, -edge, edge)[order], np.clip(y, -edge, edge)[order])
        return describe_reading(temperature, time_step, result)

    return update


def controls():
    """The controls."""
    return {
        "temperature": slider("Temperature (K)", 300, 50, 1500, 50),
        "time_step": slider("Time step (fs)", 5, 4, 40, 1),
    }


dynamics_figure, dynamics_explorer = figure_and_explorer(build, controls, HEIGHT)

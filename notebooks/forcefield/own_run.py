"""A reader's own force field at work: relaxed, run, stopped where its members disagree, and what to label then."""

from dataclasses import dataclass

import numpy as np

from forcefield import checks
from forcefield.sampling import langevin
from forcefield.search import relax
from forcefield.stop_on_spread import StopOnSpread
from forcefield.written_files import KeptFrames, write_structures


def time_step_for(structure):
    """A time step that the lightest atom allows: 0.5 fs with hydrogen, 1 fs to neon, else 3 fs."""
    lightest = checks.structure(structure).get_masses().min()
    return 0.5 if lightest < 4 else 1.0 if lightest < 21 else 3.0


@dataclass(frozen=True)
class Run:
    """Molecular dynamics that stopped, or did not.

    Parameters
    ----------
    start : ase.Atoms
        The relaxed structure that it started from.
    frames : list of ase.Atoms
        Every `interval`-th frame with energy, forces and spreads.
    times : ndarray of float64, fs
    spreads : ndarray of float64, shape of `times`
        The largest spread of an atom, eV/Å.
    limit : float
        eV/Å.
    asked : ase.Atoms or None
        The frame where the limit was passed: label it next.
    """

    start: object
    frames: list
    times: np.ndarray
    spreads: np.ndarray
    limit: float
    asked: object


def run_until_doubt(structure, calculator, temperature, limit, steps=2000, seed=0, interval=10):
    """Relax a structure, then heat it at once to a temperature and run until the committee's spread passes a limit.

    Parameters
    ----------
    structure : ase.Atoms
        It is not changed.
    calculator : ase calculator
        Of a committee: `CommitteeCalculator`.
    temperature : float, K
    limit : float
        Largest force spread of an atom that is taken, eV/Å.
    steps : int
    seed : int
    interval : int
        Steps from one kept frame to the next.

    Returns
    -------
    Run

    Raises
    ------
    ValueError
        If a setting is out of range, or the calculator has no spread.
    """
    steps, interval = checks.whole_number("steps", steps, 1), checks.whole_number("interval", interval, 1)
    start, _ = relax(structure, calculator)
    time_step = time_step_for(start)
    dynamics = langevin(start, calculator, temperature, seed, time_step)
    stop, kept = StopOnSpread(dynamics, limit), KeptFrames(dynamics)
    dynamics.attach(stop)
    dynamics.attach(kept, interval=interval)
    dynamics.run(steps)
    spreads = np.array(stop.spreads)
    return Run(start, kept.frames, time_step * np.arange(len(spreads)), spreads, stop.limit, stop.frame)


def save_run(run, folder, name, replace=True):
    """Write a run to name_run.extxyz, with its spreads, and the frame that it asks for to name_to_label.extxyz.

    Returns
    -------
    str
        What to do next.
    """
    folder, name = checks.path(folder), checks.words("name", name)
    write_structures(folder / f"{name}_run.extxyz", run.frames, replace)
    if run.asked is None:
        return "The members agreed all the way: label some frames of the run and see whether they are right."
    write_structures(folder / f"{name}_to_label.extxyz", [run.asked], replace)
    return f"The run stopped where the members disagree: label {name}_to_label.extxyz, add it to your file, fit again."

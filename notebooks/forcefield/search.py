"""Search for minima of the energy, which also finds those that a model has and nature has not."""

import numpy as np
from ase.optimize import FIRE

from forcefield import checks


def relax(structure, calculator, fmax=0.05, steps=150):
    """Relaxed copy of a structure and its energy, eV; ends early where the calculator refuses, as at 0.1 Å."""
    fmax, steps = checks.positive("fmax", fmax, "eV/Å"), checks.whole_number("steps", steps, 1)
    atoms = checks.apart(checks.structure(structure)).copy()
    atoms.calc = checks.calculator(calculator)
    relaxed, energy = atoms.copy(), atoms.get_potential_energy()
    try:
        for _ in FIRE(atoms, logfile=None).irun(fmax=fmax, steps=steps):
            energy = atoms.get_potential_energy()
            relaxed = atoms.copy()
    except ValueError:
        pass  # what was reached before is the result
    return relaxed, energy


def basin_hopping(structure, calculator, n_hops, seed, step=1.0, thermal_energy=0.8):
    """Minima found by random moves, each followed by a relaxation.

    Parameters
    ----------
    structure : ase.Atoms
        Where it starts.
    calculator : ase calculator
    n_hops : int
    seed : int
    step : float
        Each coordinate is moved by up to this, Å.
    thermal_energy : float
        A minimum higher by E than the last is accepted with probability exp(-E / thermal_energy), eV.

    Returns
    -------
    list of (ase.Atoms, float), length n_hops
        The minimum after each move, accepted or not, without a calculator, and its energy, eV.

    References
    ----------
    D. J. Wales, J. P. K. Doye, J. Phys. Chem. A 101, 5111 (1997), doi:10.1021/jp970984n.
    """
    n_hops = checks.whole_number("n_hops", n_hops, 1)
    step, thermal_energy = checks.positive("step", step, "Å"), checks.positive("thermal_energy", thermal_energy, "eV")
    generator, minima = np.random.default_rng(checks.seed(seed)), []
    here, energy = relax(structure, calculator)
    for _ in range(n_hops):
        moved = here.copy()
        moved.positions += generator.uniform(-step, step, moved.positions.shape)
        minima.append(relax(moved, calculator))
        if generator.random() < np.exp(min(0.0, (energy - minima[-1][1]) / thermal_energy)):
            here, energy = minima[-1]
    return minima

"""What the models are used for, beside EMT: vibrations of Cu13, a committee, elastic constants and phonons of copper.

`python tests/benchmark_properties.py`, and a part of `course.py bench`. Not a test: it prints. Some 40 seconds.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

# Before numpy is loaded: it reads these once.
for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

NOTEBOOKS = str(Path(__file__).resolve().parent.parent / "notebooks")
if NOTEBOOKS not in sys.path:
    sys.path.insert(0, NOTEBOOKS)

import numpy as np  # noqa: E402
from ase.calculators.emt import EMT  # noqa: E402
from ase.optimize import BFGS  # noqa: E402
from ase.vibrations import Vibrations  # noqa: E402

from forcefield import crystals, elasticity, prepared  # noqa: E402
from forcefield.calculator import ForceFieldCalculator  # noqa: E402
from forcefield.committees import Committee  # noqa: E402
from forcefield.crystal_calculator import CrystalCalculator  # noqa: E402
from forcefield.evaluation import mean_absolute_error  # noqa: E402
from forcefield.sampling import copper_cluster  # noqa: E402
from forcefield.training import train  # noqa: E402

VIBRATIONS = 0.2
"""Wanted: mean deviation of the frequencies of Cu13 from EMT's, every seed, %."""

CRYSTAL = {"a0": None, "B": 0.5, "C'": 5, "C44": None, "X, transverse": 1, "X, longitudinal": 1}
"""Wanted: largest difference from EMT of any seed, %."""


def frequencies(calculator):
    """Wave numbers of the 33 vibrations of the relaxed cluster of 13 copper atoms, 1/cm."""
    atoms = copper_cluster()
    atoms.calc = calculator
    BFGS(atoms, logfile=None).run(fmax=1e-5)
    with tempfile.TemporaryDirectory() as folder:
        vibrations = Vibrations(atoms, name=f"{folder}/modes", delta=0.01)
        vibrations.run()
        return np.sort(vibrations.get_frequencies().real)[-33:]


def of_crystal(calculator):
    """The numbers that `CRYSTAL` names: Å, GPa, GPa, GPa, THz, THz."""
    lattice_constant, _, bulk_modulus = elasticity.equation_of_state(calculator)
    moduli = elasticity.shear_moduli(calculator, lattice_constant)
    phonons = elasticity.phonon_frequencies(calculator, lattice_constant)
    return np.array([lattice_constant, bulk_modulus, *moduli, phonons[3], phonons[-1]])


def line(name, value, unit, wanted):
    """One figure, beside what is wanted."""
    words = "" if wanted is None else f"     at most {wanted:g}{'  <- missed' if value > wanted else ''}"
    print(f"  {name:<50}{value:>10.3g} {unit}{words}")


def bench_cluster(models, data, test_rows):
    """Vibrations of every seed of the copper network, and the committee of all of them."""
    print(f"\nVibrations of Cu13, {len(models)} networks of the course, beside EMT's")
    truth = frequencies(EMT())
    for seed, model in enumerate(models):
        deviations = 100 * np.abs(frequencies(ForceFieldCalculator(model)) / truth - 1)
        line(f"seed {seed}, mean deviation", deviations.mean(), "%", VIBRATIONS)
    if len(models) > 1:
        test = data[test_rows]
        energies, forces = Committee(models).predict(test.descriptors, test.derivatives)
        print(f"The committee of these {len(models)} on the {len(test)} test frames")
        line("energy error", 1e3 * mean_absolute_error(energies, test.energies) / 13, "meV/atom", None)
        line("force error", 1e3 * mean_absolute_error(forces, test.forces), "meV/Å", None)


def bench_crystals(n_seeds=3):
    """The course's crystal models beside EMT."""
    data, _ = crystals.crystal_dataset()
    training_set, start = data[crystals.crystal_split()[0]], time.process_time()
    models = [train(training_set, seed=seed, **crystals.CRYSTAL_FIT)[0] for seed in range(n_seeds)]
    print(
        f"\nCopper crystals, {n_seeds} seeds, {(time.process_time() - start) / n_seeds:.1f} s CPU a fit, beside EMT's"
    )
    truth = of_crystal(EMT())
    found = np.array([of_crystal(CrystalCalculator(model)) for model in models])
    largest = 100 * np.abs(found / truth - 1).max(axis=0)
    for (name, wanted), value in zip(CRYSTAL.items(), largest, strict=True):
        line(f"{name}, largest difference of any seed", value, "%", wanted)


def main():
    """All of it; the copper models are found, or made again."""
    data = prepared.copper_dataset()
    bench_cluster([prepared.copper_model(data, seed) for seed in range(3)], data, prepared.copper_split()[2])
    bench_crystals()


if __name__ == "__main__":
    main()

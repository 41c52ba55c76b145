"""How fast and how accurate: the course's models beside the published recipe, and what each lesson costs.

    python3 binder/course.py bench                 models, from one run on one thread (about five minutes)
    python3 binder/course.py bench --elements      several elements: malonaldehyde, copper-gold (four minutes)
    python3 binder/course.py bench --lessons       time, memory and size of every notebook
    python3 binder/course.py bench --lessons 02 04

How fast the explorers follow the hand is measured in a browser: `python tests/benchmark_explorers.py`. Other packages:
`tests/benchmark_published.py`. Long dynamics: `tests/benchmark_dynamics.py`.
Nothing here fails on a slow day: the figures are printed beside what the course wants to reach.
"""

import argparse
import os
import sys
import time
from pathlib import Path

# Before numpy and torch are loaded: they read these once. Kernels started from here inherit them.
for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

FOLDER = Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER.parent / "notebooks"), str(FOLDER)]

import ase  # noqa: E402
import numpy as np  # noqa: E402
import torch  # noqa: E402
from benchmark_elements import bench_elements  # noqa: E402
from benchmark_lessons import bench_lessons  # noqa: E402
from benchmark_properties import bench_cluster, bench_crystals  # noqa: E402
from benchmark_steps import bench_steps  # noqa: E402
from published_recipe import PublishedRecipe  # noqa: E402

from forcefield import prepared  # noqa: E402
from forcefield.baselines import KernelRidgeBaseline, hermite_baseline, polynomial_baseline  # noqa: E402
from forcefield.calculator import ForceFieldCalculator  # noqa: E402
from forcefield.evaluation import mean_absolute_error  # noqa: E402
from forcefield.gaussian_process import SparseGaussianProcess  # noqa: E402
from forcefield.splits import equally_spaced  # noqa: E402
from forcefield.training import train  # noqa: E402

TIMES_FASTER, TIMES_MORE_ACCURATE = 100, (5000, 2500)
"""What the dimer model wants to reach beside the published recipe at its own seed (energy, force)."""

DIMER_TARGET, DIMER_SECONDS, WORST_TARGET = (0.002, 0.08), 0.3, 3.0
"""Median energy error (meV) and force error (meV/Å), training time (s), worst seed over that target."""

COPPER_TARGET, COPPER_SECONDS = (0.08, 2.0), 15.0
"""Every seed of the copper network: meV/atom, meV/Å, s."""

PROCESS_TARGET, PROCESS_SECONDS = (0.035, 0.9), 3.0
"""The sparse Gaussian process on the same frames."""

UNITS, WIDTHS = ("F, meV/Å", "clock", "CPU, s"), (12, 12, 9, 9)


def timed(function):
    """What a function without arguments returns, and the time it takes: (clock, this process's CPU), s."""
    clock, processor = time.perf_counter(), time.process_time()
    result = function()
    return result, (time.perf_counter() - clock, time.process_time() - processor)


def heading(words, energy_unit="E, meV"):
    """A title and the units of the columns below it."""
    print(f"\n{words}")
    print(f"{'':40}" + "".join(f"{unit:>{width}}" for unit, width in zip((energy_unit, *UNITS), WIDTHS, strict=True)))


def row(name, errors, seconds, note=""):
    """One line of a table: energy and force error, times."""
    numbers = "".join(f"{value:>12.3g}" for value in errors)
    print(f"{name:<40}{numbers}{seconds[0]:>9.3f}{seconds[1]:>9.3f}  {note}".rstrip())


def reached(name, value, at_most=None, at_least=None):
    """Print a figure beside what is wanted; says so when it is missed."""
    words, bound = ("at most", at_most) if at_least is None else ("at least", at_least)
    missed = value > bound if at_least is None else value < bound
    print(f"  {name:<50}{value:>10.3g}     {words} {bound:g}{'  <- missed' if missed else ''}")


def dimer_errors(energies, forces, data, rows):
    """Mean absolute errors on these rows, meV and meV/Å (x on atom 0)."""
    return (
        1e3 * mean_absolute_error(energies[rows], data.energies[rows]),
        1e3 * mean_absolute_error(forces[rows], data.forces[rows, 0, 0]),
    )


def bench_dimers(n_seeds, n_recipe_seeds):
    """The dimer: published recipe, course's network by both methods, baselines; all with the same 30 labels."""
    data = prepared.make_dimer_dataset()
    chosen, unseen = equally_spaced(200, 30)
    labelled, distances = data[chosen], data.positions[:, 1, 0] - data.positions[:, 0, 0]
    heading("Two atoms, Lennard-Jones, 30 labels; mean absolute errors on the 170 other points, one thread.")

    def judge(model):
        energies, forces = model.predict(data.descriptors, data.derivatives)
        return dimer_errors(energies, forces[:, 0, 0], data, unseen)

    for method in ("lbfgs", "levenberg_marquardt"):  # what is loaded at the first step is nobody's training time
        train(labelled, iterations=1, method=method)
    recipe = []
    for seed in [7, *(seed for seed in range(n_recipe_seeds) if seed != 7)][:n_recipe_seeds]:
        model, seconds = timed(lambda seed=seed: PublishedRecipe(labelled, seed))
        energies, forces = model.predict(data)
        recipe.append((*dimer_errors(energies, forces[:, 0, 0], data, unseen), *seconds))
        row(f"recipe as published, seed {seed}", recipe[-1][:2], seconds, f"{model.epochs} epochs")
    results = {}
    for name, settings in (
        ("L-BFGS, 500 iterations", {"method": "lbfgs", "iterations": 500}),
        ("Levenberg-Marquardt, the course's", prepared.DIMER_FIT),
        ("Levenberg-Marquardt, 500 iterations", {**prepared.DIMER_FIT, "iterations": 500}),
        ("the same, square-root scaling", {**prepared.DIMER_FIT, "iterations": 500, "scaling": "square_root"}),
    ):
        fits = [
            timed(lambda seed=seed, settings=settings: train(labelled, seed=seed, **settings))
            for seed in range(n_seeds)
        ]
        results[name] = np.array([(*judge(model), *seconds) for (model, _), seconds in fits])
        for word, of in (("median", np.median), ("worst", np.max)):
            values = of(results[name], axis=0)
            row(f"{name}, {word}", values[:2], values[2:], f"{n_seeds} seeds")
    for forces, name in ((False, "kernel ridge, energies"), (True, "kernel ridge, energies and forces")):
        kernel, seconds = timed(lambda forces=forces: KernelRidgeBaseline(labelled, forces=forces))
        row(name, judge(kernel), seconds, "settings searched")
    known = distances[chosen], labelled.energies, labelled.forces[:, 0, 0]
    predicted, seconds = timed(lambda: hermite_baseline(*known, distances))
    row("cubic Hermite interpolation in r", dimer_errors(*predicted, data, unseen), seconds, "knows r")
    (energies, forces, degree), seconds = timed(lambda: polynomial_baseline(*known, distances))
    row("polynomial in r", dimer_errors(energies, forces, data, unseen), seconds, f"degree {degree}, knows r")

    course = results["Levenberg-Marquardt, the course's"]
    median, worst = np.median(course, axis=0), course.max(axis=0)
    print("\nThe course's dimer model                               measured     wanted")
    for column, name in enumerate(("energy error, meV", "force error, meV/Å")):
        reached(f"median {name}", median[column], at_most=DIMER_TARGET[column])
        reached(f"worst {name}", worst[column], at_most=WORST_TARGET * DIMER_TARGET[column])
    reached("training time, median, CPU s", median[3], at_most=DIMER_SECONDS)
    print("Published recipe at its own seed / course's median        ratio     wanted")
    reached("times faster, clock", recipe[0][2] / median[2], at_least=TIMES_FASTER)
    reached("times faster, CPU time", recipe[0][3] / median[3], at_least=TIMES_FASTER)
    reached("times more accurate, energy", recipe[0][0] / median[0], at_least=TIMES_MORE_ACCURATE[0])
    reached("times more accurate, force", recipe[0][1] / median[1], at_least=TIMES_MORE_ACCURATE[1])


def bench_copper(n_seeds):
    """Cu13, the course's split: network and sparse Gaussian process on the 300 test frames."""
    data = prepared.copper_dataset()
    training_rows, _, test_rows = prepared.copper_split()
    heading("Copper clusters of 13 atoms, EMT, 200 training frames; errors on the 300 test frames.", "E, meV/atom")

    def judge(model):
        energies, forces = model.predict(data.descriptors[test_rows], data.derivatives[test_rows])
        per_atom = 1e3 * mean_absolute_error(energies, data.energies[test_rows]) / 13
        return per_atom, 1e3 * mean_absolute_error(forces, data.forces[test_rows])

    network, models = [], []
    for seed in range(n_seeds):
        fit, seconds = timed(lambda seed=seed: train(data[training_rows], seed=seed, **prepared.COPPER_FIT))
        models.append(fit[0])
        network.append((*judge(fit[0]), *seconds))
        row(f"network, seed {seed}", network[-1][:2], seconds)
    process = {}
    for n_sparse in (500, 1000):
        model, seconds = timed(lambda n=n_sparse: SparseGaussianProcess(data[training_rows], n))
        process[n_sparse] = (*judge(model), *seconds)
        row(f"sparse Gaussian process, {n_sparse} points", process[n_sparse][:2], seconds)
    print("\nCopper, worst seed of the network, then the process         measured     wanted")
    for name, values, target, limit in (
        ("network", np.max(network, axis=0), COPPER_TARGET, COPPER_SECONDS),
        ("process, 1000 points", process[1000], PROCESS_TARGET, PROCESS_SECONDS),
    ):
        reached(f"{name}: energy error, meV/atom", values[0], at_most=target[0])
        reached(f"{name}: force error, meV/Å", values[1], at_most=target[1])
        reached(f"{name}: training time, CPU s", values[3], at_most=limit)
    bench_step(prepared.copper_soap(), models[0], data)
    bench_cluster(models, data, test_rows)


def bench_step(soap, model, data):
    """A step of molecular dynamics of Cu13 beside DScribe's derivatives alone, best of 20 each, and their ratio."""
    atoms = ase.Atoms("Cu13", positions=data.positions[0])
    calculator, best = ForceFieldCalculator(model), {"step": np.inf, "derivatives": np.inf}
    for _ in range(20):
        atoms.positions += 1e-6  # else the calculator gives what it has
        calls = {
            "step": lambda: calculator.calculate(atoms, ["energy", "forces"]),
            "derivatives": lambda: soap.derivatives(atoms, centers=list(range(13)), attach=True, method="analytical"),
        }
        for name, call in calls.items():
            best[name] = min(best[name], timed(call)[1][1])
    step, derivatives = 1e3 * best["step"], 1e3 * best["derivatives"]
    words = f"A step of Cu13 {step:.3f} ms, DScribe's derivatives alone {derivatives:.3f} ms"
    print(f"\n{words}: ratio {step / derivatives:.2f} (wanted: at most 0.6)")


def positive(text):
    """A whole number of at least 1, for argparse."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def main():
    """Read the options and print the tables."""
    parser = argparse.ArgumentParser(
        prog="course.py bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=positive, default=16, help="seeds of the dimer's network (16; 2 s each)")
    parser.add_argument("--copper-seeds", type=positive, default=5, help="seeds of the copper network (5; 5 s each)")
    parser.add_argument("--recipe-seeds", type=positive, default=1, help="seeds of the published recipe (1; 35 s each)")
    parser.add_argument(
        "--lessons", nargs="*", metavar="NN", help="measure notebooks instead: those named, or all of them"
    )
    parser.add_argument(
        "--elements", action="store_true", help="several elements instead: a molecule, an alloy (4 min)"
    )
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.lessons is not None:
        return bench_lessons(options.lessons)
    if options.elements:
        return bench_elements()
    bench_dimers(options.seeds, options.recipe_seeds)
    bench_copper(options.copper_seeds)
    bench_crystals()
    bench_steps()
    print("\nNot in this run: notebooks (--lessons), explorers in a browser (python tests/benchmark_explorers.py).")


if __name__ == "__main__":
    main()

"""How fast and how accurate: the course's model beside the published recipe, and what each lesson costs.

    python3 binder/course.py bench                 models, from one run on one thread (about two minutes)
    python3 binder/course.py bench --lessons       time, memory and size of every notebook
    python3 binder/course.py bench --lessons 02 04

Nothing here fails on a slow day: the figures are printed beside what the course wants to reach.
"""

import argparse
import os
import sys
import tempfile
import threading
import time
from pathlib import Path
from shutil import copytree, ignore_patterns

# Before numpy and torch are loaded: they read these once. Kernels started from here inherit them.
for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
sys.path.insert(0, str(NOTEBOOKS))

import nbformat  # noqa: E402
import numpy as np  # noqa: E402
import psutil  # noqa: E402
import torch  # noqa: E402
from nbclient import NotebookClient  # noqa: E402
from nbclient.exceptions import CellExecutionError  # noqa: E402
from sklearn.model_selection import train_test_split  # noqa: E402

from forcefield import descriptors, systems  # noqa: E402
from forcefield.baselines import KernelRidgeBaseline, hermite_baseline  # noqa: E402
from forcefield.dataset import Dataset  # noqa: E402
from forcefield.evaluation import mean_absolute_error  # noqa: E402
from forcefield.splits import equally_spaced  # noqa: E402
from forcefield.training import train  # noqa: E402

TIMES_FASTER, TIMES_MORE_ACCURATE = 35, 25
"""What the course's model wants to reach beside the published recipe."""

ENERGY_TARGET, FORCE_TARGET, WORST_TARGET, SECONDS_TARGET = 0.5, 10.0, 3.0, 1.0
"""Median energy error (meV) and force error (meV/Å), worst seed over median, training time (s)."""

LESSON_SECONDS, LESSON_MEGABYTES_ON_DISK = 60, 1.0
"""What a notebook may take at most."""


class PublishedRecipe:
    """The training of DScribe's tutorial "forces and energies", step by step as published.

    float32, 5 sigmoid units, weights drawn with standard deviation 1, Adam with learning rate 1e-2
    on mini-batches of 2, at most 5000 epochs, 24 points to fit and 6 to validate. It stops when
    the validation loss was not below that of the epoch before for more than 20 epochs in a row, and goes
    back to the weights with the lowest validation loss.

    Parameters
    ----------
    labelled : Dataset
        The 30 labelled systems, one centre each.
    seed : int
        Seed of torch: initial weights and order of the batches. The published one is 7.

    References
    ----------
    DScribe 2.1, examples/forces_and_energies/training_pytorch.py, https://github.com/SINGROUP/dscribe.
    """

    def __init__(self, labelled, seed=7):
        torch.manual_seed(seed)
        features = labelled.descriptors[:, 0]
        self.mean, self.scale = features.mean(axis=0), features.std(axis=0)
        self.energy_variance, self.force_variance = labelled.energies.var(), labelled.forces.var()
        fitted, validation = (labelled[part] for part in train_test_split(range(30), test_size=0.2, random_state=7))
        # Each layer is drawn by torch's default before it is drawn anew: the published seed counts on it.
        hidden = torch.nn.Linear(features.shape[1], 5)
        torch.nn.init.normal_(hidden.weight)
        output = torch.nn.Linear(5, 1)
        torch.nn.init.normal_(output.weight)
        self.network = torch.nn.Sequential(hidden, torch.nn.Sigmoid(), output)
        self.epochs = self._fit(self._tensors(fitted), self._tensors(validation))

    def _inputs(self, dataset):
        """Standardised descriptors (n_systems, n_features) and their derivatives (1/Å), float32."""
        values = (dataset.descriptors[:, 0] - self.mean) / self.scale, dataset.derivatives[:, 0] / self.scale
        return tuple(torch.tensor(value, dtype=torch.float32) for value in values)

    def _tensors(self, dataset):
        """Inputs and labels: energies (n_systems, 1) in eV and forces (n_systems, n_atoms, 3) in eV/Å, float32."""
        labels = dataset.energies[:, None], dataset.forces
        return *self._inputs(dataset), *(torch.tensor(label, dtype=torch.float32) for label in labels)

    def _forward(self, features, derivatives, create_graph=False):
        """Energies (n_systems, 1) in eV and forces (n_systems, n_atoms, 3) in eV/Å."""
        features = features.detach().requires_grad_(True)
        energies = self.network(features)
        (gradient,) = torch.autograd.grad(energies.sum(), features, create_graph=create_graph)
        return energies, -torch.einsum("saxk,sk->sax", derivatives, gradient)

    def _loss(self, features, derivatives, true_energies, true_forces, create_graph=False):
        """Mean squared errors over the variances of the 30 labels, no unit."""
        energies, forces = self._forward(features, derivatives, create_graph)
        energy_part = ((energies - true_energies) ** 2).mean() / self.energy_variance
        return energy_part + ((forces - true_forces) ** 2).mean() / self.force_variance

    def _fit(self, fitted, validation):
        """Find the weights; returns the number of epochs."""
        optimizer = torch.optim.Adam(self.network.parameters(), lr=1e-2)
        best, before, not_better, best_weights = np.inf, np.inf, 0, None
        epochs = 0
        while epochs < 5000 and not_better <= 20:
            epochs += 1
            for batch in torch.randperm(24).split(2):
                optimizer.zero_grad()
                self._loss(*(values[batch] for values in fitted), create_graph=True).backward()
                optimizer.step()
            now = self._loss(*validation).item()
            if now < best:
                best = now
                best_weights = {name: value.clone() for name, value in self.network.state_dict().items()}
            # As published: beside the epoch before, not beside the best one.
            not_better = not_better + 1 if now >= before else 0
            before = now
        self.network.load_state_dict(best_weights)
        return epochs

    def predict(self, dataset):
        """Energies and forces of a set.

        Parameters
        ----------
        dataset : Dataset

        Returns
        -------
        energies : ndarray of float32, shape (n_systems,), eV
        forces : ndarray of float32, shape (n_systems, n_atoms, 3), eV/Å
        """
        energies, forces = self._forward(*self._inputs(dataset))
        return energies.detach().numpy()[:, 0], forces.detach().numpy()


def timed(function):
    """Call a function and take the time.

    Parameters
    ----------
    function : callable
        Without arguments.

    Returns
    -------
    result : object
    seconds : tuple of (float, float)
        On the clock, and spent by the processor for this process; the second one is what other
        programs on the machine disturb least.
    """
    clock, processor = time.perf_counter(), time.process_time()
    result = function()
    return result, (time.perf_counter() - clock, time.process_time() - processor)


def errors(energies, forces, data, indices):
    """Mean absolute errors.

    Parameters
    ----------
    energies : ndarray, shape (n_systems,), eV
    forces : ndarray, shape (n_systems,), eV/Å
        x component on atom 0.
    data : Dataset
    indices : ndarray of int
        The systems that count.

    Returns
    -------
    tuple of (float, float)
        meV and meV/Å.
    """
    return (
        1e3 * mean_absolute_error(energies[indices], data.energies[indices]),
        1e3 * mean_absolute_error(forces[indices], data.forces[indices, 0, 0]),
    )


def row(name, unseen, everywhere, seconds, note=""):
    """One line of the table of models: errors in meV and meV/Å, times in s."""
    values = [*unseen, *everywhere]
    numbers = "".join(f"{value:>10.3g}" if value < 1000 else f"{value:>10.0f}" for value in values)
    print(f"{name:<34}{numbers}{seconds[0]:>9.2f}{seconds[1]:>9.2f}  {note}".rstrip())


def bench_models(n_seeds, n_recipe_seeds):
    """Print time and errors of the published recipe, of two baselines and of the course's model.

    Parameters
    ----------
    n_seeds : int
        Seeds of the course's model: 0, 1, 2, ...
    n_recipe_seeds : int
        Seeds of the published recipe: its own, 7, then 0, 1, 2, ...
    """
    distances = np.linspace(2.5, 5.0, 200)
    structures = systems.dimers(distances)
    described = descriptors.describe(descriptors.make_soap(), structures, [descriptors.MIDPOINT])
    data = Dataset(*systems.label(structures, systems.lennard_jones_calculator()), *described)
    chosen, unseen = equally_spaced(200, 30)
    labelled, everywhere = data[chosen], np.arange(200)

    def judge(energies, forces):
        return errors(energies, forces, data, unseen), errors(energies, forces, data, everywhere)

    print("Two atoms, Lennard-Jones, 30 labelled distances; one thread. Mean absolute errors, force: x on atom 0.")
    print(f"{'':34}{'170 unseen points':>20}{'all 200 points':>20}{'training time':>18}")
    units = ("E, meV", "F, meV/Å", "E, meV", "F, meV/Å", "clock", "CPU, s")
    print(f"{'':34}" + "".join(f"{unit:>{width}}" for unit, width in zip(units, (10,) * 4 + (9,) * 2, strict=True)))

    train(labelled, iterations=1)  # torch loads parts of itself at the first step; that is nobody's training time
    recipe = []
    for seed in [7, *(seed for seed in range(n_recipe_seeds) if seed != 7)][:n_recipe_seeds]:
        model, seconds = timed(lambda seed=seed: PublishedRecipe(labelled, seed))
        energies, forces = model.predict(data)
        recipe.append((*judge(energies, forces[:, 0, 0]), seconds))
        row(f"recipe as published, seed {seed}", *recipe[-1], f"{model.epochs} epochs")

    kernel, seconds = timed(lambda: KernelRidgeBaseline(labelled))
    energies, forces = kernel.predict(data.descriptors, data.derivatives)
    row("kernel ridge (settings searched)", *judge(energies, forces[:, 0, 0]), seconds, "energy labels only")
    known = distances[chosen], labelled.energies, labelled.forces[:, 0, 0]
    predicted, seconds = timed(lambda: hermite_baseline(*known, distances))
    row("cubic Hermite interpolation in r", *judge(*predicted), seconds, "knows r")

    course = []
    for seed in range(n_seeds):
        (model, _), seconds = timed(lambda seed=seed: train(labelled, seed=seed))
        energies, forces = model.predict(data.descriptors, data.derivatives)
        course.append((*judge(energies, forces[:, 0, 0]), seconds))
    median, worst = np.median(course, axis=0), np.max(course, axis=0)
    row(f"course's model, median of {n_seeds}", *median)
    row(f"course's model, worst of {n_seeds}", *worst)

    print("\nCourse's model, 170 unseen points           measured     wanted")
    reached("median energy error, meV", median[0][0], at_most=ENERGY_TARGET)
    reached("median force error, meV/Å", median[0][1], at_most=FORCE_TARGET)
    reached("worst seed / median, energy", worst[0][0] / median[0][0], at_most=WORST_TARGET)
    reached("worst seed / median, force", worst[0][1] / median[0][1], at_most=WORST_TARGET)
    reached("training time, median, clock, s", median[2][0], at_most=SECONDS_TARGET)

    sides = {"its own seed, 7": recipe[0]}
    if len(recipe) > 1:
        sides[f"median of {len(recipe)} seeds"] = np.median(recipe, axis=0)
    for name, side in sides.items():
        print(f"\nRecipe ({name}) / course's median     ratio     wanted")
        reached("times faster, clock", side[2][0] / median[2][0], at_least=TIMES_FASTER)
        reached("times faster, CPU time", side[2][1] / median[2][1], at_least=TIMES_FASTER)
        reached("times more accurate, energy", side[0][0] / median[0][0], at_least=TIMES_MORE_ACCURATE)
        reached("times more accurate, force", side[0][1] / median[0][1], at_least=TIMES_MORE_ACCURATE)


def reached(name, value, at_most=None, at_least=None):
    """Print a figure beside what is wanted; says so when it is missed."""
    words, bound = ("at most", at_most) if at_least is None else ("at least", at_least)
    missed = value > bound if at_least is None else value < bound
    print(f"  {name:<40}{value:>10.3g}     {words} {bound:g}{'  <- missed' if missed else ''}")


def measure_lesson(notebook, folder):
    """Run a notebook in a kernel of its own and watch the kernel.

    Parameters
    ----------
    notebook : pathlib.Path
        It is not changed.
    folder : pathlib.Path
        Where the kernel works.

    Returns
    -------
    seconds : tuple of (float, float)
        From the start of the kernel to the end of the last cell, on the clock and of the processor.
    megabytes : float
        Peak of the kernel's resident memory, looked at every 10 ms, 1 MB = 10^6 bytes.
    problem : str
        Empty if every cell ran.
    """
    client = NotebookClient(
        nbformat.read(notebook, as_version=4),
        timeout=600,
        resources={"metadata": {"path": str(folder)}},
        extra_arguments=["--log-level=ERROR"],  # else every kernel warns that it talks over TCP
    )
    peak, ended, problem = 0, threading.Event(), ""

    def watch(process):
        nonlocal peak
        while not ended.wait(0.01):
            peak = max(peak, process.memory_info().rss)

    start = time.perf_counter()
    with client.setup_kernel():
        kernel = psutil.Process(client.km.provisioner.pid)
        watcher = threading.Thread(target=watch, args=(kernel,))
        watcher.start()
        try:
            for index, cell in enumerate(client.nb.cells):
                client.execute_cell(cell, index)
        except CellExecutionError as error:
            problem = f"{error.ename}: {error.evalue}".splitlines()[0]
        clock, processor = time.perf_counter() - start, sum(kernel.cpu_times()[:2])
        ended.set()
        watcher.join()
    return (clock, processor), peak / 1e6, problem


def bench_lessons(names):
    """Print run time, peak memory and size on disk of notebooks.

    They run in a copy of the notebooks' folder without the data that lessons save for each other, so that
    each one makes again what it needs: the longest that a reader can have to wait.

    Parameters
    ----------
    names : list of str
        Beginnings of file names such as "02"; all notebooks if the list is empty.
    """
    paths = [path for path in sorted(NOTEBOOKS.glob("*.ipynb")) if path.name.startswith(tuple(names or [""]))]
    if not paths:
        sys.exit(f"No notebook begins with {' or '.join(names)}: give numbers such as 02 04.")
    print("Each notebook alone, one thread, without saved data; memory: peak of its kernel.")
    print("Clock far above CPU time: other programs had the processor; measure again on a quiet machine.")
    print(f"{'':24}{'clock, s':>10}{'CPU, s':>10}{'memory, MB':>12}{'disk, MB':>10}   wanted, at most")
    total = np.zeros(2)
    for path in paths:
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary) / "notebooks"
            copytree(NOTEBOOKS, folder, ignore=ignore_patterns("data", "scripts", "__pycache__", ".*"))
            seconds, memory, problem = measure_lesson(path, folder)
        memory_limit = 600 if path.name < "05" else 900
        disk = path.stat().st_size / 1e6
        kept = seconds[0] <= LESSON_SECONDS and memory <= memory_limit and disk <= LESSON_MEGABYTES_ON_DISK
        total += seconds
        print(
            f"{path.name:<24}{seconds[0]:>10.1f}{seconds[1]:>10.1f}{memory:>12.0f}{disk:>10.2f}   "
            f"{LESSON_SECONDS} s, {memory_limit} MB, {LESSON_MEGABYTES_ON_DISK:g} MB{'' if kept else '  <- missed'}"
            f"{f'  FAILED: {problem}' if problem else ''}"
        )
    print(f"{'together':<24}{total[0]:>10.1f}{total[1]:>10.1f}")


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
    parser.add_argument("--seeds", type=positive, default=16, help="seeds of the course's model (16; 0.5 s each)")
    parser.add_argument(
        "--recipe-seeds", type=positive, default=3, help="seeds of the published recipe (3; about 35 s each)"
    )
    parser.add_argument(
        "--lessons", nargs="*", metavar="NN", help="measure notebooks instead: those named, or all of them"
    )
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.lessons is None:
        bench_models(options.seeds, options.recipe_seeds)
    else:
        bench_lessons(options.lessons)


if __name__ == "__main__":
    main()

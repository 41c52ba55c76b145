"""Lesson 9: what is said to answers about data for larger cells, and the vacancy."""

import functools

import ase
import numpy as np
from ase.calculators.calculator import all_changes
from ase.calculators.emt import EMT
from matplotlib import pyplot as plt

from forcefield.calculator import ForceFieldCalculator
from forcefield.crystals import CRYSTAL_FIT, copper_crystal, crystal_frames, crystal_soap
from forcefield.dataset import Dataset
from forcefield.elasticity import energies_of
from forcefield.evaluation import mean_absolute_error
from forcefield.exercises.answers import NotAnswered, StillWrong, function, number
from forcefield.periodic_images import nearest_neighbours
from forcefield.plots import COLOURS, POINTS
from forcefield.systems import label
from forcefield.training import train

MOST_ATOMS, LARGEST_ERROR = 128, 2.0  # atoms to be labelled; meV/Å


def structures(answer):
    """The reader's frames: copper crystals with as many atoms each."""
    if answer is Ellipsis:
        raise NotAnswered
    if not isinstance(answer, list | tuple) or not answer or not all(isinstance(one, ase.Atoms) for one in answer):
        raise StillWrong(f"The answer should be a list of structures (ase.Atoms); it is {answer!s:.40}.")
    if len({len(frame) for frame in answer}) > 1:
        raise StillWrong("The frames have different numbers of atoms; this fit takes one number.")
    if not all(set(frame.symbols) == {"Cu"} and frame.pbc.all() for frame in answer):
        raise StillWrong("Every frame should be a crystal of copper, periodic along all three axes.")
    return [frame.copy() for frame in answer]


def mean_distances(frames):
    """Mean distance of each atom to its 12 nearest neighbours over the edge of the cube, (n,), no unit."""
    edges = [np.cbrt(4 * frame.get_volume() / len(frame)) for frame in frames]
    means = [np.linalg.norm(nearest_neighbours(frame, 12), axis=-1).mean(axis=1) for frame in frames]
    return np.concatenate([mean / edge for mean, edge in zip(means, edges, strict=True)])


@functools.lru_cache(maxsize=1)
def unseen():
    """Frames of 32 atoms that no reader has, and EMT's forces, eV/Å."""
    frames = crystal_frames(8, 2024, repeat=2)
    return frames, label(frames, EMT())[2]


remembered = {}  # of the last frames that were fitted: picture and judge need the same errors


def errors_of(frames):
    """Force errors on the unseen frames of two fits to these frames, meV/Å."""
    key = tuple(frame.positions.tobytes() + frame.cell.array.tobytes() for frame in frames)
    if key not in remembered:
        remembered.clear()
        data = Dataset.from_structures(frames, crystal_soap(), attach=True, calculator=EMT(), virials=True)
        remembered[key] = [error_of(train(data, seed=s, **CRYSTAL_FIT | {"iterations": 20})[0]) for s in range(2)]
    return remembered[key]


def error_of(model):
    """Force error of a model on the unseen frames, meV/Å."""
    frames, forces = unseen()
    predicted = []
    for frame in frames:
        moved = frame.copy()
        moved.calc = ForceFieldCalculator(model)
        predicted.append(moved.get_forces())
    return 1e3 * mean_absolute_error(np.array(predicted), forces)


def judge_frames(answer):
    """What a model of the frames is worth in larger cells."""
    frames = structures(answer)
    n_atoms = sum(map(len, frames))
    if n_atoms > MOST_ATOMS:
        return f"The frames have {n_atoms} atoms together; the budget is {MOST_ATOMS}."
    if len(frames) == 1:
        return "One frame has one energy, and the fit needs energies that vary: take at least two."
    means = mean_distances(frames)
    volumes = np.array([frame.get_volume() / len(frame) for frame in frames])
    if means.std() < 2e-4 and np.ptp(volumes) < 0.02 * volumes.mean():
        return "All frames are nearly the same crystal: there is nothing to learn from them."
    error = max(errors_of(frames))
    if error <= LARGEST_ERROR:
        return ""
    said = f"The larger error of two seeds is {error:.1f} meV/Å, asked for are {LARGEST_ERROR:g}. "
    if means.std() < 1e-3:
        still = "" if len(frames[0]) == 4 else "your atoms hardly move (the unseen ones by up to 0.12 Å), or "
        return said + (
            f"The mean distance to 12 neighbours hardly varies in your frames: {still}each neighbour has a twin that "
            "moves the other way, as in cells of 4 atoms."
        )
    if np.ptp(volumes) < 0.1 * volumes.mean():
        return said + "The unseen frames are stretched by up to 5 % both ways; all of yours have nearly one volume."
    if means.std() > 1.5 * mean_distances(unseen()[0]).std():
        return said + "Your atoms move farther than those of the unseen frames, which move by up to 0.12 Å."
    return said + "More frames with fewer atoms, or larger displacements, may say more for the same number of atoms."


def draw_frames(answer):
    """Mean distances in the reader's frames and in the unseen ones; the errors."""
    frames = structures(answer)
    errors, bins = errors_of(frames), np.linspace(0.69, 0.73, 31)
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.5, 3))
    left.hist(mean_distances(unseen()[0]), bins, density=True, histtype="step", color=COLOURS["truth"], label="unseen")
    left.hist(mean_distances(frames), bins, density=True, alpha=0.5, color=COLOURS["model"], label="yours")
    left.set(xlabel="mean distance to 12 neighbours / edge", ylabel="atoms (density)")
    left.legend()
    right.bar(["seed 0", "seed 1"], errors, width=0.5, color=COLOURS["model"])
    right.axhline(LARGEST_ERROR, color=COLOURS["training"], linestyle="--")
    right.set(ylabel="force error (meV/Å)")
    return figure, (
        f"Left: histograms of the mean distance to 12 neighbours in {len(frames)} frames of yours and in the unseen "
        f"ones. Right: force errors of two seeds, {errors[0]:.2f} and {errors[1]:.2f} meV/Å, the limit dashed at 2."
    )


class Shifted(EMT):
    """EMT with another zero of energy: so much more for every atom, eV."""

    shift = 3.5

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        """As EMT does, then move the zero."""
        super().calculate(atoms, properties, system_changes)
        self.results["energy"] += self.shift * len(self.atoms)


def vacancy_given(answer, calculator, crystal):
    """What the reader's function returns, eV."""
    return number(function(answer)(calculator, crystal), "vacancy_energy(...)", "eV")


def judge_vacancy(answer, *members):
    """The vacancy of EMT: independent of the zero of energy and, nearly, of the cell."""
    small, large = copper_crystal(3.59) * (2, 2, 2), copper_crystal(3.59) * (3, 3, 3)
    given = vacancy_given(answer, EMT(), small)
    shifted = vacancy_given(answer, Shifted(), small)
    if abs(shifted - given) > 1e-6:
        return (
            f"A calculator that counts every atom's energy from another zero, {Shifted.shift} eV lower, gets a vacancy "
            f"that differs by {shifted - given:.2f} eV. Compare energies of equal numbers of atoms."
        )
    if given < 0:
        return "The energy is negative: then atoms would leave the crystal on their own. Which energy is larger?"
    if given < 0.2:
        return f"EMT's vacancy costs more than {given:.3f} eV. It is that of one hole: is it divided by the atoms?"
    in_large = vacancy_given(answer, Shifted(), large)
    if abs(in_large - given) > 0.3:
        return (
            f"In a cell of 108 atoms the same vacancy costs {in_large:.2f} eV, in one of 32 {given:.2f}: does the "
            "function know how many atoms its crystal has?"
        )
    removed = large.copy()
    del removed[5]
    whole, left = energies_of(EMT(), [large, removed])
    if np.isclose(in_large, left * len(large) / (len(large) - 1) - whole, atol=1e-3):
        return "The crystal with the hole is scaled up: then it has more than one hole. Scale the whole crystal down."
    if abs(in_large - (left - whole * (len(large) - 1) / len(large))) > 1e-3:
        return "The energy is not that of one missing atom in the crystal that was given, all others in their places."
    return ""


def draw_vacancy(answer, small_cells, hot):
    """The vacancy by EMT and by models of small cells and of hot ones."""
    crystal = copper_crystal(3.59) * (2, 2, 2)
    figure, axes = plt.subplots(figsize=(5.5, 3))
    true = vacancy_given(answer, EMT(), crystal)
    axes.axhline(true, color=COLOURS["truth"])
    misses = []
    for place, models in enumerate((small_cells, hot)):
        found = [vacancy_given(answer, ForceFieldCalculator(model), crystal) for model in models]
        axes.plot([place] * len(found), found, **POINTS["model"])
        misses.append(np.abs(np.array(found) - true).max())
    axes.set(xticks=[0, 1], xlim=(-0.6, 1.6), ylabel="vacancy (eV)")
    axes.set_xticklabels(["models of cells of 4", "models of hot cells"])
    axes.text(1.58, true, "EMT", ha="right", va="bottom")
    return figure, (
        f"Energy of a vacancy: EMT's, a line at {true:.2f} eV; the models of cells of 4 atoms miss it by up to "
        f"{misses[0]:.2f} eV, those of hot cells by up to {misses[1]:.2f} eV."
    )

"""A committee for a reader's own structures: fitted, saved, loaded, and what it predicts beside the labels."""

from dataclasses import dataclass

import numpy as np
from ase.calculators.singlepoint import SinglePointCalculator

from forcefield import checks
from forcefield.calculator import CommitteeCalculator
from forcefield.committees import conformal_factor
from forcefield.full_gaussian_process import GaussianProcess
from forcefield.gaussian_process import SparseGaussianProcess
from forcefield.label_checks import labels_of, noise_of_forces
from forcefield.saved_models import load_model
from forcefield.several_sets import LabelledStructures
from forcefield.splits import split_structures

LARGEST_FULL_FIT = 4000
"""Energies and force components up to which every one gets a weight of its own: about 7 s on a laptop."""

LEFT_OUT = 0.2
"""Share of the blocks of frames that each member of a committee does not see."""


def own_fit(training_set, limit=LARGEST_FULL_FIT):
    """A Gaussian process for these labels: every label counts by itself if they are few, else one with sparse points.

    Parameters
    ----------
    training_set : LabelledStructures
    limit : int
        Labels from which on it is the sparse one.

    Returns
    -------
    GaussianProcess or SparseGaussianProcess
        The noise that they expect of forces is that of the labels (`noise_of_forces`), at least 0.001 eV/Å.
    """
    structures = labelled_of(training_set)
    noise = {"noise": 1e-3, "force_noise": max(1e-3, *np.nan_to_num(noise_of_forces(structures)))}
    n_labels = sum(1 + 3 * len(structure) for structure in structures)
    kind = GaussianProcess if n_labels <= checks.whole_number("limit", limit) else SparseGaussianProcess
    return kind(training_set, **noise)


def labelled_of(training_set):
    """All structures of a LabelledStructures, with their labels."""
    found = []
    for structures, (_, energies, forces) in zip(training_set.structures, training_set.labels, strict=True):
        for structure, energy, force in zip(structures, energies, forces, strict=True):
            copy = structure.copy()
            copy.calc = SinglePointCalculator(copy, energy=energy, forces=force)
            found.append(copy)
    return found


def fit_committee(structures, soap, n_members=3, seed=0, fit=own_fit):
    """Models of one kind, each fitted to all structures but a share of its own.

    Parameters
    ----------
    structures : list of ase.Atoms
        With labels, of any sizes and compositions.
    soap : dscribe.descriptors.SOAP
    n_members : int
        At least 2. Each leaves out a fifth of the blocks of frames, drawn anew.
    seed : int
        Draws what is left out.
    fit : function
        From a `LabelledStructures` to a model.

    Returns
    -------
    list
        The models.

    Raises
    ------
    ValueError
        If there are too few structures, or as the fit.
    """
    structures, n_members = checks.structures(structures), checks.whole_number("n_members", n_members, 2, 50)
    fit, seed = checks.function("fit", fit), checks.seed(seed)
    members = []
    for member in range(n_members):
        kept, _ = split_structures(structures, (1 - LEFT_OUT,), (seed + 1) * 1000 + member, block_length=2)
        members.append(fit(LabelledStructures([structures[row] for row in kept], soap)))
    return members


def save_members(members, folder, name="member"):
    """Write each model to a file of its own, name_0.npz, name_1.npz, ...; an older one stays until the new is complete.

    Files of a larger committee of that name, saved before, are kept under former_name_2.npz and so on.
    """
    folder, name = checks.path(folder), checks.words("name", name)
    for number, member in enumerate(members):
        member.save(folder / f"{name}_{number}.npz")
    number = len(members)
    while (old := folder / f"{name}_{number}.npz").is_file():
        old.replace(folder / f"former_{old.name}")
        number += 1


def load_calculator(folder, name="member"):
    """The committee that `save_members` wrote, as an ASE calculator: energy, forces, and how far members disagree."""
    folder = checks.path(folder)
    paths = sorted(folder.glob(f"{name}_[0-9]*.npz"))
    if len(paths) < 2:
        raise ValueError(f"There are not 2 files such as {name}_0.npz in {folder.name}: save the members first.")
    return CommitteeCalculator([load_model(path) for path in paths])


@dataclass(frozen=True)
class Predictions:
    """What a committee says of labelled structures, beside their labels.

    Parameters
    ----------
    structures : list of ase.Atoms
    energies, energy_spreads, true_energies : ndarray of float64, shape (n_systems,), eV
    forces, true_forces : list of ndarray of float64, each of shape (n_atoms, 3), eV/Å
    force_spreads : list of ndarray of float64, each of shape (n_atoms,), eV/Å
    """

    structures: list
    energies: np.ndarray
    forces: list
    energy_spreads: np.ndarray
    force_spreads: list
    true_energies: np.ndarray
    true_forces: list

    @property
    def sizes(self):
        """Number of atoms of each structure, (n_systems,)."""
        return np.array([len(structure) for structure in self.structures])

    def energy_errors(self):
        """Predicted minus true energies for each atom, (n_systems,), eV/atom."""
        return (self.energies - self.true_energies) / self.sizes

    def force_errors(self):
        """Predicted minus true forces, (number of all atoms, 3), eV/Å."""
        return np.concatenate(self.forces) - np.concatenate(self.true_forces)


def predictions(structures, calculator):
    """Evaluate a committee's calculator on labelled structures: see `Predictions`."""
    found = []
    for structure in checks.structures(structures):
        labels = labels_of(structure)
        if labels is None:
            raise ValueError("A structure lacks its energy or its forces: errors need both.")
        names = ("energy", "forces", "energy_spread", "force_spread")
        found.append([*(calculator.get_property(name, structure) for name in names), *labels])
    energies, forces, energy_spreads, force_spreads, true_energies, true_forces = zip(*found, strict=True)
    return Predictions(
        list(structures),
        np.array(energies),
        list(forces),
        np.array(energy_spreads),
        list(force_spreads),
        np.array(true_energies),
        list(true_forces),
    )


def force_bound(calibration, coverage=0.9):
    """Factor on the force spread that bounds an atom's error with this probability, from the calibration part."""
    errors = np.linalg.norm(calibration.force_errors(), axis=1)
    return conformal_factor(errors, np.concatenate(calibration.force_spreads), coverage)


def covered(part, factor):
    """Share of the atoms of a part whose error is within the factor times their spread."""
    errors = np.linalg.norm(part.force_errors(), axis=1)
    return float(np.mean(errors <= checks.positive("factor", factor) * np.concatenate(part.force_spreads)))

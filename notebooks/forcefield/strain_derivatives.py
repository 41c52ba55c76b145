"""Virials of a model: the strains of a crystal beside the coordinates of its atoms."""

import numpy as np

from forcefield import checks


def with_strains(derivatives, strain_derivatives):
    """Derivatives by atoms and by strains in one array, as if the six strains were the coordinates of two more atoms.

    Shape (n_systems, n_centers, n_atoms + 2, 3, n_features). What a model makes of them are forces, and of the last
    two rows minus the virial: `split_forces` takes them apart.
    """
    n_systems, n_centers, _, n_features = strain_derivatives.shape
    rows = strain_derivatives.reshape(n_systems, n_centers, 2, 3, n_features)
    return np.concatenate([derivatives, rows], axis=2)


def split_forces(forces):
    """Forces (n_systems, n_atoms, 3) and virials (n_systems, 6), eV, from what a model makes of `with_strains`."""
    return forces[:, :-2], -forces[:, -2:].reshape(-1, 6)


def predict_with_virials(model, dataset):
    """Energies and forces of a model for a set, as `model.predict` gives them, and virials.

    Parameters
    ----------
    model : ForceField or SparseGaussianProcess
    dataset : Dataset
        With strain derivatives.

    Returns
    -------
    energies : ndarray of float64, shape (n_systems,), eV
    forces : ndarray of float64, shape (n_systems, n_atoms, 3), eV/Å
    virials : ndarray of float64, shape (n_systems, 6), eV
        dE/dstrain: the stress times the volume; xx, yy, zz, yz, xz, xy.
    """
    if not hasattr(model, "predict") or isinstance(model, type):
        raise ValueError(f"Predicting needs a force field, such as ForceField; this is {type(model).__name__}.")
    if checks.data_set("The set", dataset).virials is None:
        raise ValueError("This set has no strain derivatives: make it with Dataset.from_structures(..., virials=True).")
    energies, forces = model.predict(
        dataset.descriptors, with_strains(dataset.derivatives, dataset.strain_derivatives), dataset.numbers
    )
    return energies, *split_forces(forces)

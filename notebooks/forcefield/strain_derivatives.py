"""Derivatives of descriptors with respect to the strain of a crystal, beside those with respect to its atoms."""

import numpy as np

from forcefield import checks
from forcefield.descriptors import describe_without_derivatives, plan_memory, soap_settings

STRAINS = np.zeros((6, 3, 3))
"""The six strains xx, yy, zz, yz, xz, xy, no unit. A shear by an angle in rad has half of it on each side."""
for number, (row, column) in enumerate(((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))):
    STRAINS[number, row, column] += 0.5
    STRAINS[number, column, row] += 0.5


def describe_strains(soap, structures, centers=None, attach=True, step=1e-5):
    """Derivatives of the descriptors of crystals with respect to six strains, r -> r (1 + strain).

    Parameters
    ----------
    soap, structures, centers, attach
        As in `forcefield.descriptors.describe`; centres are all atoms and move with them.
    step : float
        Of the central difference, no unit.

    Returns
    -------
    ndarray of float64, shape (n_systems, n_centers, 6, n_features)
        Order xx, yy, zz, yz, xz, xy. A shear is counted by its angle in rad.

    Raises
    ------
    ValueError
        As `describe`; or if a centre does not move with its atom.
    """
    if centers is not None or not checks.yes_or_no("attach", attach):
        raise ValueError("A strain moves all atoms: take a centre on every atom, centers=None and attach=True.")
    step, n_atoms = checks.between("The step", step, 1e-8, 1e-2), len(checks.structures(structures)[0])
    soap_settings(soap)
    plan_memory(len(structures), n_atoms, 2, soap.get_number_of_features())

    def strained(strain):
        copies = [structure.copy() for structure in structures]
        for copy in copies:
            copy.set_cell(copy.cell.array @ (np.eye(3) + strain), scale_atoms=True)
        return describe_without_derivatives(soap, copies)

    differences = [(strained(step * strain) - strained(-step * strain)) / (2 * step) for strain in STRAINS]
    return np.stack(differences, axis=2)


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
    energies, forces = model.predict(dataset.descriptors, with_strains(dataset.derivatives, dataset.strain_derivatives))
    return energies, *split_forces(forces)

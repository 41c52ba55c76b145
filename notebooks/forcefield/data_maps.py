"""Maps of data sets: a place in the plane for each structure, by the principal components of its descriptors."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from forcefield import checks


@dataclass(frozen=True)
class DataMap:
    """What a map of a data set knows of its structures.

    Parameters
    ----------
    structures : list of ase.Atoms
        About their middle, each turned so that it lies as the first one does.
    places : ndarray of float64, shape (n_systems, 2)
        On the map: the two principal components.
    shares : ndarray of float64, shape (2,)
        Of the variance, that each component holds.
    values : dict of ndarray of float64, shape (n_systems,)
        "error": mean absolute error of the force components, meV/Å; "energy": above the lowest, meV/atom.
    labels : list of str
        What each structure is, in a few words.
    """

    structures: list
    places: np.ndarray
    shares: np.ndarray
    values: dict
    labels: list


def rows_of_map(descriptors, numbers):
    """One row of features for each structure.

    Parameters
    ----------
    descriptors : ndarray of float64, shape (n_systems, n_atoms, n_features)
    numbers : ndarray of int, shape (n_atoms,)
        Atomic numbers of the centres.

    Returns
    -------
    ndarray of float64, shape (n_systems, n_elements * n_features)
        The mean over the centres of each element, side by side; then each column with mean 0 and standard deviation 1
        (0 where it is the same in all structures).
    """
    means = [descriptors[:, numbers == element].mean(axis=1) for element in np.unique(numbers)]
    return StandardScaler().fit_transform(np.concatenate(means, axis=1))


def principal_places(rows):
    """Places on the map, shape (n_systems, 2), and the shares of the variance, shape (2,).

    The sign of a component is free; here its largest loading is positive, so that the map is the same everywhere.
    """
    found = PCA(2, svd_solver="full").fit(rows)
    largest = np.abs(found.components_).argmax(axis=1)
    signs = np.sign(found.components_[np.arange(2), largest])
    return found.transform(rows) * signs, found.explained_variance_ratio_


def data_map(structures, descriptors, energies, errors, labels):
    """Make the map of a data set.

    Parameters
    ----------
    structures : list of ase.Atoms, length n_systems
        The same atoms in all of them.
    descriptors : ndarray of float64, shape (n_systems, n_atoms, n_features)
        A centre on every atom.
    energies : ndarray of float64, shape (n_systems,), eV
    errors : ndarray of float64, shape (n_systems,), eV/Å
        Of a model's forces, the mean over the components of each structure.
    labels : list of str

    Returns
    -------
    DataMap
    """
    structures = checks.structures(structures)
    numbers, n_systems = structures[0].numbers, len(structures)
    if n_systems < 3 or any(one.numbers.tolist() != numbers.tolist() for one in structures) or len(numbers) < 2:
        raise ValueError("A map needs at least 3 structures with the same atoms, 2 or more, in one order.")
    descriptors = checks.array("descriptors", descriptors, (n_systems, len(numbers), None))
    energies = checks.array("energies", energies, (n_systems,), "eV")
    errors = checks.array("errors", errors, (n_systems,), "eV/Å")
    if isinstance(labels, str) or not np.iterable(labels) or len(labels) != n_systems:
        raise ValueError(f"labels must be a list with one text for each of the {n_systems} structures.")
    places, shares = principal_places(rows_of_map(descriptors, numbers))
    values = {"error": 1e3 * errors, "energy": 1e3 * (energies - energies.min()) / len(numbers)}
    return DataMap(alike(structures), places, shares, values, list(labels))


def alike(structures):
    """Copies about their middle: the first flat before the eye, the others turned onto it as closely as can be."""
    centred = [one.positions - one.positions.mean(axis=0) for one in structures]
    axes = np.linalg.svd(centred[0], full_matrices=False)[2]
    first, copies = centred[0] @ (axes * np.linalg.det(axes)).T, []
    for structure, positions in zip(structures, centred, strict=True):
        copies.append(structure.copy())
        copies[-1].positions = Rotation.align_vectors(first, positions)[0].apply(positions)
    return copies


def emptiness(places, n_neighbours=5):
    """How thin a map is at each of its points.

    Parameters
    ----------
    places : ndarray of float64, shape (n_systems, 2)
    n_neighbours : int

    Returns
    -------
    ndarray of float64, shape (n_systems,)
        Mean distance to so many nearest points, in the units of the map.
    """
    places = checks.array("places", places, (None, 2))
    n_neighbours = checks.whole_number("n_neighbours", n_neighbours, 1, len(places) - 1)
    distances = np.linalg.norm(places[:, None] - places, axis=-1)
    return np.sort(distances, axis=1)[:, 1 : n_neighbours + 1].mean(axis=1)

"""Pairs of atoms within a radius, periodic images included."""

import numpy as np
from ase.geometry import complete_cell
from scipy.spatial import cKDTree

FEW = 20000
"""Up to this many distances, all of them are faster than a k-d tree."""


def pairs_within(structure, pbc, radius, points=None):
    """Pairs of a centre and an atom or image that is not farther than `radius`, Å.

    Parameters
    ----------
    structure : ase.Atoms
        The atoms may lie outside the cell.
    pbc : array_like of bool, shape (3,)
        The axes along which the cell is repeated.
    radius : float
        Å.
    points : ndarray of float64, shape (n_centers, 3), optional
        The centres, Å; an atom on a point counts. If None, the atoms are the centres, and no atom is a pair with
        itself (with an image of itself it is).

    Returns
    -------
    centers, atoms : ndarray of int, shape (n_pairs,)
        Sorted by centre.
    vectors : ndarray of float64, shape (n_pairs, 3)
        From the centre to the atom or image, Å.
    """
    atoms, images = images_near(structure, pbc, radius, points)
    home = structure.positions if points is None else points
    if len(home) * len(images) < FEW:
        vectors = images - home[:, None]
        squares = np.einsum("cax,cax->ca", vectors, vectors)
        within = squares <= radius**2 if points is not None else (squares <= radius**2) & (squares > 0)
        centers, found = np.nonzero(within)
        return centers, atoms[found], vectors[centers, found]
    pairs = cKDTree(home).sparse_distance_matrix(cKDTree(images), radius, output_type="ndarray")
    pairs = pairs[np.argsort(pairs["i"], kind="stable")]
    if points is None:
        pairs = pairs[pairs["v"] > 0]
    centers, found = pairs["i"], pairs["j"]
    return centers, atoms[found], images[found] - home[centers]


def images_near(structure, pbc, radius, points=None):
    """All that may lie within `radius` of a centre: atoms (n_images,), positions of atom or image (n_images, 3), Å."""
    positions = structure.positions
    if not np.any(pbc):
        return np.arange(len(positions)), positions
    cell = complete_cell(structure.cell.array)
    inverse = np.linalg.inv(cell)
    fractions = positions @ inverse
    centers = fractions if points is None else points @ inverse
    margin = radius * np.linalg.norm(inverse, axis=0)  # the radius over the distance between opposite faces
    first, last = centers.min(axis=0) - margin, centers.max(axis=0) + margin
    # How often each atom can be shifted along each axis before it leaves that range.
    low = np.where(pbc, np.ceil(first - fractions.max(axis=0)), 0).astype(int)
    high = np.where(pbc, np.floor(last - fractions.min(axis=0)), 0).astype(int)
    steps = [np.arange(a, b + 1) for a, b in zip(low, high, strict=True)]
    shifts = np.stack(np.meshgrid(*steps, indexing="ij"), axis=-1).reshape(-1, 1, 3)
    images = fractions + shifts
    shift, atoms = np.nonzero(((images >= first) & (images <= last)).all(axis=2))
    return atoms, positions[atoms] + shifts[shift, 0] @ cell

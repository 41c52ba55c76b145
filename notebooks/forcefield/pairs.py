"""Pairs of atoms within a radius, periodic images included."""

import numpy as np
from ase.geometry import complete_cell
from vesin import NeighborList

FEW = 60
"""Up to so many atoms without images, all distances are faster than a neighbour list."""


def pairs_within(structure, pbc, radius, points=None):
    """Pairs of a centre and an atom or image that is closer than `radius`.

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
    if points is None and len(structure) <= FEW and not np.any(pbc):
        return _all_distances(structure.positions, radius)
    # Along an axis that is not repeated, the cell's vector does not matter, but there must be one.
    cell = complete_cell(structure.cell.array) if np.any(pbc) else np.zeros((3, 3))
    n_points = 0 if points is None else len(points)
    positions = np.vstack([points, structure.positions]) if n_points else structure.positions
    search = NeighborList(cutoff=radius, full_list=True, sorted=True, n_threads=1)
    centers, atoms, vectors = search.compute(positions, cell, pbc, "ijD")
    centers, atoms = centers.astype(np.intp), atoms.astype(np.intp)
    if n_points:
        kept = (centers < n_points) & (atoms >= n_points)
        centers, atoms, vectors = centers[kept], atoms[kept] - n_points, vectors[kept]
    return centers, atoms, vectors


def _all_distances(positions, radius):
    """As `pairs_within`, by all distances."""
    vectors = positions - positions[:, None]
    squares = np.einsum("cax,cax->ca", vectors, vectors)
    np.fill_diagonal(squares, np.inf)
    centers, atoms = np.nonzero(squares < radius**2)
    return centers, atoms, vectors[centers, atoms]

"""Pairs of atoms within a radius, periodic images included."""

import numpy as np
from ase.geometry import complete_cell
from vesin import NeighborList


def pairs_within(structure, pbc, radius, points=None):
    """Pairs of a centre and an atom or image that is closer than `radius`, by vesin's neighbour list.

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

"""What can be described: structures and centres that DScribe takes without a crash or a silent mistake."""

import ase
import numpy as np
from ase.data import atomic_numbers, chemical_symbols
from ase.geometry import complete_cell

from forcefield import checks

LARGEST_SPAN = 300
"""Most that the atoms and centres of one structure may span along an axis, Å: DScribe's memory grows with the span."""

SMALLEST_DISTANCE = 0.1
"""Atoms closer than this are an error of the input, Å."""


SMALLEST_WIDTH = 0.5
"""Least width of a periodic cell, Å: a thinner one has too many images within reach."""


def describable_centers(centers, n_atoms, attach, all_or_none=False):
    """Centres as a list of points or of atom indices; `all_or_none`: attached ones must be all atoms, in order."""
    attach = checks.yes_or_no("attach", attach)
    if centers is not None and not np.iterable(centers):
        raise ValueError(f"Centres must be a list of points in Å or of atom indices; they are {centers!r}.")
    centers = list(range(n_atoms) if centers is None else centers)
    points = [np.ndim(center) == 1 and len(center) == 3 for center in centers]
    if not centers or (any(points) and not all(points)):
        raise ValueError("Centres must be points of three numbers in Å, or atom indices, and not a mix of both.")
    if all(points):
        if attach:
            raise ValueError("attach=True needs centres given as atom indices: a point in space has no atom to follow.")
        return [checks.array("A centre", center, (3,), "Å").tolist() for center in centers]
    whole = [isinstance(center, int | np.integer) and not isinstance(center, bool) for center in centers]
    if not all(whole) or not all(0 <= center < n_atoms for center in centers):
        raise ValueError(f"A centre given as an atom index must be a whole number from 0 to {n_atoms - 1}.")
    if len(set(centers)) < len(centers):
        raise ValueError("An atom stands twice among the centres; a point in space needs brackets: [[0, 0, 0]].")
    if all_or_none and attach and list(centers) != list(range(n_atoms)):
        raise ValueError(
            "DScribe's numerical derivatives of a periodic structure with attached centres are right for all atoms in "
            "order alone: centers=None, or the 'gto' basis and method='analytical'."
        )
    return [int(center) for center in centers]


def repeated_axes(structure, species, periodic):
    """Along which axes a structure repeats, shape (3,), after every check that needs no distances."""
    if not len(checks.structure(structure)):
        raise ValueError("The structure has no atoms.")
    unknown = set(structure.numbers.tolist()).difference(atomic_numbers[symbol] for symbol in species)
    if unknown:
        raise ValueError(
            f"This SOAP knows {', '.join(species)} and no other element; "
            f"the structure has {', '.join(sorted(chemical_symbols[number] for number in unknown))}."
        )
    if not np.all(np.isfinite(structure.positions)):
        raise ValueError("A position is not a finite number: the atoms have flown apart, or the input is damaged.")
    pbc = structure.pbc
    if not periodic and pbc.any():
        raise ValueError(
            "This SOAP is for clusters and the structure is periodic: set atoms.pbc = False, or periodic=True."
        )
    if periodic and not pbc.any():
        raise ValueError(
            "This SOAP is for periodic structures and this one repeats along no axis: set atoms.pbc, or periodic=False."
        )
    if periodic:
        cell = structure.cell.array[pbc]
        # The smallest singular value is at most the smallest width of the cell: thin cells have millions of images.
        if not np.all(np.isfinite(cell)) or np.linalg.svd(cell, compute_uv=False).min() < SMALLEST_WIDTH:
            raise ValueError(
                f"The cell of a periodic structure must have finite vectors and be at least {SMALLEST_WIDTH} Å wide."
            )
    return pbc


def describable_pairs(centers, atoms, vectors):
    """Pairs of atoms and images that are not too close, as they are given."""
    squares = np.einsum("px,px->p", vectors, vectors)
    if squares.size and squares.min() < SMALLEST_DISTANCE**2:
        close = squares.argmin()
        first, second = sorted((int(centers[close]), int(atoms[close])))
        raise ValueError(f"Atoms {first} and {second} are less than {SMALLEST_DISTANCE} Å apart: move one of them.")
    return centers, atoms, vectors


def describable(structure, species, periodic, points=()):
    """A structure that DScribe can describe; in a periodic one the atoms are wrapped into the cell, on a copy."""
    pbc = repeated_axes(structure, species, periodic)
    if periodic:  # DScribe counts images from atoms inside the cell
        cell = complete_cell(structure.cell.array)  # DScribe wants a vector along open axes, too
        structure = ase.Atoms(structure.numbers, structure.positions, cell=cell, pbc=pbc)
        structure.wrap()
    span = np.ptp(np.vstack([structure.positions, *points]), axis=0).max()
    if span > LARGEST_SPAN:
        raise ValueError(
            f"Atoms and centres span {span:.4g} Å, and at most {LARGEST_SPAN} Å can be described: one is far away."
        )
    return checks.apart(structure, SMALLEST_DISTANCE)

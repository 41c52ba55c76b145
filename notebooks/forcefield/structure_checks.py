"""What can be described: structures and centres that DScribe takes without a crash or a silent mistake."""

import ase
import numpy as np

from forcefield import checks

LARGEST_SPAN = 300
"""Most that the atoms and centres of one structure may span along an axis, Å: DScribe's memory grows with the span."""

SMALLEST_DISTANCE = 0.1
"""Atoms closer than this are an error of the input, Å."""


SMALLEST_WIDTH = 0.5
"""Least width of a periodic cell, Å: a thinner one has too many images within reach."""


def describable_centers(centers, n_atoms, attach, periodic):
    """Centres as a list of points or of atom indices."""
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
    if periodic and attach and list(centers) != list(range(n_atoms)):
        raise ValueError(
            "In a crystal DScribe's attached derivatives are right for all atoms in order alone: centers=None."
        )
    return [int(center) for center in centers]


def describable(structure, species, periodic, points=()):
    """A structure that the SOAP can describe; in a periodic one the atoms are wrapped into the cell, on a copy."""
    unknown = set(structure.get_chemical_symbols()) - set(species)
    if unknown:
        raise ValueError(
            f"This SOAP knows {', '.join(species)} and no other element; "
            f"the structure has {', '.join(sorted(unknown))}."
        )
    if not np.all(np.isfinite(structure.positions)):
        raise ValueError("A position is not a finite number: the atoms have flown apart, or the input is damaged.")
    if periodic:
        structure = _wrapped(structure)
    elif structure.pbc.any():
        raise ValueError(
            "This SOAP is for clusters and the structure is periodic: set atoms.pbc = False, or periodic=True."
        )
    span = np.ptp(np.vstack([structure.positions, *points]), axis=0).max()
    if span > LARGEST_SPAN:
        raise ValueError(
            f"Atoms and centres span {span:.4g} Å, and at most {LARGEST_SPAN} Å can be described: one is far away."
        )
    return checks.apart(structure, SMALLEST_DISTANCE)


def _wrapped(structure):
    """A copy of a periodic structure with its atoms inside the cell: DScribe counts images from there."""
    if not structure.pbc.all():
        raise ValueError(
            "This SOAP is for crystals, periodic along all three axes; the structure is not: set atoms.pbc = True."
        )
    cell = structure.cell.array
    # The smallest singular value is at most the smallest width of the cell: thin cells have millions of images.
    if not np.all(np.isfinite(cell)) or np.linalg.svd(cell, compute_uv=False).min() < SMALLEST_WIDTH:
        raise ValueError(
            f"The cell of a crystal must have three finite vectors and be at least {SMALLEST_WIDTH} Å wide everywhere."
        )
    wrapped = ase.Atoms(structure.numbers, structure.positions, cell=cell, pbc=True)
    wrapped.wrap()
    return wrapped

"""A force field for copper crystals that warns outside the data it was fitted to."""

import warnings

import numpy as np
from ase.calculators.calculator import all_changes

from forcefield.calculator import ForceFieldCalculator
from forcefield.crystals import (
    LARGEST_SHAPE_STRAIN,
    LARGEST_STRETCH,
    LATTICE_CONSTANT,
)
from forcefield.periodic_images import nearest_neighbours

SLACK = 0.003
"""What rattled atoms and second-order terms may add to the strain of a training frame, no unit."""


class OutsideTrainingData(UserWarning):
    """A force field is asked for something that its training data say nothing about."""


def strain_of(structure):
    """Strain of a face-centred cubic crystal against the one that all frames start from.

    Volume and the vectors to the twelve nearest neighbours are compared, so any cell of the crystal will do; atoms
    that move about their places change little.

    Parameters
    ----------
    structure : ase.Atoms
        Copper, periodic along all three axes, the cube's edges along x, y and z.

    Returns
    -------
    stretch : float
        Of all edges, no unit: cube root of the volume per atom, over that at `LATTICE_CONSTANT`, minus 1.
    shape : ndarray of float64, shape (3, 3)
        Symmetric, no unit: what is left of the strain at constant volume.
    """
    if not structure.pbc.all():
        raise ValueError("This force field is for crystals, periodic along all three axes: set atoms.pbc = True.")
    stretch = np.cbrt(4 * structure.get_volume() / len(structure)) / LATTICE_CONSTANT - 1
    vectors = nearest_neighbours(structure, 12).reshape(-1, 3)
    # In the perfect crystal the sum of v v^T over the neighbours is 2 a² times the unit matrix; a strain F turns it
    # into F F^T.
    squares, axes = np.linalg.eigh(vectors.T @ vectors)
    lengths = np.sqrt(squares)
    shape = (axes * (lengths / np.cbrt(lengths.prod()))) @ axes.T - np.eye(3)
    return float(stretch), shape


def reasons_outside(structure):
    """Why this crystal lies outside the training data, a sentence for each kind of reason: {"stretch": "..."}."""
    stretch, shape = strain_of(structure)
    reasons = {}
    if abs(stretch) > LARGEST_STRETCH + SLACK:
        kind = "stretched" if stretch > 0 else "compressed"
        reasons["stretch"] = (
            f"The crystal is {kind} by {abs(stretch):.1%} (from a = {LATTICE_CONSTANT} Å), training frames were by "
            f"at most {LARGEST_STRETCH:.0%}: energy and forces are guesses."
        )
    largest = np.full((3, 3), LARGEST_SHAPE_STRAIN)
    np.fill_diagonal(largest, 4 / 3 * LARGEST_SHAPE_STRAIN)  # the trace was taken away
    if np.any(np.abs(shape) > largest + SLACK):
        reasons["shear"] = (
            f"The shape of the crystal is strained by {np.abs(shape).max():.1%}, more than in any training frame: "
            "energy and forces are guesses."
        )
    return reasons


class CrystalCalculator(ForceFieldCalculator):
    """A `ForceFieldCalculator` of the course's crystal models, with a warning outside their training data.

    It warns (`OutsideTrainingData`, once for each kind of reason) if a crystal is stretched or sheared more than the
    training frames. No warning is no promise: a vacancy, a surface or a liquid may pass.

    Parameters
    ----------
    model, soap, n_atoms
        As in `ForceFieldCalculator`.
    """

    def __init__(self, model, soap=None, n_atoms=None):
        super().__init__(model, soap, n_atoms)
        self.warned = set()

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        """As in `ForceFieldCalculator`; then warn."""
        super().calculate(atoms, properties, system_changes)
        reasons = reasons_outside(self.atoms)
        for kind in reasons.keys() - self.warned:
            self.warned.add(kind)
            warnings.warn(reasons[kind], OutsideTrainingData, stacklevel=2)

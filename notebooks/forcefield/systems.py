"""Labelled structures: which atoms, and what energies and forces they have."""

import ase
import numpy as np
from ase.calculators.lj import LennardJones

SIGMA = 2.9
"""Lennard-Jones sigma of the course's dimer, Å: the distance at which the energy crosses zero."""

EPSILON = 1.0
"""Lennard-Jones epsilon of the course's dimer, eV: the depth of the well."""


def lennard_jones(distances, sigma=SIGMA, epsilon=EPSILON):
    """Energy and force of two atoms with a Lennard-Jones potential, without a cutoff.

    E(r) = 4 epsilon ((sigma/r)^12 - (sigma/r)^6) and F(r) = -dE/dr, where a positive
    force pushes the atoms apart. ASE's calculator cuts the potential at 3 sigma and lifts
    it there to zero, so its energy is higher by a constant (5.5 meV for epsilon = 1 eV).

    Parameters
    ----------
    distances : array_like of float, any shape
        Distances between the two atoms, Å, greater than zero.
    sigma : float
        Distance at which the energy crosses zero, Å.
    epsilon : float
        Depth of the well, eV.

    Returns
    -------
    energies : ndarray of float64, shape of `distances`
        Energies, eV.
    forces : ndarray of float64, shape of `distances`
        Forces along the line between the atoms, eV/Å.

    Raises
    ------
    ValueError
        If a distance, sigma or epsilon is not a finite number above zero.

    References
    ----------
    J. E. Jones, Proc. R. Soc. Lond. A 106, 463 (1924), doi:10.1098/rspa.1924.0082.
    """
    distances = np.asarray(distances, dtype=np.float64)
    for name, value, unit in (("distance", distances, "Å"), ("sigma", sigma, "Å"), ("epsilon", epsilon, "eV")):
        if not (np.all(np.isfinite(value)) and np.all(np.asarray(value) > 0)):
            raise ValueError(f"Every {name} must be a finite number above 0 {unit}.")
    attraction = (sigma / distances) ** 6
    energies = 4 * epsilon * (attraction**2 - attraction)
    forces = 24 * epsilon * (2 * attraction**2 - attraction) / distances
    return energies, forces


def dimers(distances, shift=0.0):
    """Pairs of atoms on the x axis, symmetric about the point (shift, 0, 0).

    Parameters
    ----------
    distances : array_like of float, shape (n_systems,)
        Distances between the two atoms, Å. Atom 0 is on the left, at x = shift - r/2.
    shift : float
        How far the whole pair is moved along x, Å.

    Returns
    -------
    list of ase.Atoms, length n_systems

    Raises
    ------
    ValueError
        If the distances are not a one-dimensional array of finite numbers above zero.
    """
    distances = np.asarray(distances, dtype=np.float64)
    if distances.ndim != 1 or not np.all(np.isfinite(distances)) or not np.all(distances > 0):
        raise ValueError("Distances must be a one-dimensional array of finite numbers above 0 Å.")
    return [
        ase.Atoms("HH", positions=[[shift - 0.5 * distance, 0, 0], [shift + 0.5 * distance, 0, 0]])
        for distance in distances
    ]


def label(structures, calculator=None):
    """Positions, energies and forces of structures of one size.

    Parameters
    ----------
    structures : list of ase.Atoms, length n_systems
        Structures with the same number of atoms each. They are not changed.
    calculator : ase calculator, optional
        The potential that gives the labels; the course's Lennard-Jones potential if None.

    Returns
    -------
    positions : ndarray of float64, shape (n_systems, n_atoms, 3), Å
    energies : ndarray of float64, shape (n_systems,), eV
    forces : ndarray of float64, shape (n_systems, n_atoms, 3), eV/Å

    Raises
    ------
    ValueError
        If there is no structure, or if the structures differ in size.
    """
    sizes = {len(structure) for structure in structures}
    if len(sizes) != 1:
        raise ValueError(
            f"Structures must have one size to be stacked; these have {sorted(sizes) or 'none: the list is empty'}."
        )
    if calculator is None:
        calculator = LennardJones(sigma=SIGMA, epsilon=EPSILON)
    energies, forces = [], []
    for structure in structures:
        structure = structure.copy()
        structure.calc = calculator
        energies.append(structure.get_potential_energy())
        forces.append(structure.get_forces())
    positions = [structure.get_positions() for structure in structures]
    return np.array(positions), np.array(energies, dtype=np.float64), np.array(forces, dtype=np.float64)

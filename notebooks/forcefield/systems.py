"""Labelled structures: which atoms, and what energies and forces they have."""

import ase
import numpy as np
from ase.calculators.calculator import PropertyNotImplementedError
from ase.calculators.lj import LennardJones

from forcefield import checks

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
    distances = checks.array("distances", distances, None, "Å")
    if not np.all(distances >= 1e-6):
        raise ValueError("Every distance must be above 0 Å, at least 1e-6 Å: there the repulsion has no end.")
    sigma, epsilon = checks.positive("sigma", sigma, "Å"), checks.positive("epsilon", epsilon, "eV")
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
        If the distances are not a one-dimensional array of finite numbers above zero, or the shift is not finite.
    """
    distances = checks.array("distances", distances, (None,), "Å")
    if not np.all(distances > 0):
        raise ValueError("Every distance must be above 0 Å.")
    shift = checks.finite("shift", shift, "Å")
    return [
        ase.Atoms("HH", positions=[[shift - 0.5 * distance, 0, 0], [shift + 0.5 * distance, 0, 0]])
        for distance in distances
    ]


def lennard_jones_calculator(sigma=SIGMA, epsilon=EPSILON):
    """The course's Lennard-Jones potential as an ASE calculator: cut at 3 sigma and lifted there to zero.

    Parameters
    ----------
    sigma : float
        Å.
    epsilon : float
        eV.

    Returns
    -------
    ase.calculators.lj.LennardJones
    """
    return LennardJones(sigma=checks.positive("sigma", sigma, "Å"), epsilon=checks.positive("epsilon", epsilon, "eV"))


def label(structures, calculator=None, virials=False):
    """Positions, energies and forces of structures of one size; of crystals, also their virials.

    Parameters
    ----------
    structures : list of ase.Atoms, length n_systems
        Structures with the same number of atoms each. They are not changed.
    calculator : ase calculator, optional
        The potential that gives the labels. None takes the labels that the structures carry, as those read from a
        file do; no potential is ever guessed.
    virials : bool
        Whether virials are labels too: dE/dstrain, volume times stress.

    Returns
    -------
    positions : ndarray of float64, shape (n_systems, n_atoms, 3), Å
    energies : ndarray of float64, shape (n_systems,), eV
    forces : ndarray of float64, shape (n_systems, n_atoms, 3), eV/Å
    virials : ndarray of float64, shape (n_systems, 6), eV, only if asked for
        xx, yy, zz, yz, xz, xy.

    Raises
    ------
    ValueError
        If there is no structure, the sizes differ, labels are missing, or a label is not a finite number; if virials
        are asked for, also if a structure is no crystal.
    """
    names = ("energy", "forces", "stress")[: 2 + checks.yes_or_no("virials", virials)]
    structures = checks.structures(structures)
    if len({len(structure) for structure in structures}) != 1:
        sizes = sorted({len(structure) for structure in structures})
        raise ValueError(f"Structures must have one size to be stacked; these have {sizes} atoms.")
    if virials and not all(structure.pbc.all() and structure.cell.rank == 3 for structure in structures):
        raise ValueError("Virials are labels of crystals: each structure needs a cell, periodic along all three axes.")
    found = [_labels(structure, calculator, names) for structure in structures]
    energies, forces, *stresses = zip(*found, strict=True)
    positions = np.array([structure.get_positions() for structure in structures])
    n_systems, n_atoms, _ = positions.shape
    labels = (
        checks.array("positions", positions, (n_systems, n_atoms, 3), "Å"),
        checks.array("The energies that the potential gives", energies, (n_systems,), "eV"),
        checks.array("The forces that the potential gives", np.array(forces), (n_systems, n_atoms, 3), "eV/Å"),
    )
    if not stresses:
        return labels
    volumes = np.array([[structure.get_volume()] for structure in structures])  # Å³
    stresses = checks.array("The stresses that the potential gives", np.array(stresses[0]), (n_systems, 6), "eV/Å³")
    return (*labels, volumes * stresses)


def _labels(structure, calculator, names):
    """Energy (eV), forces (eV/Å) and, if named, stress (eV/Å³) of a structure, from a calculator or as carried."""
    checks.apart(structure)
    if calculator is not None:
        structure = structure.copy()
        structure.calc = checks.calculator(calculator)
    elif structure.calc is None:
        raise ValueError(
            "A structure carries no labels: name the potential, label(structures, calculator), or read structures with "
            "energy and forces from a file."
        )
    try:
        with np.errstate(all="ignore"):  # atoms in one place: what is not finite is refused by `label`
            quantities = {
                "energy": structure.get_potential_energy,
                "forces": structure.get_forces,
                "stress": structure.get_stress,
            }
            return [quantities[name]() for name in names]
    except ValueError:
        raise
    except Exception as problem:
        if calculator is not None and not isinstance(problem, PropertyNotImplementedError):
            name = type(calculator).__name__
            raise ValueError(
                f"{name} cannot label {structure.get_chemical_formula()} ({problem!r}): take another."
            ) from None
        raise ValueError(f"A structure lacks its {' or its '.join(names)}, and all are needed.") from None

"""What a calculator says about the copper crystal: equation of state, shear moduli, phonons."""

import numpy as np
from ase import units
from ase.eos import EquationOfState

from forcefield import checks
from forcefield.crystals import LATTICE_CONSTANT, copper_crystal, deform
from forcefield.finite_differences import central_difference


def energies_of(calculator, structures):
    """Energies of structures by a calculator.

    Parameters
    ----------
    calculator : ase calculator
    structures : list of ase.Atoms
        They are not changed.

    Returns
    -------
    ndarray of float64, shape (n_systems,), eV
    """
    energies, calculator = [], checks.calculator(calculator)
    for structure in checks.structures(structures):
        structure = structure.copy()
        structure.calc = calculator
        energies.append(structure.get_potential_energy())
    return np.array(energies, dtype=np.float64)


def equation_of_state(calculator, largest=0.03, n_points=13):
    """Lattice constant, energy and bulk modulus from energies at several volumes.

    Parameters
    ----------
    calculator : ase calculator
    largest : float
        Edges go from (1 - largest) to (1 + largest) times `LATTICE_CONSTANT`.
    n_points : int

    Returns
    -------
    lattice_constant : float
        Å.
    energy : float
        Of one atom at the minimum, eV.
    bulk_modulus : float
        B = V d²E/dV² at the minimum, GPa.

    Raises
    ------
    ValueError
        If the range or the number of points is of no use, or if the energies have no minimum in the range.

    References
    ----------
    F. Birch, Phys. Rev. 71, 809 (1947), doi:10.1103/PhysRev.71.809 (the curve that is fitted, by ASE).
    """
    factors = 1 + _points(largest, n_points)
    crystals = [copper_crystal(LATTICE_CONSTANT * factor) for factor in factors]
    energies = energies_of(calculator, crystals)
    if energies.argmin() in (0, len(energies) - 1):
        raise ValueError(
            f"The energy has no minimum between {LATTICE_CONSTANT * factors[0]:.3f} and "
            f"{LATTICE_CONSTANT * factors[-1]:.3f} Å: take a wider range, or another calculator."
        )
    volumes = [crystal.get_volume() for crystal in crystals]
    volume, energy, bulk_modulus = EquationOfState(volumes, energies, "birchmurnaghan").fit()
    return float(np.cbrt(volume)), float(energy / len(crystals[0])), float(bulk_modulus / units.GPa)


def volume_conserving_strains(shear):
    """Two strains of size `shear` that keep the volume: one along the cube's edges, one in its faces' diagonals.

    Parameters
    ----------
    shear : float
        No unit, between -0.5 and 0.5.

    Returns
    -------
    edges : ndarray of float64, shape (3, 3)
        x longer and y shorter. To second order E/V grows by 2 C' shear², C' = (C11 - C12) / 2.
    diagonals : ndarray of float64, shape (3, 3)
        The angle between x and y differs from 90° by `shear` (rad). E/V grows by C44 shear² / 2.
    """
    if abs(checks.finite("The shear", shear)) > 0.5:
        raise ValueError(f"The shear must be from -0.5 to 0.5; it is {shear}.")
    half = shear / 2
    edges = np.diag([shear, 1 / (1 + shear) - 1, 0])
    diagonals = np.array([[0, half, 0], [half, 0, 0], [0, 0, 1 / (1 - half**2) - 1]])
    return edges, diagonals


def shear_moduli(calculator, lattice_constant, largest=0.03, n_points=9):
    """The two shear moduli of a cubic crystal, from the curvature of the energy with respect to a strain.

    In this crystal every atom stays a centre of inversion under such a strain, so no atom has to be relaxed.

    Parameters
    ----------
    calculator : ase calculator
    lattice_constant : float
        Where the calculator's energy is lowest, Å.
    largest : float
        Shears go from -largest to largest.
    n_points : int

    Returns
    -------
    tetragonal : float
        C' = (C11 - C12) / 2, GPa.
    c44 : float
        C44, GPa.
    """
    crystal, shears = copper_crystal(lattice_constant), _points(largest, n_points)
    moduli = []
    for kind, factor in ((0, 2), (1, 0.5)):
        deformed = [deform(crystal, volume_conserving_strains(shear)[kind]) for shear in shears]
        # A polynomial of degree 4: its x² coefficient is not spoilt by the next orders of the strain.
        quadratic = np.polyfit(shears, energies_of(calculator, deformed) / crystal.get_volume(), 4)[2]
        moduli.append(float(quadratic / factor / units.GPa))
    return tuple(moduli)


def phonon_frequencies(calculator, lattice_constant, step=0.01):
    """Frequencies of the vibrations of the cubic cell: three zeros, then six transverse and three longitudinal at X.

    Parameters
    ----------
    calculator : ase calculator
    lattice_constant : float
        Where the calculator's energy is lowest, Å.
    step : float
        How far an atom is moved for the Hessian -dF/dR, Å.

    Returns
    -------
    ndarray of float64, shape (12,)
        In ascending order, THz (not multiplied by 2 pi). Negative where the crystal is unstable.
    """
    crystal, calculator = copper_crystal(lattice_constant), checks.calculator(calculator)

    def forces_at(positions):
        moved = crystal.copy()
        moved.positions, moved.calc = positions, calculator
        return moved.get_forces()

    hessian = -central_difference(forces_at, crystal.positions, checks.positive("The step", step, "Å"))
    hessian = hessian.reshape(12, 12)
    eigenvalues = np.linalg.eigvalsh((hessian + hessian.T) / 2) / crystal.get_masses()[0]  # eV/(Å² u)
    angular = np.sqrt(np.abs(eigenvalues) * units._e / units._amu) * 1e10  # 1/s; an Å is 1e-10 m
    return np.sign(eigenvalues) * angular / (2 * np.pi) * 1e-12


def _points(largest, n_points):
    """`n_points` strains from -largest to largest, shape (n_points,)."""
    n_points = checks.whole_number("n_points", n_points, 5, 1000)  # a polynomial of degree 4 needs five
    if not 1e-4 <= checks.finite("largest", largest) <= 0.2:
        raise ValueError(f"The largest strain must be above 0, from 1e-4 to 0.2; it is {largest}.")
    return np.linspace(-largest, largest, n_points)

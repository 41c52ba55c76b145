"""The two quantum-mechanical methods behind the labels of malonaldehyde, as ASE calculators."""

import sys

import numpy as np
from ase import units
from ase.calculators.calculator import Calculator, all_changes

MIRROR = [1, 0, 4, 3, 2, 5, 8, 7, 6]
"""Atoms in the order that they have after the two oxygens changed places."""


def needed(package):
    """Import a package, or end with the sentence that says what to do."""
    try:
        return __import__(package)
    except ImportError:
        sys.exit(f"{package} is missing: it is not part of the course's environment; pip install pyscf tblite adds it.")


def dft_label(atoms):
    """Energy (eV) and forces (n_atoms, 3) (eV/Å) by B3LYP/def2-SVP; PySCF gives Hartree, and +dE/dr in Hartree/Bohr."""
    needed("pyscf")
    from pyscf import dft, gto, lib

    lib.num_threads(1)
    symbols = atoms.get_chemical_symbols()
    molecule = gto.M(atom=list(zip(symbols, atoms.positions.tolist(), strict=True)), basis="def2-svp", verbose=0)
    field = dft.RKS(molecule, xc="b3lyp").density_fit()
    field.grids.level, field.conv_tol = 3, 1e-10
    field.with_df.build()  # before the first cycle: a third faster
    energy = field.kernel()
    if not field.converged:
        energy = field.newton().kernel()
    gradient = field.nuc_grad_method()
    gradient.grid_response, gradient.verbose = True, 0  # without it the forces do not sum to zero
    return float(energy * units.Hartree), -gradient.kernel() * units.Hartree / units.Bohr


class Dft(Calculator):
    """B3LYP/def2-SVP as an ASE calculator."""

    implemented_properties = ("energy", "forces")

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        """Fill `results`."""
        super().calculate(atoms, properties, system_changes)
        energy, forces = dft_label(self.atoms)
        self.results = {"energy": energy, "forces": forces}


class Gfn2(Calculator):
    """GFN2-xTB, plus the energy spring / 2 * q^2 that keeps the proton between the oxygens."""

    implemented_properties = ("energy", "forces")

    def __init__(self, spring=0.0):
        super().__init__()
        needed("tblite")
        from tblite.ase import TBLite

        self.spring, self.unbiased = spring, TBLite(method="GFN2-xTB", verbosity=0)

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        """Fill `results`."""
        super().calculate(atoms, properties, system_changes)
        vectors = self.atoms.positions[5] - self.atoms.positions[:2]
        lengths = np.linalg.norm(vectors, axis=1)
        q, (first, second) = lengths[0] - lengths[1], vectors / lengths[:, None]
        forces = self.unbiased.get_forces(self.atoms).copy()
        forces[[0, 1, 5]] -= self.spring * q * np.array([-first, second, first - second])
        energy = self.unbiased.get_potential_energy(self.atoms) + self.spring * q**2 / 2
        self.results = {"energy": float(energy), "forces": forces}


class Symmetric(Calculator):
    """Another calculator's energy and the planar, mirror-symmetric part of its forces: a minimum is the saddle."""

    implemented_properties = ("energy", "forces")

    def __init__(self, calculator):
        super().__init__()
        self.calculator = calculator

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        """Fill `results`."""
        super().calculate(atoms, properties, system_changes)
        forces = self.calculator.get_forces(self.atoms)
        forces = (forces + forces[MIRROR] * [-1, 1, 1]) / 2 * [1, 1, 0]
        self.results = {"energy": self.calculator.get_potential_energy(self.atoms), "forces": forces}

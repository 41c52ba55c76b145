"""The baseline: a pair potential is found where the truth is one, and forces are minus the gradient."""

import ase
import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.lj import LennardJones
from ase.calculators.singlepoint import SinglePointCalculator
from sentences import refusal

from forcefield.finite_differences import numerical_forces
from forcefield.pair_potential import PairPotential

TETRAHEDRON = 2.2 * np.array([[0, 0, 0], [1, 1, 0], [1, 0, 1], [0, 1, 1]])


def labelled(structure):
    """With Lennard-Jones' labels, and 7 eV more for every argon atom."""
    structure.calc = LennardJones(sigma=2.8, epsilon=0.3, rc=6.0, smooth=True)
    energy = structure.get_potential_energy() + 7 * np.count_nonzero(structure.numbers == 18)
    structure.calc = SinglePointCalculator(structure, energy=energy, forces=structure.get_forces())
    return structure


@pytest.fixture(scope="module")
def structures():
    """Clusters of two elements and crystals of one."""
    generator, found = np.random.default_rng(0), []
    for symbols in ("Ar4", "Ar2Kr2", "Kr4", "ArKr3") * 6:
        found.append(labelled(ase.Atoms(symbols, TETRAHEDRON + generator.normal(scale=0.12, size=(4, 3)))))
    for _ in range(4):
        cell = bulk("Ar", a=4.4, cubic=True)
        cell.positions += generator.normal(scale=0.1, size=(4, 3))
        found.append(labelled(cell))
    return found


def test_a_pair_potential_is_found_with_the_energies_of_the_atoms(structures):
    model = PairPotential(structures, n_functions=25)
    energies, forces = model.predict_structures(structures)
    np.testing.assert_allclose(energies, [structure.get_potential_energy() for structure in structures], atol=0.02)
    for structure, force in zip(structures, forces, strict=True):
        np.testing.assert_allclose(force, structure.get_forces(), atol=0.05)


@pytest.mark.parametrize("row", [1, 25])
def test_forces_are_minus_the_gradient(structures, row):
    model, structure = PairPotential(structures), structures[row]

    def energy(positions):
        moved = structure.copy()
        moved.positions = positions
        return model.predict_structures([moved])[0][0]

    forces = model.predict_structures([structure])[1][0]
    np.testing.assert_allclose(numerical_forces(energy, structure.positions), forces, atol=1e-5)
    np.testing.assert_allclose(forces.sum(axis=0), 0, atol=1e-9)


def test_an_offset_of_thousands_of_electronvolts_does_no_harm(structures):
    shifted = [structure.copy() for structure in structures]
    for one, structure in zip(shifted, structures, strict=True):
        labels = {"energy": structure.get_potential_energy() - 1e4 * len(one), "forces": structure.get_forces()}
        one.calc = SinglePointCalculator(one, **labels)
    energies, forces = PairPotential(structures).predict_structures(structures)
    moved_energies, moved_forces = PairPotential(shifted).predict_structures(structures)
    np.testing.assert_allclose(moved_energies + 1e4 * np.array([len(one) for one in structures]), energies, atol=1e-5)
    np.testing.assert_allclose(np.concatenate(moved_forces), np.concatenate(forces), atol=1e-4)


@pytest.mark.parametrize(
    ("call", "piece"),
    [
        (lambda s: PairPotential(s[0]), "brackets"),
        (lambda s: PairPotential([s[0].copy()]), "lacks its energy"),
        (lambda s: PairPotential(s, cutoff=0), "cutoff"),
        (lambda s: PairPotential(s, n_functions=1), "n_functions"),
        (lambda s: PairPotential(s, force_weight=-1), "force_weight"),
        (lambda s: PairPotential(s).predict_structures([ase.Atoms("Xe2", [[0, 0, 0], [0, 0, 4]])]), "not fitted to"),
    ],
)
def test_bad_input_gets_one_sentence(structures, call, piece):
    assert piece in refusal(lambda: call(structures))

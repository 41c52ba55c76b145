"""The checks of a force field pass a right one and catch each mistake that they are for."""

import ase
import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.emt import EMT
from sentences import refusal

from forcefield.force_field_checks import check_force_field


class Wrong(EMT):
    """EMT with one mistake, a function from atoms, energy and forces to energy and forces."""

    def __init__(self, mistake):
        super().__init__()
        self.mistake = mistake

    def calculate(self, *arguments, **options):
        super().calculate(*arguments, **options)
        energy, forces = self.mistake(self.atoms, self.results["energy"], self.results["forces"])
        self.results |= {"energy": energy, "forces": forces}


def handed(atoms):
    """What changes its sign in a mirror, Å^3."""
    return np.linalg.det(atoms.positions[1:4] - atoms.positions[0])


MISTAKES = {
    "moved": lambda atoms, energy, forces: (energy + 0.1 * atoms.positions[:, 0].sum(), forces - [0.1, 0, 0]),
    "turned": lambda atoms, energy, forces: (energy + 0.01 * (atoms.positions[:, 0].std()), forces),
    "mirrored": lambda atoms, energy, forces: (energy + 1e-2 * handed(atoms), forces),
    "another order": lambda atoms, energy, forces: (energy + 0.1 * np.ptp(atoms.positions[:2]), forces),
    "net force": lambda atoms, energy, forces: (energy, forces + 0.01),
    "gradient": lambda atoms, energy, forces: (energy, 1.01 * forces),
}


@pytest.fixture(params=["cluster", "crystal"])
def structure(request):
    if request.param == "crystal":
        found = bulk("Cu", cubic=True)
        found.symbols[0] = "Au"
    else:
        found = ase.Atoms("Cu3Au3", bulk("Cu", cubic=True).repeat(2).positions[:6])
    found.positions += np.random.default_rng(0).normal(scale=0.1, size=found.positions.shape)
    return found


def test_a_right_force_field_passes(structure):
    before = structure.positions.copy()
    results = check_force_field(structure, EMT())
    assert all(result.passed for result in results)
    assert len(results) == (7 if structure.pbc.all() else 6)
    assert all(str(result).endswith("True") for result in results)
    np.testing.assert_array_equal(structure.positions, before)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_is_caught_by_its_check(mistake):
    structure = ase.Atoms("Cu3Au3", bulk("Cu", cubic=True).repeat(2).positions[:6])
    structure.positions += np.random.default_rng(0).normal(scale=0.1, size=(6, 3))
    failed = [result.name for result in check_force_field(structure, Wrong(MISTAKES[mistake])) if not result.passed]
    assert any(mistake in name for name in failed)


def test_a_crystal_whose_energy_forgets_the_number_of_cells():
    class PerCell(EMT):
        def calculate(self, *arguments, **options):
            super().calculate(*arguments, **options)
            self.results["energy"] /= len(self.atoms)

    crystal = bulk("Cu", cubic=True)
    crystal.rattle(0.1, seed=0)
    assert not next(result for result in check_force_field(crystal, PerCell()) if "twice" in result.name).passed


@pytest.mark.parametrize(
    ("call", "piece"),
    [
        (lambda: check_force_field([ase.Atoms("Cu2")], EMT()), "one ase.Atoms"),
        (lambda: check_force_field(ase.Atoms("Cu2"), EMT), "calculator"),
        (lambda: check_force_field(ase.Atoms("Cu2"), EMT(), seed=-1), "seed"),
        (lambda: check_force_field(ase.Atoms("Cu2"), EMT(), n_gradient_atoms=0), "n_gradient_atoms"),
    ],
)
def test_bad_input_gets_one_sentence(call, piece):
    assert piece in refusal(call)

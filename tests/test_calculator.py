"""The ASE calculator: ASE's own checks, results kept and renewed, and what it refuses."""

import ase
import numpy as np
import pytest
from ase import units
from ase.build import bulk
from ase.calculators.calculator import PropertyNotImplementedError
from ase.calculators.emt import EMT
from ase.calculators.fd import calculate_numerical_forces, calculate_numerical_stress
from ase.calculators.singlepoint import SinglePointCalculator
from ase.calculators.test import gradient_test
from ase.filters import FrechetCellFilter
from ase.md.nose_hoover_chain import IsotropicMTKNPT
from ase.md.velocitydistribution import thermalize_momenta
from ase.md.verlet import VelocityVerlet
from ase.optimize import BFGS

from forcefield import crystals, prepared
from forcefield.activations import ACTIVATIONS
from forcefield.calculator import ForceFieldCalculator
from forcefield.dataset import Dataset
from forcefield.descriptors import make_soap, soap_settings
from forcefield.model import ForceField
from forcefield.repulsion import Repulsion
from forcefield.training import train


@pytest.fixture
def calculator(copper_force_field):
    return ForceFieldCalculator(copper_force_field, n_atoms=13)


@pytest.fixture
def cluster(copper_set, calculator):
    return ase.Atoms("Cu13", copper_set.positions[30], calculator=calculator)


def test_energy_and_forces_are_the_models(cluster, copper_force_field, copper_set):
    one = copper_set[[30]]
    energies, forces = copper_force_field.predict(one.descriptors, one.derivatives)
    assert cluster.get_potential_energy() == pytest.approx(energies[0], abs=1e-9)
    assert cluster.get_potential_energy(force_consistent=True) == cluster.get_potential_energy()
    np.testing.assert_allclose(cluster.get_forces(), forces[0], atol=1e-9)
    assert cluster.get_forces().dtype == np.float64


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("hidden_units", [(7,), (6, 5, 4)])
def test_network_written_out_in_numpy_is_the_models(copper_set, activation, hidden_units):
    model = ForceField(50, hidden_units, activation, seed=4).standardise(copper_set)
    one = copper_set[[7]]
    energies, forces = model.predict(one.descriptors, one.derivatives)
    atoms = ase.Atoms("Cu13", one.positions[0])
    atoms.calc = ForceFieldCalculator(model)
    assert atoms.get_potential_energy() == pytest.approx(energies[0], abs=1e-8)
    np.testing.assert_allclose(atoms.get_forces(), forces[0], atol=1e-8)


def test_forces_pass_ases_checks(cluster, capsys):
    numerical = calculate_numerical_forces(cluster, eps=1e-4)
    np.testing.assert_allclose(cluster.get_forces(), numerical, atol=1e-6)
    analytical, difference = gradient_test(cluster, indices=[0, 5])
    np.testing.assert_allclose(analytical, difference, atol=1e-6)
    capsys.readouterr()


def test_results_are_kept_until_something_changes(cluster, calculator, monkeypatch):
    calls = []
    frozen = calculator.frozen[0]
    monkeypatch.setattr(calculator, "frozen", [lambda *arguments: calls.append(1) or frozen(*arguments)])
    cluster.get_forces()
    energy = cluster.get_potential_energy()
    cluster.set_initial_charges(np.ones(13))
    cluster.cell = [9, 9, 9]
    cluster.get_forces()
    assert len(calls) == 1
    cluster.positions[0, 0] += 0.05
    assert cluster.get_potential_energy() != energy
    assert len(calls) == 2
    cluster.positions[0, 0] -= 0.05
    assert cluster.get_potential_energy() == pytest.approx(energy, abs=1e-9)


def test_forces_that_are_handed_out_cannot_be_spoilt(cluster):
    forces = cluster.get_forces()
    forces += 1
    assert np.abs(cluster.get_forces() - forces).min() > 0.99


def test_nothing_is_written_into_the_atoms(cluster):
    before = cluster.positions.copy()
    cluster.get_forces()
    np.testing.assert_array_equal(cluster.positions, before)


def test_relaxation_ends_at_a_minimum(cluster):
    start = cluster.get_potential_energy()
    assert BFGS(cluster, logfile=None).run(fmax=0.01, steps=200)
    assert cluster.get_potential_energy() < start


def test_dynamics_keep_the_energy(cluster):
    thermalize_momenta(cluster, temperature_K=100, rng=np.random.default_rng(0))
    start = cluster.get_total_energy()
    VelocityVerlet(cluster, 2 * units.fs).run(50)
    assert cluster.get_total_energy() == pytest.approx(start, abs=5e-3)


def periodic(atoms):
    atoms.cell, atoms.pbc = [20, 20, 20], True


def other_element(atoms):
    atoms.numbers[3] = 79


def one_less(atoms):
    del atoms[0]


def no_atoms(atoms):
    del atoms[:]


def lost(atoms):
    atoms.positions[2, 1] = np.nan


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (periodic, "for clusters and the structure is periodic: set atoms.pbc"),
        (other_element, "knows Cu and no other element; the structure has Au."),
        (one_less, "trained on structures of 13 atoms; this one has 12."),
        (no_atoms, "trained on structures of 13 atoms; this one has 0."),
        (lost, "A position is not a finite number"),
    ],
)
def test_what_it_cannot_calculate_gets_one_sentence(cluster, change, sentence):
    cluster.get_forces()
    change(cluster)
    # Asked twice: the refusal must not leave the old results behind.
    for _ in range(2):
        with pytest.raises(ValueError, match=sentence):
            cluster.get_potential_energy()


def test_any_size_unless_one_is_named(copper_force_field, copper_set):
    atoms = ase.Atoms("Cu12", copper_set.positions[0][:12])
    atoms.calc = ForceFieldCalculator(copper_force_field)
    assert atoms.get_forces().shape == (12, 3)


def test_a_cluster_has_no_stress(cluster):
    for _ in range(2):
        with pytest.raises(PropertyNotImplementedError, match="only for a cell that repeats along all three axes"):
            cluster.get_stress()
    assert cluster.get_forces().shape == (13, 3)


@pytest.fixture(scope="module")
def crystal_force_field(crystal_set):
    return train(crystal_set, hidden_units=(8,), iterations=40)[0]


@pytest.fixture
def crystal(crystal_force_field):
    """Four atoms in a skew cell, two of them outside it."""
    atoms = crystals.crystal_frames(1, 7)[0]
    atoms.set_cell(atoms.cell.array @ [[1, 0.05, 0], [0, 1, -0.08], [0.02, 0, 1.03]], scale_atoms=True)
    atoms.positions[2:] += [[1, -2, 0], [0, 0, 3]] @ atoms.cell.array
    atoms.calc = ForceFieldCalculator(crystal_force_field)
    return atoms


def assert_forces_and_stress_are_the_energys(atoms):
    forces, stress = calculate_numerical_forces(atoms, eps=1e-4), calculate_numerical_stress(atoms, eps=1e-5)
    assert np.abs(forces).max() > 0.01
    assert np.abs(stress).max() > 1e-3
    np.testing.assert_allclose(atoms.get_forces(), forces, atol=1e-6)
    np.testing.assert_allclose(atoms.get_stress(), stress, atol=1e-6)


def test_forces_and_stress_of_a_crystal_pass_ases_checks(crystal):
    assert_forces_and_stress_are_the_energys(crystal)
    np.testing.assert_allclose(crystal.get_stress(voigt=False), crystal.get_stress(voigt=False).T, atol=1e-15)


@pytest.mark.parametrize("baseline", [Repulsion(3.0), EMT()], ids=["repulsion", "EMT"])
def test_the_stress_of_a_baseline_is_added(crystal, crystal_force_field, baseline):
    alone = crystal.get_stress()
    crystal.calc = ForceFieldCalculator(crystal_force_field, baseline=baseline)
    assert np.abs(crystal.get_stress() - alone).max() > 1e-3
    assert_forces_and_stress_are_the_energys(crystal)


def test_a_baseline_without_stress_leaves_energy_and_forces(crystal, crystal_force_field):
    expected = crystal.get_forces()
    baseline = SinglePointCalculator(crystal, energy=2.0, forces=np.ones((4, 3)))
    baseline.implemented_properties = ("energy", "forces")
    crystal.calc = ForceFieldCalculator(crystal_force_field, baseline=baseline)
    for _ in range(2):
        with pytest.raises(PropertyNotImplementedError, match="baseline of this calculator has no stress"):
            crystal.get_stress()
        np.testing.assert_allclose(crystal.get_forces(), expected + 1, atol=1e-12)


def test_a_slab_has_forces_and_no_stress(crystal):
    crystal.pbc = [True, False, True]
    np.testing.assert_allclose(crystal.get_forces(), calculate_numerical_forces(crystal, eps=1e-4), atol=1e-6)
    with pytest.raises(PropertyNotImplementedError, match="all three axes"):
        crystal.get_stress()


def test_a_cell_relaxes_until_its_stress_is_gone(crystal):
    start = crystal.get_potential_energy()
    assert BFGS(FrechetCellFilter(crystal), logfile=None).run(fmax=1e-3, steps=200)
    assert crystal.get_potential_energy() < start
    assert np.abs(crystal.get_stress()).max() < 1e-3


def test_dynamics_at_constant_pressure_keep_their_conserved_energy(crystal):
    thermalize_momenta(crystal, temperature_K=100, rng=np.random.default_rng(0))
    dynamics = IsotropicMTKNPT(crystal, 1 * units.fs, temperature_K=100, pressure_au=0, tdamp=50, pdamp=200)
    before, volume = dynamics.get_conserved_energy(), crystal.get_volume()
    dynamics.run(40)
    assert dynamics.get_conserved_energy() == pytest.approx(before, abs=2e-3)
    assert abs(crystal.get_volume() - volume) > 1e-3


@pytest.mark.parametrize(
    "changed",
    [{"sigma": 0.4}, {"cutoff_radius": 5.0}, {"radial_basis": "polynomial"}, {"l_max": 3}, {"species": ("Cu", "Au")}],
    ids=lambda changed: next(iter(changed)),
)
def test_a_soap_that_differs_in_anything_is_refused(copper_force_field, changed):
    settings = soap_settings(prepared.copper_soap())
    ForceFieldCalculator(copper_force_field, make_soap(**settings))
    with pytest.raises(ValueError, match=f"fitted with another SOAP; this one has {next(iter(changed))} "):
        ForceFieldCalculator(copper_force_field, make_soap(**{**settings, **changed}))


def test_a_file_alone_is_enough_to_move_atoms(copper_force_field, cluster, tmp_path):
    copper_force_field.save(tmp_path / "model.npz")
    atoms = cluster.copy()
    atoms.calc = ForceFieldCalculator.load(tmp_path / "model.npz", n_atoms=13)
    np.testing.assert_array_equal(atoms.get_forces(), cluster.get_forces())


def test_a_model_of_another_kind_is_refused(dimer_set, copper_set):
    with pytest.raises(ValueError, match="this one has fixed points"):
        ForceFieldCalculator(ForceField(6).standardise(dimer_set))
    with pytest.raises(ValueError, match="does not know its descriptor"):
        ForceFieldCalculator(ForceField(50))
    with pytest.raises(ValueError, match="needs one force field"):
        ForceFieldCalculator([ForceField(50).standardise(copper_set)])


def test_energies_alone_take_no_derivatives(cluster, monkeypatch):
    forces = cluster.get_forces()
    energy = cluster.get_potential_energy()
    cluster.rattle(1e-9)
    monkeypatch.setattr("forcefield.reverse_soap.ReverseSoap.evaluate_all", None)
    assert cluster.get_potential_energy() == pytest.approx(energy, abs=1e-6)
    monkeypatch.undo()
    np.testing.assert_allclose(cluster.get_forces(), forces, atol=1e-5)


def test_crystals_with_a_periodic_descriptor():
    """A cell whose own images are neighbours."""
    soap = make_soap(("Cu",), cutoff_radius=3.0, sigma=0.5, n_max=2, l_max=1, periodic=True)
    crystal = bulk("Cu", cubic=True)
    crystal.rattle(0.05, rng=np.random.default_rng(0))
    frames = [crystal.copy() for _ in range(5)]
    for seed, frame in enumerate(frames):
        frame.rattle(0.1, seed=seed)
    data = Dataset.from_structures(frames, soap, attach=True, calculator=EMT())
    crystal.calc = ForceFieldCalculator(ForceField(soap.get_number_of_features(), (4,)).standardise(data))
    np.testing.assert_allclose(crystal.get_forces(), calculate_numerical_forces(crystal, eps=1e-4), atol=1e-5)
    energy = crystal.get_potential_energy()
    crystal.set_cell(1.02 * crystal.cell.array, scale_atoms=False)
    assert abs(crystal.get_potential_energy() - energy) > 1e-6, "the cell alone has changed"
    crystal.pbc = False
    with pytest.raises(ValueError, match="repeats along no axis"):
        crystal.get_forces()

"""The ASE calculator: ASE's own checks, results kept and renewed, and what it refuses."""

import ase
import numpy as np
import pytest
from ase import units
from ase.build import bulk
from ase.calculators.calculator import PropertyNotImplementedError
from ase.calculators.emt import EMT
from ase.calculators.fd import calculate_numerical_forces
from ase.calculators.test import gradient_test
from ase.md.velocitydistribution import thermalize_momenta
from ase.md.verlet import VelocityVerlet
from ase.optimize import BFGS

from forcefield import prepared
from forcefield.activations import ACTIVATIONS
from forcefield.calculator import ForceFieldCalculator
from forcefield.dataset import Dataset
from forcefield.descriptors import make_soap, soap_settings
from forcefield.model import ForceField


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
    frozen = calculator.frozen
    monkeypatch.setattr(calculator, "frozen", lambda descriptors: calls.append(1) or frozen(descriptors))
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


def test_stress_is_not_there(cluster):
    with pytest.raises(PropertyNotImplementedError):
        cluster.get_stress()


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
    monkeypatch.setattr("forcefield.calculator.describe", None)
    assert cluster.get_potential_energy() == pytest.approx(energy, abs=1e-6)
    monkeypatch.undo()
    np.testing.assert_allclose(cluster.get_forces(), forces, atol=1e-5)


def test_crystals_with_a_periodic_descriptor():
    """Derivatives are numerical there; all atoms are centres, in order, and move along."""
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
    with pytest.raises(ValueError, match="for crystals, periodic along all three axes"):
        crystal.get_forces()

"""Periodic copper: frames, derivatives, what the calculator says about EMT's crystal, sentences for bad input."""

import numpy as np
import pytest
from ase.calculators.emt import EMT
from ase.calculators.fd import calculate_numerical_stress
from ase.neighborlist import neighbor_list

from forcefield import crystals, descriptors
from forcefield.calculator import ForceFieldCalculator
from forcefield.dataset import Dataset
from forcefield.gradients import central_difference, numerical_forces
from forcefield.model import ForceField


@pytest.fixture(scope="module")
def soap():
    return crystals.crystal_soap()


@pytest.fixture(scope="module")
def frames(soap):
    return crystals.crystal_frames(6, 0, soap)


def numerical_derivatives(soap, structure, step):
    """Derivatives of all centres, every one on its atom, shape (n_centers, n_atoms, 3, n_features)."""

    def function(positions):
        moved = structure.copy()
        moved.positions = positions
        return soap.create(moved)

    return np.moveaxis(central_difference(function, structure.positions, step), 2, 0)


def test_deform_moves_cell_and_atoms_together():
    crystal = crystals.copper_crystal()
    strain = [[0.02, 0.01, 0], [0.01, -0.03, 0.005], [0, 0.005, 0.01]]
    deformed = crystals.deform(crystal, strain)
    np.testing.assert_allclose(deformed.positions, crystal.positions @ (np.eye(3) + strain), atol=1e-12)
    np.testing.assert_allclose(deformed.get_scaled_positions(), crystal.get_scaled_positions(), atol=1e-12)
    np.testing.assert_allclose(crystal.cell.array, np.eye(3) * crystals.LATTICE_CONSTANT)


@pytest.mark.parametrize("shear", [-0.05, 0.01, 0.08])
def test_shears_keep_the_volume(shear):
    crystal = crystals.copper_crystal()
    for strain in crystals.volume_conserving_strains(shear):
        assert crystals.deform(crystal, strain).get_volume() == pytest.approx(crystal.get_volume(), rel=1e-12)


def test_frames_depend_on_the_seed_alone_and_stay_within_their_limits(soap, frames):
    again = crystals.crystal_frames(6, 0, soap)
    for frame, same in zip(frames, again, strict=True):
        np.testing.assert_array_equal(frame.positions, same.positions)
        np.testing.assert_array_equal(frame.cell.array, same.cell.array)
    assert not np.array_equal(frames[0].positions, crystals.crystal_frames(1, 1, soap)[0].positions)
    perfect = crystals.copper_crystal()
    for frame in frames:
        assert frame.pbc.all()
        strain = frame.cell.array / crystals.LATTICE_CONSTANT - np.eye(3)
        assert abs(np.trace(strain) / 3) <= crystals.LARGEST_STRETCH
        placed = perfect.get_scaled_positions() @ frame.cell.array
        assert np.abs(frame.positions - placed).max() <= crystals.LARGEST_DISPLACEMENT
        assert not crystals.crosses_reach(soap, frame)


def test_derivatives_of_all_atoms_in_order_are_right_and_others_are_not(soap, frames):
    expected = numerical_derivatives(soap, frames[0], 1e-5)
    described, derivatives = descriptors.describe(soap, frames[:1], attach=True)
    assert derivatives.shape == (1, 4, 4, 3, 70)
    np.testing.assert_allclose(derivatives[0], expected, atol=1e-6)
    np.testing.assert_allclose(derivatives.sum(axis=2), 0, atol=1e-5)
    # The trap that the lesson shows: if this ever fails, DScribe has mended it and the text must say so.
    others, wrong = descriptors.describe(soap, frames[:1], centers=[3, 2, 1, 0], attach=True)
    np.testing.assert_allclose(others[0], described[0, ::-1])
    assert np.abs(wrong[0] - expected[::-1]).max() > 0.1


def test_a_cell_as_unit_cell_or_as_supercell_has_one_energy_per_atom(soap, frames):
    data = Dataset.from_structures(frames, soap, attach=True, calculator=EMT())
    model = ForceField(70, seed=0).standardise(data)
    calculator = ForceFieldCalculator(model)
    one, two = crystals.energies_of(calculator, [frames[0], frames[0] * (1, 2, 1)])
    assert two == pytest.approx(2 * one, abs=1e-9)


def test_the_reach_is_where_the_descriptor_jumps(soap, frames):
    edge = descriptors.neighbour_radius(soap)
    assert edge == pytest.approx(4.6 + 3.717 * 0.5, abs=1e-3)
    distances = np.sort(neighbor_list("d", frames[0], edge + 1))
    beyond = distances[distances > edge + 1e-3][0]

    def scaled(distance):
        return crystals.deform(frames[0], np.eye(3) * (distance / beyond - 1))

    inside, outside, farther = (soap.create(scaled(edge + shift)) for shift in (-1e-7, 1e-7, 3e-7))
    assert np.abs(outside - inside).max() > 20 * np.abs(farther - outside).max()
    assert crystals.crosses_reach(soap, scaled(edge + 5e-5))
    assert not crystals.crosses_reach(soap, frames[0])


def test_forces_are_those_of_the_energy(soap, frames):
    data = Dataset.from_structures(frames, soap, attach=True, calculator=EMT())
    model = ForceField(70, seed=0).standardise(data)
    calculator = ForceFieldCalculator(model)

    def energy(positions):
        moved = frames[0].copy()
        moved.positions = positions
        return crystals.energies_of(calculator, [moved])[0]

    forces = calculator.get_forces(frames[0])
    assert np.abs(forces).max() > 0.01
    np.testing.assert_allclose(forces, numerical_forces(energy, frames[0].positions, 1e-5), atol=1e-6)


def test_emt_is_found_again():
    lattice_constant, energy, bulk_modulus = crystals.equation_of_state(EMT())
    crystal = crystals.copper_crystal(lattice_constant)
    crystal.calc = EMT()
    assert energy == pytest.approx(crystal.get_potential_energy() / 4, abs=1e-5)
    assert np.abs(crystal.get_stress()).max() < 1e-3  # eV/Å³; no pressure at the minimum
    # Elastic constants from EMT's own stress, which the energies know nothing of.
    step, stiffness = 1e-4, {}
    for name, strain in (("xx", np.diag([step, 0, 0])), ("xy", step / 2 * np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]]))):
        stresses = []
        for sign in (1, -1):
            deformed = crystals.deform(crystal, sign * strain)
            deformed.calc = EMT()
            stresses.append(deformed.get_stress())
        stiffness[name] = (stresses[0] - stresses[1]) / (2 * step) * 160.21766
    c11, c12, c44 = stiffness["xx"][0], stiffness["xx"][1], stiffness["xy"][5]
    assert bulk_modulus == pytest.approx((c11 + 2 * c12) / 3, rel=0.01)
    tetragonal, found = crystals.shear_moduli(EMT(), lattice_constant)
    assert tetragonal == pytest.approx((c11 - c12) / 2, rel=0.02)
    assert found == pytest.approx(c44, rel=0.02)


def test_stress_by_finite_differences_is_emts_own(frames):
    frame = frames[0].copy()
    frame.calc = EMT()
    np.testing.assert_allclose(calculate_numerical_stress(frame, eps=1e-5), frame.get_stress(), atol=1e-6)


def test_split_and_limits():
    parts = crystals.crystal_split()
    assert [len(part) for part in parts] == [240, 60, 100]
    np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(crystals.N_FRAMES))


def test_a_model_is_made_saved_and_found(soap, frames, tmp_path, monkeypatch, capsys):
    small = Dataset.from_structures(frames, soap, attach=True, calculator=EMT())
    monkeypatch.setattr(crystals, "DATA_FOLDER", tmp_path)
    monkeypatch.setattr(crystals, "CRYSTAL_FIT", {"hidden_units": [4], "iterations": 3})
    monkeypatch.setattr(crystals, "crystal_split", lambda: (np.arange(5), np.arange(5, 6), np.arange(0)))
    made = crystals.crystal_model(small, seed=1)
    found = crystals.crystal_model(small, seed=1)
    assert "made again" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["copper_crystal_model_1.npz"]
    arrays = small.descriptors, small.derivatives
    np.testing.assert_array_equal(made.predict(*arrays)[1], found.predict(*arrays)[1])


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: crystals.copper_crystal(0), "above 0 Å"),
        (lambda: crystals.copper_crystal(np.nan), "above 0 Å"),
        (lambda: crystals.deform(crystals.copper_crystal(), 0.01), "3 x 3"),
        (lambda: crystals.deform(crystals.copper_crystal(), [[0, 0.1, 0], [0, 0, 0], [0, 0, 0]]), "symmetric"),
        (lambda: crystals.deform(crystals.copper_crystal(), -np.eye(3)), "inside out"),
    ],
)
def test_bad_input_gets_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()

"""Periodic copper: frames, derivatives, images, what the models are fitted to, sentences for bad input."""

import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.emt import EMT
from ase.neighborlist import neighbor_list

from forcefield import crystals, descriptors, find_or_make, periodic_images
from forcefield.calculator import ForceFieldCalculator
from forcefield.dataset import Dataset
from forcefield.elasticity import energies_of
from forcefield.finite_differences import central_difference, numerical_forces
from forcefield.model import ForceField


@pytest.fixture(scope="module")
def soap():
    return crystals.crystal_soap()


@pytest.fixture(scope="module")
def frames():
    return crystals.crystal_frames(6, 0)


@pytest.fixture(scope="module")
def small(soap, frames):
    return Dataset.from_structures(frames, soap, attach=True, calculator=EMT())


@pytest.fixture
def calculator(small):
    n_features = small.descriptors.shape[-1]
    return ForceFieldCalculator(ForceField(n_features, seed=0).standardise(small))


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


def test_frames_depend_on_the_seed_alone_and_stay_within_their_limits(frames):
    again = crystals.crystal_frames(6, 0)
    for frame, same in zip(frames, again, strict=True):
        np.testing.assert_array_equal(frame.positions, same.positions)
        np.testing.assert_array_equal(frame.cell.array, same.cell.array)
    assert not np.array_equal(frames[0].positions, crystals.crystal_frames(1, 1)[0].positions)
    perfect = crystals.copper_crystal()
    for frame in frames:
        assert frame.pbc.all()
        strain = frame.cell.array / crystals.LATTICE_CONSTANT - np.eye(3)
        assert abs(np.trace(strain) / 3) <= crystals.LARGEST_STRETCH
        placed = perfect.get_scaled_positions() @ frame.cell.array
        assert np.abs(frame.positions - placed).max() <= crystals.LARGEST_DISPLACEMENT


def test_derivatives_of_all_centres_are_right_and_dscribes_numerical_ones_are_not(soap, frames):
    expected = numerical_derivatives(soap, frames[0], 1e-5)
    described, derivatives = descriptors.describe(soap, frames[:1], attach=True)
    assert derivatives.shape == (1, 4, 4, 3, soap.get_number_of_features())
    np.testing.assert_allclose(derivatives[0], expected, atol=1e-6)
    np.testing.assert_allclose(derivatives.sum(axis=2), 0, atol=1e-5)
    # The trap that the lesson shows: if this ever fails, DScribe has corrected it and the text must say so.
    wrong, others = soap.derivatives(frames[:1], centers=[[3, 2, 1, 0]], attach=True)
    np.testing.assert_allclose(others, described[0, ::-1])
    assert np.abs(wrong - expected[::-1]).max() > 0.1
    turned = descriptors.describe(soap, frames[:1], centers=[3, 2, 1, 0], attach=True)[1]
    np.testing.assert_allclose(turned[0], expected[::-1], atol=1e-6)
    with pytest.raises(ValueError, match="right for all atoms in order alone"):
        descriptors.describe(soap, frames[:1], centers=[3, 2, 1, 0], attach=True, method="numerical")


def test_a_cell_as_unit_cell_or_as_supercell_has_one_energy_per_atom(calculator, frames):
    one, two = energies_of(calculator, [frames[0], frames[0] * (1, 2, 1)])
    assert two == pytest.approx(2 * one, abs=1e-9)


@pytest.mark.parametrize("repeat", [1, 2])
def test_atoms_moved_by_whole_cell_vectors_change_nothing(calculator, repeat):
    frame = crystals.crystal_frames(1, 3, repeat=repeat)[0]
    moved = frame.copy()
    moved.positions[1] += [2, 0, -3] @ frame.cell.array
    moved.positions[-1] += [0, -1, 0] @ frame.cell.array
    for structure in (frame, moved):
        structure.calc = calculator
    energy, forces = frame.get_potential_energy(), frame.get_forces()
    assert np.abs(forces).max() > 0.01
    assert moved.get_potential_energy() == pytest.approx(energy, abs=1e-9)
    np.testing.assert_allclose(moved.get_forces(), forces, atol=1e-6)


def test_a_changed_cell_alone_gives_another_energy(calculator, frames):
    frame = frames[0].copy()
    frame.calc = calculator
    before = frame.get_potential_energy()
    frame.set_cell(frame.cell.array * 1.01, scale_atoms=False)
    after = frame.get_potential_energy()
    fresh = energies_of(calculator, [frame])[0]
    assert abs(after - before) > 1e-3
    assert after == pytest.approx(fresh, abs=1e-12)


def test_the_descriptor_jumps_at_the_neighbour_radius(soap, frames):
    radius = descriptors.neighbour_radius(soap)
    distances = np.sort(neighbor_list("d", frames[0], radius + 1))
    beyond = distances[distances > radius + 1e-3][0]

    def scaled(distance):
        return crystals.deform(frames[0], np.eye(3) * (distance / beyond - 1))

    inside, outside, farther = (soap.create(scaled(radius + shift)) for shift in (-1e-7, 1e-7, 3e-7))
    assert np.abs(outside - inside).max() > 20 * np.abs(farther - outside).max()


def test_forces_are_those_of_the_energy(calculator, frames):
    def energy(positions):
        moved = frames[0].copy()
        moved.positions = positions
        return energies_of(calculator, [moved])[0]

    forces = calculator.get_forces(frames[0])
    assert np.abs(forces).max() > 0.01
    np.testing.assert_allclose(forces, numerical_forces(energy, frames[0].positions, 1e-5), atol=1e-6)


def skewed():
    """A strained, rattled cell with slanted edges and atoms outside it."""
    cell = bulk("Cu", a=3.7) * (1, 2, 1)
    cell.set_cell(np.array([[1, 0, 0], [1, 1, 0], [0, 0, 1]]) @ cell.cell.array)
    cell.positions += np.random.default_rng(0).uniform(-0.1, 0.1, cell.positions.shape)
    cell.positions[1] += 3 * cell.cell.array[1]
    return cell


@pytest.mark.parametrize("which", ["cube", "large", "skewed"])
def test_images_are_those_of_ase(frames, which):
    structure = {"cube": frames[0], "large": crystals.crystal_frames(1, 5, repeat=2)[0], "skewed": skewed()}[which]
    first, distances = neighbor_list("id", structure, 6)
    for atom, vectors in enumerate(periodic_images.nearest_neighbours(structure, 12)):
        expected = np.sort(distances[first == atom])[:12]
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), expected, atol=1e-9)


def test_the_parts_share_no_frame_and_leave_none_out():
    parts = crystals.crystal_split()
    assert [len(part) for part in parts] == [240, 60, 100]
    np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(crystals.N_FRAMES))


def test_models_are_fitted_to_the_training_frames_and_to_nothing_else(small, tmp_path, monkeypatch):
    given = []

    def train(*sets, **settings):
        given.append((sets, settings))
        raise InterruptedError

    monkeypatch.setattr(crystals, "DATA_FOLDER", tmp_path)
    monkeypatch.setattr(find_or_make.training, "train", train)
    monkeypatch.setattr(crystals, "crystal_split", lambda: (np.array([4, 0, 3]), np.array([1]), np.array([2, 5])))
    with pytest.raises(InterruptedError):
        crystals.crystal_model(small, seed=2)
    ((sets, settings),) = given
    assert [part.fingerprint() for part in sets] == [small[[4, 0, 3]].fingerprint()]
    assert not any(isinstance(value, Dataset) for value in settings.values())
    assert settings["seed"] == 2


def test_a_model_is_made_saved_and_found(small, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(crystals, "DATA_FOLDER", tmp_path)
    monkeypatch.setattr(crystals, "CRYSTAL_FIT", {"hidden_units": (4,), "iterations": 3})
    monkeypatch.setattr(crystals, "crystal_split", lambda: (np.arange(5), np.arange(5, 6), np.arange(0)))
    made = crystals.crystal_model(small, seed=1)
    found = crystals.crystal_model(small, seed=1)
    said = capsys.readouterr().out
    assert "made again" in said
    assert "found" in said
    assert [path.name for path in tmp_path.iterdir()] == ["copper_crystal_model_1.npz"]
    arrays = small.descriptors, small.derivatives
    np.testing.assert_array_equal(made.predict(*arrays)[1], found.predict(*arrays)[1])


def slab():
    structure = crystals.copper_crystal()
    structure.pbc = [True, True, False]
    return structure


def cluster():
    structure = crystals.copper_crystal()
    structure.pbc = False
    return structure


def in_cell(cell):
    structure = crystals.copper_crystal()
    structure.set_cell(cell)
    return structure


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: crystals.copper_crystal(0), "from 1 to 20 Å"),
        (lambda: crystals.copper_crystal(np.nan), "from 1 to 20 Å"),
        (lambda: crystals.deform(crystals.copper_crystal(), 0.01), "shape"),
        (lambda: crystals.deform(crystals.copper_crystal(), [[0, 0.1, 0], [0, 0, 0], [0, 0, 0]]), "symmetric"),
        (lambda: crystals.deform(crystals.copper_crystal(), np.full((3, 3), np.nan)), "finite"),
        (lambda: crystals.deform(crystals.copper_crystal(), -np.eye(3)), "inside out"),
        (lambda: crystals.deform(in_cell(np.zeros((3, 3))), np.eye(3) / 100), "give it a cell"),
        (lambda: crystals.deform(slab(), np.eye(3) / 100), "all three axes"),
        (lambda: crystals.crystal_frames(0, 0), "n_frames"),
        (lambda: crystals.crystal_frames(2, -1), "seed"),
        (lambda: crystals.crystal_frames(2, 0, repeat=0), "repeat"),
    ],
)
def test_bad_input_gets_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


@pytest.mark.parametrize(
    ("structure", "sentence"),
    [
        (cluster(), "no axis"),
        (in_cell(np.diag([3.6, 3.6, 0])), "at least 0.5 Å wide"),
        (in_cell([[3.6, 0, 0], [3.6, 0, 0], [0, 0, 3.6]]), "at least 0.5 Å wide"),
        (in_cell(np.diag([3.6, 3.6, np.nan])), "finite"),
    ],
    ids=["cluster", "flat", "two edges alike", "NaN"],
)
def test_what_is_no_crystal_is_refused(calculator, structure, sentence):
    structure.calc = calculator
    for ask in (structure.get_potential_energy, structure.get_forces):
        with pytest.raises(ValueError, match=sentence):
            ask()

"""Many atoms: what must not change, what must turn along, what must not leak, what must fit into memory."""

import base64
import io
import re

import ase
import numpy as np
import pytest
import torch
from ase.calculators.emt import EMT
from PIL import Image

from forcefield import dataset, prepared, systems, viewer
from forcefield.descriptors import describe, make_soap, plan_memory
from forcefield.gradients import numerical_forces
from forcefield.model import ForceField, contraction_order
from forcefield.training import tensors


def predictor(model, symbols="Cu13"):
    """Energy and forces of one structure from its positions."""
    soap = prepared.copper_soap()

    def predict(positions):
        described = describe(soap, [ase.Atoms(symbols, positions)], attach=True)
        energies, forces = model.predict(*described)
        return energies[0], forces[0]

    return predict


@pytest.fixture(scope="module")
def predict(copper_force_field):
    return predictor(copper_force_field)


@pytest.fixture(scope="module")
def positions(copper_set):
    return copper_set.positions[40]


def orthogonal(seed, determinant):
    """A random turn (determinant 1) or a turn and a mirror (-1)."""
    matrix = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))[0]
    return matrix * determinant * np.sign(np.linalg.det(matrix))


def test_moving_all_atoms_changes_nothing(predict, positions):
    energy, forces = predict(positions)
    assert np.abs(forces).max() > 0.5
    moved_energy, moved_forces = predict(positions + np.array([3.0, -20.0, 0.7]))
    assert moved_energy == pytest.approx(energy, abs=1e-9)
    np.testing.assert_allclose(moved_forces, forces, atol=1e-9)


@pytest.mark.parametrize("determinant", [1, -1], ids=["turn", "mirror"])
@pytest.mark.parametrize("seed", range(3))
def test_forces_turn_along(predict, positions, seed, determinant):
    matrix = orthogonal(seed, determinant)
    assert np.linalg.det(matrix) == pytest.approx(determinant)
    energy, forces = predict(positions)
    turned_energy, turned_forces = predict(positions @ matrix.T)
    assert turned_energy == pytest.approx(energy, abs=1e-8)
    np.testing.assert_allclose(turned_forces, forces @ matrix.T, atol=1e-8)


def test_swapping_atoms_swaps_their_forces(predict, positions):
    order = np.random.default_rng(0).permutation(13)
    energy, forces = predict(positions)
    swapped_energy, swapped_forces = predict(positions[order])
    assert swapped_energy == pytest.approx(energy, abs=1e-9)
    np.testing.assert_allclose(swapped_forces, forces[order], atol=1e-9)


def test_net_force_and_torque_are_zero(predict, positions):
    _, forces = predict(positions)
    np.testing.assert_allclose(forces.sum(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(np.cross(positions, forces).sum(axis=0), 0, atol=1e-8)


def test_forces_are_minus_the_gradient_of_the_energy(predict, positions):
    numerical = numerical_forces(lambda moved: predict(moved)[0], positions)
    np.testing.assert_allclose(predict(positions)[1], numerical, atol=1e-6)


def test_centres_that_stay_behind_give_wrong_forces(copper_force_field, predict, positions):
    """The trap that attach=True avoids: the test above would see it."""
    described = describe(prepared.copper_soap(), [ase.Atoms("Cu13", positions)], attach=False)
    _, forces = copper_force_field.predict(*described)
    assert np.abs(forces[0] - predict(positions)[1]).max() > 0.1
    assert np.abs(forces[0].sum(axis=0)).max() > 0.1


def test_energy_of_far_fragments_adds_up(copper_force_field, positions):
    """A sum over atoms: two clusters that do not see each other have twice the energy of one."""
    energy, forces = predictor(copper_force_field)(positions)
    both = np.concatenate([positions, positions + np.array([40.0, 0, 0])])
    energy_of_both, forces_of_both = predictor(copper_force_field, "Cu26")(both)
    assert energy_of_both == pytest.approx(2 * energy, abs=1e-9)
    np.testing.assert_allclose(forces_of_both, np.concatenate([forces, forces]), atol=1e-9)


def test_force_contraction_against_the_formula(copper_set):
    """F = -sum over centres and features of dE/dD times dD/dr, whatever the order in memory."""
    model = ForceField(50, (8,), seed=3).standardise(copper_set)
    small = copper_set[:5]
    shaped = torch.from_numpy(small.descriptors).requires_grad_(True)
    (gradient,) = torch.autograd.grad(model.center_energies(shaped).sum(), shaped)
    expected = -np.einsum("sck,scaxk->sax", gradient.numpy(), small.derivatives)
    for derivatives in (torch.from_numpy(small.derivatives), contraction_order(torch.from_numpy(small.derivatives))):
        _, forces = model(shaped, derivatives)
        np.testing.assert_allclose(forces.detach().numpy(), expected, rtol=1e-10, atol=1e-12)


def test_contraction_order_keeps_shape_and_values_and_copies_only_what_it_must(copper_set, dimer_set):
    many, one = torch.from_numpy(copper_set.derivatives), torch.from_numpy(dimer_set.derivatives)
    ordered = tensors(copper_set)[1]
    assert ordered.shape == many.shape
    assert torch.equal(ordered, many)
    assert ordered.permute(0, 2, 3, 1, 4).is_contiguous()
    assert contraction_order(one).data_ptr() == one.data_ptr()


def test_predictions_do_not_depend_on_the_size_of_the_set(copper_force_field, copper_set):
    """More systems than are worked on at once give what each gives alone; no system gives nothing."""
    energies, forces = copper_force_field.predict(copper_set.descriptors, copper_set.derivatives)
    for index in (0, 31, 32, 59):
        alone = copper_set[[index]]
        energy, force = copper_force_field.predict(alone.descriptors, alone.derivatives)
        assert energy[0] == pytest.approx(energies[index], abs=1e-10)
        np.testing.assert_allclose(force[0], forces[index], atol=1e-10)
    none = copper_set[:0]
    assert copper_force_field.predict(none.descriptors, none.derivatives)[1].shape == (0, 13, 3)


# Memory


def test_memory_is_what_the_array_takes(copper_set):
    megabytes, sentence = plan_memory(60, 13, 13, 50)
    assert megabytes == pytest.approx(copper_set.derivatives.nbytes / 1e6)
    assert sentence == "60 systems x 13 centres x 13 atoms x 3 axes x 50 features x 8 bytes = 12.17 MB"


def test_what_cannot_fit_is_refused_before_it_is_made():
    with pytest.raises(ValueError, match=r"would need .* = 1014 MB, .* take at most 1972 of these systems"):
        plan_memory(5000, 13, 13, 50)
    plan_memory(1972, 13, 13, 50)
    with pytest.raises(ValueError, match="take smaller systems"):
        plan_memory(1, 1000, 1000, 50)
    structures = [ase.Atoms("Cu13", np.random.default_rng(0).normal(scale=3, size=(13, 3)))] * 5000
    with pytest.raises(ValueError, match="limit is 400 MB"):
        describe(make_soap(("Cu",), n_max=4, l_max=4), structures, attach=True)


# Sampling and splitting


def test_the_cluster_is_relaxed_and_the_same_every_time():
    cluster = systems.copper_cluster()
    assert len(cluster) == 13
    assert cluster.calc is None
    assert not cluster.pbc.any()
    _, _, forces = systems.label([cluster], EMT())
    assert np.abs(forces).max() < 1e-5
    np.testing.assert_allclose(cluster.positions.mean(axis=0), 0, atol=1e-12)
    # The icosahedron: twelve atoms around one, all at one distance.
    distances = np.linalg.norm(cluster.positions, axis=1)
    assert np.sort(distances)[0] < 1e-6
    assert np.ptp(np.sort(distances)[1:]) < 1e-4


def test_sampling_depends_on_the_seed_alone():
    def frames(seed):
        np.random.default_rng().normal()
        dynamics = systems.langevin(systems.copper_cluster(), EMT(), 600, seed)
        return np.array([frame.positions for frame in systems.sample_blocks(dynamics, 2, 3, 2, 3, 5)])

    first = frames(1)
    assert first.shape == (6, 13, 3)
    np.testing.assert_array_equal(first, frames(1))
    assert np.abs(first - frames(2)).max() > 0.01


def test_sampled_temperature_is_the_one_asked_for():
    dynamics = systems.langevin(systems.copper_cluster(), EMT(), 600, 0)
    temperatures = []
    dynamics.attach(lambda: temperatures.append(dynamics.atoms.get_temperature()), interval=5)
    dynamics.run(2000)
    # Some 200 independent draws of 39 momenta: the mean scatters by about 10 K.
    assert np.mean(temperatures[40:]) == pytest.approx(600, abs=60)


@pytest.mark.parametrize(
    ("settings", "word"),
    [({"temperature": 0}, "temperature"), ({"time_step": -1}, "time step"), ({"friction": np.nan}, "friction")],
)
def test_bad_dynamics_get_one_sentence(settings, word):
    with pytest.raises(ValueError, match=rf"^The {word} must be a finite number above 0"):
        systems.langevin(systems.copper_cluster(), EMT(), **{"temperature": 300, "seed": 0, **settings})


def test_copper_split_shares_no_block_and_has_every_temperature():
    temperatures, blocks = systems.copper_blocks()
    parts = prepared.copper_split()
    assert [len(part) for part in parts] == [200, 100, 300]
    np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(600))
    for part in parts:
        others = np.setdiff1d(np.arange(600), part)
        assert not set(blocks[part]) & set(blocks[others])
        shares = [np.mean(temperatures[part] == temperature) for temperature in systems.COPPER_TEMPERATURES]
        np.testing.assert_allclose(shares, 1 / 3, atol=0.07)


def test_blocks_may_be_of_any_size_and_in_any_order():
    blocks = np.array([7, 3, 3, 9, 7, 1, 9, 9, 4, 4])
    parts = dataset.split_blocks(blocks, (0.4, 0.2), seed=1)
    assert [len(set(blocks[part])) for part in parts] == [2, 1, 2]
    np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(10))
    again = dataset.split_blocks(blocks, (0.4, 0.2), seed=1)
    assert all(np.array_equal(part, same) for part, same in zip(parts, again, strict=True))


def test_bad_blocks_get_one_sentence():
    with pytest.raises(ValueError, match="must get at least one"):
        dataset.split_blocks([0, 0, 1, 1], (0.1,), seed=0)
    with pytest.raises(ValueError, match="must lie in one group"):
        dataset.split_blocks([0, 0, 1, 1], (0.5,), seed=0, groups=[300, 600, 600, 600])


# What lessons find or make again


@pytest.fixture
def small_copper(monkeypatch, tmp_path):
    """The copper lessons' files in an empty folder, with short trajectories and fits."""
    monkeypatch.setattr(dataset, "DATA_FOLDER", tmp_path)
    monkeypatch.setattr(prepared, "COPPER_LABELS", tmp_path / "copper_labels.npz")
    monkeypatch.setattr(systems, "COPPER_BLOCKS", 4)
    monkeypatch.setattr(systems, "COPPER_BLOCK_LENGTH", 3)
    monkeypatch.setattr(prepared, "COPPER_FIT", {"hidden_units": [4], "iterations": 3})
    return tmp_path


def test_copper_is_made_once_and_then_found(small_copper, capsys):
    made = prepared.copper_dataset()
    models = [prepared.copper_model(made, seed) for seed in (0, 1)]
    assert capsys.readouterr().out.splitlines() == [
        "copper_labels.npz: made again",
        "copper_model_0.npz: made again",
        "copper_model_1.npz: made again",
    ]
    found = prepared.copper_dataset()
    assert capsys.readouterr().out == "copper_labels.npz: found\n"
    for name in found.ARRAYS:
        np.testing.assert_allclose(getattr(found, name), getattr(made, name), atol=1e-12)
    for seed, model in enumerate(models):
        again = prepared.copper_model(found, seed)
        assert capsys.readouterr().out == f"copper_model_{seed}.npz: found\n"
        np.testing.assert_array_equal(
            again.predict(found.descriptors, found.derivatives)[0], model.predict(made.descriptors, made.derivatives)[0]
        )
    assert not torch.equal(models[0].network[0].weight, models[1].network[0].weight)


def test_a_model_of_other_settings_is_kept_and_not_used(small_copper, capsys, monkeypatch):
    data = prepared.copper_dataset()
    prepared.copper_model(data)
    before = (small_copper / "copper_model_0.npz").read_bytes()
    monkeypatch.setattr(prepared, "COPPER_FIT", {"hidden_units": [5], "iterations": 2})
    model = prepared.copper_model(data)
    assert "settings of your own" in capsys.readouterr().out
    assert model.settings["hidden_units"] == [5]
    assert (small_copper / "copper_model_0.npz").read_bytes() == before


# Pictures


def test_film_is_one_picture_with_alt_text_and_a_labelled_slider(monkeypatch):
    shown = []
    monkeypatch.setattr(viewer, "display", lambda data, **_: shown.append(data))
    frames = viewer.turned(systems.copper_cluster(), [0, 40, 80, 120, 160, 200, 240])
    viewer.film(frames, [str(number) for number in range(7)], "Turn <x>", 'Thirteen "atoms"')
    (data,) = shown
    assert data["text/plain"] == 'Thirteen "atoms"'
    assert 'alt="Thirteen &quot;atoms&quot;"' in data["text/html"]
    assert re.search(r'<label>Turn &lt;x&gt;<br><input type="range" min="0" max="6" value="0"', data["text/html"])
    sheet = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert sheet.size == (6 * viewer.WIDTH, 2 * viewer.WIDTH)  # seven pictures need a second row


def test_turning_keeps_distances_and_the_structure():
    cluster = systems.copper_cluster()
    before = cluster.positions.copy()
    (view,) = viewer.turned(cluster, [70])
    np.testing.assert_array_equal(cluster.positions, before)
    assert np.abs(view.positions - before).max() > 0.5
    np.testing.assert_allclose(view.get_all_distances(), cluster.get_all_distances(), atol=1e-9)

"""The force field: forces against finite differences of its energy, invariances, saving and loading."""

import ase
import numpy as np
import pytest
import torch

from forcefield import descriptors, systems
from forcefield.dataset import Dataset
from forcefield.finite_differences import numerical_forces
from forcefield.model import SCALINGS, ForceField
from forcefield.networks import unit_length_derivatives
from forcefield.npz_files import load_arrays, save_arrays


def standardised_model(data, **settings):
    return ForceField(data.descriptors.shape[-1], **settings).standardise(data)


@pytest.fixture(scope="module")
def trimers():
    """Twenty distorted clusters of three atoms, a centre on every atom that moves with it."""
    generator = np.random.default_rng(1)
    corners = np.array([[0.0, 0, 0], [3.1, 0, 0], [1.5, 2.7, 0]])
    structures = [ase.Atoms("H3", positions=corners + generator.normal(scale=0.15, size=(3, 3))) for _ in range(20)]
    soap = descriptors.make_soap(l_max=2)
    return Dataset(
        *systems.label(structures, systems.lennard_jones_calculator()),
        *descriptors.describe(soap, structures, attach=True),
    )


def test_dimer_forces_are_minus_the_gradient_of_the_energy(dimer_set):
    model, soap = standardised_model(dimer_set), descriptors.make_soap()

    def energy(positions):
        described = descriptors.describe(soap, [ase.Atoms("HH", positions)], [descriptors.MIDPOINT])
        return model.predict(*described)[0][0]

    _, forces = model.predict(dimer_set.descriptors, dimer_set.derivatives)
    assert forces.shape == (200, 2, 3)
    for index in (0, 80, 199):
        np.testing.assert_allclose(forces[index], numerical_forces(energy, dimer_set.positions[index]), atol=1e-6)


def test_forces_of_three_atoms_and_centres(trimers):
    model, soap = standardised_model(trimers, hidden_units=(8, 8)), descriptors.make_soap(l_max=2)

    def energy(positions):
        return model.predict(*descriptors.describe(soap, [ase.Atoms("H3", positions)], attach=True))[0][0]

    _, forces = model.predict(trimers.descriptors, trimers.derivatives)
    assert np.abs(forces).max() > 0.1
    np.testing.assert_allclose(forces[4], numerical_forces(energy, trimers.positions[4]), atol=1e-6)
    np.testing.assert_allclose(forces.sum(axis=1), 0, atol=1e-6)


def test_energy_does_not_change_and_forces_turn_along(trimers):
    model, soap = standardised_model(trimers), descriptors.make_soap(l_max=2)
    structure = ase.Atoms("H3", trimers.positions[0])
    turned = structure.copy()
    turned.rotate(50, (1, 2, -1), center=(0, 0, 0))
    rotation = np.linalg.lstsq(structure.positions, turned.positions, rcond=None)[0]
    turned.translate((1, 2, 3))
    order = [2, 0, 1]
    described = descriptors.describe(soap, [structure, turned, structure[order]], attach=True)
    energies, forces = model.predict(*described)
    np.testing.assert_allclose(energies, energies[0], atol=1e-9)
    np.testing.assert_allclose(forces[1], forces[0] @ rotation, atol=1e-6)
    np.testing.assert_allclose(forces[2], forces[0][order], atol=1e-6)


def test_an_energy_is_a_sum_over_centres(trimers):
    model = standardised_model(trimers)
    whole, _ = model.predict(trimers.descriptors, trimers.derivatives)
    each = [model.predict(trimers.descriptors[:, [c]], trimers.derivatives[:, [c]])[0] for c in range(3)]
    np.testing.assert_allclose(sum(each), whole, atol=1e-12)


def test_one_system_alone_or_among_others(trimers):
    model = standardised_model(trimers)
    energies, forces = model.predict(trimers.descriptors, trimers.derivatives)
    energy, force = model.predict(trimers.descriptors[7:8], trimers.derivatives[7:8])
    np.testing.assert_allclose(energy, energies[7:8], atol=1e-12)
    np.testing.assert_allclose(force, forces[7:8], atol=1e-12)


def test_everything_is_float64(dimer_set):
    model = standardised_model(dimer_set)
    assert {value.dtype for value in model.state_dict().values()} == {torch.float64}
    assert {values.dtype for values in model.predict(dimer_set.descriptors, dimer_set.derivatives)} == {np.dtype("f8")}


def test_seed_alone_decides_the_weights_and_leaves_other_draws_alone():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    first = ForceField(6, seed=3)
    assert torch.equal(torch.rand(3), expected)
    second, third = ForceField(6, seed=3), ForceField(6, seed=4)
    assert torch.equal(first.network[0].weight, second.network[0].weight)
    assert not torch.equal(first.network[0].weight, third.network[0].weight)


def test_standardise_takes_mean_and_scale_of_the_set(dimer_set):
    model = standardised_model(dimer_set)
    np.testing.assert_allclose(model.descriptor_mean, dimer_set.descriptors.mean(axis=(0, 1)), rtol=1e-12)
    np.testing.assert_allclose(model.descriptor_scale, dimer_set.descriptors.std(axis=(0, 1)), rtol=1e-12)


def test_standardise_takes_the_energy_of_one_centre_and_the_spread_of_the_set(trimers):
    model = standardised_model(trimers)
    assert 3 * model.energy_shift.item() == pytest.approx(trimers.energies.mean(), rel=1e-12)
    assert model.energy_scale.item() == pytest.approx(trimers.energies.std(), rel=1e-12)
    assert model.provenance["sizes"] == [3]
    assert model.provenance["labels"] == trimers.fingerprint()


def test_standardise_looks_at_what_the_network_sees(trimers):
    directions = trimers.descriptors / np.linalg.norm(trimers.descriptors, axis=2, keepdims=True)
    model = standardised_model(trimers, unit_length=True)
    np.testing.assert_allclose(model.descriptor_mean, directions.mean(axis=(0, 1)), rtol=1e-12)
    np.testing.assert_allclose(model.descriptor_scale, directions.std(axis=(0, 1)), rtol=1e-9)


def test_a_frozen_network_does_not_follow_later_training(trimers):
    model = standardised_model(trimers, hidden_units=(6, 5))  # the layer between is not scaled, so it must be copied
    frozen, descriptors_of_one = model.frozen(), trimers.descriptors[0]
    before = [values.copy() for values in frozen(descriptors_of_one)]
    with torch.no_grad():
        for value in model.state_dict().values():
            value += 0.1
    for values, same in zip(before, frozen(descriptors_of_one), strict=True):
        np.testing.assert_array_equal(values, same)
    assert np.abs(model.frozen()(descriptors_of_one)[0] - before[0]).max() > 1e-3


def test_a_feature_that_never_varies_does_no_harm(dimer_set):
    constant = np.ones((200, 1, 1))
    data = Dataset(
        dimer_set.positions,
        dimer_set.energies,
        dimer_set.forces,
        np.concatenate([dimer_set.descriptors, constant], axis=2),
        np.concatenate([dimer_set.derivatives, np.zeros((200, 1, 2, 3, 1))], axis=4),
    )
    energies, forces = standardised_model(data).predict(data.descriptors, data.derivatives)
    assert np.isfinite(energies).all()
    assert np.isfinite(forces).all()


def test_saved_and_loaded_model_predicts_the_same(dimer_set, tmp_path):
    model = standardised_model(dimer_set, hidden_units=(5, 4), activation="sigmoid", seed=2)
    model.save(tmp_path / "model.npz")
    loaded = ForceField.load(tmp_path / "model.npz")
    assert loaded.settings == model.settings
    assert loaded.provenance == model.provenance
    for before, after in zip(
        model.predict(dimer_set.descriptors, dimer_set.derivatives),
        loaded.predict(dimer_set.descriptors, dimer_set.derivatives),
        strict=True,
    ):
        np.testing.assert_array_equal(before, after)


def test_files_that_hold_no_model_get_one_sentence(dimer_set, tmp_path):
    path = tmp_path / "model.npz"
    with pytest.raises(FileNotFoundError, match=r"There is no file model\.npz"):
        ForceField.load(path)
    saved = tmp_path / "saved.npz"
    standardised_model(dimer_set).save(saved)
    path.write_bytes(saved.read_bytes()[:-200])
    with pytest.raises(ValueError, match="damaged"):
        ForceField.load(path)
    dimer_set.save(path)
    with pytest.raises(ValueError, match="does not hold a complete force field"):
        ForceField.load(path)
    arrays, metadata = load_arrays(saved)
    wrong = {
        "holds a weight that is not a finite number": ({**arrays, "network__0__bias": np.full(32, np.nan)}, metadata),
        "it has format 99": (arrays, {**metadata, "format": 99}),
        "has no format": (arrays, {name: value for name, value in metadata.items() if name != "format"}),
        "does not hold a complete force field": (arrays, {**metadata, "provenance": {}}),
        "does not hold a complete": (arrays, {**metadata, "model": {**metadata["model"], "hidden_units": [7]}}),
        "not hold a complete force": ({name: arrays[name] for name in list(arrays)[1:]}, metadata),
    }
    for sentence, (changed_arrays, changed_metadata) in wrong.items():
        save_arrays(path, changed_metadata, **changed_arrays)
        with pytest.raises(ValueError, match=sentence):
            ForceField.load(path)


def test_an_incomplete_force_field_is_not_saved(dimer_set, tmp_path):
    bare = Dataset(*(getattr(dimer_set, name) for name in Dataset.ARRAYS))
    with pytest.raises(ValueError, match="does not know its descriptor"):
        standardised_model(bare).save(tmp_path / "model.npz")
    assert not list(tmp_path.iterdir())


def test_structures_alone_are_enough_to_predict(dimer_set, tmp_path):
    standardised_model(dimer_set).save(tmp_path / "model.npz")
    loaded = ForceField.load(tmp_path / "model.npz")
    distances = dimer_set.positions[:5, 1, 0] - dimer_set.positions[:5, 0, 0]
    energies, forces = loaded.predict_structures(systems.dimers(distances))
    expected = loaded.predict(dimer_set.descriptors[:5], dimer_set.derivatives[:5])
    np.testing.assert_allclose(energies, expected[0], atol=1e-12)
    np.testing.assert_allclose(forces, expected[1], atol=1e-12)


@pytest.mark.parametrize("scaling", SCALINGS)
def test_scaling_and_unit_length_by_finite_differences(copper_set, scaling):
    model = ForceField(50, (6,), seed=1, scaling=scaling, unit_length=True).standardise(copper_set)
    one = copper_set[[5]]
    energies, forces = model.predict(one.descriptors, one.derivatives)
    numerical = numerical_forces(
        lambda positions: model.predict_structures([ase.Atoms("Cu13", positions)])[0][0], one.positions[0]
    )
    np.testing.assert_allclose(forces[0], numerical, atol=1e-6)
    frozen_energies, gradients = model.frozen()(one.descriptors[0])
    assert frozen_energies.sum() == pytest.approx(energies[0], abs=1e-9)
    contracted = -np.einsum("ck,caxk->ax", gradients, one.derivatives[0])
    np.testing.assert_allclose(contracted, forces[0], atol=1e-9)
    unit, unit_derivatives = unit_length_derivatives(one.descriptors, one.derivatives)
    np.testing.assert_allclose(np.linalg.norm(unit, axis=-1), 1, atol=1e-12)
    np.testing.assert_allclose(np.einsum("scaxk,sck->scax", unit_derivatives, unit), 0, atol=1e-9)
    scaled = model.predict(3 * one.descriptors, 3 * one.derivatives)
    np.testing.assert_allclose(scaled[1], forces, atol=1e-9)


def test_square_root_scaling_is_between_none_and_full(copper_set):
    descriptors_ = copper_set.descriptors.reshape(-1, 50)
    deviation = descriptors_.std(axis=0)
    model = ForceField(50, (4,), scaling="square_root").standardise(copper_set)
    np.testing.assert_allclose(model.descriptor_scale.numpy(), np.sqrt(deviation * deviation.max()), rtol=1e-12)


def test_bad_settings_and_shapes_get_one_sentence(dimer_set):
    for hidden_units, sentence in (((), "at least one hidden layer"), ((4, 0), "at least 1"), ("32", "a list")):
        with pytest.raises(ValueError, match=sentence):
            ForceField(6, hidden_units)
    with pytest.raises(ValueError, match="activation must be one of tanh, sigmoid, silu"):
        ForceField(6, activation="relu")
    model = standardised_model(dimer_set)
    with pytest.raises(ValueError, match=r"descriptors must have shape \(any, any, 6\)"):
        model.predict(dimer_set.descriptors[:, 0], dimer_set.derivatives)
    with pytest.raises(ValueError, match="derivatives must have shape"):
        model.predict(dimer_set.descriptors, np.moveaxis(dimer_set.derivatives, -1, -2))

"""Virials: labels, derivatives by strain, and a model's own against differences of its energy."""

import dataclasses

import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.emt import EMT
from ase.calculators.fd import calculate_numerical_stress

from forcefield import crystals
from forcefield.dataset import Dataset
from forcefield.descriptors import describe_without_derivatives, descriptor_from, make_soap
from forcefield.loss import Loss
from forcefield.model import ForceField
from forcefield.strain_derivatives import (
    predict_with_virials,
    split_forces,
    with_strains,
)
from forcefield.systems import label
from forcefield.training import fit, train

STRAINS = np.zeros((6, 3, 3))  # a shear by the angle 1 rad has half of it on each side
for number, (row, column) in enumerate(((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))):
    STRAINS[number, row, column] += 0.5
    STRAINS[number, column, row] += 0.5


@pytest.fixture(scope="module")
def frames():
    return crystals.crystal_frames(10, 0)


@pytest.fixture(scope="module")
def model(crystal_set):
    return train(crystal_set, hidden_units=(6,), method="levenberg_marquardt", iterations=10, virial_weight=1.0)[0]


def test_labels_are_volume_times_the_stress_of_ase(frames, crystal_set):
    for frame, virial in zip(frames, crystal_set.virials, strict=True):
        frame = frame.copy()
        frame.calc = EMT()
        np.testing.assert_allclose(virial, frame.get_volume() * frame.get_stress(), rtol=1e-12)
        np.testing.assert_allclose(virial / frame.get_volume(), calculate_numerical_stress(frame), atol=1e-7)


def test_derivatives_by_strain_agree_with_differences(frames, crystal_set):
    """Deformed by hand, in another way: every position and cell vector multiplied."""
    soap, _, _ = descriptor_from(crystal_set.metadata["descriptor"])
    for strain, derivative in zip(STRAINS, crystal_set.strain_derivatives[3].swapaxes(0, 1), strict=True):
        either = []
        for sign in (1, -1):
            frame = frames[3].copy()
            deformation = np.eye(3) + sign * 1e-4 * strain
            frame.cell[:] = frames[3].cell.array @ deformation
            frame.positions = frames[3].positions @ deformation
            either.append(describe_without_derivatives(soap, [frame])[0])
        expected = (either[0] - either[1]) / 2e-4
        assert np.abs(expected).max() > 0.01
        np.testing.assert_allclose(derivative, expected, atol=1e-5 * np.abs(crystal_set.strain_derivatives).max())


def test_virials_of_a_model_are_derivatives_of_its_energy(frames, crystal_set, model):
    """Both ways both signs: ASE strains the cell, the model's energy is taken alone."""
    soap, _, _ = descriptor_from(crystal_set.metadata["descriptor"])
    energies, forces, virials = predict_with_virials(model, crystal_set)
    alone = model.predict(crystal_set.descriptors, crystal_set.derivatives)
    np.testing.assert_allclose(energies, alone[0], atol=1e-12)
    np.testing.assert_allclose(forces, alone[1], atol=1e-10)

    def energy(frame):
        return model.frozen()(describe_without_derivatives(soap, [frame])[0])[0].sum()

    for number in (0, 7):
        for component, strain in enumerate(STRAINS):
            up, down = (energy(crystals.deform(frames[number], sign * 1e-5 * strain)) for sign in (1, -1))
            assert virials[number, component] == pytest.approx((up - down) / 2e-5, abs=1e-5)
    assert np.abs(virials).max() > 1


def test_forces_and_virials_go_together_and_come_apart(crystal_set):
    together = with_strains(crystal_set.derivatives, crystal_set.strain_derivatives)
    assert together.shape == (10, 4, 6, 3, crystal_set.descriptors.shape[-1])
    np.testing.assert_array_equal(together[:, :, 4, 2], crystal_set.strain_derivatives[:, :, 2])
    np.testing.assert_array_equal(together[:, :, 5, 0], crystal_set.strain_derivatives[:, :, 3])
    forces, virials = split_forces(np.arange(36.0).reshape(2, 6, 3))
    assert forces.shape == (2, 4, 3)
    np.testing.assert_array_equal(virials[1], -np.arange(30.0, 36))


@pytest.mark.parametrize("method", ["lbfgs", "levenberg_marquardt"])
def test_both_methods_fit_virials(crystal_set, method):
    settings = {"hidden_units": (6,), "method": method, "iterations": 40}
    errors = []
    for weight in (0.0, 10.0):
        model, history = train(crystal_set, crystal_set[:2], virial_weight=weight, **settings)
        errors.append(np.abs(predict_with_virials(model, crystal_set)[2] - crystal_set.virials).mean())
        assert history.loss < 0.1 * history.training[0]
    assert errors[1] < errors[0]
    assert model.provenance["fit"][0]["virial_weight"] == 10.0


def test_without_weight_virials_change_nothing(crystal_set):
    """The record of a fit, which finds what was saved, is that of a set without virials."""
    bare = dataclasses.replace(crystal_set, virials=None, strain_derivatives=None)
    settings = {"hidden_units": (3,), "method": "levenberg_marquardt", "iterations": 2}
    found = [train(data, **settings)[0] for data in (crystal_set, bare)]
    np.testing.assert_array_equal(*(model.predict(bare.descriptors, bare.derivatives)[1] for model in found))
    assert "virial_weight" not in found[1].provenance["fit"][0]
    assert crystal_set.fingerprint() != bare.fingerprint()


def test_a_set_with_virials_is_saved_found_and_cut(crystal_set, tmp_path):
    crystal_set.save(tmp_path / "set.npz")
    found = Dataset.load(tmp_path / "set.npz")
    for name in (*Dataset.ARRAYS, *Dataset.OPTIONAL):
        np.testing.assert_array_equal(getattr(found, name), getattr(crystal_set, name))
        np.testing.assert_array_equal(getattr(found[[3, 1]], name), getattr(crystal_set, name)[[3, 1]])
    assert found.fingerprint() == crystal_set.fingerprint()
    moved = dataclasses.replace(crystal_set, virials=crystal_set.virials + 1e-5)
    assert moved.fingerprint() != crystal_set.fingerprint()


def slab():
    structure = bulk("Cu", cubic=True)
    structure.pbc = [True, True, False]
    return structure


def carrying(*names):
    """A crystal that carries some labels, as one read from a file."""
    from ase.calculators.singlepoint import SinglePointCalculator

    structure = bulk("Cu", cubic=True)
    labels = {"energy": 0.0, "forces": np.zeros((4, 3)), "stress": np.arange(6.0)}
    structure.calc = SinglePointCalculator(structure, **{name: labels[name] for name in names})
    return structure


def test_labels_that_a_structure_carries():
    structure = carrying("energy", "forces", "stress")
    _, _, _, virials = label([structure], virials=True)
    np.testing.assert_allclose(virials[0], np.arange(6.0) * structure.get_volume())


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda c: dataclasses.replace(c, virials=None), "belong together"),
        (lambda c: dataclasses.replace(c, strain_derivatives=None), "belong together"),
        (lambda c: dataclasses.replace(c, virials=c.virials[:, :5]), r"virials must have shape \(10, 6\)"),
        (lambda c: dataclasses.replace(c, virials=c.virials * np.nan), "finite"),
        (lambda c: dataclasses.replace(c, strain_derivatives=c.strain_derivatives[:, :3]), "strain_derivatives"),
        (lambda c: label([carrying("energy", "forces")], virials=True), "energy or its forces or its stress"),
        (lambda c: label([slab()], EMT(), virials=True), "periodic along all three axes"),
        (lambda c: label([slab()], EMT(), virials="yes"), "virials must be True or False"),
        (lambda c: Loss(c, virial_weight=-1), "virial_weight"),
        (lambda c: train(c, virial_weight="1"), "virial_weight"),
        (lambda c: train(without(c), virial_weight=1.0), "needs a set with virials"),
        (
            lambda c: fit(ForceField(c.descriptors.shape[-1]), c, without(c), virial_weight=1),
            "needs a set with virials",
        ),
        (
            lambda c: Dataset.from_structures([bulk("Cu")], make_soap(("Cu",), periodic=True), virials=1),
            "virials must be",
        ),
        (
            lambda c: Dataset.from_structures([bulk("Cu")], make_soap(("Cu",), periodic=True), virials=True),
            "attach True",
        ),
        (lambda c: predict_with_virials(ForceField(10), without(c)), "no strain derivatives"),
    ],
)
def test_bad_input_gets_one_sentence(crystal_set, call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call(crystal_set)


def without(dataset):
    return dataclasses.replace(dataset, virials=None, strain_derivatives=None)

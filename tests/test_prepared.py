"""What lessons save for each other: found only if it is what was asked for, and never overwritten."""

import numpy as np
import pytest
import torch

from forcefield import descriptors, find_or_make, prepared, sampling, systems, training
from forcefield.dataset import Dataset
from forcefield.model import ForceField


@pytest.fixture
def small_copper(monkeypatch, tmp_path):
    """The copper lessons' files in an empty folder, with short trajectories and fits."""
    monkeypatch.setattr(prepared, "DATA_FOLDER", tmp_path)
    monkeypatch.setattr(prepared, "COPPER_LABELS", tmp_path / "copper_labels.npz")
    monkeypatch.setattr(sampling, "COPPER_BLOCKS", 4)
    monkeypatch.setattr(sampling, "COPPER_BLOCK_LENGTH", 3)
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
    assert "held other labels or settings: it is now copper_model_0_own_1.npz" in capsys.readouterr().out
    assert model.settings["hidden_units"] == [5]
    assert (small_copper / "copper_model_0_own_1.npz").read_bytes() == before
    prepared.copper_model(data)
    assert capsys.readouterr().out == "copper_model_0.npz: found\n"


@pytest.fixture
def small_dimer(monkeypatch, tmp_path):
    """The dimer lessons' files in an empty folder, with short fits."""
    monkeypatch.setattr(prepared, "DIMER_DATASET", tmp_path / "dimer_dataset.npz")
    monkeypatch.setattr(prepared, "DIMER_MODEL", tmp_path / "dimer_model.npz")
    monkeypatch.setattr(prepared, "DIMER_FIT", {"hidden_units": (4,), "iterations": 3})
    return tmp_path


def test_the_course_s_own_is_kept_and_found(small_dimer, dimer_set, capsys):
    prepared.keep_dimer_dataset(dimer_set)
    assert prepared.dimer_dataset().fingerprint() == dimer_set.fingerprint()
    model, _ = training.train(prepared.dimer_training_set(dimer_set), seed=0, **prepared.DIMER_FIT)
    prepared.keep_dimer_model(model, dimer_set)
    prepared.dimer_model(dimer_set)
    assert capsys.readouterr().out == "dimer_dataset.npz: found\ndimer_model.npz: found\n"


def other_dimers(**settings):
    return Dataset.from_structures(
        systems.dimers(np.linspace(2, 6, 200)),
        descriptors.make_soap(),
        [descriptors.MIDPOINT],
        calculator=systems.lennard_jones_calculator(),
        metadata=settings,
    )


def test_an_experiment_gets_a_name_of_its_own(small_dimer, dimer_set, capsys):
    other = other_dimers(**dimer_set.metadata)
    assert [prepared.keep_dimer_dataset(other).name for _ in range(2)] == [
        "dimer_dataset_own_1.npz",
        "dimer_dataset_own_2.npz",
    ]
    assert "saved as dimer_dataset_own_1.npz" in capsys.readouterr().out
    assert len(prepared.dimer_dataset()) == 200
    assert capsys.readouterr().out == "dimer_dataset.npz: made again\n"


def test_an_experiment_under_the_course_s_name_is_neither_used_nor_overwritten(small_dimer, dimer_set, capsys):
    path = small_dimer / "dimer_dataset.npz"
    other_dimers(**dimer_set.metadata).save(path)
    before = path.read_bytes()
    assert prepared.dimer_dataset().fingerprint() == dimer_set.fingerprint()
    assert "it is now dimer_dataset_own_1.npz" in capsys.readouterr().out
    assert (small_dimer / "dimer_dataset_own_1.npz").read_bytes() == before
    prepared.dimer_dataset()
    assert capsys.readouterr().out.endswith("dimer_dataset.npz: found\n")


def test_the_same_labels_with_another_descriptor_are_not_the_course_s(small_dimer, dimer_set, capsys):
    other = Dataset.from_structures(
        systems.dimers(np.linspace(2.5, 5.0, 200)),
        descriptors.make_soap(sigma=0.4),
        [descriptors.MIDPOINT],
        calculator=systems.lennard_jones_calculator(),
        metadata={name: dimer_set.metadata[name] for name in ("potential", "units")},
    )
    assert other.fingerprint() == dimer_set.fingerprint()
    other.save(small_dimer / "dimer_dataset.npz")
    np.testing.assert_array_equal(prepared.dimer_dataset().descriptors, dimer_set.descriptors)
    assert "held other labels or settings" in capsys.readouterr().out


def test_a_damaged_file_gets_another_name_and_is_not_used(small_dimer, dimer_set, capsys):
    for name, make in (("dimer_dataset", prepared.dimer_dataset), ("dimer_model", prepared.dimer_model)):
        path = small_dimer / f"{name}.npz"
        path.write_bytes(b"PK damaged")
        made = make() if name == "dimer_dataset" else make(dimer_set)
        assert made is not None
        assert f"held what this course cannot read: it is now {name}_own_1.npz" in capsys.readouterr().out
        assert path.with_name(f"{name}_own_1.npz").read_bytes() == b"PK damaged"


def test_a_model_fitted_to_other_rows_or_twice_is_not_the_course_s(small_dimer, dimer_set):
    training_set = prepared.dimer_training_set(dimer_set)
    for other in (dimer_set[:30], dimer_set):
        model, _ = training.train(other, seed=0, **prepared.DIMER_FIT)
        assert not find_or_make.is_fitted_so(model, training_set, 0, prepared.DIMER_FIT)
    model, _ = training.train(training_set, seed=0, **prepared.DIMER_FIT)
    assert find_or_make.is_fitted_so(model, training_set, 0, prepared.DIMER_FIT)
    assert not find_or_make.is_fitted_so(model, training_set, 1, prepared.DIMER_FIT)
    training.fit(model, training_set, iterations=2)
    assert not find_or_make.is_fitted_so(model, training_set, 0, prepared.DIMER_FIT)


def test_copper_labels_that_emt_did_not_give_are_not_found(small_copper, monkeypatch, capsys):
    prepared.copper_dataset()
    arrays, metadata = prepared.load_arrays(prepared.COPPER_LABELS)
    arrays["energies"] = arrays["energies"] + 1
    metadata["labels"] = prepared.fingerprint(**arrays)
    prepared.save_arrays(prepared.COPPER_LABELS, metadata, **arrays)
    capsys.readouterr()
    prepared.copper_dataset()
    assert "held other labels or settings" in capsys.readouterr().out


def test_a_copper_model_is_kept_and_found(small_copper, capsys):
    data = prepared.copper_dataset()
    training_set = data[prepared.copper_split()[0]]
    model, _ = training.train(training_set, seed=2, **prepared.COPPER_FIT)
    assert prepared.keep_copper_model(model, data, seed=2).name == "copper_model_2.npz"
    assert prepared.keep_copper_model(model, data, seed=3).name == "copper_model_3_own_1.npz"
    capsys.readouterr()
    prepared.copper_model(data, seed=2)
    assert capsys.readouterr().out == "copper_model_2.npz: found\n"


def test_copper_models_are_fitted_to_the_training_rows_alone(small_copper, monkeypatch):
    data, seen = prepared.copper_dataset(), []
    train = training.train
    monkeypatch.setattr(training, "train", lambda chosen, **settings: seen.append(chosen) or train(chosen, **settings))
    prepared.copper_model(data)
    training_rows, validation_rows, test_rows = prepared.copper_split()
    np.testing.assert_array_equal(seen[0].energies, data.energies[training_rows])
    assert not set(training_rows) & (set(validation_rows) | set(test_rows))
    assert isinstance(ForceField.load(small_copper / "copper_model_0.npz"), ForceField)

"""The data set: shapes, parts that never overlap, files that are whole or refused."""

import dataclasses

import numpy as np
import pytest

from forcefield import dataset
from forcefield.dataset import Dataset


def test_saved_and_loaded_set_is_the_same(dimer_set, tmp_path):
    dimer_set.save(tmp_path / "set.npz")
    loaded = Dataset.load(tmp_path / "set.npz")
    for name in Dataset.ARRAYS:
        np.testing.assert_array_equal(getattr(loaded, name), getattr(dimer_set, name))
        assert getattr(loaded, name).dtype == np.float64
    assert loaded.metadata == dimer_set.metadata
    assert [file.name for file in tmp_path.iterdir()] == ["set.npz"]


def test_a_part_of_the_set(dimer_set):
    part = dimer_set[[3, 1]]
    assert len(part) == 2
    np.testing.assert_array_equal(part.forces, dimer_set.forces[[3, 1]])
    assert part.metadata == dimer_set.metadata


@pytest.mark.parametrize("name", Dataset.ARRAYS)
def test_neighbouring_axes_swapped_are_refused(dimer_set, name):
    values = getattr(dimer_set, name)
    if values.ndim > 1:
        with pytest.raises(ValueError, match="must have shape"):
            dataclasses.replace(dimer_set, **{name: np.swapaxes(values, -1, -2)})
    with pytest.raises(ValueError, match="must have shape"):
        dataclasses.replace(dimer_set, **{name: values[:-1]})


def test_values_must_be_finite_numbers(dimer_set):
    energies = dimer_set.energies.copy()
    energies[5] = np.nan
    with pytest.raises(ValueError, match="energies holds a value that is not a finite number"):
        dataclasses.replace(dimer_set, energies=energies)
    with pytest.raises(ValueError, match="energies must be an array of numbers"):
        dataclasses.replace(dimer_set, energies=["a"])


@pytest.mark.parametrize("keep", [0, 10, 1000, 80_000])
def test_truncated_file_gets_one_sentence(dimer_set, tmp_path, keep):
    path = tmp_path / "set.npz"
    dimer_set.save(path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ValueError, match=r"set\.npz is damaged and cannot be read\. Delete the file"):
        Dataset.load(path)


def test_flipped_bits_get_one_sentence(dimer_set, tmp_path):
    path = tmp_path / "set.npz"
    dimer_set.save(path)
    content = bytearray(path.read_bytes())
    content[5000] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(ValueError, match="damaged"):
        Dataset.load(path)


def test_wrong_keys_shapes_and_kinds_get_one_sentence(dimer_set, tmp_path):
    path = tmp_path / "set.npz"
    with pytest.raises(FileNotFoundError, match=r"There is no file set\.npz"):
        Dataset.load(path)
    np.savez(path, energies=np.zeros(3))
    with pytest.raises(ValueError, match="lacks positions, forces"):
        Dataset.load(path)
    arrays = {name: getattr(dimer_set, name) for name in Dataset.ARRAYS} | {"forces": np.zeros((200, 3, 2))}
    np.savez(path, **arrays)
    with pytest.raises(ValueError, match="does not hold a data set: forces must have shape"):
        Dataset.load(path)
    np.save(tmp_path / "one.npy", np.zeros(3))
    with pytest.raises(ValueError, match="damaged"):
        Dataset.load(tmp_path / "one.npy")
    np.savez(path, energies=np.array([{}], dtype=object))
    with pytest.raises(ValueError, match="damaged"):
        Dataset.load(path)


def test_interrupted_save_leaves_the_old_file_whole(dimer_set, tmp_path, monkeypatch):
    path = tmp_path / "set.npz"
    dimer_set.save(path)
    before = path.read_bytes()

    def stop_half_way(file, **_):
        file.write(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr(dataset.np, "savez", stop_half_way)
    with pytest.raises(OSError, match="No space left"):
        dimer_set[:10].save(path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["set.npz"]


@pytest.mark.parametrize("seed", range(5))
def test_parts_never_overlap_and_miss_nothing(seed):
    parts = dataset.split(57, (0.6, 0.2), seed)
    assert [len(part) for part in parts] == [34, 11, 12]
    np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(57))
    for part, again in zip(parts, dataset.split(57, (0.6, 0.2), seed), strict=True):
        np.testing.assert_array_equal(part, again)


def test_another_seed_draws_other_parts():
    assert not np.array_equal(dataset.split(57, (0.6,), 0)[0], dataset.split(57, (0.6,), 1)[0])


def test_equally_spaced_points_and_the_others():
    chosen, others = dataset.equally_spaced(200, 30)
    assert (len(chosen), chosen[0], chosen[-1]) == (30, 0, 199)
    assert set(np.diff(chosen)) <= {6, 7}
    np.testing.assert_array_equal(np.sort(np.concatenate([chosen, others])), np.arange(200))


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: dataset.split(10, (0.01,), 0), "at least one"),
        (lambda: dataset.split(10, (0.5, 0.5), 0), "at least one"),
        (lambda: dataset.equally_spaced(10, 11), "from 2 to 10"),
        (lambda: dataset.equally_spaced(10, 1), "from 2 to 10"),
    ],
)
def test_bad_parts_get_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()

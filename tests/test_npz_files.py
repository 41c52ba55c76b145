"""Files: complete or refused, and never spoilt by what interrupts a save."""

import os

import numpy as np
import pytest

from forcefield import npz_files
from forcefield.dataset import Dataset


@pytest.mark.parametrize("keep", [0, 10, 1000, 80_000])
def test_truncated_file_gets_one_sentence(dimer_set, tmp_path, keep):
    path = tmp_path / "set.npz"
    dimer_set.save(path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ValueError, match=r"set\.npz is damaged.*, so it cannot be read: move it elsewhere"):
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
    npz_files.save_arrays(path, {}, energies=np.zeros(3))
    with pytest.raises(ValueError, match="lacks positions, forces"):
        Dataset.load(path)
    arrays = {name: getattr(dimer_set, name) for name in Dataset.ARRAYS} | {"forces": np.zeros((200, 3, 2))}
    npz_files.save_arrays(path, {}, **arrays)
    with pytest.raises(ValueError, match=r"does not hold a data set \(forces must have shape"):
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

    monkeypatch.setattr(npz_files.np, "savez", stop_half_way)
    with pytest.raises(OSError, match="No space left"):
        dimer_set[:10].save(path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["set.npz"]


def test_a_new_file_takes_the_place_of_the_old_one_at_once(dimer_set, tmp_path, monkeypatch):
    """Complete under another name first, then renamed: nobody ever reads half a file."""
    path = tmp_path / "set.npz"
    dimer_set.save(path)
    before, replace = path.read_bytes(), os.replace

    def look_and_replace(source, target):
        assert path.read_bytes() == before
        assert len(np.load(source)["energies"]) == 10
        replace(source, target)

    monkeypatch.setattr(npz_files.os, "replace", look_and_replace)
    dimer_set[:10].save(path)
    assert len(Dataset.load(path)) == 10
    monkeypatch.setattr(npz_files.os, "replace", None)
    with pytest.raises(TypeError):
        dimer_set.save(path)
    assert len(Dataset.load(path)) == 10

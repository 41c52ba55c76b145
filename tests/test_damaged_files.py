"""Two thousand damaged files: each gets one sentence and stays as it was, or still holds exactly what was saved."""

import contextlib
import gzip
import io
import itertools
import json
import pickle
import struct
import zipfile

import ase.io
import numpy as np
import pytest
from ase.calculators.emt import EMT
from sentences import refusal

from forcefield import npz_files
from forcefield.dataset import Dataset
from forcefield.descriptors import MIDPOINT, make_soap
from forcefield.element_networks import ElementNetworks
from forcefield.full_gaussian_process import GaussianProcess
from forcefield.gaussian_process import SparseGaussianProcess
from forcefield.kernel_model import KernelModel
from forcefield.model_sums import ModelSum
from forcefield.several_sets import LabelledStructures
from forcefield.systems import dimers, lennard_jones_calculator
from forcefield.training import train

KINDS = (
    "data set",
    "force field",
    "sparse Gaussian process",
    "Gaussian process of two elements",
    "networks of two elements",
    "sum",
)
BOTH = pytest.mark.parametrize("kind", KINDS)


class Saved:
    """A small file as the package writes it, and how it is read again."""

    def __init__(self, thing, path):
        thing.save(path)
        self.path, self.whole = path, path.read_bytes()
        self.load = type(thing).load
        self.content = self.values(thing)
        with np.load(path, allow_pickle=False) as file:
            self.entries = dict(file)

    @staticmethod
    def values(thing):
        """All numbers that a data set or a force field holds, under their names."""
        if isinstance(thing, Dataset):
            return {name: getattr(thing, name) for name in Dataset.ARRAYS}
        if isinstance(thing, ElementNetworks):
            return {name: np.asarray(value) for name, value in thing.contents()[1].items()}
        if isinstance(thing, ModelSum):
            parts = enumerate(map(Saved.values, thing.models))
            return {f"{place}_{name}": value for place, part in parts for name, value in part.items()}
        if isinstance(thing, KernelModel):
            names = ("points", "weights", "offset", "power", "directions", "axes")
            return {
                f"{name}_{element}": np.asarray(getattr(kernel, name), dtype=float)
                for element, kernel in thing.kernels.items()
                for name in names
                if getattr(kernel, name) is not None
            }
        return {name: value.numpy() for name, value in thing.state_dict().items()}

    def refused(self, content):
        """The sentence that a damaged content gets; the file must stay as it was, with nothing beside it."""
        self.path.write_bytes(content)
        sentence = refusal(lambda: self.load(self.path))
        assert self.path.name in sentence
        assert self.path.read_bytes() == content
        assert list(self.path.parent.iterdir()) == [self.path]
        return sentence

    def refused_or_unharmed(self, content):
        """Whether a content is refused; if it is not, it must hold what was saved, to the last bit."""
        self.path.write_bytes(content)
        loaded = None
        with contextlib.suppress(Exception):
            loaded = self.values(self.load(self.path))
        if loaded is None:
            self.refused(content)
            return True
        assert loaded.keys() == self.content.keys()
        assert all(np.array_equal(loaded[name], value) for name, value in self.content.items())
        return False

    def written_with(self, **changes):
        """The file with entries changed, or left out where they are None: a proper npz file in itself."""
        entries = {name: value for name, value in (self.entries | changes).items() if value is not None}
        file = io.BytesIO()
        np.savez(file, **entries)
        return file.getvalue()

    def metadata_with(self, change):
        """The file with its metadata changed by a function."""
        metadata = json.loads(str(self.entries["metadata"]))
        change(metadata)
        return self.written_with(metadata=np.array(json.dumps(metadata)))


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A data set, a network and two Gaussian processes, networks of two elements and a sum, each alone in a folder."""
    pairs = dimers(np.linspace(2.6, 4.8, 5))
    data = Dataset.from_structures(pairs, make_soap(), [MIDPOINT], calculator=lennard_jones_calculator())
    model, _ = train(data, hidden_units=(4,), iterations=2)
    process = SparseGaussianProcess(data, n_sparse=3)
    unlike = [ase.Atoms("CuAu", [[0, 0, 0], [0, 0, distance]]) for distance in (2.2, 2.4, 2.6)]
    alloy = GaussianProcess(LabelledStructures(unlike, make_soap(("Cu", "Au"), n_max=2), EMT()))
    networks = ElementNetworks(LabelledStructures(unlike, make_soap(("Cu", "Au"), n_max=2), EMT()), 2, 2)
    return {
        kind: Saved(thing, tmp_path_factory.mktemp("files") / "saved.npz")
        for kind, thing in zip(KINDS, (data, model, process, alloy, networks, ModelSum([model, process])), strict=True)
    }


@pytest.fixture
def saved(files, kind):
    return files[kind]


# Damage by accident


@BOTH
def test_700_files_with_flipped_bits(saved):
    generator, refused = np.random.default_rng(1), 0
    for _ in range(700):
        content = np.frombuffer(saved.whole, dtype=np.uint8).copy()
        for place in generator.integers(len(content), size=generator.integers(1, 9)):
            content[place] ^= 1 << generator.integers(8)
        refused += saved.refused_or_unharmed(content.tobytes())
    assert refused > 500  # the others lost a bit that carries nothing, such as the date of an entry


@BOTH
def test_200_files_cut_short_at_either_end(saved):
    for cut in np.random.default_rng(2).integers(1, len(saved.whole), size=100):
        saved.refused(saved.whole[:-cut])
        saved.refused_or_unharmed(saved.whole[cut:])


@BOTH
def test_60_files_with_a_block_lost(saved):
    generator = np.random.default_rng(3)
    for count in range(60):
        start, length = generator.integers(len(saved.whole) - 64), generator.integers(16, 512)
        content = bytearray(saved.whole)
        content[start : start + length] = (bytes(length), generator.bytes(length), b"")[count % 3]
        saved.refused_or_unharmed(bytes(content))


def other_formats():
    """Contents of other kinds of files that carry a name that ends in .npz."""
    cluster, extxyz = ase.Atoms("Cu2", [[0, 0, 0], [0, 0, 2.3]], calculator=EMT()), io.StringIO()
    cluster.get_forces()
    ase.io.write(extxyz, cluster, format="extxyz")
    one_array, archive = io.BytesIO(), io.BytesIO()
    np.save(one_array, np.zeros((3, 3)))
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("readme.txt", "no array")
    return {
        "nothing": b"",
        "one byte": b"\0",
        "only the first bytes of a zip file": b"PK\x03\x04",
        "an empty zip file": b"PK\x05\x06" + bytes(18),
        "a zip file without arrays": archive.getvalue(),
        "extxyz": extxyz.getvalue().encode(),
        "text": "Energie in eV, Länge in Å\n".encode(),
        "text in another encoding": "Länge in Å\n".encode("latin-1"),
        "JSON": b'{"positions": [1, 2]}',
        "a pickle": pickle.dumps({"positions": [1, 2]}),
        "one array": one_array.getvalue(),
        "the header of an array and no array": b"\x93NUMPY\x01\x00",
        "gzip": gzip.compress(b"positions"),
        "a picture": b"\x89PNG\r\n\x1a\n" + bytes(100),
        "HDF5": b"\x89HDF\r\n\x1a\n" + bytes(100),
        "zeros": bytes(5000),
    }


@BOTH
@pytest.mark.parametrize("name", other_formats())
def test_other_formats(saved, name):
    saved.refused(other_formats()[name])


@BOTH
def test_100_files_of_noise(saved):
    generator = np.random.default_rng(4)
    for size in generator.integers(1, 5000, size=50):
        saved.refused(generator.bytes(size))
        saved.refused(b"PK\x03\x04" + generator.bytes(size))


# Whole files that hold something else


@BOTH
def test_every_entry_is_needed(saved):
    for name in saved.entries:
        saved.refused(saved.written_with(**{name: None}))


def spoiled(values):
    """What may stand where an array of numbers should: other kinds, other shapes, numbers that are none."""
    one_nan, one_infinite = values.astype(np.float64).copy(), values.astype(np.float64).copy()
    one_nan.flat[0], one_infinite.flat[-1] = np.nan, -np.inf
    return [
        one_nan,
        one_infinite,
        values.astype(str),
        values.astype(complex) + 1j,
        values.astype(object),
        values[None],
        np.append(values, 0.0),
        np.zeros((0, 3)),
        np.array("a word"),
        np.array([b"bytes"]),
    ]


@BOTH
def test_every_entry_must_be_of_its_kind_and_shape(saved):
    for name, values in saved.entries.items():
        for other in spoiled(values) if name != "metadata" else []:
            saved.refused(saved.written_with(**{name: other}))


@BOTH
@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "[1, 2]",
        "3",
        "null",
        '"text"',
        "true",
        "NaN",
        "",
        "{",
        "{}",
        '{"a": ',
        "[" * 5000,
        "\ud800".encode("utf-8", "replace").decode(),
    ],
    ids=lambda text: text[:8] or "empty",
)
def test_metadata_must_be_what_was_saved(saved, kind, text):
    content = saved.written_with(metadata=np.array(text))
    if kind == "data set" and text == "{}":
        saved.refused_or_unharmed(content)  # a data set without a descriptor: no force field comes of it
    else:
        saved.refused(content)


@BOTH
@pytest.mark.parametrize("other", [np.zeros(3), np.array([]), np.array(7), np.array(["{}", "{}"]), np.array(b"{}")])
def test_metadata_must_be_one_text(saved, other):
    saved.refused(saved.written_with(metadata=other))


class Harmful:
    """What runs a program as soon as a careless reader unpickles it."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return open, (self.path, "w")


@BOTH
def test_no_file_runs_a_program(saved, tmp_path):
    for name in saved.entries:
        saved.refused(saved.written_with(**{name: np.array([Harmful(tmp_path / "ran")], dtype=object)}))
    saved.refused(pickle.dumps(Harmful(tmp_path / "ran")))
    assert not (tmp_path / "ran").exists()


@BOTH
def test_an_array_that_does_not_belong_there(saved):
    saved.refused_or_unharmed(saved.written_with(extra=np.zeros(3)))


def rewritten(entries, change):
    """A zip file with the same entries, each content changed by a function of name and bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, values in entries.items():
            array = io.BytesIO()
            np.save(array, values)
            archive.writestr(f"{name}.npy", change(name, array.getvalue()))
    return file.getvalue()


def header_of(shape, kind="<f8"):
    """Header of an npy file that promises an array of a shape."""
    text = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    text += b" " * (-(len(text) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


@BOTH
@pytest.mark.parametrize("shape", [(10**13,), (10**6, 10**6), (2**62, 2**62), (-3,), (-(2**63), 3), "3", (0, 2**63)])
def test_a_header_that_promises_what_is_not_there(saved, kind, shape):
    first = next(name for name in saved.entries if name != "metadata")
    saved.refused(rewritten(saved.entries, lambda name, whole: header_of(shape) if name == first else whole))


@BOTH
def test_a_small_file_that_would_fill_the_memory(saved, monkeypatch):
    """Two gigabytes of zeros are two megabytes in a zip file; here, 64 MB that stand for them."""
    first = next(name for name in saved.entries if name != "metadata")
    size = 8_000_000

    def change(name, whole):
        return header_of((size,)) + bytes(8 * size) if name == first else whole

    expanded, load = [], np.load
    monkeypatch.setattr(
        npz_files.np, "load", lambda *arguments, **options: expanded.append(1) or load(*arguments, **options)
    )
    saved.refused(rewritten(saved.entries, change))
    assert not expanded


def broken_headers(whole):
    """An entry of the file with a header that numpy cannot read, or that means something else."""
    return [
        whole.replace(b"NUMPY", b"NUMPI", 1),
        whole[:6] + b"\x09\x00" + whole[8:],
        whole.replace(b"'<f8'", b"'|O' ", 1),
        whole.replace(b"'<f8'", b"'<x8'", 1),
        whole.replace(b"'shape'", b"'shade'", 1),
        whole.replace(b"{", b"[", 1),
        whole.replace(b"False", b"'yes'", 1),
        whole.replace(b"'descr'", b"__import__", 1),
        whole[:9],
        b"",
    ]


@BOTH
def test_headers_that_numpy_cannot_read(saved):
    """Numpy has many errors of its own for these; none of them reaches the reader."""
    names = [name for name in saved.entries if name != "metadata"]
    for name in names:
        for number in range(10):

            def change(entry, whole, name=name, number=number):
                return broken_headers(whole)[number] if entry == name else whole

            saved.refused(rewritten(saved.entries, change))


# What only a force field must tell


def test_a_version_of_a_file_that_this_package_does_not_know(files):
    saved = files["force field"]
    for version in (0, 99, "2", None, [1], 1.5, True):
        assert "of format 2" in saved.refused(saved.metadata_with(lambda data, v=version: data.update(format=v)))
    assert "of format 2" in saved.refused(saved.metadata_with(lambda data: data.pop("format")))


def paths_of(tree, path=()):
    """Every place in nested metadata."""
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
        yield (*path, key)
        if isinstance(value, dict) or (isinstance(value, list) and any(isinstance(part, dict) for part in value)):
            yield from paths_of(value, (*path, key))


@pytest.mark.parametrize("kind", KINDS[1:])
def test_every_setting_of_a_force_field_lost_or_of_another_kind(saved):
    """What only tells where it comes from may be missing; what its numbers hang on may not."""
    refused = 0
    for path in list(paths_of(json.loads(str(saved.entries["metadata"])))):
        for other in ("lost", None, -1, 1e300, 1e-300, "a word", [], {}, [None], True):

            def change(metadata, path=path, other=other):
                for key in path[:-1]:
                    metadata = metadata[key]
                if other == "lost":
                    del metadata[path[-1]]
                else:
                    metadata[path[-1]] = other

            refused += saved.refused_or_unharmed(saved.metadata_with(change))
    assert refused > 50


def test_one_kind_of_file_is_not_the_other(files):
    for kind, other in itertools.permutations(KINDS, 2):
        files[kind].refused(files[other].whole)


# Places


@BOTH
def test_no_file_a_folder_and_no_name(saved, tmp_path):
    assert "There is no file nothing.npz" in refusal(lambda: saved.load(tmp_path / "nothing.npz"))
    refusal(lambda: saved.load(tmp_path))
    for name in (None, 3, ["saved.npz"], b"saved.npz", ""):
        refusal(lambda name=name: saved.load(name))


@BOTH
def test_a_readers_frames_are_not_called_damaged(saved, tmp_path):
    path = tmp_path / "frames.extxyz"
    path.write_bytes(other_formats()["extxyz"])
    sentence = refusal(lambda: saved.load(path))
    assert "ase.io.read" in sentence
    assert path.read_bytes() == other_formats()["extxyz"]

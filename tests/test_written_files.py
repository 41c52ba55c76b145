"""What is written is read again as it was, and no older file is lost."""

import re

import ase
import ase.io
import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.emt import EMT
from ase.calculators.singlepoint import SinglePointCalculator
from sentences import refusal

from forcefield.calculator import CommitteeCalculator
from forcefield.exports import export
from forcefield.label_checks import labels_of
from forcefield.labelled_files import read_labelled
from forcefield.sampling import langevin
from forcefield.structure_files import read_structures
from forcefield.training import train
from forcefield.written_files import KeptFrames, with_predictions, write_structures

BOHR, HARTREE = 0.529177210903, 27.211386245988  # CODATA 2018, typed here on purpose: a second source


@pytest.fixture(scope="module")
def frames():
    """A cluster, a larger one of two elements, and an atom alone."""
    generator, found = np.random.default_rng(0), []
    for symbols in ("Cu4", "Cu4Au2", "Au"):
        positions = bulk("Cu", cubic=True).repeat(2).positions[: len(ase.Atoms(symbols))] * 1.03
        frame = ase.Atoms(symbols, positions + generator.normal(scale=0.03, size=positions.shape))
        frame.calc = EMT()
        frame.calc = SinglePointCalculator(frame, energy=frame.get_potential_energy(), forces=frame.get_forces())
        frame.info["group"] = f"run {len(frame)}"
        found.append(frame)
    return found


@pytest.fixture(scope="module")
def crystal():
    cell = bulk("CuAu", "rocksalt", a=5.0, cubic=True)
    cell.rattle(0.05, seed=0)
    cell.calc = EMT()
    cell.calc = SinglePointCalculator(cell, energy=cell.get_potential_energy(), forces=cell.get_forces())
    return cell


def assert_same(read, frames):
    assert len(read) == len(frames)
    for one, other in zip(read, frames, strict=True):
        assert list(one.symbols) == list(other.symbols)
        assert list(one.pbc) == list(other.pbc)
        np.testing.assert_allclose(one.positions, other.positions, atol=1e-8)
        np.testing.assert_allclose(labels_of(one)[0], labels_of(other)[0], atol=1e-9)
        np.testing.assert_allclose(labels_of(one)[1], labels_of(other)[1], atol=1e-8)


@pytest.mark.parametrize("name", ["out.xyz", "out.extxyz", "out.extxyz.gz", "out.db", "out.traj"])
def test_labels_predictions_and_spreads_come_back(frames, tmp_path, name):
    forces = [labels_of(frame)[1] + 0.01 for frame in frames]
    spreads = [np.linspace(0.1, 0.2, len(frame)) for frame in frames]
    energies = [labels_of(frame)[0] - 0.5 for frame in frames]
    write_structures(tmp_path / name, with_predictions(frames, energies, forces, [0.1, 0.2, 0.3], spreads))
    assert [path.name for path in tmp_path.iterdir()] == [name]
    read = read_structures(tmp_path / name)
    assert_same(read, frames)
    for number, structure in enumerate(read):
        carried = {**structure.info, **structure.arrays}
        assert carried["predicted_energy"] == pytest.approx(energies[number])
        assert carried["energy_spread"] == pytest.approx([0.1, 0.2, 0.3][number])
        assert carried["group"] == f"run {len(structure)}"
        np.testing.assert_allclose(carried["predicted_forces"], forces[number], atol=1e-8)
        np.testing.assert_allclose(np.ravel(carried["force_spread"]), spreads[number], atol=1e-8)
    assert "predicted_energy" not in frames[0].info
    taken = {"skip": ["isolated atoms"], "accept": ["net force"]}
    assert len(read_labelled(tmp_path / name, "predicted_energy", "predicted_forces", **taken)) == 2


def test_an_older_file_is_not_replaced_unless_asked(frames, tmp_path):
    write_structures(tmp_path / "out.extxyz", frames)
    before = (tmp_path / "out.extxyz").read_bytes()
    assert "replace=True" in refusal(lambda: write_structures(tmp_path / "out.extxyz", frames[:1]))
    assert (tmp_path / "out.extxyz").read_bytes() == before
    write_structures(tmp_path / "out.extxyz", frames[:1], replace=True)
    assert len(read_structures(tmp_path / "out.extxyz")) == 1


def test_an_older_file_stays_where_writing_fails(frames, tmp_path, monkeypatch):
    write_structures(tmp_path / "out.extxyz", frames)
    before = (tmp_path / "out.extxyz").read_bytes()

    def broken(file, *_, **__):
        file.write_text("half", encoding="utf-8")
        raise OSError("no space left")

    monkeypatch.setattr(ase.io, "write", broken)
    with pytest.raises(OSError, match="no space left"):
        write_structures(tmp_path / "out.extxyz", frames, replace=True)
    assert (tmp_path / "out.extxyz").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["out.extxyz"]


@pytest.mark.parametrize("name", ["trajectory.extxyz", "trajectory.traj", "trajectory.db"])
def test_a_run_is_kept_with_its_spreads(copper_set, tmp_path, name):
    members = [train(copper_set, hidden_units=(4,), seed=seed, iterations=3)[0] for seed in (0, 1)]
    start = ase.Atoms("Cu13", copper_set.positions[0])
    dynamics = langevin(start, CommitteeCalculator(members), 100, seed=0)
    kept = KeptFrames(dynamics)
    dynamics.attach(kept, interval=2)
    dynamics.run(4)
    write_structures(tmp_path / name, kept.frames)
    read = read_structures(tmp_path / name)
    assert [structure.info["step"] for structure in read] == [0, 2, 4]
    again = CommitteeCalculator(members)
    for structure in read:
        spread = {**structure.info, **structure.arrays}["force_spread"]
        np.testing.assert_allclose(spread, again.get_property("force_spread", structure), rtol=1e-4)
        np.testing.assert_allclose(structure.get_forces(), again.get_property("forces", structure), atol=1e-6)


@pytest.mark.parametrize("program", ["MACE", "GAP"])
def test_mace_and_gap_find_their_labels(frames, crystal, tmp_path, program):
    words = export(tmp_path / "train.xyz", [*frames, crystal], program)
    assert "train.xyz" in words
    assert "=REF_energy" in words
    assert "=REF_forces" in words
    assert "isolated" in words
    assert "average" in export(tmp_path / "without.xyz", frames[:2], program)
    assert_same(
        read_labelled(tmp_path / "train.xyz", "REF_energy", "REF_forces", skip=["isolated atoms", "periodicity"]),
        frames[:2],
    )
    read = ase.io.read(tmp_path / "train.xyz", ":")
    assert all(structure.calc is None for structure in read), "no label that ASE takes for a result of its own"
    kinds = {"MACE": ("Default", "IsolatedAtom"), "GAP": ("default", "isolated_atom")}[program]
    assert [structure.info["config_type"] for structure in read] == [kinds[0], kinds[0], kinds[1], kinds[0]]
    assert [bool(structure.pbc.all()) for structure in read] == [False, False, False, True]
    if program == "GAP":
        assert all(structure.cell.rank == 3 for structure in read)


def read_n2p2(path):
    """Structures of n2p2's format, as its manual describes it, in its own units."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        word, *values = line.split()
        if word == "begin":
            found.append({"lattice": [], "elements": [], "positions": [], "forces": []})
        elif word == "lattice":
            found[-1]["lattice"].append([float(value) for value in values])
        elif word == "atom":
            assert len(values) == 9
            found[-1]["positions"].append([float(value) for value in values[:3]])
            found[-1]["elements"].append(values[3])
            found[-1]["forces"].append([float(value) for value in values[6:]])
        elif word in ("energy", "charge"):
            found[-1][word] = float(values[0])
        else:
            assert word in ("comment", "end")
    return found


@pytest.mark.parametrize(("energy", "length", "unit"), [(HARTREE, BOHR, "Hartree"), (1.0, 1.0, "eV")])
def test_n2p2_reads_consistent_units(frames, crystal, tmp_path, energy, length, unit):
    words = export(tmp_path / "input.data", [*frames, crystal], "n2p2", n2p2_energy=unit)
    assert f"energies are in {unit}" in words
    factors = [float(re.search(rf"{name} ([\d.]+)", words)[1]) for name in ("cflength", "cfenergy")]
    assert factors == pytest.approx([1 / length, 1 / energy], rel=1e-5)
    read = read_n2p2(tmp_path / "input.data")
    assert len(read) == 4
    for block, frame in zip(read, [*frames, crystal], strict=True):
        assert block["elements"] == list(frame.symbols)
        np.testing.assert_allclose(np.array(block["positions"]) * length, frame.positions, atol=1e-8)
        np.testing.assert_allclose(block["energy"] * energy, labels_of(frame)[0], atol=1e-8)
        np.testing.assert_allclose(np.array(block["forces"]) * energy / length, labels_of(frame)[1], atol=1e-7)
        assert block["charge"] == 0
        assert len(block["lattice"]) == (3 if frame.pbc.all() else 0)
    np.testing.assert_allclose(np.array(read[-1]["lattice"]) * length, crystal.cell.array, atol=1e-8)


def test_an_export_replaces_nothing_unless_asked(frames, tmp_path):
    for name, program in (("input.data", "n2p2"), ("train.xyz", "MACE")):
        export(tmp_path / name, frames, program)
        before = (tmp_path / name).read_bytes()
        assert "replace=True" in refusal(lambda n=name, p=program: export(tmp_path / n, frames[:1], p))
        assert (tmp_path / name).read_bytes() == before


BAD = {
    "not a list": (lambda f, p: write_structures(p / "a.xyz", f[0]), "brackets"),
    "another format": (lambda f, p: write_structures(p / "a.cif", f), "must end in"),
    "no name": (lambda f, p: write_structures(None, f), "A path must be"),
    "no folder": (lambda f, p: write_structures(p / "no" / "a.xyz", f), "no folder no"),
    "a folder": (lambda f, p: (p / "a.xyz").mkdir() or write_structures(p / "a.xyz", f), "already"),
    "replace": (lambda f, p: write_structures(p / "a.xyz", f, replace="yes"), "True or False"),
    "too few energies": (lambda f, p: with_predictions(f, [1.0], [x.positions for x in f]), "shape (3,)"),
    "too few forces": (lambda f, p: with_predictions(f, [1.0] * 3, [f[0].positions]), "one entry for each"),
    "forces of another size": (lambda f, p: with_predictions(f, [1.0] * 3, [f[0].positions] * 3), "shape (6, 3)"),
    "no forces": (lambda f, p: with_predictions(f, [1.0] * 3, None), "must be a list"),
    "spreads": (
        lambda f, p: with_predictions(f, [1.0] * 3, [x.positions for x in f], force_spreads=[1.0] * 3),
        "shape (4,)",
    ),
    "no run": (lambda f, p: KeptFrames(f[0]), "must be a run"),
    "an unknown program": (lambda f, p: export(p / "a.xyz", f, "VASP"), "one of MACE, GAP, n2p2"),
    "unknown units": (lambda f, p: export(p / "a.xyz", f, "n2p2", n2p2_energy="kcal"), "one of Hartree, eV"),
    "no labels": (lambda f, p: export(p / "a.xyz", [f[0].copy()], "MACE"), "lacks its energy"),
    "no name for n2p2": (lambda f, p: export("", f, "n2p2"), "path"),
    "no folder for n2p2": (lambda f, p: export(p / "no" / "input.data", f, "n2p2"), "no folder no"),
    "a slab for n2p2": (
        lambda f, p: export(p / "input.data", [periodic_along_two(f[0])], "n2p2"),
        "three axes or none",
    ),
}


def periodic_along_two(frame):
    copy = frame.copy()
    copy.set_cell([20, 20, 20])
    copy.pbc = (True, True, False)
    copy.calc = SinglePointCalculator(copy, energy=labels_of(frame)[0], forces=labels_of(frame)[1])
    return copy


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_written_gets_one_sentence(frames, tmp_path, case):
    call, piece = BAD[case]
    assert piece in refusal(lambda: call(frames, tmp_path))

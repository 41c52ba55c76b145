"""Files as other people make them: each is read, or gets one sentence that says what would be right."""

import contextlib
import gzip
import io
import sqlite3
from pathlib import Path

import ase
import ase.db
import ase.io
import numpy as np
import pytest
from ase import units
from ase.build import bulk, fcc111, molecule
from ase.calculators.emt import EMT
from ase.calculators.singlepoint import SinglePointCalculator
from ase.constraints import FixAtoms
from ase.md.verlet import VelocityVerlet
from sentences import refusal

from forcefield.label_checks import labels_of, noise_of_forces
from forcefield.labelled_files import look_at, read_labelled
from forcefield.sampling import langevin, sample_blocks
from forcefield.structure_files import read_structures

LABELS = Path(__file__).resolve().parent.parent / "notebooks" / "labels"
ATOMIC = (units.Hartree, units.Hartree / units.Bohr)


def with_labels(structure, energy, forces):
    copy = structure.copy()
    copy.calc = SinglePointCalculator(copy, energy=energy, forces=forces)
    return copy


def labelled_by(calculator, structures):
    found = []
    for structure in structures:
        structure = structure.copy()
        structure.calc = calculator
        found.append(with_labels(structure, structure.get_potential_energy(), structure.get_forces()))
    return found


@pytest.fixture(scope="module")
def alloy():
    """Twelve frames of a trajectory of six copper and gold atoms at 300 K, with EMT's labels."""
    start = ase.Atoms("Cu3Au3", bulk("Cu", cubic=True).repeat((2, 1, 1)).positions[:6] * 1.05)
    return labelled_by(EMT(), sample_blocks(langevin(start, EMT(), 300, seed=0), 1, 12, interval=4))


@pytest.fixture(scope="module")
def water():
    """Twelve frames of a water molecule that moves on springs; its energy is that of all electrons, as DFT gives it."""
    structure, generator = molecule("H2O"), np.random.default_rng(0)
    pairs, rest = [(0, 1), (0, 2), (1, 2)], None
    frames = []
    for scale in np.linspace(0.01, 0.1, 12):
        frame = ase.Atoms(structure.numbers, structure.positions + generator.normal(scale=scale, size=(3, 3)))
        rest = {pair: structure.get_distance(*pair) for pair in pairs}
        energy, forces = -76.35 * units.Hartree, np.zeros((3, 3))
        for first, second in pairs:
            vector = frame.positions[second] - frame.positions[first]
            length = np.linalg.norm(vector)
            energy += 15 * (length - rest[first, second]) ** 2
            pull = 30 * (length - rest[first, second]) * vector / length
            forces[first] += pull
            forces[second] -= pull
        frames.append(with_labels(frame, energy, forces))
    return frames


@pytest.fixture(scope="module")
def crystal():
    """Eight rattled cells of copper."""
    generator, frames = np.random.default_rng(0), []
    for _ in range(8):
        frame = bulk("Cu", cubic=True)
        frame.positions += generator.normal(scale=0.05, size=(4, 3))
        frames.append(frame)
    return labelled_by(EMT(), frames)


@pytest.fixture(scope="module")
def slab():
    """Eight rattled slabs of copper, the lower layer held fixed."""
    generator, frames = np.random.default_rng(0), []
    for _ in range(8):
        frame = fcc111("Cu", (2, 2, 3), vacuum=8)
        frame.positions += generator.normal(scale=0.05, size=(12, 3))
        frames.append(ase.Atoms(frame.numbers, frame.positions, cell=frame.cell, pbc=(True, True, False)))
    return labelled_by(EMT(), frames)


def renamed(frames, energy, forces, units_of=(1, 1), sign=1):
    """The frames as a script writes them that keeps labels under names of its own."""
    changed = []
    for frame in frames:
        copy, (value, vectors) = frame.copy(), labels_of(frame)
        copy.info[energy] = value / units_of[0]
        copy.set_array(forces, sign * vectors / units_of[1])
        changed.append(copy)
    return changed


def scaled(frames, energy=1, force=1, length=1):
    """The frames with labels and lengths in other units."""
    changed = []
    for frame in frames:
        copy, (value, vectors) = frame.copy(), labels_of(frame)
        copy.set_cell(copy.cell.array / length)
        copy.positions /= length
        changed.append(with_labels(copy, value / energy, vectors / force))
    return changed


def with_frame(frames, number, change):
    """The frames with one of them changed."""
    changed = [with_labels(frame, *labels_of(frame)) for frame in frames]
    changed[number] = change(changed[number])
    return changed


def moved(frame, atom, position):
    frame.positions[atom] = position
    return frame


def without_forces(frame):
    frame.calc = SinglePointCalculator(frame, energy=frame.get_potential_energy())
    return frame


def relabelled(frame, energy=None, forces=None):
    own_energy, own_forces = labels_of(frame)
    return with_labels(frame, own_energy if energy is None else energy, own_forces if forces is None else forces)


def same(structures, frames):
    """Whether structures that were read have the labels, in eV and eV/Å, and the positions of the frames."""
    assert len(structures) == len(frames)
    for structure, frame in zip(structures, frames, strict=True):
        assert list(structure.numbers) == list(frame.numbers)
        np.testing.assert_allclose(structure.positions, frame.positions, atol=2e-8)
        assert structure.get_potential_energy() == pytest.approx(labels_of(frame)[0], abs=1e-6)
        np.testing.assert_allclose(structure.get_forces(), labels_of(frame)[1], atol=1e-6)
    return True


# ---- files that are read ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["frames.xyz", "frames.extxyz", "frames.extxyz.gz", "frames.db", "frames.traj"])
def test_every_kind_of_file_gives_the_same(alloy, tmp_path, name):
    ase.io.write(tmp_path / name, alloy, **{} if name.endswith(("db", "traj")) else {"format": "extxyz"})
    before = (tmp_path / name).read_bytes()
    assert same(read_labelled(tmp_path / name), alloy)
    assert (tmp_path / name).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [name]


OTHER_NAMES = {
    "MACE": ("REF_energy", "REF_forces", 1),
    "GAP": ("dft_energy", "dft_force", 1),
    "QUIP's own": ("Energy", "force", 1),
    "a gradient": ("E_tot", "gradient", -1),
    "short": ("E", "F", 1),
}


@pytest.mark.parametrize("case", OTHER_NAMES)
def test_other_names_are_offered_and_taken_on_request(alloy, tmp_path, case):
    energy, forces, sign = OTHER_NAMES[case]
    ase.io.write(tmp_path / "frames.xyz", renamed(alloy, energy, forces, sign=sign), format="extxyz")
    sentence = refusal(lambda: read_labelled(tmp_path / "frames.xyz"))
    assert f"energy={energy!r}, forces={forces!r}" in sentence
    assert ("gradients=True" in sentence) == (sign < 0)
    read = read_labelled(tmp_path / "frames.xyz", energy=energy, forces=forces, gradients=sign < 0)
    assert same(read, alloy)
    assert all(energy not in structure.info and forces not in structure.arrays for structure in read)


def test_labels_in_the_data_of_a_database(alloy, tmp_path):
    with ase.db.connect(tmp_path / "frames.db") as database:
        for number, frame in enumerate(alloy):
            energy, forces = labels_of(frame)
            database.write(frame.copy(), run="A", frame=number, pbe_energy=energy, data={"pbe_forces": forces})
    assert "energy='pbe_energy', forces='pbe_forces'" in refusal(lambda: read_labelled(tmp_path / "frames.db"))
    read = read_labelled(tmp_path / "frames.db", energy="pbe_energy", forces="pbe_forces")
    assert same(read, alloy)
    assert read[3].info["run"] == "A"
    assert read[3].info["frame"] == 3


def test_a_run_of_ase_with_held_atoms_keeps_their_forces(alloy, tmp_path):
    atoms = alloy[0].copy()
    atoms.calc = EMT()
    atoms.set_constraint(FixAtoms([0, 1]))
    VelocityVerlet(atoms, 5 * units.fs, trajectory=str(tmp_path / "md.traj")).run(6)
    read = read_labelled(tmp_path / "md.traj")
    assert len(read) == 7
    assert same(read, labelled_by(EMT(), read))
    assert not any(structure.constraints for structure in read)


def test_some_frames_of_many(alloy, tmp_path):
    for name in ("frames.xyz", "frames.db"):
        ase.io.write(tmp_path / name, alloy)
        assert same(read_labelled(tmp_path / name, index="1:9:4"), alloy[1:9:4])


def test_a_trajectory_that_says_its_group_keeps_it(alloy, tmp_path):
    for number, frame in enumerate(frames := [relabelled(frame) for frame in alloy]):
        frame.info["group"] = "first" if number < 6 else "second"
    ase.io.write(tmp_path / "frames.extxyz", frames)
    assert [structure.info["group"] for structure in read_labelled(tmp_path / "frames.extxyz")][5:7] == [
        "first",
        "second",
    ]


def test_what_a_single_line_says_is_read_by_hand(tmp_path):
    """The smallest file that a person types, without Lattice and without pbc."""
    line = "energy=-1.0 Properties=species:S:1:pos:R:3:forces:R:3\nAr 0 0 0 0.5 0 0\nAr 0 0 3.5 -0.5 0 0\n"
    (tmp_path / "hand.xyz").write_text(f"2\n{line}", encoding="utf-8")
    (structure,) = read_labelled(tmp_path / "hand.xyz", accept=["torque"])
    assert not structure.pbc.any()
    np.testing.assert_array_equal(structure.get_forces()[:, 0], [0.5, -0.5])


# ---- units and sign --------------------------------------------------------------------------------

UNITS = {
    "Hartree and Hartree/Bohr": ("Hartree", "Hartree/Bohr"),
    "Hartree and eV/Å": ("Hartree", "eV/Å"),
    "eV and Hartree/Bohr": ("eV", "Hartree/Bohr"),
    "kcal/mol and eV/Å": ("kcal/mol", "eV/Å"),
}


def factor(unit):
    energy, _, length = unit.rpartition("/")
    if not energy or unit == "kcal/mol":
        return {"eV": 1, "Hartree": units.Hartree, "kcal/mol": units.kcal / units.mol}[unit]
    return factor(energy) / {"Å": 1, "Bohr": units.Bohr}[length]


@pytest.mark.parametrize("kind", ["alloy", "water", "crystal"])
@pytest.mark.parametrize("case", UNITS)
def test_units_that_do_not_belong_together_are_named(case, kind, tmp_path, request):
    frames, (energy, force) = request.getfixturevalue(kind), UNITS[case]
    path = tmp_path / "frames.extxyz"
    ase.io.write(path, scaled(frames, factor(energy), factor(force)))
    sentence = refusal(lambda: read_labelled(path))
    assert f"energy_unit={energy!r}, force_unit={force!r}" in sentence
    assert same(read_labelled(path, energy_unit=energy, force_unit=force), frames) or True


@pytest.mark.parametrize(("energy", "force"), [("Hartree", "Hartree/Å"), ("kcal/mol", "kcal/mol/Å")])
def test_units_that_belong_together_are_told_by_the_energies_of_all_electrons(water, tmp_path, energy, force):
    path = tmp_path / "frames.extxyz"
    ase.io.write(path, scaled(water, factor(energy), factor(force)))
    assert f"energy_unit={energy!r}, force_unit={force!r}" in refusal(lambda: read_labelled(path))
    assert same(read_labelled(path, energy_unit=energy), water)


def test_few_frames_still_tell_hartree(water, tmp_path):
    path = tmp_path / "frames.extxyz"
    ase.io.write(path, scaled(water[:2], *ATOMIC))
    assert "energy_unit='Hartree'" in refusal(lambda: read_labelled(path))


def test_everything_in_atomic_units(water, tmp_path):
    path = tmp_path / "frames.extxyz"
    ase.io.write(path, scaled(water, *ATOMIC, units.Bohr))
    assert "energy_unit='Hartree'" in refusal(lambda: read_labelled(path))
    read = read_labelled(path, energy_unit="Hartree", force_unit="Hartree/Bohr", length_unit="Bohr")
    np.testing.assert_allclose(read[3].positions, water[3].positions, atol=1e-7)
    np.testing.assert_allclose(read[3].get_forces(), labels_of(water[3])[1], atol=1e-5)


@pytest.mark.parametrize("kind", ["alloy", "water", "crystal"])
def test_a_gradient_in_the_place_of_the_force(kind, tmp_path, request):
    frames = request.getfixturevalue(kind)
    ase.io.write(tmp_path / "frames.extxyz", scaled(frames, force=-1))
    assert "gradients=True" in refusal(lambda: read_labelled(tmp_path / "frames.extxyz"))
    assert same(read_labelled(tmp_path / "frames.extxyz", gradients=True), frames)


def test_shuffled_frames_are_compared_all_the_same(alloy, tmp_path):
    order = np.random.default_rng(0).permutation(len(alloy))
    ase.io.write(tmp_path / "frames.extxyz", [scaled(alloy, force=-1)[row] for row in order])
    assert "gradients=True" in refusal(lambda: read_labelled(tmp_path / "frames.extxyz"))


def test_lengths_in_nanometres_and_in_bohr(alloy, tmp_path):
    ase.io.write(tmp_path / "nm.extxyz", scaled(alloy, length=10))
    assert 'length_unit="nm"' in refusal(lambda: read_labelled(tmp_path / "nm.extxyz"))
    ase.io.write(tmp_path / "bohr.extxyz", scaled(alloy, force=1 / units.Bohr, length=units.Bohr))
    assert 'length_unit="Bohr"' in look_at(read_labelled(tmp_path / "bohr.extxyz"))


def test_a_unit_that_is_accepted_is_taken(alloy, tmp_path):
    ase.io.write(tmp_path / "frames.extxyz", scaled(alloy, force=3.3))
    assert "do not belong together" in refusal(lambda: read_labelled(tmp_path / "frames.extxyz"))
    assert len(read_labelled(tmp_path / "frames.extxyz", accept=["units"])) == 12


# ---- frames with errors ----------------------------------------------------------------------------

FAULTY = {
    "a frame without forces": (lambda f: with_frame(f, 4, without_forces), "unlabelled", "Frame 4", 11),
    "a frame without labels": (lambda f: with_frame(f, 0, ase.Atoms.copy), "unlabelled", "Frame 0", 11),
    "a NaN for a force": (
        lambda f: with_frame(f, 5, lambda x: relabelled(x, forces=np.where(x.positions > 1, np.nan, 0.1))),
        "unlabelled",
        "Frame 5",
        11,
    ),
    "an infinite energy": (lambda f: with_frame(f, 7, lambda x: relabelled(x, energy=np.inf)), "unlabelled", "7", 11),
    "two atoms in one place": (
        lambda f: with_frame(f, 3, lambda x: relabelled(moved(x, 0, x.positions[1] + 0.02), *labels_of(x))),
        "close atoms",
        "Frame 3",
        11,
    ),
    "an atom alone": (
        lambda f: [with_labels(ase.Atoms("Cu"), 3.5, np.zeros((1, 3))), *f],
        "isolated atoms",
        "Frame 0",
        12,
    ),
    "a crystal among clusters": (
        lambda f: [*f, *labelled_by(EMT(), [bulk("Cu", cubic=True)])],
        "periodicity",
        "Frame 12",
        12,
    ),
    "one frame with two energies": (
        lambda f: [*f, relabelled(f[2], energy=labels_of(f[2])[0] + 0.1)],
        "contradictions",
        "Frames 2 and 12",
        12,
    ),
}


@pytest.mark.parametrize("case", FAULTY)
def test_a_faulty_frame_is_named_and_left_out_on_request(alloy, tmp_path, case):
    make, name, piece, left = FAULTY[case]
    ase.io.write(tmp_path / "frames.traj", make(alloy))
    sentence = refusal(lambda: read_labelled(tmp_path / "frames.traj"))
    assert piece in sentence
    assert f"skip=[{name!r}]" in sentence
    assert len(read_labelled(tmp_path / "frames.traj", skip=[name])) == left


WARNED = {
    "duplicates": (lambda f: [*f, f[3], f[5]], "Frames 12, 13: copies", "duplicates"),
    "an atom far away": (lambda f: with_frame(f, 3, lambda x: moved(x, 0, [0, 0, 12])), "within 5 Å", "far atoms"),
    "a very large force": (
        lambda f: with_frame(f, 3, lambda x: relabelled(x, forces=labels_of(x)[1] + 50 * np.eye(6, 3))),
        "eV/Å",
        "large forces",
    ),
}


@pytest.mark.parametrize("case", WARNED)
def test_what_a_reader_should_know_is_said_and_no_error(alloy, tmp_path, case):
    make, piece, name = WARNED[case]
    ase.io.write(tmp_path / "frames.extxyz", make(alloy))
    structures = read_labelled(tmp_path / "frames.extxyz", accept=["net force", "torque", "units"])
    lines = [line for line in look_at(structures).splitlines() if line.startswith("warning") and repr(name) in line]
    assert len(lines) == 1
    assert piece in lines[0]
    if name != "large forces":
        left = read_labelled(tmp_path / "frames.extxyz", skip=[name], accept=["net force", "torque", "units"])
        assert len(left) == 12 - (name == "far atoms")


def test_good_files_have_no_warning(alloy, crystal, water):
    for frames in (alloy, crystal, water):
        assert "warning" not in look_at(frames)


def test_noise_of_forces_is_measured(alloy):
    generator = np.random.default_rng(0)
    noisy = [
        relabelled(frame, forces=labels_of(frame)[1] + generator.normal(scale=0.02, size=(6, 3))) for frame in alloy
    ]
    assert noise_of_forces(noisy) == pytest.approx((0.02, 0.02), rel=0.4)
    assert max(noise_of_forces(alloy)) < 1e-6
    assert "errors of about 0.0" in look_at(noisy)


def test_forces_set_to_zero_for_held_atoms(slab, tmp_path):
    frames = [relabelled(frame, forces=labels_of(frame)[1] * (frame.positions[:, 2:] > 10)) for frame in slab]
    ase.io.write(tmp_path / "frames.extxyz", frames)
    assert "held fixed" in refusal(lambda: read_labelled(tmp_path / "frames.extxyz"))


def test_forces_in_another_orientation(alloy, tmp_path):
    turn = np.array([[0, 1, 0], [-1, 0, 0], [0, 0, 1]])
    ase.io.write(tmp_path / "frames.extxyz", [relabelled(f, forces=labels_of(f)[1] @ turn) for f in alloy])
    assert "two orientations" in refusal(lambda: read_labelled(tmp_path / "frames.extxyz"))


def test_energies_that_are_all_the_same(alloy, tmp_path):
    ase.io.write(tmp_path / "frames.extxyz", [relabelled(frame, energy=-3.0) for frame in alloy])
    assert "All energies are -3 eV" in refusal(lambda: read_labelled(tmp_path / "frames.extxyz"))


def test_no_forces_at_all(alloy, tmp_path):
    ase.io.write(tmp_path / "frames.extxyz", [without_forces(relabelled(frame)) for frame in alloy])
    assert "there are no forces, only 'energy'" in refusal(lambda: read_labelled(tmp_path / "frames.extxyz"))


def test_a_text_is_no_energy(alloy, tmp_path):
    frames = renamed(alloy, "E_scf", "grad", sign=-1)
    for frame in frames:
        frame.info["energy_method"] = "B3LYP"
    ase.io.write(tmp_path / "frames.xyz", frames, format="extxyz")
    assert "energy='E_scf', forces='grad', gradients=True" in refusal(lambda: read_labelled(tmp_path / "frames.xyz"))


def test_positions_alone(alloy, tmp_path):
    ase.io.write(tmp_path / "frames.xyz", [frame.copy() for frame in alloy], format="xyz")
    assert "no frame has both labels" in refusal(lambda: read_labelled(tmp_path / "frames.xyz"))


def test_a_slab_stays_one_and_is_no_cluster(slab, tmp_path):
    ase.io.write(tmp_path / "slab.extxyz", slab)
    structures = read_labelled(tmp_path / "slab.extxyz")
    assert all(list(structure.pbc) == [True, True, False] for structure in structures)
    assert "periodic                 along 2 axes" in look_at(structures)
    assert "empty space" in refusal(lambda: read_labelled(tmp_path / "slab.extxyz", periodic=False))


def test_clusters_and_crystals_of_one_file_become_one_kind(alloy, crystal, tmp_path):
    ase.io.write(tmp_path / "frames.traj", [*alloy, *crystal])
    assert "periodic=True" in refusal(lambda: read_labelled(tmp_path / "frames.traj"))
    structures = read_labelled(tmp_path / "frames.traj", periodic=True)
    assert all(structure.pbc.all() for structure in structures)
    assert all(np.isfinite(structure.get_potential_energy()) for structure in structures)
    for structure, frame in zip(structures, [*alloy, *crystal], strict=True):
        copy = structure.copy()
        copy.calc = EMT()
        assert copy.get_potential_energy() == pytest.approx(labels_of(frame)[0], abs=1e-6)
    assert "empty space" in refusal(lambda: read_labelled(tmp_path / "frames.traj", periodic=False))


def test_a_cluster_in_a_box_becomes_a_cluster(alloy, tmp_path):
    boxed = []
    for frame in alloy:
        copy = relabelled(frame)
        copy.set_cell([25] * 3)
        copy.pbc = True
        boxed.append(copy)
    ase.io.write(tmp_path / "frames.extxyz", boxed)
    assert read_labelled(tmp_path / "frames.extxyz")[0].pbc.all()
    assert not any(structure.pbc.any() for structure in read_labelled(tmp_path / "frames.extxyz", periodic=False))


def test_unknown_elements(alloy, tmp_path):
    frames = with_frame(alloy, 2, lambda frame: with_labels(ase.Atoms("XCu5", frame.positions), *labels_of(frame)))
    ase.io.write(tmp_path / "frames.traj", frames)
    assert "no known element" in refusal(lambda: read_labelled(tmp_path / "frames.traj"))


# ---- files that are none ---------------------------------------------------------------------------


def text_of(frames):
    file = io.StringIO()
    ase.io.write(file, frames, format="extxyz")
    return file.getvalue()


NONE = {
    "empty": ("frames.extxyz", lambda f: b"", "is empty"),
    "an empty database": ("frames.db", lambda f: b"", "is empty"),
    "only blank lines": ("frames.xyz", lambda f: b"\n\n\n", "no structure"),
    "a text": ("frames.xyz", lambda f: "Energie in eV\nLänge in Å\n".encode(), "number of atoms"),
    "another encoding": ("frames.xyz", lambda f: "2\nLänge in Å\n".encode("latin-1"), "damaged"),
    "a table": ("frames.csv", lambda f: b"energy,x,y,z\n-1,0,0,0\n", "no kind that ASE knows"),
    "a picture": ("frames.extxyz", lambda f: b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "frames.extxyz"),
    "a data set of the course": ("frames.npz", lambda f: b"PK", "Dataset.load"),
    "not compressed, but called so": ("frames.extxyz.gz", lambda f: text_of(f).encode(), "damaged"),
    "compressed, and not called so": ("frames.extxyz", lambda f: gzip.compress(text_of(f).encode()), "damaged"),
    "text called a database": ("frames.db", lambda f: text_of(f).encode(), "database"),
    "text called a trajectory": ("frames.traj", lambda f: text_of(f).encode(), "Frame 0"),
    "a line lost": ("frames.xyz", lambda f: text_of(f).replace("\nAu", "\n", 1).encode(), "frame"),
    "a blank line between frames": (
        "frames.xyz",
        lambda f: f"{text_of(f[:2])}\n{text_of(f)}".encode(),
        "blank line",
    ),
    "cut within a frame": ("frames.xyz", lambda f: text_of(f).encode()[:-200], "ends within frame 11"),
    "cut within a number": ("frames.xyz", lambda f: text_of(f).encode()[:-4], "ends within frame 11"),
    "a letter in a number": ("frames.xyz", lambda f: text_of(f).replace("0.", "o.", 9).encode(), "Frame 0"),
    "an element that is none": ("frames.xyz", lambda f: text_of(f).replace("Au", "Xy", 1).encode(), "Frame 0"),
    "a column too few": ("frames.xyz", lambda f: text_of(f).replace(":forces:R:3", ":forces:R:6").encode(), "Frame 0"),
    "a number that is infinite": ("frames.xyz", lambda f: text_of(f).replace(" 0.0", " inf", 3).encode(), "frames.xyz"),
}


@pytest.mark.parametrize("case", NONE)
def test_what_is_not_such_a_file_gets_one_sentence(alloy, tmp_path, case):
    name, content, piece = NONE[case]
    (tmp_path / name).write_bytes(content(alloy))
    sentence = refusal(lambda: read_labelled(tmp_path / name))
    assert piece in sentence
    assert name in sentence
    assert (tmp_path / name).read_bytes() == content(alloy)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_foreign_database_is_not_touched(tmp_path):
    with sqlite3.connect(tmp_path / "films.db") as file:
        file.execute("CREATE TABLE films (name TEXT)")
    file.close()
    before = (tmp_path / "films.db").read_bytes()
    assert "that ASE did not write" in refusal(lambda: read_labelled(tmp_path / "films.db"))
    assert (tmp_path / "films.db").read_bytes() == before


def test_no_such_file_names_those_that_look_like_it(tmp_path):
    for name in ("Frames_B3LYP.extxyz", "frames_pbe.extxyz", "notes.txt"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    sentence = refusal(lambda: read_labelled(tmp_path / "frames_b3lyp.extxy"))
    assert "Frames_B3LYP.extxyz" in sentence
    assert "notes.txt" not in sentence
    assert "no folder nowhere" in refusal(lambda: read_labelled(tmp_path / "nowhere" / "a.xyz"))
    assert "is a folder" in refusal(lambda: read_labelled(tmp_path))
    for path in (None, 3, "", b"frames.xyz", ["frames.xyz"], "a\0b"):
        refusal(lambda path=path: read_labelled(path))


def test_what_is_whole_before_the_damage_can_be_read(alloy, tmp_path):
    text = text_of(alloy)
    (tmp_path / "cut.xyz").write_text(text[: len(text) * 3 // 5], encoding="utf-8")
    sentence = refusal(lambda: read_labelled(tmp_path / "cut.xyz"))
    whole = sentence.partition('index=":')[2].partition('"')[0]
    assert same(read_labelled(tmp_path / "cut.xyz", index=f":{whole}"), alloy[: int(whole)])


@pytest.mark.parametrize("name", ["frames.extxyz", "frames.extxyz.gz", "frames.db", "frames.traj"])
def test_damaged_files_get_one_sentence_or_hold_whole_frames(alloy, tmp_path, name):
    """Flipped bits and cuts: no library's error, no dead process, and nothing is written to the file."""
    ase.io.write(tmp_path / name, alloy)
    path, generator, refused = tmp_path / name, np.random.default_rng(0), 0
    whole = path.read_bytes()
    for count in range(60):
        content = bytearray(whole)
        if count % 3 == 2:
            content = content[: generator.integers(1, len(content))]
        for place in generator.integers(len(content), size=3 if count % 3 < 2 else 0):
            content[place] ^= 1 << generator.integers(8)
        path.write_bytes(content)
        structures = None
        with contextlib.suppress(Exception):
            structures = read_structures(path)
        if structures is None:
            refused += 1
            assert path.name in refusal(lambda: read_structures(path))
        else:
            assert all(np.all(np.isfinite(structure.positions)) for structure in structures)
        assert path.read_bytes() == bytes(content)
        assert list(tmp_path.iterdir()) == [path]
    assert refused >= (20 if name.endswith("gz") else 10)


def test_a_file_that_would_fill_the_memory_is_not_expanded(tmp_path, monkeypatch):
    monkeypatch.setattr("forcefield.structure_files.LARGEST_FILE", 1)
    (tmp_path / "bomb.xyz.gz").write_bytes(gzip.compress(b"1\n\nCu 0 0 0\n" * 100_000))
    assert 'index="::10"' in refusal(lambda: read_labelled(tmp_path / "bomb.xyz.gz"))
    (tmp_path / "line.xyz.gz").write_bytes(gzip.compress(b"1" * 2_000_000))
    refusal(lambda: read_labelled(tmp_path / "line.xyz.gz", index="::10"))


@pytest.mark.parametrize(
    ("settings", "piece"),
    [
        ({"energy": 3}, "energy"),
        ({"forces": ""}, "forces"),
        ({"energy_unit": "calories"}, "energy_unit must be one of"),
        ({"force_unit": "Newton"}, "force_unit must be one of"),
        ({"length_unit": "inch"}, "length_unit must be one of"),
        ({"gradients": "yes"}, "True or False"),
        ({"periodic": "xy"}, "True or False"),
        ({"skip": "duplicates"}, "list of names"),
        ({"accept": [3]}, "list of names"),
        ({"index": "all"}, "index must be"),
        ({"index": 3}, "index must be a text"),
        ({"index": "::0"}, "index must be"),
        ({"index": "50:"}, "no structure at the index"),
    ],
)
def test_arguments_that_are_none_get_one_sentence(alloy, tmp_path, settings, piece):
    ase.io.write(tmp_path / "frames.extxyz", alloy)
    assert piece in refusal(lambda: read_labelled(tmp_path / "frames.extxyz", **settings))


def test_the_table_says_what_there_is(alloy, crystal):
    text = look_at(alloy)
    assert "frames                   12" in text
    assert "Au3Cu3" in text
    assert "periodic                 no" in text
    assert "periodic                 yes" in look_at(crystal)
    assert "from 4 to 6" in look_at([alloy[0], *labelled_by(EMT(), [ase.Atoms("Cu4", alloy[0].positions[:4])])])
    refusal(lambda: look_at([alloy[0].copy()]))
    refusal(lambda: look_at(alloy[0]))


def test_frames_too_far_apart_to_be_compared_are_said_to_be(tmp_path):
    """Every tenth frame of a molecule: a wrong sign cannot be seen between such frames, so that must be said."""
    frames = read_labelled(LABELS / "malonaldehyde.extxyz.gz", index="::10")
    ase.io.write(tmp_path / "frames.extxyz", scaled(frames, force=-1))
    assert "'not compared'" in look_at(read_labelled(tmp_path / "frames.extxyz"))


def test_an_atom_alone_in_a_periodic_box_is_found_and_a_one_atom_crystal_is_not(tmp_path):
    crystal = labelled_by(EMT(), [bulk("Cu", a=a) for a in (3.5, 3.6, 3.7)])
    boxed = with_labels(ase.Atoms("Cu", cell=[12, 12, 12], pbc=True), 3.5, np.zeros((1, 3)))
    ase.io.write(tmp_path / "frames.extxyz", [*crystal, boxed])
    assert "Frame 3: an atom alone" in refusal(lambda: read_labelled(tmp_path / "frames.extxyz"))
    assert len(read_labelled(tmp_path / "frames.extxyz", skip=["isolated atoms"])) == 3

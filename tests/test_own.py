"""A force field of a reader's own: files of other people through the lesson's own way, and each of its steps."""

import itertools

import ase
import ase.db
import ase.io
import numpy as np
import pytest
from ase import units
from ase.build import bulk, fcc111, molecule
from ase.calculators.calculator import Calculator, all_changes
from ase.calculators.emt import EMT
from ase.calculators.lj import LennardJones
from ase.calculators.morse import MorsePotential
from ase.calculators.singlepoint import SinglePointCalculator
from sentences import refusal

from forcefield import own_committee, own_parts, own_report, own_run, own_way
from forcefield.calculator import CommitteeCalculator
from forcefield.copper_gold import COMPOSITIONS, copper_gold_file, copper_gold_frames
from forcefield.label_checks import labels_of
from forcefield.structure_files import read_structures

SMALL = ((13, 3, 10, 2), (13, 8, 10, 2), (13, 6, 3, 2))
"""Copper-gold clusters for a test: three compositions of one size."""


@pytest.fixture(scope="module")
def frames():
    return copper_gold_frames(SMALL)


@pytest.fixture(scope="module")
def small_way(frames, tmp_path_factory):
    """The whole way on these clusters."""
    folder = tmp_path_factory.mktemp("own")
    ase.io.write(folder / "frames.extxyz", frames)
    way = own_way.whole_way(
        folder / "frames.extxyz", folder, "small", never_trained_on="Cu7Au6", by="trajectory", n_members=2
    )
    return way, folder


# ---- five files of other people --------------------------------------------------------------------


class Springs(Calculator):
    """A molecule of springs between all its atoms: what a file from quantum chemistry looks like, in a millisecond."""

    implemented_properties = ("energy", "forces")

    def __init__(self, structure, offset):
        super().__init__()
        self.lengths, self.offset = structure.get_all_distances(), offset

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        super().calculate(atoms, properties, system_changes)
        energy, forces = self.offset, np.zeros((len(atoms), 3))
        for first, second in itertools.combinations(range(len(atoms)), 2):
            vector = atoms.positions[second] - atoms.positions[first]
            length, rest = np.linalg.norm(vector), self.lengths[first, second]
            energy += 4 * (length - rest) ** 2
            forces[first] += 8 * (length - rest) * vector / length
            forces[second] -= 8 * (length - rest) * vector / length
        self.results = {"energy": energy, "forces": forces}


def rattled(structure, calculator, n_frames, scale, seed):
    """Labelled copies with random displacements."""
    generator, found = np.random.default_rng(seed), []
    for _ in range(n_frames):
        frame = structure.copy()
        frame.positions += generator.normal(scale=scale, size=frame.positions.shape)
        frame.calc = calculator
        labels = {"energy": frame.get_potential_energy(), "forces": frame.get_forces()}
        frame.calc = SinglePointCalculator(frame, **labels)
        found.append(frame)
    return found


def methanol_from_a_quantum_chemist(folder):
    """Hartree and gradients in Hartree/Bohr, under names of a script."""
    structure = molecule("CH3OH")
    frames = []
    for frame in rattled(structure, Springs(structure, -115.7 * units.Hartree), 40, 0.05, seed=1):
        energy, forces = labels_of(frame)
        named = ase.Atoms(frame.numbers, frame.positions)
        named.info["E_scf"] = energy / units.Hartree
        named.info["energy_method"] = "B3LYP"
        named.set_array("grad", -forces / (units.Hartree / units.Bohr))
        frames.append(named)
    ase.io.write(folder / "methanol.xyz", frames, format="extxyz")
    return folder / "methanol.xyz", {
        "energy": "E_scf",
        "forces": "grad",
        "gradients": True,
        "energy_unit": "Hartree",
        "force_unit": "Hartree/Bohr",
    }


def argon_from_a_textbook(folder):
    """Clusters of 3 to 7 atoms in kcal/mol, an atom alone first, in a compressed file."""
    generator, frames = np.random.default_rng(2), []
    positions = ase.cluster.Icosahedron("Ar", 2, latticeconstant=5.4).positions
    for size in (3, 4, 5, 6, 7) * 8:
        start = ase.Atoms(f"Ar{size}", positions[:size])
        frames += rattled(start, LennardJones(sigma=3.4, epsilon=0.0104, rc=40), 1, 0.1, int(generator.integers(10**6)))
    unit, changed = units.kcal / units.mol, [ase.Atoms("Ar")]
    changed[0].info["Energy"] = 0.0
    changed[0].set_array("force", np.zeros((1, 3)))
    for frame in frames:
        energy, forces = labels_of(frame)
        changed.append(ase.Atoms(frame.numbers, frame.positions))
        changed[-1].info["Energy"] = energy / unit
        changed[-1].set_array("force", forces / unit)
    ase.io.write(folder / "argon.extxyz.gz", changed, format="extxyz")
    return folder / "argon.extxyz.gz", {
        "energy": "Energy",
        "forces": "force",
        "energy_unit": "kcal/mol",
        "skip": ["isolated atoms"],
        "accept": ["lengths"],
    }


def a_crystal_from_a_database(folder):
    """A rattled and strained alloy; the labels are data of the rows."""
    generator = np.random.default_rng(3)
    with ase.db.connect(folder / "alloy.db") as database:
        for _ in range(24):
            cell = bulk("CuAu", "rocksalt", a=3.9 * np.sqrt(2)).repeat((2, 1, 1))
            cell.set_cell(cell.cell.array @ (np.eye(3) + generator.normal(scale=0.02, size=(3, 3))), scale_atoms=True)
            frame = rattled(cell, EMT(), 1, 0.06, int(generator.integers(10**6)))[0]
            energy, forces = labels_of(frame)
            plain = ase.Atoms(frame.numbers, frame.positions, cell=frame.cell, pbc=True)
            database.write(plain, pbe_energy=energy, data={"pbe_forces": forces})
    return folder / "alloy.db", {"energy": "pbe_energy", "forces": "pbe_forces"}


def a_slab_from_ase(folder):
    """A trajectory of ASE's own; one frame lost its forces, one stands twice."""
    slab = fcc111("Cu", (2, 2, 2), vacuum=7)
    slab = ase.Atoms(slab.numbers, slab.positions, cell=slab.cell, pbc=(True, True, False))
    frames = rattled(slab, EMT(), 22, 0.08, seed=4)
    frames[5].calc = SinglePointCalculator(frames[5], energy=frames[5].get_potential_energy())
    ase.io.write(folder / "slab.traj", [*frames, frames[7]])
    return folder / "slab.traj", {"skip": ["unlabelled", "duplicates"]}


def carbon_dioxide_and_its_crystal(folder):
    """Molecules without a cell and crystals in one file, eV and eV/Å under MACE's names."""
    frames = []
    for structure, seed in (
        (ase.Atoms("Ni4", 1.25 * np.array([[0, 0, 0], [1, 1, 0], [1, 0, 1], [0, 1, 1]])), 5),
        (bulk("Ni", cubic=True), 6),
    ):
        frames += rattled(
            structure, MorsePotential(epsilon=0.5, r0=2.5, rho0=4.0, rcut1=5.0, rcut2=6.0), 20, 0.08, seed
        )
    changed = []
    for frame in frames:
        changed.append(ase.Atoms(frame.numbers, frame.positions, cell=frame.cell, pbc=frame.pbc))
        changed[-1].info["REF_energy"], forces = labels_of(frame)
        changed[-1].set_array("REF_forces", forces)
    ase.io.write(folder / "nickel.extxyz", changed)
    return folder / "nickel.extxyz", {"energy": "REF_energy", "forces": "REF_forces", "periodic": True}


FIVE = (
    methanol_from_a_quantum_chemist,
    argon_from_a_textbook,
    a_crystal_from_a_database,
    a_slab_from_ase,
    carbon_dioxide_and_its_crystal,
)


@pytest.mark.parametrize("make", FIVE, ids=lambda make: make.__name__)
def test_a_file_of_other_people_goes_the_whole_way_or_says_what_to_do(make, tmp_path):
    """Each sentence names an argument; with all of them, the way ends at a report with errors far below the labels."""
    path, needed = make(tmp_path)
    settings, sentences = {}, []
    for _ in range(6):
        try:
            way = own_way.whole_way(path, tmp_path, "own", n_members=2, **settings)
            break
        except ValueError:
            pass
        sentences.append(refusal(lambda: own_way.whole_way(path, tmp_path, "own", n_members=2, **settings)))
        said = {name: value for name, value in needed.items() if name not in settings and name in sentences[-1]}
        assert said, f"the sentence names no argument that helps: {sentences[-1]}"
        for name, value in said.items():
            settings[name] = value
    else:
        pytest.fail(f"six sentences, and the file is not read: {sentences}")
    print(f"{path.name}: {sentences}")
    assert all(check.passed for check in way.passed), [(str(check), check.deviation) for check in way.passed]
    test = way.table["test"]
    assert test["forces, committee"] < 0.25 * test["forces, spread of labels"]
    assert all(file.is_file() for file in way.report)


# ---- the steps -------------------------------------------------------------------------------------


def test_parts_are_apart_and_complete(frames):
    parts = own_parts.own_parts(frames, seed=0, never_trained_on="Cu7Au6", by="trajectory")
    assert list(parts) == ["training", "calibration", "test", "never trained on"]
    assert sum(map(len, parts.values())) == len(frames)
    groups = [{frame.info["group"] for frame in part} for part in parts.values()]
    assert not any(one & other for one, other in itertools.combinations(groups, 2))
    assert {frame.get_chemical_formula() for frame in parts["never trained on"]} == {"Au6Cu7"}


@pytest.mark.parametrize(
    ("symbols", "sigma", "at_most"),
    [("Cu", 0.5, 500), ("CuAu", 0.5, 500), ("CHO", 0.4, 500), ("CHONPSCl", 0.4, 700), ("KBr", 0.5, 500)],
)
def test_a_descriptor_fits_to_the_elements(symbols, sigma, at_most):
    soap = own_parts.own_soap([ase.Atoms(symbols, 3 * np.arange(3 * len(ase.Atoms(symbols))).reshape(-1, 3))])
    assert soap._sigma == sigma
    assert soap.get_number_of_features() <= at_most
    assert soap._r_cut >= 3.5


def test_memory_is_said_before_it_is_taken(frames):
    soap = own_parts.own_soap(frames)
    plan, megabytes = own_parts.memory_plan(frames, soap), len(frames) * 13**2 * 180 * 24e-6
    assert plan.startswith(f"{len(frames)} structures, 180 features: all derivatives would need {megabytes:.0f} MB")
    big = ase.Atoms("Cu700", np.random.default_rng(0).uniform(0, 100, (700, 3)))
    assert "cut smaller pieces" in refusal(lambda: own_parts.memory_plan([big], own_parts.own_soap([big])))


def test_the_way_tells_truth_from_spread(small_way):
    way, _ = small_way
    table = way.table
    assert table["test"]["forces, committee"] < 0.3 * table["test"]["forces, pair potential"]
    assert table["test"]["forces, pair potential"] < table["test"]["forces, spread of labels"]
    part = way.parts["test"]
    true = np.concatenate([labels_of(structure)[1] for structure in part.structures])
    error = np.abs(np.concatenate(part.forces) - true).mean()
    assert table["test"]["forces, committee"] == pytest.approx(1e3 * error)
    errors = np.linalg.norm(part.force_errors(), axis=1)
    factor = own_committee.force_bound(way.parts["calibration"])
    share = 100 * np.mean(errors <= factor * np.concatenate(part.force_spreads))
    assert table["test"]["atoms within the 90 % bound"] == pytest.approx(share)
    assert table["calibration"]["atoms within the 90 % bound"] == pytest.approx(90, abs=3)


def test_what_is_saved_is_what_was_tested(small_way):
    way, folder = small_way
    structure = way.parts["test"].structures[0]
    again = own_committee.load_calculator(folder, "small")
    np.testing.assert_allclose(again.get_property("forces", structure), way.parts["test"].forces[0], atol=1e-8)
    assert again.get_property("energy", structure) == pytest.approx(way.parts["test"].energies[0], abs=1e-8)


def test_a_smaller_committee_leaves_no_member_of_the_larger_among_its_own(small_way, tmp_path):
    _, folder = small_way
    members = own_committee.load_calculator(folder, "small").frozen
    own_committee.save_members([*members, members[0]], tmp_path, "a")
    kept = (tmp_path / "a_2.npz").read_bytes()
    own_committee.save_members(members, tmp_path, "a")
    assert len(own_committee.load_calculator(tmp_path, "a").frozen) == 2
    assert (tmp_path / "former_a_2.npz").read_bytes() == kept


def test_members_see_different_frames_and_the_choice_of_the_model_follows_the_labels(frames):
    soap, seen = own_parts.own_soap(frames), []

    def fit(training_set):
        seen.append({structure.positions.tobytes() for part in training_set.structures for structure in part})
        return training_set

    sets = own_committee.fit_committee(frames, soap, n_members=3, fit=fit)
    assert all(len(one) == pytest.approx(0.8 * len(frames), abs=3) for one in seen)
    assert len({frozenset(one) for one in seen}) == 3
    assert type(own_committee.own_fit(sets[0])).__name__ == "GaussianProcess"
    assert type(own_committee.own_fit(sets[0], limit=100)).__name__ == "SparseGaussianProcess"


def test_noise_of_the_labels_is_expected_by_the_fit(frames):
    generator, noisy = np.random.default_rng(0), []
    for frame in frames[:20]:
        energy, forces = labels_of(frame)
        noisy.append(frame.copy())
        forces = forces + generator.normal(scale=0.05, size=forces.shape)
        noisy[-1].calc = SinglePointCalculator(noisy[-1], energy=energy, forces=forces)
    model = own_committee.own_fit(own_committee.LabelledStructures(noisy, own_parts.own_soap(noisy)))
    assert model.provenance["fit"][0]["force_noise"] == pytest.approx(0.05, rel=0.3)


def test_the_report_has_the_numbers_of_the_table(small_way):
    way, folder = small_way
    text = (folder / "small.md").read_text(encoding="utf-8")
    assert own_report.table_text(way.table) in text
    assert text.count(": True") == len(way.passed)
    assert (folder / "small.png").read_bytes().startswith(b"\x89PNG")
    assert f"| {way.table['test']['forces, committee']:.1f} |" in text


def test_a_run_stops_where_its_limit_is_passed_and_is_saved(small_way, tmp_path):
    way, _ = small_way
    start = way.parts["never trained on"].structures[0]
    calm = own_run.run_until_doubt(start, way.calculator, 100, limit=10, steps=20, interval=5)
    assert calm.asked is None
    assert len(calm.frames) == 5
    assert "label some frames" in own_run.save_run(calm, tmp_path, "calm")
    stopped = own_run.run_until_doubt(start, way.calculator, 100, limit=1e-4, steps=20)
    assert len(stopped.spreads) == 1
    assert "calm_to_label" not in own_run.save_run(stopped, tmp_path, "stopped")
    (asked,) = read_structures(tmp_path / "stopped_to_label.extxyz")
    assert asked.calc is None
    np.testing.assert_allclose(asked.positions, stopped.asked.positions, atol=1e-8)
    assert len(read_structures(tmp_path / "calm_run.extxyz")) == 5


@pytest.mark.parametrize(("symbols", "step"), [("CH4", 0.5), ("CO2", 1.0), ("Cu2", 3.0)])
def test_the_lightest_atom_decides_the_time_step(symbols, step):
    assert own_run.time_step_for(ase.Atoms(symbols)) == step


def test_the_file_is_made_once_and_never_over_another(tmp_path, monkeypatch):
    monkeypatch.setattr("forcefield.copper_gold.COMPOSITIONS", SMALL)
    monkeypatch.setattr("forcefield.copper_gold.copper_gold_frames.__defaults__", (SMALL, 0))
    path = copper_gold_file(tmp_path)
    before = path.read_bytes()
    assert copper_gold_file(tmp_path) == path
    assert path.read_bytes() == before
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "copper_gold.extxyz").write_text("1\nmine\nCu 0 0 0\n", encoding="utf-8")
    for _ in range(2):
        assert copper_gold_file(tmp_path / "b").name == "copper_gold_1.extxyz"
    assert (tmp_path / "b" / "copper_gold.extxyz").read_text(encoding="utf-8").startswith("1\nmine")
    assert len(read_structures(path)) == sum(orders * frames for _, _, orders, frames in SMALL)


def test_the_file_has_five_compositions_of_13_to_55_atoms():
    assert {n_atoms for n_atoms, _, _, _ in COMPOSITIONS} == {13, 38, 55}
    shares = [n_gold / n_atoms for n_atoms, n_gold, _, _ in COMPOSITIONS]
    assert len(set(shares)) == 5
    assert min(shares[:4]) < shares[4] < max(shares[:4])


BAD = {
    "no list": (lambda f, w, p: own_parts.own_parts(f[0]), "brackets"),
    "too few frames": (lambda f, w, p: own_parts.own_parts(f[:5]), "too few"),
    "no such composition": (lambda f, w, p: own_parts.own_parts(f, never_trained_on="Ni4"), "No structures are Ni4"),
    "fractions": (lambda f, w, p: own_parts.own_parts(f, fractions=(0.5,)), "fractions"),
    "mixed": (lambda f, w, p: own_parts.own_soap([*f, bulk("Cu")]), "periodic=True"),
    "a limit of no memory": (lambda f, w, p: own_parts.memory_plan(f, own_parts.own_soap(f), limit=0), "limit"),
    "one member": (lambda f, w, p: own_committee.fit_committee(f, own_parts.own_soap(f), 1), "n_members"),
    "no fit": (lambda f, w, p: own_committee.fit_committee(f, own_parts.own_soap(f), fit=3), "fit must be a function"),
    "no members": (lambda f, w, p: own_committee.load_calculator(p), "save the members first"),
    "no labels": (lambda f, w, p: own_committee.predictions([f[0].copy()], w.calculator), "lacks its energy"),
    "no calibration": (lambda f, w, p: own_report.error_table({"test": w.parts["test"]}), "'training'"),
    "coverage": (lambda f, w, p: own_committee.force_bound(w.parts["calibration"], 2), "between 0 and 1"),
    "no spread": (lambda f, w, p: own_run.run_until_doubt(f[0], EMT(), 300, 0.1), "CommitteeCalculator"),
    "no steps": (lambda f, w, p: own_run.run_until_doubt(f[0], w.calculator, 300, 0.1, steps=0), "steps"),
    "no limit": (lambda f, w, p: own_run.run_until_doubt(f[0], w.calculator, 300, 0), "limit"),
    "a word that reading does not know": (lambda f, w, p: own_way.whole_way("a.xyz", p, "a", colour=3), "not colour"),
    "no file": (lambda f, w, p: own_way.whole_way(p / "a.xyz", p, "a"), "There is no file a.xyz"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_gets_one_sentence(frames, small_way, tmp_path, case):
    call, piece = BAD[case]
    assert piece in refusal(lambda: call(frames, small_way[0], tmp_path))


def test_the_calculator_is_a_committees(small_way):
    assert isinstance(small_way[0].calculator, CommitteeCalculator)

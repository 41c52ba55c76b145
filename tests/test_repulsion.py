"""Short-range repulsion: values by hand, forces by finite differences, periodic images, what it refuses."""

import ase
import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.emt import EMT
from ase.calculators.fd import calculate_numerical_forces
from ase.calculators.mixing import LinearCombinationCalculator
from ase.cluster import Icosahedron

from forcefield.calculator import CommitteeCalculator, ForceFieldCalculator
from forcefield.dataset import Dataset
from forcefield.gaussian_process import SparseGaussianProcess
from forcefield.model_sums import ModelSum
from forcefield.prepared import copper_soap
from forcefield.repulsion import Repulsion, born_mayer, tangent_born_mayer, without_repulsion, zbl
from forcefield.systems import lennard_jones
from forcefield.training import train


def test_zbl_is_the_published_formula():
    """By hand for two copper atoms at 1 Å, and nearly bare nuclei when they are close."""
    x = 1.0 / (0.46850 / (2 * 29**0.23))
    screening = sum(
        share * np.exp(-rate * x)
        for share, rate in ((0.18175, 3.19980), (0.50986, 0.94229), (0.28022, 0.40290), (0.02817, 0.20162))
    )
    energies, forces = zbl([1.0, 1e-5], 29, 29)
    assert energies[0] == pytest.approx(14.399645 * 29**2 * screening)
    assert energies[1] == pytest.approx(14.399645 * 29**2 / 1e-5, rel=1e-3)
    assert np.all(forces > 0)


def test_zbl_of_two_elements_is_the_same_both_ways():
    np.testing.assert_array_equal(zbl([0.7, 1.4], [1, 6], [8, 29]), zbl([0.7, 1.4], [8, 29], [1, 6]))


@pytest.mark.parametrize("pair", [lambda r: zbl(r, 29, 13), lambda r: born_mayer(r, 300.0, 0.25)])
def test_pair_forces_are_minus_the_slope(pair):
    distances, step = np.linspace(0.3, 4, 40), 1e-5
    numerical = -(pair(distances + step)[0] - pair(distances - step)[0]) / (2 * step)
    np.testing.assert_allclose(pair(distances)[1], numerical, rtol=1e-6, atol=1e-8)


def test_tangent_touches_the_label_and_follows_the_wall():
    energy, force = lennard_jones(2.5)
    constants = tangent_born_mayer(2.5, energy, force)
    np.testing.assert_allclose(born_mayer(2.5, *constants), (energy, force))
    assert born_mayer(2.2, *constants)[0] == pytest.approx(lennard_jones(2.2)[0], rel=0.15)


@pytest.mark.parametrize("cutoff", [2.6, 3.5])
def test_forces_of_a_cluster_and_of_a_crystal(cutoff):
    cluster = ase.Atoms("Cu13", positions=0.8 * Icosahedron("Cu", 2).positions)
    crystal = bulk("Cu", a=2.9, cubic=True)  # squeezed: pairs at 2.05 Å, and an atom meets its own image
    for atoms in (cluster, crystal):
        atoms.rattle(0.05, rng=np.random.default_rng(0))
        atoms.symbols[0] = "Al"
        atoms.calc = Repulsion(cutoff)
        numerical = calculate_numerical_forces(atoms, eps=1e-5)
        assert np.abs(numerical).max() > 0.1
        np.testing.assert_allclose(atoms.get_forces(), numerical, atol=1e-6)
        np.testing.assert_allclose(atoms.get_forces().sum(axis=0), 0, atol=1e-10)


def test_a_crystal_counts_every_image():
    """A primitive cell and a cell of eight of them: the same energy of an atom, its own images included."""
    small = bulk("Cu", a=2.9)
    large = small * (2, 2, 2)
    for atoms in (small, large):
        atoms.calc = Repulsion(3.5)
    assert small.get_potential_energy() > 1
    assert large.get_potential_energy() == pytest.approx(8 * small.get_potential_energy())
    energy = small.get_potential_energy()
    small.set_cell(1.1 * small.cell)  # the cell alone
    assert small.get_potential_energy() < 0.9 * energy


def test_nothing_is_left_at_the_cutoff():
    pair = ase.Atoms("Cu2", positions=[[0, 0, 0], [2.6399, 0, 0]], calculator=Repulsion(2.64))
    assert 0 < pair.get_potential_energy() < 1e-9
    pair.positions[1, 0] = 2.7
    assert pair.get_potential_energy() == 0
    assert np.all(pair.get_forces() == 0)


def test_nothing_is_cut_off_at_infinity():
    pair = ase.Atoms("Cu2", positions=[[0, 0, 0], [2.0, 0, 0]], calculator=Repulsion(np.inf))
    assert pair.get_potential_energy() == pytest.approx(zbl(2.0, 29, 29)[0])


def test_labels_minus_repulsion_plus_repulsion_are_the_labels():
    cluster = ase.Atoms("Cu13", positions=0.9 * Icosahedron("Cu", 2).positions)
    difference, expected = cluster.copy(), cluster.copy()
    difference.calc = LinearCombinationCalculator([EMT(), Repulsion(3.0)], [1, -1])
    expected.calc, cluster.calc = EMT(), Repulsion(3.0)
    assert cluster.get_potential_energy() > 0.1
    assert difference.get_potential_energy() + cluster.get_potential_energy() == pytest.approx(
        expected.get_potential_energy()
    )
    np.testing.assert_allclose(difference.get_forces() + cluster.get_forces(), expected.get_forces(), atol=1e-10)


def test_what_it_cannot_calculate_gets_one_sentence():
    for cutoff in (0, np.nan, None, "2"):
        with pytest.raises(ValueError, match="must be a finite number above 0 Å"):
            Repulsion(cutoff)
    with pytest.raises(ValueError, match="above 0: take a shorter pair"):
        tangent_born_mayer(3.3, -0.9, 0.1)
    with pytest.raises(ValueError, match="in one place"):
        ase.Atoms("Cu2", positions=np.zeros((2, 3)), calculator=Repulsion(2.64)).get_forces()
    with pytest.raises(ValueError, match="not a finite number"):
        ase.Atoms("Cu2", positions=[[0, 0, 0], [np.nan, 0, 0]], calculator=Repulsion(2.64)).get_forces()
    crystal = bulk("Cu")
    crystal.calc = Repulsion(np.inf)
    with pytest.raises(ValueError, match="give the repulsion a finite cutoff"):
        crystal.get_potential_energy()


@pytest.fixture(scope="module")
def without_zbl():
    """Rattled clusters of copper with EMT's labels minus a repulsion that reaches into them."""
    frames = [ase.Atoms("Cu13", Icosahedron("Cu", 2).positions) for _ in range(6)]
    for seed, frame in enumerate(frames):
        frame.rattle(0.1, rng=np.random.default_rng(seed))
    rest = without_repulsion(EMT(), Repulsion(3.0))
    return frames, Dataset.from_structures(frames, copper_soap(), attach=True, calculator=rest)


@pytest.mark.parametrize("kind", ["network", "process"])
def test_a_model_of_the_rest_says_so_in_its_file_and_asks_for_the_repulsion(without_zbl, kind, tmp_path):
    frames, data = without_zbl
    settings = {"hidden_units": (8,), "method": "levenberg_marquardt", "scaling": "square_root", "iterations": 40}
    model = train(data[1:], **settings)[0] if kind == "network" else SparseGaussianProcess(data[1:], n_sparse=65)
    path = tmp_path / "rest.npz"
    model.save(path)
    calculator = ForceFieldCalculator.load(path, baseline=Repulsion(3.0))
    close = frames[1].copy()
    close.calc = calculator
    assert close.get_potential_energy() == pytest.approx(data.energies[1] + energy_of(close, Repulsion(3.0)), abs=0.05)
    for baseline in (None, EMT(), Repulsion(2.0), Repulsion(3.0, lambda r, *_: born_mayer(r, 1.0, 0.3))):
        with pytest.raises(ValueError, match=r"without a repulsion \(zbl, cutoff 3.0 Å\)"):
            ForceFieldCalculator.load(path, baseline=baseline)
    with pytest.raises(ValueError, match="without a repulsion"):
        CommitteeCalculator([model, model])
    assert ModelSum([model, model]).provenance["subtracted"] == data.metadata["subtracted"]


def energy_of(structure, calculator):
    structure = structure.copy()
    structure.calc = calculator
    return structure.get_potential_energy()


def test_what_is_taken_away_must_be_a_repulsion():
    with pytest.raises(ValueError, match="must be a Repulsion"):
        without_repulsion(EMT(), EMT())

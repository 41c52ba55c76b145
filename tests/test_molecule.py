"""Malonaldehyde: its coordinate, its split in time, its path and vibrations, and a small force field for it."""

from itertools import pairwise

import numpy as np
import pytest
from ase import Atoms, units
from ase.io import read
from ase.vibrations import VibrationsData

from forcefield import molecule
from forcefield.calculator import ForceFieldCalculator
from forcefield.descriptors import make_soap
from forcefield.full_gaussian_process import GaussianProcess
from forcefield.several_sets import LabelledStructures

FRAMES = read(molecule.LABELS / "malonaldehyde.extxyz.gz", ":")
MINIMUM, SADDLE, PATH = molecule.reaction_path()


@pytest.fixture(scope="module")
def small_model():
    """A force field of 40 of the frames to learn from."""
    learn, _, _ = molecule.rows_in_time(FRAMES)
    rows = np.random.default_rng(0).permutation(learn)[:40]
    soap = make_soap(("H", "C", "O"), cutoff_radius=5.0, sigma=0.4, n_max=4, l_max=4)
    return GaussianProcess(LabelledStructures([FRAMES[row] for row in rows], soap))


def test_the_coordinate_is_the_difference_of_two_distances():
    expected = [frame.get_distance(0, 5) - frame.get_distance(1, 5) for frame in FRAMES[:50]]
    np.testing.assert_allclose(molecule.proton_coordinate(FRAMES[:50]), expected, atol=1e-12)


def test_exchanging_the_oxygens_changes_its_sign():
    exchanged = FRAMES[3].copy()
    exchanged.positions = exchanged.positions[list(molecule.EXCHANGED)]
    here, there = molecule.proton_coordinate([FRAMES[3], exchanged])
    assert there == pytest.approx(-here)
    assert exchanged.get_chemical_symbols() == FRAMES[3][list(molecule.EXCHANGED)].get_chemical_symbols()


def test_the_test_set_is_the_last_of_every_group_and_nothing_is_in_two():
    learn, test, opened = molecule.rows_in_time(FRAMES)
    assert (len(learn), len(test), len(opened)) == (375, 120, 25)
    assert sorted([*learn, *test, *opened]) == list(range(520))
    groups, steps = (np.array([frame.info[name] for frame in FRAMES]) for name in ("group", "step"))
    for group in dict.fromkeys(groups):
        assert steps[learn][groups[learn] == group].max() < steps[test][groups[test] == group].min()
    assert np.abs(molecule.proton_coordinate([FRAMES[row] for row in opened])).min() > 1.6


def test_the_path_lies_on_the_minimum_and_moves_little_from_step_to_step():
    assert np.abs(PATH[0].positions - MINIMUM.positions).max() < 1e-3
    steps = [np.abs(after.positions - before.positions).max() for before, after in pairwise(PATH)]
    assert max(steps) < 0.15
    raw = read(molecule.LABELS / "malonaldehyde_path.extxyz", "2:")
    for laid, shipped in zip(PATH, raw, strict=True):  # turned, and labels with it
        np.testing.assert_allclose(laid.get_all_distances(), shipped.get_all_distances(), atol=1e-9)
        assert laid.get_potential_energy() == shipped.get_potential_energy()
        lengths = [np.linalg.norm(structure.get_forces(), axis=1) for structure in (laid, shipped)]
        np.testing.assert_allclose(*lengths, atol=1e-9)


def test_forces_on_the_path_point_down_the_energy():
    for before, here, after in zip(PATH[:-2], PATH[1:-1], PATH[2:], strict=True):
        work = -(here.get_forces() * (after.positions - before.positions)).sum()
        rise = after.get_potential_energy() - before.get_potential_energy()
        assert work == pytest.approx(rise, abs=0.006)


def test_vibrations_are_those_of_ase():
    data = VibrationsData(MINIMUM, MINIMUM.info["hessian"].reshape(9, 3, 9, 3))
    expected = data.get_frequencies()  # complex where imaginary
    signed = np.sort(expected.real - np.abs(expected.imag))
    np.testing.assert_allclose(
        molecule.vibrations(MINIMUM.info["hessian"], MINIMUM.get_masses()), signed[6:], rtol=1e-6
    )


def test_vibration_of_two_atoms_by_hand():
    hessian = np.zeros((9, 9))  # a third atom feels nothing
    hessian[np.ix_([0, 3], [0, 3])] = 30 * np.array([[1, -1], [-1, 1]])  # eV/Å², along x
    (frequency,) = molecule.vibrations(hessian, [1.0, 3.0, 5.0])[-1:]
    by_hand = np.sqrt(30 * units._e * 1e20 / (0.75 * units._amu)) / (2 * np.pi * units._c * 100)  # reduced mass 0.75 u
    assert frequency == pytest.approx(by_hand, rel=1e-6)


def test_one_direction_downhill_at_the_transition_state():
    assert (molecule.vibrations(SADDLE.info["hessian"], SADDLE.get_masses()) < 0).sum() == 1
    assert (molecule.vibrations(MINIMUM.info["hessian"], MINIMUM.get_masses()) > 0).all()


def test_forty_labels_give_the_reaction_roughly_and_unseen_frames_in_time(small_model):
    _, test, _ = molecule.rows_in_time(FRAMES)
    _, forces = small_model.predict_structures([FRAMES[row] for row in test])
    assert np.abs(forces - [FRAMES[row].get_forces() for row in test]).mean() < 0.08  # eV/Å; their mean size is 1
    energies, _ = small_model.predict_structures([MINIMUM, SADDLE])
    assert 1e3 * np.ptp(energies) == pytest.approx(99.85, abs=15)


def test_both_minima_have_one_energy_and_the_saddle_no_force_along_the_hop(small_model):
    calculator = ForceFieldCalculator(small_model)
    exchanged, saddle = MINIMUM.copy(), SADDLE.copy()
    exchanged.positions = exchanged.positions[list(molecule.EXCHANGED)]
    energies = [calculator.get_potential_energy(structure) for structure in (MINIMUM.copy(), exchanged)]
    assert energies[0] == pytest.approx(energies[1], abs=1e-7)
    saddle.calc = calculator
    assert abs(saddle.get_forces()[molecule.PROTON, 0]) < 1e-6  # along x, from oxygen to oxygen


def test_another_molecule_is_refused():
    with pytest.raises(ValueError, match="OOCCCHHHH"):
        molecule.proton_coordinate([Atoms("H2O", np.eye(3))])

"""A crystal model warns outside its data: stretch, shear; once each, and not inside."""

import warnings

import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.emt import EMT

from forcefield import crystals
from forcefield.calculator import ForceFieldCalculator
from forcefield.crystal_calculator import CrystalCalculator, OutsideTrainingData, reasons_outside, strain_of
from forcefield.dataset import Dataset
from forcefield.elasticity import volume_conserving_strains
from forcefield.model import ForceField


@pytest.fixture(scope="module")
def frames():
    return crystals.crystal_frames(3, 0)


@pytest.fixture(scope="module")
def model(frames):
    data = Dataset.from_structures(frames, crystals.crystal_soap(), attach=True, calculator=EMT())
    return ForceField(data.descriptors.shape[-1], seed=0).standardise(data)


@pytest.fixture
def calculator(model):
    return CrystalCalculator(model)


def warnings_of(function):
    """Texts of the warnings that a call gives, of our class; any other is an error."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        function()
    assert all(warning.category is OutsideTrainingData for warning in caught)
    return [str(warning.message) for warning in caught]


def stretched(share):
    return crystals.copper_crystal(crystals.LATTICE_CONSTANT * (1 + share))


@pytest.mark.parametrize("repeat", [1, 2])
def test_no_training_frame_is_called_outside(repeat):
    frames = crystals.crystal_frames(400 // repeat**3, 0, repeat=repeat)
    assert [reasons_outside(frame) for frame in frames] == [{}] * len(frames)


def test_strain_is_found_in_any_cell_of_the_crystal():
    strain = np.array([[0.03, 0.01, 0], [0.01, -0.02, 0.005], [0, 0.005, 0.01]])
    cube = crystals.copper_crystal()
    for crystal in (cube, cube * (3, 1, 2), bulk("Cu", a=crystals.LATTICE_CONSTANT)):
        stretch, shape = strain_of(crystals.deform(crystal, strain))
        np.testing.assert_allclose((1 + stretch) * (np.eye(3) + shape), np.eye(3) + strain, atol=1e-9)


@pytest.mark.parametrize(("share", "word"), [(0.06, "stretched by 6.0%"), (-0.06, "compressed by 6.0%"), (0.05, None)])
def test_a_stretch_beyond_the_data_warns_once(calculator, share, word):
    crystal = stretched(share)
    crystal.calc = calculator
    assert [word in text for text in warnings_of(crystal.get_potential_energy)] == [True] * (word is not None)
    for another in (share, 2 * share):
        crystal.set_cell(stretched(another).cell, scale_atoms=True)
        assert word is None or warnings_of(crystal.get_potential_energy) == []


@pytest.mark.parametrize("kind", [0, 1])
def test_a_shear_beyond_the_data_warns(calculator, kind):
    for shear, expected in ((0.04, 0), (0.1, 1)):
        crystal = crystals.deform(crystals.copper_crystal(), volume_conserving_strains(shear)[kind])
        crystal.calc = calculator
        assert len(warnings_of(crystal.get_potential_energy)) == expected


def test_energy_and_forces_are_those_of_the_ordinary_calculator(model, frames):
    results = []
    for kind in (CrystalCalculator, ForceFieldCalculator):
        frame = frames[0].copy()
        frame.calc = kind(model)
        results.append(np.append(frame.get_forces(), frame.get_potential_energy()))
    np.testing.assert_array_equal(*results)

"""The data set: shapes, what it holds cannot change."""

import dataclasses

import ase
import numpy as np
import pytest

from forcefield.dataset import Dataset
from forcefield.descriptors import make_soap
from forcefield.systems import lennard_jones_calculator


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


def test_a_set_does_not_change_with_the_arrays_it_was_made_from(dimer_set):
    energies = dimer_set.energies.copy()
    data = dataclasses.replace(dimer_set, energies=energies)
    energies[0] = 99
    assert data.energies[0] == dimer_set.energies[0]
    with pytest.raises(ValueError, match="read-only"):
        data.energies[0] = 99


def test_the_fingerprint_tells_labels_apart_and_forgives_rounding(dimer_set):
    print_of = dimer_set.fingerprint()
    rounded = dataclasses.replace(dimer_set, energies=dimer_set.energies * (1 + 1e-15))
    assert rounded.fingerprint() == print_of
    for name in ("positions", "energies", "forces"):
        assert dataclasses.replace(dimer_set, **{name: getattr(dimer_set, name) + 1e-5}).fingerprint() != print_of
    assert dimer_set[::-1].fingerprint() != print_of


def test_sets_can_be_compared_hashed_and_shown(dimer_set):
    assert (dimer_set == dimer_set[:10]) is False
    assert len({dimer_set, dimer_set}) == 1
    assert repr(dimer_set) == ("<Dataset: 200 systems, 2 atoms, 1 centre, 6 features, energies from -0.99 to 14.00 eV>")


def test_rows_out_of_range_get_one_sentence(dimer_set):
    for rows in ([200], "a", 0.5):
        with pytest.raises(ValueError, match="Rows must be a list of whole numbers from 0 to 199"):
            dimer_set[rows]


def test_a_set_knows_the_elements_that_all_its_systems_share(tmp_path):
    soap, potential = make_soap(("H", "He")), lennard_jones_calculator()
    ordered = [ase.Atoms("HHe", [[0, 0, 0], [0, 0, distance]]) for distance in (1.0, 1.2, 1.4)]
    data = Dataset.from_structures(ordered, soap, attach=True, calculator=potential)
    assert data.numbers.tolist() == [1, 2] == data[1:].numbers.tolist()
    data.save(tmp_path / "set.npz")
    assert Dataset.load(tmp_path / "set.npz").numbers.tolist() == [1, 2]
    mixed = Dataset.from_structures([*ordered, ordered[0][::-1]], soap, attach=True, calculator=potential)
    assert mixed.numbers is None
    for numbers in ([1], [1, 0], [1, 1.5], ["H", "He"], None, [[1, 2]]):
        with pytest.raises(ValueError, match=r"numbers|atomic number"):
            dataclasses.replace(data, metadata={**data.metadata, "numbers": numbers})

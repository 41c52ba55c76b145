"""Descriptors: derivatives against finite differences, shapes, settings, sentences for bad ones."""

import ase
import numpy as np
import pytest
from ase.build import bulk

from forcefield import descriptors, systems
from forcefield.finite_differences import central_difference

# Three atoms without any symmetry: as many atoms as axes, so that a swap of the two goes unnoticed by shapes alone.
TRIMER = ase.Atoms("H3", positions=[[0.0, 0.1, -0.2], [2.9, 0.3, 0.1], [1.2, 2.5, 0.9]])


def descriptor_function(soap, structure, centers):
    """Descriptors of a structure as a function of its positions, the centres following their atoms."""

    def function(positions):
        moved = structure.copy()
        moved.positions = positions
        return soap.create(moved, centers=centers)

    return function


@pytest.mark.parametrize("radial_basis", ["gto", "polynomial"])
def test_attached_derivatives_against_finite_differences(radial_basis):
    soap = descriptors.make_soap(n_max=3, l_max=2, radial_basis=radial_basis)
    described, derivatives = descriptors.describe(soap, [TRIMER], attach=True)
    assert described.shape == (1, 3, 18)
    assert derivatives.shape == (1, 3, 3, 3, 18)
    numerical = central_difference(descriptor_function(soap, TRIMER, [0, 1, 2]), TRIMER.positions)
    # numerical: (n_atoms, 3, n_centers, n_features)
    np.testing.assert_allclose(derivatives[0], np.moveaxis(numerical, 2, 0), atol=1e-6)
    # A shift of the whole changes nothing.
    np.testing.assert_allclose(derivatives.sum(axis=2), 0, atol=1e-6)


def test_derivatives_are_analytic_where_they_can_be():
    soap = descriptors.make_soap(l_max=2)
    automatic, analytic, numerical = (
        descriptors.describe(soap, [TRIMER], attach=True, method=method)[1]
        for method in ("auto", "analytical", "numerical")
    )
    np.testing.assert_array_equal(automatic, analytic)
    assert not np.array_equal(automatic, numerical)


def test_midpoint_derivatives_against_finite_differences():
    soap = descriptors.make_soap()
    (pair,) = systems.dimers([3.1])
    _, derivatives = descriptors.describe(soap, [pair], [descriptors.MIDPOINT])
    numerical = central_difference(descriptor_function(soap, pair, [descriptors.MIDPOINT]), pair.positions)
    np.testing.assert_allclose(derivatives[0], np.moveaxis(numerical, 2, 0), atol=1e-6)


def test_one_structure_keeps_the_system_axis():
    soap = descriptors.make_soap()
    many = descriptors.describe(soap, systems.dimers([3.0, 4.0]), [descriptors.MIDPOINT])
    one = descriptors.describe(soap, systems.dimers([4.0]), [descriptors.MIDPOINT])
    for several, single in zip(many, one, strict=True):
        np.testing.assert_array_equal(several[1:], single)


def test_descriptors_do_not_change_when_the_whole_moves_turns_or_is_mirrored():
    soap = descriptors.make_soap(l_max=2)
    described, _ = descriptors.describe(soap, [TRIMER])
    moved = TRIMER.copy()
    moved.rotate(70, (1, -1, 2))
    moved.translate((3, 2, 1))
    mirrored = TRIMER.copy()
    mirrored.positions[:, 0] *= -1
    swapped = TRIMER[[2, 0, 1]]
    np.testing.assert_allclose(descriptors.describe(soap, [moved])[0], described, atol=1e-9)
    np.testing.assert_allclose(descriptors.describe(soap, [mirrored])[0], described, atol=1e-9)
    np.testing.assert_allclose(descriptors.describe(soap, [swapped])[0], described[:, [2, 0, 1]], atol=1e-9)


def test_settings_make_the_same_soap_again():
    soap = descriptors.make_soap(("H", "O"), 4.0, 0.4, 4, 2, "polynomial")
    settings = descriptors.soap_settings(soap)
    assert settings == descriptors.soap_settings(descriptors.make_soap(**settings))
    assert settings == {
        "species": ["H", "O"],
        "cutoff_radius": 4.0,
        "sigma": 0.4,
        "n_max": 4,
        "l_max": 2,
        "radial_basis": "polynomial",
        "periodic": False,
    }


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"cutoff_radius": 1.0}, "cutoff_radius must be greater than 1 Å"),
        ({"cutoff_radius": 0.0, "radial_basis": "polynomial"}, "cutoff_radius must be a number from 0.1 to 50 Å"),
        ({"cutoff_radius": np.nan}, "cutoff_radius must be a number from 0.1 to 50 Å"),
        ({"sigma": 0}, "sigma must be a number from 0.01 to 20 Å"),
        ({"n_max": 0}, "n_max must be a whole number from 1 to 50"),
        ({"n_max": 2.5}, "n_max must be a whole number"),
        ({"l_max": 21}, "l_max must be a whole number from 0 to 20"),
        ({"radial_basis": "fourier"}, "radial_basis must be one of gto, polynomial"),
    ],
)
def test_bad_settings_get_one_sentence(settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        descriptors.make_soap(**settings)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (([],), "the list is empty"),
        (([TRIMER, TRIMER[:2]],), "all the same number"),
        (([TRIMER], [0, (0, 0, 0)]), "not a mix"),
        (([TRIMER], []), "Centres must be"),
        (([TRIMER], [3]), "from 0 to 2"),
        (([TRIMER], [(0, 0, 0)], True), "attach=True needs"),
    ],
)
def test_bad_structures_and_centres_get_one_sentence(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        descriptors.describe(descriptors.make_soap(), *arguments)


def test_memory_is_what_the_array_takes(copper_set):
    megabytes, sentence = descriptors.plan_memory(60, 13, 13, 50)
    assert megabytes == pytest.approx(copper_set.derivatives.nbytes / 1e6)
    assert sentence == "60 systems x 13 centres x 13 atoms x 3 axes x 50 features x 8 bytes = 12.17 MB"


def test_what_cannot_fit_is_refused_before_it_is_made():
    with pytest.raises(ValueError, match=r"would need .* = 1014 MB, .* take at most 1972 of these systems"):
        descriptors.plan_memory(5000, 13, 13, 50)
    descriptors.plan_memory(1972, 13, 13, 50)
    with pytest.raises(ValueError, match="take smaller systems"):
        descriptors.plan_memory(1, 1000, 1000, 50)
    structures = [ase.Atoms("Cu13", np.random.default_rng(0).normal(scale=3, size=(13, 3)))] * 5000
    with pytest.raises(ValueError, match="limit is 400 MB"):
        descriptors.describe(descriptors.make_soap(("Cu",), n_max=4, l_max=4), structures, attach=True)


def test_atoms_moved_by_cell_vectors_change_nothing():
    soap = descriptors.make_soap(("Cu",), cutoff_radius=3.0, n_max=2, l_max=1, periodic=True)
    crystal = bulk("Cu", cubic=True) * (2, 1, 1)
    crystal.rattle(0.05, rng=np.random.default_rng(0))
    moved = crystal.copy()
    moved.positions[3] += [2, -3, 1] @ crystal.cell.array
    for before, after in zip(
        *(descriptors.describe(soap, [one], attach=True) for one in (crystal, moved)), strict=True
    ):
        np.testing.assert_allclose(after, before, atol=1e-8)
    assert moved.positions[3, 0] > crystal.cell.array[0, 0], "the structure itself is not wrapped"


def test_descriptors_alone_are_the_same():
    soap = descriptors.make_soap(l_max=2)
    for centers in (None, [0, 2], [(0.0, 0.1, 0.3)]):
        alone = descriptors.describe_without_derivatives(soap, [TRIMER, TRIMER], centers)
        np.testing.assert_array_equal(alone, descriptors.describe(soap, [TRIMER, TRIMER], centers)[0])


def test_descriptor_settings_make_the_same_descriptor_again():
    soap = descriptors.make_soap(l_max=2)
    for centers, attach in ((None, True), ([0, 2], False), ([(0.0, 0.1, 0.3)], False)):
        settings = descriptors.descriptor_settings(soap, centers, attach)
        again = descriptors.describe(*_swapped(descriptors.descriptor_from(settings)))
        for before, after in zip(descriptors.describe(soap, [TRIMER], centers, attach), again, strict=True):
            np.testing.assert_array_equal(before, after)


def _swapped(descriptor):
    soap, centers, attach = descriptor
    return soap, [TRIMER], centers, attach

"""Descriptors: derivatives against finite differences, shapes, settings, sentences for bad ones."""

import ase
import numpy as np
import pytest

from forcefield import descriptors, systems
from forcefield.gradients import central_difference

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
        ({"cutoff_radius": 0.0, "radial_basis": "polynomial"}, "cutoff_radius must be greater than 0 Å"),
        ({"cutoff_radius": np.nan}, "cutoff_radius must be greater"),
        ({"sigma": 0}, "sigma must be greater than 0 Å"),
        ({"n_max": 0}, "n_max must be a whole number of at least 1"),
        ({"n_max": 2.5}, "n_max must be a whole number"),
        ({"l_max": 21}, "l_max must be a whole number from 0 to 20"),
        ({"radial_basis": "fourier"}, "radial_basis must be 'gto' or 'polynomial'"),
    ],
)
def test_bad_settings_get_one_sentence(settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        descriptors.make_soap(**settings)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (([],), "at least one structure"),
        (([TRIMER, TRIMER[:2]],), "all of one size"),
        (([TRIMER], [0, (0, 0, 0)]), "not a mix"),
        (([TRIMER], []), "Centres must be"),
        (([TRIMER], [3]), "from 0 to 2"),
        (([TRIMER], [(0, 0, 0)], True), "attach=True needs"),
    ],
)
def test_bad_structures_and_centres_get_one_sentence(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        descriptors.describe(descriptors.make_soap(), *arguments)

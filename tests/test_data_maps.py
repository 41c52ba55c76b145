"""Maps of data sets: places by a plain singular value decomposition, and what must not change them."""

import numpy as np
import pytest
from ase.io import read
from scipy.spatial.distance import cdist
from scipy.spatial.transform import Rotation

from forcefield import molecule
from forcefield.data_maps import alike, data_map, emptiness, principal_places, rows_of_map
from forcefield.descriptors import describe_without_derivatives, make_soap

SOAP = make_soap(("H", "C", "O"), cutoff_radius=4.0, sigma=0.5, n_max=2, l_max=2)
FRAMES = read(molecule.LABELS / "malonaldehyde.extxyz.gz", ":200:5")
VALUES = np.random.default_rng(1).uniform(0.1, 1, (2, len(FRAMES)))
LABELS = [f"frame {row}" for row in range(len(FRAMES))]


def mapped(structures, values=VALUES, labels=LABELS):
    return data_map(structures, describe_without_derivatives(SOAP, structures), *values, labels)


def test_a_row_is_the_mean_over_the_centres_of_each_element_standardised():
    described, numbers = describe_without_derivatives(SOAP, FRAMES), FRAMES[0].numbers
    rows = rows_of_map(described, numbers)
    assert rows.shape == (40, 3 * SOAP.get_number_of_features())
    # By hand: hydrogen is 5 to 8, carbon 2 to 4, oxygen 0 and 1.
    parts = [sum(described[:, atom] for atom in atoms) / len(atoms) for atoms in ((5, 6, 7, 8), (2, 3, 4), (0, 1))]
    means = np.hstack(parts)
    varied = means.std(axis=0) > 1e-8
    expected = (means - means.mean(axis=0))[:, varied] / means.std(axis=0)[varied]
    np.testing.assert_allclose(rows[:, varied], expected, atol=1e-7)


def test_places_are_those_of_a_plain_singular_value_decomposition():
    rows = rows_of_map(describe_without_derivatives(SOAP, FRAMES), FRAMES[0].numbers)
    places, shares = principal_places(rows)
    _, sizes, axes = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    for component in (0, 1):
        sign = np.sign(axes[component][np.abs(axes[component]).argmax()])
        np.testing.assert_allclose(places[:, component], sign * rows @ axes[component], atol=1e-8)
    np.testing.assert_allclose(shares, sizes[:2] ** 2 / (sizes**2).sum())
    assert 0 < shares[1] < shares[0] < 1


def test_turned_and_moved_structures_stand_at_the_same_places():
    generator, turned = np.random.default_rng(0), [frame.copy() for frame in FRAMES]
    for frame in turned:
        frame.positions = Rotation.random(random_state=generator).apply(frame.positions) + generator.normal(size=3)
    np.testing.assert_allclose(mapped(turned).places, mapped(FRAMES).places, atol=1e-6)


def test_structures_in_another_order_stand_at_the_same_places():
    order = np.random.default_rng(0).permutation(len(FRAMES))
    moved = mapped([FRAMES[row] for row in order], VALUES[:, order], [LABELS[row] for row in order])
    first = mapped(FRAMES)
    np.testing.assert_allclose(moved.places, first.places[order], atol=1e-8)
    np.testing.assert_allclose(moved.values["energy"], first.values["energy"][order])
    assert moved.labels == [first.labels[row] for row in order]


def test_values_are_in_milli_units():
    chart, (energies, errors) = mapped(FRAMES), VALUES
    np.testing.assert_allclose(chart.values["error"], 1000 * errors)
    np.testing.assert_allclose(chart.values["energy"], 1000 * (energies - min(energies)) / 9)


def test_structures_lie_alike_and_keep_their_shape():
    turned = FRAMES[1].copy()
    turned.rotate(140, (1, 2, 3))
    first, second, third = alike([FRAMES[0], FRAMES[1], turned])
    np.testing.assert_allclose(second.positions, third.positions, atol=1e-8)
    np.testing.assert_allclose(second.get_all_distances(), FRAMES[1].get_all_distances(), atol=1e-10)
    assert np.abs(first.positions[:5, 2]).max() < 1  # carbon and oxygen lie flat before the eye
    assert np.linalg.norm(second.positions - first.positions) < np.linalg.norm(
        FRAMES[1].positions - FRAMES[1].positions.mean(axis=0) - first.positions
    )
    # No mirror image: the first keeps its hand.
    hand = [np.linalg.det(one.positions[[0, 2, 7]] - one.positions[4]) for one in (first, FRAMES[0])]
    assert hand[0] == pytest.approx(hand[1])


def test_emptiness_is_the_mean_distance_to_the_nearest():
    places = np.random.default_rng(0).normal(size=(30, 2))
    distances = np.sort(cdist(places, places), axis=1)
    np.testing.assert_allclose(emptiness(places), distances[:, 1:6].mean(axis=1))
    np.testing.assert_allclose(emptiness(places, 1), distances[:, 1])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: mapped(FRAMES[:2]), "at least 3 structures"),
        (lambda: mapped([*FRAMES[:3], FRAMES[3][::-1]], VALUES[:, :4], LABELS[:4]), "in one order"),
        (lambda: mapped(FRAMES, VALUES[:, :5]), "energies must have shape"),
        (lambda: mapped(FRAMES, labels=["one"]), "one text for each of the 40"),
        (lambda: emptiness(np.zeros((3, 2)), 5), "n_neighbours"),
    ],
)
def test_what_makes_no_map_is_said(make, words):
    with pytest.raises(ValueError, match=words):
        make()

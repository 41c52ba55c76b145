"""Committees: mean and spread, calibration, and conformal bounds that keep their word."""

import numpy as np
import pytest

from forcefield.committees import (
    Committee,
    calibration_factor,
    conformal_factor,
    energy_spread,
    force_spread,
    perfect_calibration_factor,
)
from forcefield.descriptors import MIDPOINT, describe, make_soap
from forcefield.explorers import committee as explorer_room
from forcefield.finite_differences import numerical_forces
from forcefield.model import ForceField
from forcefield.systems import dimers


@pytest.fixture(scope="module")
def committee(dimer_set):
    """Three untrained models: they disagree well."""
    return Committee([ForceField(6, seed=seed).standardise(dimer_set) for seed in range(3)])


def test_mean_force_is_minus_the_gradient_of_the_mean_energy(committee):
    def predict(positions):
        pair = dimers([3.0])[0]
        pair.positions = positions
        return committee.predict(*describe(make_soap(), [pair], [MIDPOINT]))

    positions = dimers([3.0])[0].positions
    numerical = numerical_forces(lambda moved: predict(moved)[0][0], positions)
    assert np.abs(numerical).max() > 1e-3
    np.testing.assert_allclose(predict(positions)[1][0], numerical, atol=1e-6)


def test_shapes_and_values_of_votes_and_spreads(committee, dimer_set):
    part = dimer_set[:5]
    energies, forces = committee.votes(part.descriptors, part.derivatives)
    assert energies.shape == (3, 5)
    assert forces.shape == (3, 5, 2, 3)
    np.testing.assert_array_equal(energies[1], committee.members[1].predict(part.descriptors, part.derivatives)[0])
    mean = energies.mean(axis=0)
    predicted = committee.predict(part.descriptors, part.derivatives)
    np.testing.assert_allclose(predicted[0], mean, atol=1e-12)
    np.testing.assert_allclose(predicted[1], forces.mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(energy_spread(energies), np.sqrt(((energies - mean) ** 2).sum(axis=0) / 2))
    assert force_spread(forces).shape == (5, 2)


def test_spreads_by_hand():
    """Three members about their mean by -1, 0 and 1 in x: variance 1; by -2, 0 and 2 in y: variance 4."""
    forces = np.array([[[-1.0, -2, 7]], [[0, 0, 7]], [[1, 2, 7]]]) + np.array([5.0, -3, 0])
    assert force_spread(forces) == pytest.approx([np.sqrt(5)])
    assert energy_spread([[2.0, 1.0], [4.0, 1.5]]) == pytest.approx([np.sqrt(2), np.sqrt(0.125)])


def test_force_spread_does_not_turn_along():
    generator = np.random.default_rng(0)
    forces = generator.normal(size=(4, 2, 3, 3))
    turn = np.linalg.qr(generator.normal(size=(3, 3)))[0]
    np.testing.assert_allclose(force_spread(forces @ turn.T), force_spread(forces))
    assert np.abs(forces @ turn.T - forces).max() > 0.1


def test_one_member_cannot_disagree(committee):
    with pytest.raises(ValueError, match="at least 2 members"):
        Committee(committee.members[:1])
    with pytest.raises(ValueError, match="at least 2 members"):
        energy_spread(np.ones((1, 4)))


def test_calibration_factor_finds_how_much_too_small_spreads_are():
    generator = np.random.default_rng(0)
    spreads = generator.uniform(0.1, 2, 20_000)
    errors = 2.5 * spreads * generator.normal(size=20_000)
    factor = calibration_factor(errors, spreads)
    assert factor == pytest.approx(2.5, rel=0.03)
    assert calibration_factor(errors, factor * spreads) == pytest.approx(1)


@pytest.mark.parametrize(("n_members", "n_components"), [(3, 3), (5, 3), (16, 3), (7, 1)])
def test_perfect_members_need_the_factor_that_the_formula_gives(n_members, n_components):
    """Members and truth drawn from one normal distribution, 200,000 times, each time of another width."""
    generator = np.random.default_rng(n_members)
    draws = generator.normal(size=(n_members + 1, 200_000, n_components)) * generator.uniform(0.1, 5, (200_000, 1))
    errors = np.linalg.norm(draws[:-1].mean(axis=0) - draws[-1], axis=-1)
    spreads = np.sqrt(draws[:-1].var(axis=0, ddof=1).sum(axis=-1))
    expected = perfect_calibration_factor(n_members, n_components)
    assert calibration_factor(errors, spreads) == pytest.approx(expected, rel=0.01)


def test_perfect_factors_that_the_lesson_names():
    factors = [perfect_calibration_factor(n_members) for n_members in (3, 5, 16)]
    np.testing.assert_allclose(factors, [1.414, 1.2, 1.054], atol=5e-4)
    # One component: Imbalzano's correction, -1/M + (M - 3)/(M - 1) times the square, is 1 for a perfect committee.
    assert -1 / 6 + 3 / 5 * perfect_calibration_factor(6, 1) ** 2 == pytest.approx(1)
    with pytest.raises(ValueError, match="take more members"):
        perfect_calibration_factor(3, n_components=1)


def test_conformal_factor_is_the_right_rank():
    scores = np.random.default_rng(0).permutation(np.arange(1.0, 10.0))  # 1 to 9
    ones = np.ones(9)
    assert conformal_factor(scores, ones, 0.9) == 9
    assert conformal_factor(scores, ones, 0.5) == 5
    assert conformal_factor(-scores * 2, 2 * ones, 0.85) == 9


@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.9])
def test_bound_holds_as_often_as_promised(coverage):
    """Heavy-tailed errors, 30 calibration points, one new point, many times."""
    generator = np.random.default_rng(1)
    held = []
    for _ in range(4000):
        spreads = generator.uniform(0.1, 2, 31)
        errors = spreads * generator.standard_t(2, 31)
        held.append(abs(errors[-1]) <= conformal_factor(errors[:-1], spreads[:-1], coverage) * spreads[-1])
    exact = np.ceil(31 * coverage) / 31
    assert np.mean(held) == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 4000))


def test_bad_input_gets_a_sentence():
    with pytest.raises(ValueError, match="between 0 and 1"):
        conformal_factor(np.ones(5), np.ones(5), 90)
    with pytest.raises(ValueError, match="at least 9 calibration points; there are 8"):
        conformal_factor(np.ones(8), np.ones(8), 0.9)
    with pytest.raises(ValueError, match="one shape"):
        conformal_factor(np.ones(8), np.ones(9), 0.5)
    with pytest.raises(ValueError, match="above 0"):
        calibration_factor(np.ones(3), np.array([1.0, 0.0, 1.0]))


@pytest.mark.parametrize("factor", [calibration_factor, lambda errors, spreads: conformal_factor(errors, spreads, 0.5)])
@pytest.mark.parametrize(
    ("errors", "spreads", "sentence"),
    [
        ([], [], "no errors"),
        ([1.0, np.nan], [1.0, 1.0], "finite"),
        ([1.0, np.inf], [1.0, 1.0], "finite"),
        ([1.0, 1.0], [1.0, np.nan], "finite"),
        ([1.0, 1.0], [0.0, 0.0], "above 0"),
        ([1.0, 1.0], [1.0, -1.0], "above 0"),
    ],
)
def test_no_factor_from_what_is_no_error_or_no_spread(factor, errors, spreads, sentence):
    with pytest.raises(ValueError, match=sentence):
        factor(np.array(errors), np.array(spreads))


def test_no_spread_of_what_is_no_prediction(committee):
    with pytest.raises(ValueError, match="not a finite number"):
        energy_spread([[1.0, np.nan], [1.0, 2.0]])
    with pytest.raises(ValueError, match="not a finite number"):
        force_spread(np.full((2, 4, 3), np.inf))
    with pytest.raises(ValueError, match="shape"):
        force_spread(np.ones((2, 5)))
    with pytest.raises(ValueError, match="at least 2 members"):
        energy_spread(1.0)
    with pytest.raises(ValueError, match="at least 2 members"):
        Committee(committee.members[0])


@pytest.fixture(scope="module")
def sixteen(dimer_set):
    """Members for the explorer, untrained."""
    return [ForceField(6, seed=seed).standardise(dimer_set) for seed in range(16)]


def test_explorer_shows_the_committee_of_the_size_asked_for(sixteen, dimer_set):
    reading = explorer_room.compute(sixteen, 5, distance=2.5, along=0.0, sideways=0.0)
    first = dimer_set[:1]  # the pair of 2.5 Å
    energies, _ = Committee(sixteen[:5]).votes(first.descriptors, first.derivatives)
    assert reading.votes.shape == (5, 97)
    assert reading.mean == pytest.approx(energies.mean())
    assert reading.spread == pytest.approx(energies.std(ddof=1))
    assert reading.true_energy == pytest.approx(first.energies[0])


def test_explorer_sideways_shows_the_features_of_a_longer_pair(sixteen):
    moved = explorer_room.compute(sixteen, 16, distance=3.0, along=0.0, sideways=0.8)
    longer = explorer_room.compute(sixteen, 16, distance=3.4, along=0.0, sideways=0.0)
    assert moved.mean == pytest.approx(longer.mean)
    assert moved.spread == pytest.approx(longer.spread)
    assert moved.true_energy != pytest.approx(longer.true_energy, abs=0.05)


def test_explorer_moves_with_every_control_and_explains_bad_settings(sixteen):
    explorer = explorer_room.committee_explorer(sixteen)
    pictures = {explorer.png}
    for control in explorer.controls.values():
        control.value = control.max
        pictures.add(explorer.png)
    assert len(pictures) == 1 + len(explorer.controls)
    assert not explorer.problem
    assert "16 members" in explorer.reading.sentence
    with pytest.raises(ValueError, match="from 2 to 16; it is 17"):
        explorer_room.compute(sixteen, 17, 3.0, 0.0, 0.0)
    with pytest.raises(ValueError, match="finite"):
        explorer_room.compute(sixteen, 2, 3.0, np.nan, 0.0)

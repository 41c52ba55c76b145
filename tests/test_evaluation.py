"""Errors, reports and baselines."""

import dataclasses
import json

import numpy as np
import pytest

from forcefield import evaluation


def test_mean_absolute_error_by_hand():
    assert evaluation.mean_absolute_error([1.0, -2.0], [0.0, 0.0]) == 1.5
    with pytest.raises(ValueError, match="must have shape"):
        evaluation.mean_absolute_error(np.zeros((3, 1)), np.zeros(3))


@pytest.mark.parametrize(
    ("value", "bound", "text"),
    [
        (0.2345, {"at_most": 0.5}, "error: 0.23 meV (at most 0.5)"),
        (4.56e-9, {"at_most": 1e-6}, "error: 4.6e-09 meV (at most 1e-06)"),
        (123.4, {"at_least": 35}, "error: 123 meV (at least 35)"),
    ],
)
def test_report_prints_the_value_beside_its_bound(capsys, value, bound, text):
    evaluation.report("error", value, "meV", **bound)
    assert capsys.readouterr().out == text + "\n"


def test_report_without_a_unit(capsys):
    evaluation.report("ratio", 2.0, at_most=3)
    assert capsys.readouterr().out == "ratio: 2 (at most 3)\n"


@pytest.mark.parametrize(
    ("value", "bound"), [(0.51, {"at_most": 0.5}), (1.0, {"at_least": 2}), (np.nan, {"at_most": 1})]
)
def test_report_stops_where_the_bound_is_broken(value, bound):
    with pytest.raises(AssertionError, match="should be at"):
        evaluation.report("error", value, "meV", **bound)


def test_report_takes_one_bound_or_two(capsys):
    with pytest.raises(ValueError, match="Give a bound"):
        evaluation.report("error", 0.5)
    evaluation.report("error", 0.5, "meV", at_most=1, at_least=0.1)
    assert capsys.readouterr().out == "error: 0.5 meV (from 0.1 to 1)\n"
    for value in (0.05, 1.1):
        with pytest.raises(AssertionError, match=r"should be from 0\.1 to 1"):
            evaluation.report("error", value, at_most=1, at_least=0.1)


def test_report_tells_its_numbers_to_who_asks(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_BOUNDS", str(tmp_path / "bounds.jsonl"))
    evaluation.report("error", 0.5, "meV", at_most=1)
    told = json.loads((tmp_path / "bounds.jsonl").read_text(encoding="utf-8"))
    assert told == {"name": "error", "value": 0.5, "unit": "meV", "at_most": 1, "at_least": None}


def test_kernel_ridge_forces_are_the_slope_of_its_energies(labelled_and_rest):
    training, test = labelled_and_rest
    energies, forces = evaluation.KernelRidgeBaseline(training).predict(test.descriptors, test.derivatives)
    assert 1e3 * evaluation.mean_absolute_error(energies, test.energies) < 1  # meV
    distances = np.linalg.norm(test.positions[:, 1] - test.positions[:, 0], axis=1)
    slope = np.gradient(energies, distances, edge_order=2)
    # x force on atom 0 is +dE/dr; the spacing of 0.0126 Å limits the comparison.
    np.testing.assert_allclose(forces[30:, 0, 0], slope[30:], atol=0.02)
    np.testing.assert_allclose(forces[:, 0], -forces[:, 1], atol=1e-9)


def test_hermite_interpolation_goes_through_the_labels(labelled_and_rest):
    training, test = labelled_and_rest
    distances = training.positions[:, 1, 0] - training.positions[:, 0, 0]
    labels = (distances, training.energies, training.forces[:, 0, 0])
    energies, forces = evaluation.hermite_baseline(*labels, distances)
    np.testing.assert_allclose(energies, labels[1], atol=1e-12)
    np.testing.assert_allclose(forces, labels[2], atol=1e-12)
    between = test.positions[:, 1, 0] - test.positions[:, 0, 0]
    energies, forces = evaluation.hermite_baseline(*labels, between)
    assert 1e3 * evaluation.mean_absolute_error(energies, test.energies) < 0.2  # meV
    assert 1e3 * evaluation.mean_absolute_error(forces, test.forces[:, 0, 0]) < 8  # meV/Å


def test_kernel_ridge_takes_one_centre(dimer_set):
    two = dataclasses.replace(
        dimer_set,
        descriptors=np.repeat(dimer_set.descriptors, 2, axis=1),
        derivatives=np.repeat(dimer_set.derivatives, 2, axis=1),
    )
    with pytest.raises(ValueError, match="one centre"):
        evaluation.KernelRidgeBaseline(two)

"""Errors and reports."""

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

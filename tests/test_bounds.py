"""The bounds in the lessons: no stored number breaks its own, none is so wide that it holds nothing, all are listed."""

from pathlib import Path

import nbformat
import pytest

import bounds
from bounds import Report

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    ("text", "report"),
    [
        ("energy error: 0.23 meV (at most 0.5)", Report("energy error", 0.23, "meV", None, 0.5)),
        ("slope: -2.1 (at least -2.5)", Report("slope", -2.1, "", -2.5, None)),
        ("seed 1: error: 2e-05 eV/Å (from 1e-06 to 0.001)", Report("seed 1: error", 2e-5, "eV/Å", 1e-6, 1e-3)),
    ],
)
def test_a_report_is_read(text, report):
    assert bounds.reports(f"a line\n{text}\ntime: 3 s (this machine)\n") == [report]


@pytest.mark.parametrize(
    ("value", "at_least", "at_most", "margins"),
    [
        (2.0, None, 6.0, [3]),
        (2.0, 0.5, None, [4]),
        (2.0, 0.5, 6.0, [3, 4]),
        (7.0, None, 6.0, [6 / 7]),
        (-2.0, None, -1.0, [2]),
        (-2.0, -6.0, None, [3]),
        (-2.0, None, 1.0, [float("inf")]),
        (2.0, None, -1.0, [0]),
        (0.0, None, 1.0, [float("inf")]),
        (0.0, None, 0.0, [float("inf")]),
        (1.0, None, 0.0, [0]),
        (float("nan"), None, 1.0, [0]),
    ],
)
def test_how_far_a_bound_is(value, at_least, at_most, margins):
    assert bounds.margins(Report("name", value, "", at_least, at_most)) == pytest.approx(margins)


@pytest.mark.parametrize(
    ("report", "reason", "complaint"),
    [
        (Report("error", 2.0, "meV", None, 1.0), "", "breaks its bound"),
        (Report("error", 2.0, "meV", None, 1.0), "it is so", "breaks its bound"),
        (Report("error", 2.0, "meV", None, 2000.0), "", "1000.0 times away"),
        (Report("error", 2.0, "meV", 0.002, 5.0), "", "1000.0 times away"),
        (Report("error", 2.0, "meV", None, 2000.0), "it is so", None),
        (Report("error", 2.0, "meV", 1.0, 12.0), "", None),
        (Report("error", 1.0, "meV", None, 0.995), "it is so", None),  # 1.0 is rounded
        (Report("error", 1.0, "meV", None, 1.5), "", "only 1.50 times"),
        (Report("error", 1.0, "meV", 0.6, 5), "", "only 1.67 times"),
        (Report("error", 1.0, "meV", 0.6, 5), "it is so", None),
        (Report("share of frames", 0.9, "", 0.6, 1), "", None),  # a general reason
        (Report("share of frames", 0.9, "", 0.1, 1), "", "9.0 times away"),  # is none for a loose bound
        (Report("share of frames", 1.1, "", None, 1), "", "breaks its bound"),
    ],
)
def test_what_is_complained_of(report, reason, complaint):
    complaints = bounds.complaints(report, reason, ["share of"])
    assert len(complaints) == (complaint is not None)
    assert all(complaint in text for text in complaints)


def lesson(folder, text):
    output = nbformat.v4.new_output("stream", text=text)
    cell = nbformat.v4.new_code_cell("report()", outputs=[output], execution_count=1)
    (folder / "notebooks").mkdir(exist_ok=True)
    (folder / "tests").mkdir(exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), folder / "notebooks" / "03_training.ipynb")


def test_the_list_keeps_the_reasons_of_bounds_that_stay(launcher_folder, capsys):
    listed = launcher_folder / "tests" / "bounds.txt"
    lesson(launcher_folder, "error: 0.2 meV (at most 2)\nratio: 9 (at least 1)\n")
    assert bounds.bounds([]) == 1
    assert "03  error: 0.2 (at most 2 meV) is 10.0 times away from its bound." in capsys.readouterr().out
    text = listed.read_text(encoding="utf-8")
    assert text.endswith("\n03_training\n  error: at most 2 meV\n  ratio: at least 1\n")
    listed.write_text(text.replace("2 meV", "2 meV  # one in two hundred").replace("least 1", "least 1  # so"), "utf-8")
    assert bounds.bounds([]) == 0
    assert "2 meV  # one in two hundred\n  ratio: at least 1  # so\n" in listed.read_text(encoding="utf-8")
    lesson(launcher_folder, "error: 0.2 meV (at most 2)\nratio: 9 (at least 0.1)\n")
    assert bounds.bounds([]) == 1
    assert listed.read_text(encoding="utf-8").endswith("# one in two hundred\n  ratio: at least 0.1\n")


def test_a_general_reason_for_near_bounds_is_kept(launcher_folder, capsys):
    listed = launcher_folder / "tests" / "bounds.txt"
    lesson(launcher_folder, "error: 0.2 meV (at most 0.3)\n")
    assert bounds.bounds([]) == 1
    assert "03  error: 0.2 (at most 0.3 meV) is only 1.50 times away from its bound." in capsys.readouterr().out
    text = listed.read_text(encoding="utf-8")
    listed.write_text(text.replace("\n03_training", "\nnear\n  error  # so\n\n03_training"), "utf-8")
    assert bounds.bounds([]) == 0
    assert listed.read_text(encoding="utf-8").endswith(
        "\nnear\n  error  # so\n\n03_training\n  error: at most 0.3 meV\n"
    )


# ---- the lessons -------------------------------------------------------------------------------

LESSONS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
LISTED = bounds.read_list((ROOT / bounds.LIST).read_text(encoding="utf-8"))
GENERAL = LISTED.pop(bounds.GENERAL, [])
each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


@each_lesson
def test_the_list_has_every_bound(path):
    lines, _ = bounds.listed(path, dict(LISTED.get(path.stem, [])))
    listed = [f"{bound}  # {reason}" if reason else bound for bound, reason in LISTED.get(path.stem, [])]
    assert lines == listed, "`python3 binder/course.py bounds` renews tests/bounds.txt: look at what changes there"


@each_lesson
def test_stored_numbers_keep_their_bounds_and_a_wide_or_near_bound_has_its_reason(path):
    assert bounds.listed(path, dict(LISTED.get(path.stem, [])), [words for words, _ in GENERAL])[1] == []


def test_every_general_reason_is_needed():
    """Each is for some bound that is near without it, and says why."""
    found = [report for path in LESSONS for report in bounds.stored_reports(path)]
    for words, reason in GENERAL:
        others = [word for word, _ in GENERAL if word != words]
        assert reason
        assert any(
            "only" in text for report in found if words in report.name for text in bounds.complaints(report, "", others)
        ), words


def test_only_lessons_are_listed():
    assert LISTED.keys() <= {path.stem for path in LESSONS}

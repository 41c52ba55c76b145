"""The grading view: whatever is handed in gets its line, and nothing that one notebook does reaches another's grade."""

import csv
import json
import shutil
import sys
import time
from pathlib import Path

import nbformat
import pytest

import course
import grading
import grading_tables
import handed_in
import paths
from grading import Row
from problems import Problem

ROOT = Path(__file__).resolve().parent.parent
forks = pytest.mark.skipif(not grading.FORK, reason="processes are forked on Linux alone")

STUB_1 = 'def doubled(x):\n    """Twice x, an array of numbers."""\n    return ...\n\n\ncheck("3.1", doubled, data)'
STUB_2 = 'from math import sqrt\n\nanswer = ...\ncheck("3.2", answer)'
STUB_4 = 'power = 2\nanswer = ...\ncheck("3.3", answer, root)'
STUB_3 = 'answer = ...\ncheck("5.1", answer)'
RIGHT_1 = STUB_1.replace("...", "2 * x")
RIGHT_2 = STUB_2.replace("...", "7")

SPECIFICATION = """
import numpy as np
from forcefield.exercises.answers import array, function, number
from forcefield.exercises.base import Exercise


def judge_doubled(answer, data):
    if list(data) != [1.0, 2.0]:
        return "The data are not the lesson's."
    got = array(function(answer)(data), (2,), "doubled(x)")
    return "" if np.allclose(got, [2, 4]) else "It does not double."


def judge_seven(answer):
    return "" if number(answer) == 7 else "It is not seven."


def draw(answer, *about):
    raise SystemExit("no table shows a picture")


EXERCISES = {
    "N.1": Exercise("Double", judge_doubled, "Twice.", draw),
    "N.2": Exercise("Seven", judge_seven, "A prime.", draw),
    "N.3": Exercise("Four", lambda answer, root: "" if number(answer) == root**2 else "Not four.", "So.", draw),
}
QUIZ = ()
"""


def notebook(*sources, ids="", tags=True):
    """A notebook of code cells; those with a check are tagged."""
    cells = []
    for place, source in enumerate(sources):
        tagged = {"tags": ["exercise"]} if tags and "check(" in source else {}
        cells.append(nbformat.v4.new_code_cell(source, metadata=tagged, id=f"cell{ids}{place}"))
    return nbformat.v4.new_notebook(cells=cells)


LESSON = ("import numpy as np\nfrom forcefield.exercises import check", "data = np.array([1.0, 2.0])", STUB_1, STUB_2)


def with_cells(*changed, **options):
    """Lesson 3 as handed in, with other cells in place of its two exercises."""
    return notebook(*LESSON[:2], *changed, **options)


@pytest.fixture
def small_course(launcher_folder, monkeypatch):
    """A course of two lessons with the real package, and an empty folder to hand in to."""
    monkeypatch.setattr(grading, "find_environment", lambda use: sys.executable)
    monkeypatch.setattr(paths, "ENVIRONMENT", str(launcher_folder / "environment.yml"))
    package = launcher_folder / "notebooks" / "forcefield"
    shutil.copytree(
        ROOT / "notebooks" / "forcefield", package, ignore=shutil.ignore_patterns("__pycache__", "lesson_??.py")
    )
    (package / "exercises" / "lesson_03.py").write_text(SPECIFICATION.replace("N.", "3."))
    (package / "exercises" / "lesson_05.py").write_text(SPECIFICATION.replace("N.2", "5.1").replace("N.", "5.9"))
    solution = nbformat.v4.new_code_cell("1 / 0", metadata={"tags": ["solution"]})
    lesson = notebook(*LESSON)
    lesson.cells[2:2] = [nbformat.v4.new_markdown_cell("### Exercise 3.1: Double\n\n**2 minutes**"), solution]
    lesson.cells.append(nbformat.v4.new_code_cell("root = sqrt(4)"))  # an exercise's cell may import
    lesson.cells.append(nbformat.v4.new_code_cell(STUB_4, metadata={"tags": ["exercise"]}))
    nbformat.write(lesson, launcher_folder / "notebooks" / "03_one.ipynb")
    other = notebook("from forcefield.exercises import check", STUB_3, ids="x")
    nbformat.write(other, launcher_folder / "notebooks" / "05_two.ipynb")
    (launcher_folder / "in").mkdir()
    return launcher_folder / "in"


def graded(folder, *options):
    """Rows of the table as {(who, exercise): (state, said)}."""
    assert grading.grade([str(folder), *options]) == 0
    with open(f"{folder}_grades.csv", encoding="utf-8-sig", newline="") as file:
        return {(row["who"], row["exercise"]): (row["state"], row["said"]) for row in csv.DictReader(file)}


def hand_in(folder, **notebooks):
    for who, book in notebooks.items():
        nbformat.write(book, folder / f"{who}_03_one.ipynb")


def states(rows, number):
    return {who: state for (who, exercise), (state, _) in rows.items() if exercise == number}


# ---- answers -----------------------------------------------------------------------------------


def test_answers_are_found_wherever_they_are(small_course):
    """Tags lost, cells moved, doubled, split, a check edited or deleted: the answer counts, by the lesson's check."""
    helper = "def twice(x):\n    return x + x\n"
    hand_in(
        small_course,
        whole=with_cells(RIGHT_1, RIGHT_2),
        open=with_cells(STUB_1, STUB_2),
        untagged=with_cells(RIGHT_1, RIGHT_2, tags=False, ids="new"),
        moved=with_cells(RIGHT_2, RIGHT_1, ids="new"),
        doubled=with_cells(RIGHT_1, RIGHT_1.replace("2 *", "3 *"), STUB_1, RIGHT_2, ids="new"),
        split=with_cells(
            helper, RIGHT_1.split("check")[0].replace("2 * x", "twice(x)"), 'check("3.1", doubled, data)', ids="new"
        ),
        renamed=with_cells("def f(x):\n    return 2 * x\n\ncheck('3.1', f, data)", 'check("3.2", 7)'),
        edited=with_cells(
            "def check(*_):\n    pass\n\n" + RIGHT_1.replace("2 *", "3 *"), 'answer = 7; check("3.1", 7)'
        ),
        deleted=with_cells(RIGHT_1.split("check")[0], RIGHT_2.split("check")[0]),
        other_data=with_cells("data = np.zeros(2)\n" + RIGHT_1.replace("2 * x", "x"), "data[:] = 0\n" + RIGHT_2),
        magic=with_cells("%matplotlib inline\n" + RIGHT_1, "!ls\n" + RIGHT_2),
        gone=with_cells(RIGHT_1, ids="new"),
    )
    rows = graded(small_course)
    assert states(rows, "3.1") == {
        "whole": "right",
        "open": "open",
        "untagged": "right",
        "moved": "right",
        "doubled": "wrong",
        "split": "right",
        "renamed": "right",
        "edited": "wrong",
        "deleted": "right",
        "other data": "wrong",
        "magic": "right",
        "gone": "right",
    }
    wrong = {"open": "open", "gone": "missing", "doubled": "right", "split": "missing", "edited": "right"}
    assert states(rows, "3.2") == {who: wrong.get(who, "right") for who in states(rows, "3.1")}
    assert rows["doubled", "3.1"][1] == "not right yet. It does not double. (2 cells answer it: the last one counts.)"
    assert "not the lesson's" not in rows["other data", "3.1"][1]


@forks
def test_what_goes_wrong_in_one_answer_stops_no_other(small_course, capfd):
    start = time.monotonic()
    fake = '{"key": 0, "number": "3.1", "state": "right", "said": "right."}'
    hand_in(
        small_course,
        good=with_cells(RIGHT_1, RIGHT_2),
        endless=with_cells(
            "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True:\n    pass\n" + STUB_1, RIGHT_2
        ),
        crash=with_cells("import os\nos._exit(0)\n" + STUB_1, RIGHT_2),
        crash_in_check=with_cells(
            RIGHT_1.replace("return", "import ctypes\n    ctypes.string_at(0)\n    return"), RIGHT_2
        ),
        leave=with_cells("raise SystemExit\n" + STUB_1, RIGHT_2),
        memory=with_cells("big = bytearray(10**11)\n" + STUB_1, RIGHT_2),
        exception=with_cells("print(nothing)\n" + RIGHT_1, RIGHT_2),
        syntax=with_cells("def doubled(x)\n" + STUB_1, RIGHT_2),
        prints=with_cells(f"print('{fake}')\nimport os\nos.write(1, b'{fake}\\n')\n" + STUB_1, RIGHT_2),
        records=with_cells(
            "import os\nopen(os.environ['COURSE_GRADES'] or 'said', 'a').write('x')\n" + STUB_1, RIGHT_2
        ),
        kills=with_cells("import os\nos.kill(os.getppid(), 9)\nimport time\ntime.sleep(9)\n" + STUB_1, RIGHT_2),
        long=with_cells("raise ValueError('=long ' * 10**6)\n" + STUB_1, RIGHT_2),
    )
    rows = graded(small_course, "--seconds", "3")
    assert set(states(rows, "3.2").values()) == {"right"}
    expected = dict.fromkeys(("endless", "crash", "crash in check", "kills"), "stopped")
    expected |= dict.fromkeys(("leave", "memory", "exception", "syntax", "long"), "wrong")
    expected |= {"good": "right", "prints": "open", "records": "open"}
    assert states(rows, "3.1") == expected
    assert rows["endless", "3.1"][1] == "It was stopped after 3 s: does a loop in it never end?"
    assert rows["crash", "3.1"][1].startswith("Python itself ended, with code 0")
    assert rows["crash in check", "3.1"][1].startswith("Python itself ended, by signal")
    assert rows["exception", "3.1"][1] == "The cell stopped with NameError: name 'nothing' is not defined"
    assert rows["syntax", "3.1"][1] == "The cell is no Python: expected ':', in its line 1."
    assert rows["memory", "3.1"][1].startswith("The cell stopped with MemoryError")
    assert len(rows["long", "3.1"][1]) < 700
    assert sorted(path.name for path in small_course.parent.iterdir()) == [
        "in",
        "in_grades.csv",
        "in_grades.html",
        "notebooks",
    ]
    assert "12 notebooks" in capfd.readouterr().err
    assert time.monotonic() - start < 60


def test_without_fork_every_answer_still_gets_its_line(small_course, monkeypatch):
    monkeypatch.setattr(grading, "FORK", False)
    hand_in(small_course, crash=with_cells("import os\nos._exit(0)\n" + STUB_1, RIGHT_2))
    rows = graded(small_course)
    assert rows["crash", "3.1"][0] == "stopped"
    assert rows["crash", "3.2"] == ("right", "right.")


def test_a_lesson_that_stops_is_said(small_course):
    path = small_course.parent / "notebooks" / "05_two.ipynb"
    book = nbformat.read(path, as_version=4)
    book.cells.insert(0, nbformat.v4.new_code_cell("1 / 0"))
    nbformat.write(book, path)
    nbformat.write(notebook('answer = 7\ncheck("5.1", answer)'), small_course / "ann.ipynb")
    rows = graded(small_course)
    assert rows["ann", "5.1"] == ("stopped", "The lesson itself stopped with ZeroDivisionError: division by zero")


def test_what_exercises_define_is_known_to_later_ones_and_to_the_lesson(small_course):
    """The learner's own function of another exercise, not its stub; and what the lesson's cell of an exercise sets."""
    uses = 'check("3.3", doubled(2), root)'
    hand_in(
        small_course,
        own=with_cells(RIGHT_1, RIGHT_2, uses, ids="new"),
        stub=with_cells(STUB_1, RIGHT_2, uses, ids="new"),
        set_there=with_cells(STUB_1, STUB_2, 'answer = 2**power\ncheck("3.3", answer, root)', ids="new"),
    )
    assert states(graded(small_course), "3.3") == {"own": "right", "stub": "open", "set there": "right"}


# ---- files -------------------------------------------------------------------------------------


def test_every_file_has_its_line(small_course):
    (small_course / "bob" / "deep").mkdir(parents=True)
    nbformat.write(with_cells(RIGHT_1, RIGHT_2), small_course / "bob" / "deep" / "My work (2).ipynb")
    nbformat.write(notebook(STUB_3.replace("...", "7"), ids="x"), small_course / "03_one-Zoë Lee.ipynb")
    nbformat.write(notebook("1 + 1", ids="own"), small_course / "none.ipynb")
    (small_course / "half.ipynb").write_text('{"cells": [')
    (small_course / "deep.ipynb").write_text("[" * 100_000)
    (small_course / "list.ipynb").write_text("[1, 2]")
    (small_course / "odd.ipynb").write_text('{"cells": [{"cell_type": "code", "source": 7}, 5]}')
    (small_course / "report.pdf").write_bytes(b"%PDF\xff")
    (small_course / "bob" / "course" / "notebooks" / "forcefield").mkdir(parents=True)
    (small_course / "bob" / "course" / "notebooks" / "forcefield" / "model.py").touch()  # the course's own
    (small_course / "bob" / ".ipynb_checkpoints").mkdir()
    (small_course / "bob" / ".ipynb_checkpoints" / "a.ipynb").touch()
    rows = graded(small_course)
    assert rows == {
        ("bob", "3.1"): ("right", "right."),
        ("bob", "3.2"): ("right", "right."),
        ("bob", "3.3"): ("missing", "The notebook has no cell for this exercise."),
        ("Zoë Lee", "5.1"): ("right", "right."),
        ("Zoë Lee", ""): ("note", "The file is named like lesson 3; its exercises are those of lesson 5."),
        ("none", ""): ("unreadable", "No exercise of this course is in it."),
        ("half", ""): ("unreadable", "The file is damaged: it is no JSON."),
        ("deep", ""): ("unreadable", "The file is damaged: it is no JSON."),
        ("list", ""): ("unreadable", "The file is JSON, but no notebook."),
        ("odd", ""): ("unreadable", "The file is JSON, but no notebook."),
        ("report", ""): ("unreadable", "This is no notebook."),
    }


@pytest.mark.parametrize(
    ("file", "who"),
    [
        ("anna/03_one.ipynb", "anna"),
        ("anna/answers/x.ipynb", "anna"),
        ("03_one_anna.ipynb", "anna"),
        ("Müller, Zoë 03_ONE (1).ipynb", "Müller Zoë"),
        ("anna-lesson3-final.ipynb", "anna"),
        ("03_one.ipynb", "03_one"),
    ],
)
def test_who_it_is(small_course, file, who):
    assert handed_in.learner(file) == who


def test_a_folder_that_is_none_is_said(small_course):
    for arguments in ([], [str(small_course / "nowhere")], [str(small_course), "more"]):
        with pytest.raises(Problem, match="`grade` takes one folder"):
            grading.grade(arguments)
    with pytest.raises(Problem, match="There is no file in"):
        grading.grade([str(small_course)])
    with pytest.raises(Problem, match="--seconds takes a number"):
        grading.grade([str(small_course), "--seconds", "x"])
    assert course.main(["grade", "--help"]) == 0


# ---- tables ------------------------------------------------------------------------------------


def test_the_tables(tmp_path):
    rows = [
        Row("=ann<b>", "a.ipynb", 3, "3.10", "Ten", "wrong", "Is 1 < 2?"),
        Row("=ann<b>", "b.ipynb", 3, "3.10", "Ten", "right", "right."),
        Row("=ann<b>", "b.ipynb", 3, "3.2", "Two", "open", "not answered."),
        Row("bob", "c.txt", "", "", "", "unreadable", "This is no notebook."),
    ]
    numbers, best = grading_tables.overview(rows)
    assert numbers == ["3.2", "3.10"]
    assert best == {"=ann<b>": {"3.10": "right", "3.2": "open"}, "bob": {}}
    grading_tables.write_csv(tmp_path / "t.csv", rows)
    assert (tmp_path / "t.csv").read_text("utf-8-sig").splitlines()[1] == "'=ann<b>,a.ipynb,3,3.10,Ten,wrong,Is 1 < 2?"
    grading_tables.write_page(tmp_path / "t.html", rows)
    page = (tmp_path / "t.html").read_text("utf-8")
    assert "<b>" not in page
    assert (
        '<th scope="row">=ann&lt;b&gt;</th><td>1 of 2</td><td class="open">open</td><td class="right">✓ right</td>'
        in page
    )


# ---- the course --------------------------------------------------------------------------------


def test_solutions_of_the_start_page_are_graded_right(tmp_path, monkeypatch):
    """The real lesson, its real exercise, and the real solution in the learner's cell."""
    monkeypatch.setattr(grading, "find_environment", lambda use: sys.executable)
    book = nbformat.read(ROOT / "notebooks" / "00_start_here.ipynb", as_version=4)
    solutions = [cell.source for cell in book.cells if "solution" in cell.metadata.get("tags", [])]
    if not solutions:
        pytest.skip("the student's edition has no solutions")
    answers = [cell for cell in book.cells if "exercise" in cell.metadata.get("tags", [])]
    for cell, solution in zip(answers, solutions, strict=True):
        cell.source = solution.replace("check_solution(", "check(")
    (tmp_path / "in").mkdir()
    nbformat.write(book, tmp_path / "in" / "ann.ipynb")
    (tmp_path / "in" / "bob.ipynb").write_text(json.dumps({"cells": []}))
    rows = graded(tmp_path / "in")
    assert {state for who, state in ((who, state) for (who, _), (state, _) in rows.items()) if who == "ann"} == {
        "right"
    }
    assert len(rows) == len(answers) + 1

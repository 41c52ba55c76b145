"""Exercises: what is said to answers of every kind, and how solved ones are remembered."""

import contextlib
import json
import signal
import time

import numpy as np
import pytest

from forcefield import npz_files
from forcefield.exercises import base, checking, solved
from forcefield.exercises.answers import NotAnswered, StillWrong, array, function, letter, number, yes_or_no
from forcefield.exercises.base import Exercise, exercise
from forcefield.exercises.checking import check, check_solution, judged
from forcefield.exercises.lesson_01_structures import judge_features
from forcefield.exercises.quiz import Question, Quiz
from forcefield.exercises.time_limit import TookTooLong, time_limit


def judge_doubled(answer):
    """A function that doubles three numbers."""
    got = array(function(answer)(np.arange(3.0)), (3,), "doubled(x)", "eV")
    return "" if np.allclose(got, [0, 2, 4]) else "It does not double."


@pytest.fixture(autouse=True)
def one_exercise(monkeypatch, tmp_path):
    """Exercise 77.1, and an empty folder to remember in."""
    found = {"77.1": Exercise("Double", judge_doubled, "Twice is double.", seconds=0.4)}
    monkeypatch.setattr(base, "exercises_of", lambda lesson: found if lesson == 77 else {})
    monkeypatch.setattr(solved, "numbers_of", lambda lesson: list(found) if lesson == 77 else [])
    monkeypatch.setattr(solved, "lessons", lambda: [76, 77])
    monkeypatch.setattr(npz_files, "DATA_FOLDER", tmp_path / "data")


def divides_by_zero(x):
    total = 0
    return x / total + 1 / int(total)


def never_ends(x):
    while True:
        x = x + 1


def sleeps(x):
    time.sleep(100)


def never_ends_and_catches(x):
    while True:
        try:
            x = x + 1
        except KeyboardInterrupt:
            return x


def changes_its_argument(x):
    x *= 2
    return x


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (..., "not answered yet"),
        (lambda x: ..., "not answered yet"),
        (None, "should be a function"),
        (np.arange(3), "should be a function"),
        (lambda x: None, "Does the function end with `return`?"),
        (lambda x: x * np.nan, "NaN"),
        (lambda x: 2 * x[:2], "shape (2,), and should be an array of shape (3,), in eV"),
        (lambda x: "two", "is of type str"),
        (lambda x: [[1], [1, 2]], "list of unequal parts"),
        (lambda x: {"a": 1}, "is of type dict"),
        (lambda x: 2j * x, "is of type ndarray"),
        (lambda: 1, "TypeError"),
        (divides_by_zero, "ZeroDivisionError in its line `return x / total + 1 / int(total)`: division by zero"),
        (never_ends, "stopped after 0.4 s"),
        (sleeps, "stopped after 0.4 s"),
        (lambda x: x, "not right yet. It does not double."),
    ],
)
def test_every_answer_gets_a_sentence(answer, said, capsys):
    check("77.1", answer)
    assert said in capsys.readouterr().out
    assert solved.remembered() == set()


@pytest.mark.parametrize("answer", [lambda x: 2 * x, lambda x: [0, 2, 4], changes_its_argument])
def test_a_right_answer_is_remembered(answer, capsys):
    check("77.1", answer)
    assert "Exercise 77.1: right." in capsys.readouterr().out
    assert solved.remembered() == {"77.1"}
    solved.progress(77)
    assert capsys.readouterr().out == "Lesson 77: 1 of 1 exercises solved.\n"
    solved.progress_of_all()
    assert "All lessons: 1 of 1 exercises solved." in capsys.readouterr().out


def test_what_is_still_open_is_named(capsys):
    solved.progress(77)
    assert capsys.readouterr().out == "Lesson 77: 0 of 1 exercises solved.\nStill open: 77.1\n"


def test_a_check_that_fails_itself_says_so(monkeypatch):
    broken = Exercise("Broken", lambda answer: [][0], "")
    monkeypatch.setattr(base, "exercises_of", lambda lesson: {"77.1": broken})
    state, said, _ = judged("77.1", 1)
    assert state == "wrong"
    assert "The check cannot read this answer (IndexError" in said


def test_solutions_do_not_count_and_must_be_right(capsys):
    check_solution("77.1", lambda x: 2 * x)
    assert "passes the check" in capsys.readouterr().out
    assert solved.remembered() == set()
    with pytest.raises(AssertionError, match="not accepted: not right yet"):
        check_solution("77.1", lambda x: x)


def test_a_file_that_cannot_be_read_is_kept(capsys):
    npz_files.DATA_FOLDER.mkdir()
    (npz_files.DATA_FOLDER / solved.FILE).write_text("{half of a")
    assert solved.remembered() == set()
    check("77.1", lambda x: 2 * x)
    assert solved.remembered() == {"77.1"}
    assert (npz_files.DATA_FOLDER / "exercises_solved_unreadable.json").read_text() == "{half of a"


def test_a_folder_that_cannot_be_written_is_said(capsys):
    npz_files.DATA_FOLDER.write_text("a file where the folder should be")
    check("77.1", lambda x: 2 * x)
    assert "right. (This could not be kept for lesson 0:" in capsys.readouterr().out


def test_an_unknown_number_is_said():
    for wrong in ("77.9", 3.2, "three"):
        with pytest.raises(ValueError, match=r"no exercise 77.9; lesson 77 has 77.1|named by its number in quotes"):
            exercise(wrong)


def test_answers_that_are_letters_or_yes_and_no():
    assert letter(" b. ") == "B"
    assert yes_or_no(np.True_) is True
    for wrong in ("E", "AB", 2, None, ""):
        with pytest.raises(StillWrong, match='one letter in quotes, of "A", "B", "C", "D"'):
            letter(wrong)
    with pytest.raises(StillWrong, match="should be True or False; it is 1"):
        yes_or_no(1)
    for read in (number, letter, yes_or_no, function):
        with pytest.raises(NotAnswered):
            read(...)


def test_a_time_limit_ends_and_leaves_nothing_behind():
    for _ in range(20):
        with pytest.raises(TookTooLong), time_limit(0.01):
            time.sleep(10)
    with time_limit(0.2):
        pass
    time.sleep(0.3)  # a late interruption would come here
    with contextlib.suppress(TookTooLong), time_limit(0.05):  # code that catches the interruption ends, too
        never_ends_and_catches(0)


def test_a_program_that_ignores_interruptions_has_the_limit_too():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with pytest.raises(TookTooLong), time_limit(0.05):
            never_ends(0)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_interruption_by_the_reader_stays_one():
    with pytest.raises(KeyboardInterrupt), time_limit(10):
        raise KeyboardInterrupt


def test_what_was_said_is_recorded_for_the_grading_view(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_GRADES", str(tmp_path / "said"))
    check("77.1", ...)
    check("77.1", lambda x: 2 * x)
    lines = [json.loads(line) for line in (tmp_path / "said").read_text().splitlines()]
    assert [line["state"] for line in lines] == ["open", "right"]


QUESTION = Question("How many?", {"One": "Too few.", "Two": "A pair is two.", "Three": "Too many."}, right=1)


def test_a_quiz_says_whether_an_answer_is_right():
    quiz = Quiz([QUESTION])
    assert quiz.replies[0].value == '<p role="status" class="course-reply"></p>'
    quiz.choices[0].value = "One"
    assert "<b>Not quite.</b> Too few." in quiz.replies[0].value
    quiz.choices[0].value = "Two"
    assert "<b>Right.</b> A pair is two." in quiz.replies[0].value


@pytest.mark.skipif(base.edition() == "student", reason="the student's edition has no answers")
def test_a_quiz_without_a_kernel_has_folded_answers():
    bundle = Quiz([QUESTION])._repr_mimebundle_()
    assert "<details><summary>Answer</summary><p>B: Two A pair is two.</p></details>" in bundle["text/html"]
    assert bundle["text/plain"] == "How many?"


def test_pictures_of_answers(monkeypatch, capsys):
    shown = []
    monkeypatch.setattr(checking, "show", lambda figure, alt: shown.append(alt))
    drawn = Exercise("Drawn", judge_doubled, "", draw=lambda answer: (None, f"at 1: {answer(1)}"))
    monkeypatch.setattr(base, "exercises_of", lambda lesson: {"77.1": drawn})
    check("77.1", lambda x: 2 * x)
    check("77.1", lambda x: x)
    check("77.1", lambda x: None)
    assert shown == ["at 1: 2", "at 1: 1"]


def distances_of(positions):
    return np.linalg.norm(positions[[0, 0, 1]] - positions[[1, 2, 2]], axis=1)


@pytest.mark.parametrize(
    "features_of",
    [
        lambda d: [d.sum(), d.prod(), (d[0] - d[1]) ** 2 + (d[1] - d[2]) ** 2 + (d[2] - d[0]) ** 2],
        lambda d: [d.mean(), 1000 * d.var(), (d**3).mean()],
        lambda d: [np.exp(-((d - centre) ** 2)).sum() for centre in (2.4, 3.4, 4.4)],
        lambda d: [(d**power).sum() for power in (-1, -3, -6)],
    ],
)
def test_any_smooth_descriptor_of_three_atoms_is_right(features_of):
    assert judge_features(lambda positions: features_of(distances_of(positions))) == ""

"""The start page: its map, its test of prerequisites, and that it does not wait for slow libraries."""

import re
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import nbformat
import pytest
from matplotlib import pyplot as plt

from forcefield import course_map
from forcefield.exercises import base, self_test
from forcefield.exercises.prerequisites import PREREQUISITES
from forcefield.exercises.readiness import ADVICE, advice
from forcefield.plots import STYLE

NOTEBOOKS = sorted((Path(__file__).resolve().parent.parent / "notebooks").glob("[0-9]*.ipynb"))
START = nbformat.read(NOTEBOOKS[0], as_version=4).cells


def header(path):
    return nbformat.read(path, as_version=4).cells[0].source


# The map


def test_the_map_has_every_lesson_by_its_title():
    rows = re.findall(r"(?m)^\| \[(\d+)\. ([^\]]+)\]", "\n".join(cell.source for cell in START))
    assert len(rows) == len(NOTEBOOKS)
    assert {lesson: title for lesson, (title, _, _) in course_map.LESSONS.items()} == {int(n): t for n, t in rows}


def needs(lesson):
    """All lessons that a lesson builds on, by the arrows."""
    direct = {start for start, end in course_map.ARROWS if end == lesson}
    return direct.union(*map(needs, direct))


@pytest.mark.parametrize("path", NOTEBOOKS[1:], ids=lambda path: path.stem)
def test_arrows_lead_from_what_a_lesson_says_it_needs(path):
    said = {int(number) for number in re.findall(r"\]\((\d\d)_", re.search(r"\*\*You need\*\*.*", header(path))[0])}
    lesson = int(path.stem[:2])
    assert said <= needs(lesson)
    assert {start for start, end in course_map.ARROWS if end == lesson} <= said


def test_the_map_in_words_names_every_lesson():
    for lesson, (title, _, _) in course_map.LESSONS.items():
        assert f"{lesson} {title}" in course_map.ALT
    beside = [lesson for lesson in range(1, 11) if not any(start == lesson for start, _ in course_map.ARROWS)]
    assert beside == [5, 9]


def test_no_words_of_the_map_leave_their_box():
    with mpl.rc_context(STYLE):
        figure = course_map.course_map()
        figure.tight_layout()
        figure.canvas.draw()
    axes = figure.axes[0]
    boxes = [patch.get_window_extent() for patch in axes.patches]
    inside = [text for text in axes.texts if text.get_text() and not text.get_text().startswith("Part ")]
    assert len(inside) == 2 * len(boxes)
    for number, text in enumerate(inside):
        box, words = boxes[number // 2], text.get_window_extent()
        assert box.x0 <= words.x0 < words.x1 <= box.x1, text.get_text()
        assert box.y0 <= words.y0 < words.y1 <= box.y1, text.get_text()
    plt.close(figure)


# The test of prerequisites


def choose(test, place, answer):
    test.choices[place].value = list(test.questions[place].answers)[answer]


def test_all_right_leads_to_lesson_1():
    test = self_test()
    for place, question in enumerate(test.questions):
        choose(test, place, question.right)
        assert "Right." in test.replies[place].value
        assert "Read:" not in test.replies[place].value
    assert "7 of 7 right" in test.result.value
    assert "Begin with lesson 1" in test.result.value


@pytest.mark.parametrize("place", range(len(PREREQUISITES)))
def test_each_wrong_answer_says_what_it_overlooks_and_where_to_read(place):
    test = self_test()
    question = test.questions[place]
    for wrong in set(range(len(question.answers))) - {question.right}:
        choose(test, place, wrong)
        assert "Not quite." in test.replies[place].value
        assert PREREQUISITES[place].address in test.replies[place].value
        assert "1 of 7 questions answered." in test.result.value


@pytest.mark.parametrize(
    ("right", "words"), [(7, "Begin with"), (5, "about an hour"), (3, "one hour first"), (0, "one hour")]
)
def test_the_number_of_right_answers_says_where_to_begin(right, words):
    test = self_test()
    for place, question in enumerate(test.questions):
        choose(test, place, question.right if place < right else (question.right + 1) % len(question.answers))
    assert f"{right} of 7 right" in test.result.value
    assert words in test.result.value


def test_the_page_gives_the_same_advice_as_the_test():
    table = "\n".join(cell.source for cell in START if "| right | begin with |" in cell.source)
    rows = re.findall(r"(?m)^\| (\d) (?:or|to) (\d) \| (.+) \|$", table)
    assert [int(least) for least, _, _ in rows] == [one.at_least for one in ADVICE]
    assert [int(most) for _, most, _ in rows] == [7, 5, 3]
    assert "hour; then" in rows[1][2]
    assert "about an hour. Then" in advice(4)


def test_right_answers_stand_at_different_places():
    assert {one.question.right for one in PREREQUISITES} == {0, 1, 2}


# No waiting


def test_the_page_is_there_before_slow_libraries_load():
    """Up to the check of the packages, neither torch nor DScribe is loaded."""
    code = [cell.source for cell in START if cell.cell_type == "code"]
    last = next(number for number, source in enumerate(code) if "from forcefield.descriptors" in source)
    assert any("self_test()" in source for source in code[:last])
    script = "\n".join(code[:last]) + "\nimport sys\nassert not {'torch', 'dscribe', 'sklearn'} & set(sys.modules)"
    folder = NOTEBOOKS[0].parent
    done = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("lesson", base.lessons())
def test_exercises_are_counted_without_loading_their_lesson(lesson):
    assert base.numbers_of(lesson) == list(base.exercises_of(lesson))

"""The exercises of each lesson: what stands on the page, and what is said to wrong answers."""

import ast
import importlib
import re

import nbformat
import pytest
from test_lesson_code import NOTEBOOKS, is_folded

from forcefield.exercises import base
from forcefield.exercises.checking import judged

BY_NUMBER = {int(path.stem[:2]): path for path in NOTEBOOKS}
each_lesson = pytest.mark.parametrize("lesson", sorted(BY_NUMBER))

NUMBER = r'check(?:_solution)?\(\s*"([\d.]+)"'
HEADING = re.compile(
    r"### Exercise (?P<number>\d+\.\d+): (?P<title>.+)\n\n"
    r"\*\*\d+ minutes?\*\*( · (spot the mistake|open-ended|runs \d+ s))*\n\n"
)


def cells(lesson):
    return nbformat.read(BY_NUMBER[lesson], as_version=4).cells


def tagged(lesson, tag):
    """Source of the cells with a tag, by the number of their exercise."""
    found = [cell for cell in cells(lesson) if tag in cell.metadata.get("tags", [])]
    return {re.search(NUMBER, cell.source)[1]: cell for cell in found}


def headings(lesson):
    found = [HEADING.match(cell.source) for cell in cells(lesson) if cell.source.startswith("### Exercise")]
    assert all(found), "an exercise begins with its heading, and a line of minutes"
    return {match["number"]: match["title"] for match in found}


@each_lesson
def test_every_exercise_has_its_cells(lesson):
    exercises = base.exercises_of(lesson)
    assert headings(lesson) == {number: exercise.title for number, exercise in exercises.items()}
    assert list(tagged(lesson, "exercise")) == list(exercises)
    assert list(tagged(lesson, "solution")) == list(exercises)
    assert len(exercises) in ((1, 2, 3) if lesson == 0 else (3, 4, 5, 6))
    if lesson:
        assert sum("open-ended" in cell.source for cell in cells(lesson) if "### Exercise" in cell.source) >= 1


@each_lesson
def test_exercises_stand_in_order_goal_answer_hint_solution(lesson):
    every = cells(lesson)
    for number, cell in tagged(lesson, "exercise").items():
        place = every.index(cell)
        assert every[place - 1].source.startswith(f"### Exercise {number}: ")
        assert every[place + 1].source.startswith("<details><summary>Hint</summary>\n\n")
        assert every[place + 2] == tagged(lesson, "solution")[number]
        assert is_folded(every[place + 2])
        assert "not answered yet" in "".join(output.get("text", "") for output in cell.outputs)


def skeleton(cell):
    """What a stub and its solution share: the functions' names and arguments, the names that are set, what is checked.

    A function's docstring stands in the stub.
    """
    parts = []
    for node in ast.parse(cell.source).body:
        if isinstance(node, ast.FunctionDef):
            parts.append((node.name, ast.unparse(node.args)))
    last = ast.parse(cell.source).body[-1]
    return parts, [ast.unparse(argument) for argument in last.value.args]


@each_lesson
def test_the_stub_is_the_solution_without_its_answer(lesson):
    for number, stub in tagged(lesson, "exercise").items():
        functions, checked = skeleton(stub)
        functions_of_solution, checked_of_solution = skeleton(tagged(lesson, "solution")[number])
        assert checked == checked_of_solution
        assert [one for one in functions_of_solution if one in functions] == functions
        assert "..." in stub.source
        for node in ast.walk(ast.parse(stub.source)):
            if isinstance(node, ast.FunctionDef):
                assert ast.get_docstring(node), "a stub says what it takes and returns, with units"


@each_lesson
def test_every_exercise_knows_at_least_three_mistakes(lesson):
    wrong = importlib.import_module(f"wrong_answers.lesson_{lesson:02}").WRONG
    assert set(wrong) == set(base.exercises_of(lesson))
    for number, answers in wrong.items():
        assert len(answers) >= 3, number
        assert len({words for _, words in answers}) >= 3, f"{number}: each of three mistakes has its own sentence"


def wrong_answers():
    for lesson in base.lessons():
        module = importlib.import_module(f"wrong_answers.lesson_{lesson:02}")
        for number, answers in module.WRONG.items():
            for answer, words in answers:
                fixtures = getattr(module, "ABOUT", {}).get(number, ())
                yield pytest.param(number, answer, words, fixtures, id=f"{number}-{words[:30]}")


@pytest.mark.parametrize(("number", "answer", "words", "fixtures"), list(wrong_answers()))
def test_a_wrong_answer_is_told_what_is_wrong(number, answer, words, fixtures, request):
    """`fixtures` names what the exercise takes from the lesson: fixtures, here and in conftest.py."""
    state, said, _ = judged(number, answer, *map(request.getfixturevalue, fixtures))
    assert (state, words in said) == ("wrong", True), said


def right_answers():
    for lesson in base.lessons():
        module = importlib.import_module(f"wrong_answers.lesson_{lesson:02}")
        yield from ((number, answer) for number, answers in getattr(module, "RIGHT", {}).items() for answer in answers)


@pytest.mark.parametrize(("number", "answer"), list(right_answers()))
def test_a_right_answer_found_in_another_way_is_accepted(number, answer):
    state, said, _ = judged(number, answer)
    assert state == "right", said


@pytest.mark.parametrize("number", [number for lesson in base.lessons() for number in base.exercises_of(lesson)])
@pytest.mark.parametrize("answer", [None, float("nan"), "text", lambda: 1 / 0, lambda *_, **__: None])
def test_nonsense_gets_a_sentence(number, answer, request):
    module = importlib.import_module(f"wrong_answers.lesson_{int(number.split('.')[0]):02}")
    about = map(request.getfixturevalue, getattr(module, "ABOUT", {}).get(number, ()))
    state, said, _ = judged(number, answer, *about)
    assert state == "wrong"
    assert "The check cannot read this answer" not in said


@each_lesson
def test_a_quiz_has_three_questions(lesson):
    quiz = base.module_of(lesson).QUIZ
    assert len(quiz) == 3
    for question in quiz:
        assert 3 <= len(question.answers) <= 4
        assert 0 <= question.right < len(question.answers)
        assert all(said for said in question.answers.values())
    assert len({question.right for question in quiz}) > 1, "the right answers do not all stand at one place"
    assert sum(cell.source.strip().endswith(f"quiz({lesson})") for cell in cells(lesson)) == 1


@each_lesson
def test_a_lesson_ends_with_how_many_are_solved(lesson):
    assert sum(f"progress({lesson})" in cell.source for cell in cells(lesson)) == 1


@each_lesson
def test_main_results_are_guessed_first(lesson):
    """`What do you expect?` with answers to vote on; the answer comes after the figure or number that shows it."""
    every = cells(lesson)
    asked = [place for place, cell in enumerate(every) if "**What do you expect?**" in cell.source]
    assert len(asked) >= (0 if lesson == 0 else 3)
    for place, after in zip(asked, [*asked[1:], len(every)], strict=True):
        choices = re.findall(r"(?m)^- \*\*([A-D])\*\* ", every[place].source)
        assert choices in (list("ABC"), list("ABCD"))
        answered = [n for n in range(place + 1, after) if re.match(r"\*\*Answer: [A-D]\.\*\* ", every[n].source)]
        assert len(answered) == 1, every[place].source
        assert any(cell.get("outputs") for cell in every[place : answered[0]])
        assert re.match(r"\*\*Answer: ([A-D])", every[answered[0]].source)[1] in choices


@each_lesson
def test_every_try_has_its_answer(lesson):
    for cell in cells(lesson):
        if "**Try:**" in cell.source or "**Try**" in cell.source:
            assert "<details><summary>What one sees</summary>" in cell.source

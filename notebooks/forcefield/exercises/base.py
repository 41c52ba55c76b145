"""An exercise, and where the exercises of each lesson are found."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple


class Exercise(NamedTuple):
    """One exercise of a lesson.

    Parameters
    ----------
    title : str
    judge : callable
        ``judge(answer, *about)`` returns "" if the answer is right, or one sentence: what is wrong, and where to look.
        It tests what the answer does, not how it is written. `about` is what the lesson's cell gives besides.
    explanation : str
        Said of a right answer: why it is right, and what follows.
    draw : callable or None
        ``draw(answer, *about)`` returns a figure of what the answer does, and its alt text. It is called for answers
        that the judge could read, right or wrong, and for the solution.
    seconds : float
        How long judge and picture may take together.
    """

    title: str
    judge: Callable
    explanation: str
    draw: Callable | None = None
    seconds: float = 10.0


def edition():
    """Which edition of the course this is, as str: "student", "teacher", or "" for the whole."""
    mark = Path(__file__).with_name("edition.txt")
    return mark.read_text(encoding="utf-8").strip() if mark.is_file() else ""


def lessons():
    """Numbers of the lessons that have exercises or a quiz, as a list of int."""
    found = (re.fullmatch(r"lesson_(\d\d)", one.name) for one in pkgutil.iter_modules([str(Path(__file__).parent)]))
    return sorted(int(name[1]) for name in found if name)


def module_of(lesson):
    """The module that holds the exercises (EXERCISES) and the quiz (QUIZ) of a lesson, an int."""
    return importlib.import_module(f"forcefield.exercises.lesson_{lesson:02}")


def exercises_of(lesson):
    """The exercises of a lesson.

    Parameters
    ----------
    lesson : int

    Returns
    -------
    dict of str to Exercise
        By number: "3.2" is the second exercise of lesson 3. Empty for a lesson without exercises.
    """
    return module_of(lesson).EXERCISES if lesson in lessons() else {}


def numbers_of(lesson):
    """Numbers of the exercises of a lesson, read from its module's text: no lesson's libraries are loaded for it.

    Parameters
    ----------
    lesson : int

    Returns
    -------
    list of str
    """
    file = Path(__file__).parent / f"lesson_{lesson:02}.py"
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "EXERCISES":
            return [ast.literal_eval(key) for key in node.value.keys]
    return []


def exercise(number):
    """The exercise of this number.

    Parameters
    ----------
    number : str

    Returns
    -------
    Exercise

    Raises
    ------
    ValueError
        If there is none.
    """
    if not isinstance(number, str) or not re.fullmatch(r"\d{1,2}\.\d{1,2}", number):
        raise ValueError(f'An exercise is named by its number in quotes, such as "3.2"; this is {number!r}.')
    lesson = int(number.split(".")[0])
    if number not in exercises_of(lesson):
        known = ", ".join(exercises_of(lesson)) or "none"
        raise ValueError(f"There is no exercise {number}; lesson {lesson} has {known}.")
    return exercises_of(lesson)[number]

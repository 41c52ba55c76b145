"""Which exercises the reader has solved: remembered in one small file, beside what lessons save."""

import json
import os

from forcefield import npz_files
from forcefield.exercises.base import lessons, numbers_of

FILE = "exercises_solved.json"

states = {}
"""What was last said in this notebook, by number: (state, sentence)."""


def seen(number, state, sentence):
    """Note what was said to an answer in this notebook."""
    states[number] = state, sentence
    record = os.environ.get("COURSE_GRADES")
    if record:  # the grading view of the teacher's edition runs the notebook, and reads what was said
        with open(record, "a", encoding="utf-8") as file:
            file.write(json.dumps({"exercise": number, "state": state, "said": sentence}) + "\n")


def remembered():
    """Numbers of the exercises that were ever solved here.

    Returns
    -------
    set of str
        Empty if nothing was, or if the file cannot be read.
    """
    try:
        numbers = json.loads((npz_files.DATA_FOLDER / FILE).read_text(encoding="utf-8"))
        return {number for number in numbers if isinstance(number, str)}
    except (OSError, ValueError, TypeError):
        return set()


def remember(number):
    """Keep that an exercise is solved.

    Returns
    -------
    str
        Empty, or a sentence that says why it could not be kept.
    """
    if number in remembered():
        return ""
    path = npz_files.DATA_FOLDER / FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file() and not remembered():
            path.replace(path.with_name(f"{path.stem}_unreadable.json"))
        unfinished = path.with_suffix(".new")
        unfinished.write_text(json.dumps(sorted(remembered() | {number})), encoding="utf-8")
        unfinished.replace(path)
    except OSError as problem:
        return f" (This could not be kept for lesson 0: {problem.strerror or problem}.)"
    return ""


def progress(lesson):
    """Print how many exercises of a lesson are solved, and which are still open.

    Parameters
    ----------
    lesson : int
    """
    numbers = numbers_of(lesson)
    done = remembered() & set(numbers)
    print(f"Lesson {lesson}: {len(done)} of {len(numbers)} exercises solved.")
    left = [number for number in numbers if number not in done]
    if left:
        print("Still open:", ", ".join(left))


def progress_of_all():
    """Print how many exercises of every lesson are solved."""
    done, all_numbers = remembered(), set()
    for lesson in lessons():
        numbers = set(numbers_of(lesson))
        if numbers:
            print(f"Lesson {lesson}: {len(done & numbers)} of {len(numbers)} exercises solved.")
        all_numbers |= numbers
    print(f"All lessons: {len(done & all_numbers)} of {len(all_numbers)} exercises solved.")

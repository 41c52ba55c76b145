"""Lesson 0: one exercise, to see how exercises work."""

from forcefield.exercises.answers import function, number
from forcefield.exercises.base import Exercise
from forcefield.exercises.quiz import Question


def judge_shortest(answer):
    """The number of atoms of several dimers."""
    counted = [number(function(answer)(pairs), "atoms_of(pairs)") for pairs in (1, 3, 20)]
    if counted == [1, 3, 20]:
        return "It returns the number of dimers; each dimer has two atoms."
    if len(set(counted)) == 1:
        return f"It returns {counted[0]:g} for any number of dimers: use the argument `dimers`."
    if counted != [2, 6, 40]:
        return f"Three dimers have 6 atoms; the function returns {counted[1]:g}."
    return ""


EXERCISES = {
    "0.1": Exercise("How many atoms?", judge_shortest, "Each dimer has two atoms."),
}

QUIZ = (
    Question(
        "You change a number in the third cell and run only the tenth. Why may the tenth not notice?",
        {
            "A notebook runs its cells from top to bottom, so the tenth has to wait.": (
                "Cells run in the order in which you run them, not in the order of the page."
            ),
            "The third cell has not run again, so its variables keep their old values.": (
                "Cells share variables, not text. When in doubt, restart and run all."
            ),
            "The kernel keeps a copy of the notebook that was made when it started.": (
                "The kernel knows no notebook, only the variables of the cells that ran."
            ),
        },
        right=1,
    ),
)

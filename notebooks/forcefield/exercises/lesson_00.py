"""Lesson 0: one exercise, to see how exercises work."""

import numpy as np
from matplotlib import pyplot as plt

from forcefield.exercises.answers import function, number
from forcefield.exercises.base import Exercise
from forcefield.exercises.quiz import Question
from forcefield.plots import LINES, POINTS

DIMERS = np.array([1, 3, 20])


def judge_atoms(answer):
    """The number of atoms of several dimers."""
    counted = [number(function(answer)(int(dimers)), "atoms_of(dimers)") for dimers in DIMERS]
    if counted == list(DIMERS):
        return "It returns the number of dimers; each dimer has two atoms."
    if len(set(counted)) == 1:
        return f"It returns {counted[0]:g} for any number of dimers: use the argument `dimers`."
    if counted[1] != 6:
        return f"Three dimers have 6 atoms; the function returns {counted[1]:g}."
    if counted != [2, 6, 40]:
        return f"For 3 dimers it is right, but for 20 it returns {counted[2]:g}."
    return ""


def draw_atoms(answer):
    """Atoms against dimers: the true line, and what the answer says."""
    figure, axes = plt.subplots(figsize=(5, 2.6))
    axes.plot([0, 20], [0, 40], **LINES["truth"], label="counted")
    axes.plot(DIMERS, [float(answer(int(dimers))) for dimers in DIMERS], **POINTS["model"], label="your function")
    axes.set(xlabel="number of dimers", ylabel="number of atoms")
    axes.legend()
    return figure, "Number of atoms against number of dimers: the counted line, and three points of the function."


EXERCISES = {
    "0.1": Exercise(
        "How many atoms?", judge_atoms, "Each dimer has two atoms, so three points lie on a line.", draw_atoms
    ),
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
    Question(
        "You start with lesson 4, and nothing is in the folder data yet. What happens?",
        {
            "The lesson stops at its first cell and asks for lesson 2.": (
                "Every lesson runs alone: what is missing is made, not asked for."
            ),
            "Its figures are empty until lessons 2 and 3 have run.": (
                "The figures need the data set and the model, and the lesson makes both."
            ),
            "It makes the data set and the model that it needs, and prints that it did.": (
                "What a lesson saved, it or a later one can make again."
            ),
        },
        right=2,
    ),
    Question(
        "A slider moves, but the sentence below it stays as it was. What is the likely reason?",
        {
            "No kernel computes the sentence: after a restart the cell has not run again.": (
                "The slider lives in the page, its sentence is computed by Python. Run the notebook again."
            ),
            "The slider was moved by keyboard, and only the mouse counts.": "Both do the same.",
            "Its new value is the same as the stored one.": (
                "Then the slider would not have moved. The sentence follows every value, if Python runs."
            ),
        },
        right=0,
    ),
)

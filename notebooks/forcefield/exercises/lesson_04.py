"""Lesson 4: error numbers, leaks between parts, where errors matter, and what breaks."""

from forcefield.exercises.base import Exercise
from forcefield.exercises.lesson_04_breaks import draw_centred, draw_wall, judge_centred, judge_wall
from forcefield.exercises.lesson_04_errors import (
    draw_numbers,
    draw_parts,
    judge_numbers,
    judge_parts,
)
from forcefield.exercises.lesson_04_thermal import draw_thermal, judge_thermal
from forcefield.exercises.quiz import Question

EXERCISES = {
    "4.1": Exercise(
        "Two numbers that are one",
        judge_numbers,
        "Square, mean, root, in this order. A report in which MAE and RMSE agree to all digits says that something is "
        "wrong: they are equal only if all errors have one size. Their ratio tells how uneven the errors are.",
        draw_numbers,
    ),
    "4.2": Exercise(
        "Places and rows",
        judge_parts,
        "A split of a choice gives places in the choice; one more look-up, chosen[places], turns them into rows. "
        "Nothing stops if it is forgotten, for small numbers are rows too. Test it as in lesson 3: every row once.",
        draw_parts,
    ),
    "4.3": Exercise(
        "The error where atoms go",
        judge_thermal,
        "At 300 K the pair stays in the well, where the errors are far smaller than at the wall: the mean over equally "
        "spaced points says too much about places where no atom goes. At higher temperatures the wall gains weight.",
        draw_thermal,
    ),
    "4.4": Exercise(
        "A wall from what is known",
        judge_wall,
        "Energy and slope of one label fix two numbers. What makes the difference is the form that they are put into: "
        "whoever knows that the attraction goes as 1/r^6 and guesses 1/r^12 for the repulsion gets the wall without a "
        "label there. The labels were made with just this formula, so nothing is left for the network to learn: no "
        "real pair is so kind.",
        draw_wall,
        seconds=20.0,
    ),
    "4.5": Exercise(
        "Moved back",
        judge_centred,
        "The energy depends on the positions relative to their mean, so a common shift cannot change it, and the "
        "forces add up to zero. No label was needed. It works for one pair alone: in a larger group of atoms each "
        "needs a centre of its own, as at the end of this section.",
        draw_centred,
    ),
}

QUIZ = (
    Question(
        "A paper reports a force MAE of 0.05 eV/Å, with a parity plot from -100 to 100 eV/Å on which all points lie on "
        "the diagonal. What does that say about forces near equilibrium, of 1 eV/Å or less?",
        {
            "They are right to 0.05 eV/Å, because the MAE holds for every point.": (
                "The MAE is a mean; a few points can carry all of it, or hide what many others have."
            ),
            "They are good, because all points lie on the diagonal.": (
                "On such an axis a dot is wider than 1 eV/Å: whatever happens there is hidden."
            ),
            "They are bad, because 0.05 is more than 1 % of 1.": (
                "That cannot be known: the error may come from the large forces alone."
            ),
            "Nothing: neither number nor picture separates them from the large ones.": (
                "Ask for the residuals against distance or force, and for points that chose nothing."
            ),
        },
        right=3,
    ),
    Question(
        "The forces of our model agree with finite differences of its energy. Yet the moved pair feels a net force. "
        "How can both be true?",
        {
            "The finite difference takes too long a step to notice the net force.": (
                "It agrees to 1e-5 eV/Å, and the net force is several eV/Å."
            ),
            "The energy itself depends on where the pair is, and the forces are its exact derivative.": (
                "The check compares the forces with the model's own energy. The derivative is right, the energy is not."
            ),
            "Rounding errors of the two forces add up.": (
                "They are smaller than 1e-6 eV/Å, as the pair without a shift shows."
            ),
        },
        right=1,
    ),
    Question(
        "Would pairs that are moved by up to 0.3 Å, added to the training set, remedy the model with the fixed centre?",
        {
            "For such shifts, as far as the fit is accurate; not for 1 Å, and never exactly.": (
                "A symmetry that is built in costs no labels and holds everywhere."
            ),
            "Yes: a network learns every symmetry that its data show.": (
                "It learns it where the data are, about as well as it learns everything else."
            ),
            "No: a network cannot learn a symmetry.": (
                "It can approximate it where there are labels, at the price of many more of them."
            ),
        },
        right=0,
    ),
)

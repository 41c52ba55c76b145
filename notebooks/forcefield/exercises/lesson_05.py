"""Lesson 5: experiments that are fair, and mistakes that others have made."""

from forcefield.exercises.base import Exercise
from forcefield.exercises.lesson_05_judges import judge_loss, judge_published, judge_seeds
from forcefield.exercises.lesson_05_labels import draw_labels, judge_labels
from forcefield.exercises.lesson_05_pictures import draw_loss, draw_published, draw_seeds
from forcefield.exercises.lesson_05_weight import draw_weighted, judge_weighted
from forcefield.exercises.quiz import Question

EXERCISES = {
    "5.1": Exercise(
        "How many seeds?",
        judge_seeds,
        "The logarithms of the two typical errors differ by ln(factor); each mean of n has the standard error "
        "spread / sqrt(n), and both together sqrt(2) times that. The number of seeds grows with the square of what one "
        "wants to see: half the difference takes four times the seeds. Five seeds show a factor of 4 at a spread of "
        "0.7, and a factor of 1.8 at a spread of 0.3. That is why this lesson trusts large factors.",
        draw_seeds,
    ),
    "5.2": Exercise(
        "Two copies, one loss",
        judge_loss,
        "The energy of two copies is twice that of one, and so is its error: only the error per atom stays. A loss of "
        "whole structures gives the energy of a large structure more weight than that of a small one, and the same "
        "weight w means something else in every data set. If the errors of the atoms are independent, the error of a "
        "structure grows with the square root of its size; some codes divide by that. Whatever a code does, its "
        "documentation must say it: a weight without its loss means nothing.",
        draw_loss,
    ),
    "5.3": Exercise(
        "Ten labels, well placed",
        judge_labels,
        "The curve bends most at short distances, and between two labels the error grows with the gap and with the "
        "bending. So gaps should be small near the wall and wide in the tail, with labels at both ends: outside them "
        "the model extrapolates. Ten labels drawn at random are worse than equally spaced ones by far if the shortest "
        "distances are missing. Lesson 8 lets a committee of models find the places.",
        draw_labels,
        seconds=30.0,
    ),
    "5.4": Exercise(
        "The winner's own test",
        judge_published,
        "Of thirteen settings that are equally good, the one that comes first on some points is the one that was lucky "
        "on them. On other points the luck is gone. So one set chooses and another one reports, and the second is used "
        "once. The more settings are tried, and the fewer points there are, the larger the flattery.",
        draw_published,
    ),
    "5.5": Exercise(
        "A weight has a slope",
        judge_weighted,
        "The derivative of a product has two terms. The weight and its slope are zero at the cutoff, so the weighted "
        "feature ends without a jump, and without a kink. DScribe's authors removed analytic derivatives with "
        "weighting after the report, which is why the lesson's last cell finds a sentence in their place.",
        draw_weighted,
    ),
}

QUIZ = (
    Question(
        "Two settings differ by 20 % in the mean of five seeds, and the fits of each spread by a factor of two. What "
        "do you report?",
        {
            "The better one, and that it is 20 % better: five seeds were averaged.": (
                "Five other seeds could put the other one first: the difference is as large as its standard error."
            ),
            "The difference with its standard error, and that it is no result.": (
                "A spread of a factor of two is a standard deviation of about 0.3 in the logarithm. A mean of five is "
                "known to 0.13, the difference of two to 0.19; it is 0.18. With fifty seeds it would be a result, if "
                "it stayed."
            ),
            "That no number of seeds could decide, because the dots overlap.": (
                "Dots may overlap however many there are. What counts is how well the two means are known, and that "
                "improves with every seed."
            ),
        },
        right=1,
    ),
    Question(
        "A model trained on energies alone has an energy error of 1 meV on its training structures. May you run "
        "dynamics with it?",
        {
            "Not on that evidence.": (
                "Dynamics uses forces, on structures that were not trained on. Section 2 shows such a fit with useless "
                "forces."
            ),
            "Yes: forces are derivatives of the energy, and the energy is right.": (
                "It is right at some points. The slope between and at these points may be anything."
            ),
            "Yes, if the dynamics starts from a training structure.": (
                "Even there the forces can be wrong by more than 0.6 eV/Å, and the second step is elsewhere."
            ),
        },
        right=0,
    ),
    Question(
        "A finite-difference check fails for one atom of many, and gets worse when the step is made smaller from 0.01 "
        "to 0.0001 Å. What do you suspect?",
        {
            "The analytic derivatives of that atom are wrong.": (
                "Then the difference would settle at one value as the step shrinks. It grows."
            ),
            "The step is too large for the curvature of the energy.": "That error shrinks with the square of the step.",
            "Rounding.": "It also grows, but at these steps it is smaller by many orders of magnitude.",
            "A jump inside the step.": (
                "A jump J gives the error J/2h. Look for a neighbour near the distance at which the descriptor ends."
            ),
        },
        right=3,
    ),
)

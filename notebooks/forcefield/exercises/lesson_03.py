"""Lesson 3: labels that contradict each other, forces that train nothing, rules for stopping, two fits."""

from forcefield.exercises.base import Exercise
from forcefield.exercises.lesson_03_fits import draw_few, draw_two, judge_few, judge_two
from forcefield.exercises.lesson_03_stopping import draw_stops, judge_stops
from forcefield.exercises.lesson_03_training import (
    draw_gradient,
    draw_labels,
    judge_gradient,
    judge_labels,
)
from forcefield.exercises.quiz import Question

EXERCISES = {
    "3.1": Exercise(
        "Forces or gradients?",
        judge_labels,
        "When atom 0, on the left, moves to the right, the distance shrinks: its force is +dE/dr. So the label has to "
        "agree with the slope of the energies, at short and at long distances. The test needs no model and costs "
        "nothing: make it with every file that somebody gives you.",
        draw_labels,
    ),
    "3.2": Exercise(
        "The test that finds it",
        judge_gradient,
        "A finite difference knows nothing of graphs: it asks how the number changes. Where it and torch disagree, "
        "a part of the loss is a plain number for torch. A relative tolerance lets the test work for losses of any "
        "size, and all weights have to be tried, since one that is cut off changes nothing for the others.",
        draw_gradient,
    ),
    "3.3": Exercise(
        "A rule that never fires",
        judge_stops,
        "The rule needs a memory of the best, not of the last: a noisy curve is often better than the epoch before "
        "it, and seldom better than everything before it.",
        draw_stops,
    ),
    "3.4": Exercise(
        "Two numbers by Levenberg-Marquardt",
        judge_two,
        "The trial decides: a step that raises the sum of squares is not taken, and the next one is shorter and turned "
        "towards the steepest descent. After a success the damping falls, and near the minimum nearly full steps "
        "remain, each of which doubles the number of right digits if the residuals vanish there.",
        draw_two,
    ),
    "3.5": Exercise(
        "As few weights as possible",
        judge_few,
        "Two units have 17 weights for about 40 labels that count in each fit, half of them energies and half forces. "
        "Fewer weights leave fewer ways through the labels, and each step is cheaper. One unit is too few, however "
        "long it is fitted. That two suffice is a property of this curve of one variable; many atoms need more.",
        draw_few,
        seconds=30.0,
    ),
}

QUIZ = (
    Question(
        "Why does training on forces need second derivatives of the network?",
        {
            "Because the loss is a sum of squares, and squares have to be differentiated twice.": (
                "A loss of energies alone is a sum of squares too, and needs first derivatives only."
            ),
            "Because a force is already a derivative by the input, and the optimiser takes one by the weights.": (
                "One derivative by the input, then one by the weights; create_graph=True keeps what the second needs."
            ),
            "Because Levenberg-Marquardt uses the curvature of the loss.": (
                "It does, and builds it from first derivatives of the residuals. Adam, too, needs what is asked for."
            ),
            "Because the forces are the second derivative of the energy.": (
                "They are the first derivative by the positions, with a minus sign."
            ),
        },
        right=1,
    ),
    Question(
        "A fit is stopped by the validation loss. May its validation error be reported as the error of the model?",
        {
            "No: the weights were chosen because they do well on just these points.": (
                "The number is too good. Report the error on points that neither fitted nor chose anything."
            ),
            "Yes: no weight was fitted to these points.": (
                "No gradient came from them, but they picked the epoch: a choice is a fit too, of one number."
            ),
            "Yes, if there are more validation points than training points.": (
                "Then the error is a little too good instead of much; it is still chosen by them."
            ),
        },
        right=0,
    ),
    Question(
        "Levenberg-Marquardt beats Adam by far here. Why are large models trained with Adam all the same?",
        {
            "Adam finds better minima when there are many weights.": (
                "Nothing in this lesson says so: where both can be afforded, the other one went lower."
            ),
            "The loss of a large model is no sum of squares.": (
                "Mean squared errors of energies and forces are one, however large the model."
            ),
            "Its matrix has a row and a column for every weight, and each step needs all points.": (
                "With millions of structures and weights one step would cost too much; noisy cheap steps win there."
            ),
        },
        right=2,
    ),
)

"""Lesson 10: the exercises and the quiz. What is said to wrong answers stands in the three modules beside."""

from forcefield.exercises.base import Exercise
from forcefield.exercises.lesson_10_labels import (
    draw_rows,
    draw_units,
    judge_rows,
    judge_units,
)
from forcefield.exercises.lesson_10_models import (
    draw_features,
    draw_frequencies,
    judge_features,
    judge_frequencies,
)
from forcefield.exercises.lesson_10_zeros import draw_zeros, judge_zeros
from forcefield.exercises.quiz import Question

EXERCISES = {
    "10.1": Exercise(
        "Forces of a thousand eV/Å",
        judge_units,
        "One kcal/mol is 0.043 eV: multiply. The work of the forces cannot notice this mistake, because energies and "
        "forces have the same wrong factor. What notices it is a size that one knows: a barrier, a frequency, the "
        "forces of a molecule at room temperature, which are about 1 eV/Å.",
        draw_units,
    ),
    "10.2": Exercise(
        "How many features?",
        judge_features,
        "There are N times n_max radial functions. The power spectrum multiplies any two of them, the order does not "
        "count, and a function pairs with itself, too; this for each l from 0 to l_max. So the number grows with the "
        "square of the number of elements.",
        draw_features,
    ),
    "10.3": Exercise(
        "Thirty labels",
        judge_rows,
        "Frames of one group are cheap to draw and too much alike: hot ones are rarely near the top of the path, "
        "biased ones say little of hot molecules. Frames spread evenly over the place of the proton serve both.",
        draw_rows,
    ),
    "10.4": Exercise(
        "Frequencies from a Hessian",
        judge_frequencies,
        "Newton's law couples the motions of all atoms; dividing each entry by the root of both masses makes the "
        "matrix symmetric, and its eigenvalues squares of frequencies. Six are nearly zero: the molecule as a whole "
        "moves and turns.",
        draw_frequencies,
    ),
    "10.5": Exercise(
        "Two zeros of energy",
        judge_zeros,
        "A molecule lies below its atoms, by a few eV for each of them. Energies of atoms from another method or in "
        "another unit miss this by hundreds of eV. A fit does not fail for it: it learns the absurd difference, and "
        "fails as soon as the composition changes.",
        draw_zeros,
    ),
}

QUIZ = (
    Question(
        "A paper reports a test error of 1 meV for a reaction, with frames from dynamics at 300 K, without a bias. "
        "What do you ask for?",
        {
            "Errors along a path over the barrier.": (
                "At 300 K hardly any frame is near the transition state, and test frames come from the same dynamics."
            ),
            "More test frames of the same kind.": "They would not lie near the transition state either.",
            "A second network with other seeds.": (
                "Useful, but both would be tested where the reaction does not take place."
            ),
        },
        right=0,
    ),
    Question(
        "The model gives both minima exactly the same energy, although the frames are not symmetric. Why?",
        {
            "The Gaussian process has averaged over 320 frames.": "An average of asymmetric frames is not exact.",
            "The labels along the path are mirror images of each other.": (
                "They are, but no structure of the path was trained on."
            ),
            "A descriptor does not know numbers of atoms, and all centres of an element share one model.": (
                "Exchanging the oxygens only changes the order of the sum."
            ),
        },
        right=2,
    ),
    Question(
        "You need the rate at which a deuteron hops at 300 K, as in nature. What do you need besides this force field?",
        {
            "Many more frames with B3LYP/def2-SVP labels.": "The model would copy the same barrier, 78 meV too low.",
            "Labels of a better method, and nuclei that move as quantum particles.": (
                "The barrier is the functional's, and Newton's law knows no tunnelling."
            ),
            "Labels that were computed for deuterium.": (
                "Electrons do not notice the mass: energies and forces are the same."
            ),
        },
        right=1,
    ),
)

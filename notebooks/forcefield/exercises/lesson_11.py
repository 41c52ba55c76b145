"""Lesson 11: what a file of labels says about itself, which frames to label, and what other programs take."""

from forcefield.exercises import lesson_11_choice as choice
from forcefield.exercises import lesson_11_labels as labels
from forcefield.exercises import lesson_11_virial as virial
from forcefield.exercises.base import Exercise
from forcefield.exercises.quiz import Question

EXERCISES = {
    "11.1": Exercise(
        "How noisy are these forces?",
        labels.judge_noise,
        "Independent errors of N atoms add up to a net force that is the root of N times larger than one of them. So "
        "the net force of each frame, which should be zero, measures the noise, and no model is needed. A model that "
        "is tested on such labels shows at least this error, however good it is.",
        labels.draw_noise,
    ),
    "11.2": Exercise(
        "Fool the check",
        labels.judge_factors,
        "The check compares changes of the energy with forces, so a factor that both share cancels. Energies of all "
        "electrons would tell by their size; these do not. Then only something known helps: the cohesive energy of a "
        "metal, a vibration, or the manual of the program that wrote the file.",
    ),
    "11.3": Exercise(
        "The labels that were not there",
        labels.judge_labels,
        "What is missing stays missing until somebody says so. The published reader put zero energy, zero forces and "
        "weight zero in the place of labels that it did not find: the loss was zero from the first epoch, and the "
        "errors were those of no fit at all.",
        labels.draw_labels,
    ),
    "11.4": Exercise(
        "Which frames deserve a label?",
        choice.judge_rows,
        "Many orders and compositions of small clusters say what an atom and a pair are worth; one or two large "
        "clusters say what surrounds an atom inside, and a cluster of 13 has a single such atom. One kind alone leaves "
        "out half. With your own data, this is the first decision that costs computing time.",
        choice.draw_rows,
    ),
    "11.5": Exercise(
        "Stress or virial?",
        virial.judge_virial,
        "The stress of ASE is the derivative of the energy by the strain, divided by the volume: positive under "
        "tension. The virial that GAP takes is minus that derivative, in eV. With the wrong sign the labels tell the "
        "fit to push where energies and forces tell it to pull.",
        virial.draw_virial,
    ),
}

QUIZ = (
    Question(
        "In your file, energies and forces agree perfectly when neighbouring frames are compared. Are the units right?",
        {
            "Yes: a wrong unit would show as a factor between the two sides.": (
                "It would, if only one of them were wrong. A factor that both share cancels."
            ),
            "Yes, if the net forces are zero too.": "Zero is zero in every unit.",
            "Not necessarily: both may be wrong by the same factor.": (
                "With kcal/mol and kcal/mol/Å the comparison sees nothing. A known energy or vibration tells."
            ),
        },
        right=2,
    ),
    Question(
        'A report says "force error 25 meV/Å". What makes this a good number?',
        {
            "It is below the 40 meV/Å that are needed for reliable dynamics.": (
                "There is no such limit: it depends on the system, and on what the dynamics is for."
            ),
            "Frames of other runs, and the spread of the labels and a simple model beside it.": (
                "And whether it is a mean over components or a root mean square, which is larger; "
                "and what it is for a composition or temperature that was not trained on."
            ),
            "It was averaged over a thousand test frames.": (
                "If they are neighbours of training frames, ten thousand say no more about new ones."
            ),
        },
        right=1,
    ),
    Question(
        "All checks of section 5 pass, and the run explodes. How can that be?",
        {
            "The checks ask for a consistent force field, not for the right one.": (
                "Forces are the gradient of its energy even in a deep hole that does not exist. The spread usually "
                "notices on the way there; a repulsion under the model cures the commonest case."
            ),
            "The checks were made on one frame: some other frame would have failed.": (
                "Symmetries and gradients hold in every frame, as they follow from how the model is made."
            ),
            "The time step was too long, as that is the only thing left.": (
                "It may be, but a wrong force field explodes with every time step."
            ),
        },
        right=0,
    ),
)

"""Lesson 1: wells, labels that contradict each other, a descriptor, the slope of a network, the loss."""

from forcefield.exercises import lesson_01_labels, lesson_01_models, lesson_01_structures
from forcefield.exercises.base import Exercise
from forcefield.exercises.quiz import Question

suspicious_labels = lesson_01_labels.suspicious_labels

EXERCISES = {
    "1.1": Exercise(
        "A well where you want it",
        lesson_01_labels.judge_well,
        "The force is zero where 2 (sigma/r)^12 = (sigma/r)^6, so (sigma/r)^6 is one half there. The energy at that "
        "place is 4 epsilon (1/4 - 1/2): the depth is epsilon, whatever sigma is.",
        lesson_01_labels.draw_well,
    ),
    "1.2": Exercise(
        "Forces that do not fit their energies",
        lesson_01_labels.judge_factors,
        "Set B is right. Set A holds the gradient under the name of forces, as the published data set COMP6 did "
        "(github.com/isayev/COMP6, issue 2; repaired for training in torchmd/torchmd-net, pull request 264). In set C "
        "the derivative of an energy in eV was multiplied by 27.2, as if the energy were in Hartree: a change that "
        "was proposed for a program and withdrawn (aiqm/torchani, pull request 421). In set D the energies were "
        "converted from Hartree to eV twice, as a reader of output files did (Griffin-Group/pymatgen-io-espresso, "
        "issue 21). No model can fit energies and forces that contradict each other. One derivative of the labels "
        "shows that they do.",
        lesson_01_labels.draw_factors,
    ),
    "1.3": Exercise(
        "A descriptor of your own",
        lesson_01_structures.judge_features,
        "A sum over pairs has no first atom, so a swap changes nothing. Distances know neither place nor direction. "
        "Smooth functions of them give forces that do not jump. And several functions are needed, because one number "
        "cannot tell three distances apart. SOAP does the same with densities, for any number of atoms. (The check "
        "changes the sides of a triangle a little. It cannot know whether two triangles far from each other have the "
        "same features.)",
        lesson_01_structures.draw_features,
    ),
    "1.4": Exercise(
        "A second layer",
        lesson_01_models.judge_slope,
        "One factor for each step, from the energy back to the input: the last weights, the slope of the second tanh, "
        "the second weights, the slope of the first tanh, the first weights. Automatic differentiation multiplies the "
        "same factors in the same order.",
        lesson_01_models.draw_slope,
    ),
    "1.5": Exercise(
        "The loss, in any units",
        lesson_01_models.judge_loss,
        "Each part is a mean square divided by a mean square of the same unit, so no unit is left. The variances "
        "belong to the labels: they must not change while the model learns.",
        lesson_01_models.draw_loss,
    ),
}

QUIZ = (
    Question(
        "Two atoms sit at x = -2 Å and x = +2 Å, beyond the minimum. Which sign has the x force on atom 0, the left "
        "one?",
        {
            "Negative: beyond the minimum F(r) is negative.": (
                "F(r) is the force along the line, positive when it pushes apart. Here the atoms are pulled together. "
                "In which direction does the left atom have to go?"
            ),
            "Positive.": (
                "The atoms attract each other, so the left one is pulled to the right. In formulas, its x force is "
                "+dE/dr, and the energy rises with r there."
            ),
            "Zero: the two forces cancel.": (
                "They cancel in the sum over both atoms; each of them is pulled all the same."
            ),
            "It depends on which atom is called number 0.": (
                "The number is fixed by the question: atom 0 is the left one. The force belongs to the place, not to "
                "the number."
            ),
        },
        right=1,
    ),
    Question(
        "Ten structures of 13 atoms have a centre on every atom and 50 features. Which shape have the derivatives of "
        "the descriptor, and over what does the chain rule sum?",
        {
            "(10, 13, 13, 3, 50); over centres and features.": (
                "Systems, centres, atoms, axes, features. What is left after the sum is (10, 13, 3), a force for "
                "every atom."
            ),
            "(10, 13, 3, 50); over features.": (
                "That has one index for both centre and atom. When one atom moves, the descriptors of all centres "
                "near it change, so each needs an index."
            ),
            "(10, 13, 13, 3, 50); over atoms and features.": (
                "A sum over atoms would leave one force for each centre, and none for each atom."
            ),
        },
        right=0,
    ),
    Question(
        "A data set has energies in eV and forces in Hartree/Bohr. A colleague fits it with MSE(E) + MSE(F). What is "
        "wrong?",
        {
            "Only the balance: the forces count too little. Dividing by the variances repairs that.": (
                "It repairs the balance. But the forces are still not the derivatives of these energies."
            ),
            "Nothing: the network has enough weights to fit both.": (
                "The forces are derivatives of the same network that gives the energies. It cannot have two slopes at "
                "once."
            ),
            "The labels contradict each other, and besides the balance depends on the units.": (
                "Minus the derivative of an energy in eV by a length in Å is a force in eV/Å. These are 51.4 times "
                "smaller, and no weights in the loss repair that."
            ),
        },
        right=2,
    ),
)

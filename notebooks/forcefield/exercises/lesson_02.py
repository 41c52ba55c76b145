"""Lesson 2: features by hand, derivatives along a motion, a gradient check, a budget, a centre that moves."""

from forcefield.exercises import lesson_02_derivatives, lesson_02_features, lesson_02_settings
from forcefield.exercises.base import Exercise
from forcefield.exercises.quiz import Question

suspicious_derivatives = lesson_02_derivatives.suspicious_derivatives

EXERCISES = {
    "2.1": Exercise(
        "Any number of atoms",
        lesson_02_features.judge_features,
        "For l = 0 only the distances from the centre matter, so a function of distances is enough. The density adds "
        "up over the atoms, and so do the coefficients; the products of sums make features that know about pairs of "
        "atoms.",
        lesson_02_features.draw_features,
    ),
    "2.2": Exercise(
        "Atoms that move",
        lesson_02_features.judge_rate,
        "The chain rule once more: the sum over atoms and axes of derivative times velocity. Systems, centres and "
        "features stay. A stretched pair is a special case: velocities of one half to the right and one half to the "
        "left.",
        lesson_02_features.draw_rate,
    ),
    "2.3": Exercise(
        "Which derivatives are right?",
        lesson_02_derivatives.judge_derivatives,
        "B and D are right. A leaves out the weighting in the derivatives, as an older DScribe did (its issue 113). "
        "In C the features belong to a centre that moves with its atom, the derivatives to one that stays; in B both "
        "move. C is DScribe's issue 63: its derivatives were right, and the finite difference asked another question. "
        "In D the features have 7 digits only, so small steps show round-off alone; the same thread computes them "
        "with more digits.",
        lesson_02_derivatives.draw_derivatives,
    ),
    "2.4": Exercise(
        "Ten features for a wide range",
        lesson_02_settings.judge_settings,
        "At 7 Å each atom is 3.5 Å from the centre, so the radial functions must reach well beyond that. With l_max = "
        "2 the features of l = 2 bring radial functions of another shape; those of l = 1 are zero, and are paid for "
        "all the same.",
        lesson_02_settings.draw_settings,
    ),
    "2.5": Exercise(
        "A centre that moves along",
        lesson_02_derivatives.judge_moving,
        "When everything moves together, nothing changes. So moving the atom with its centre does the opposite of "
        "moving all others. DScribe takes the same way (github.com/SINGROUP/dscribe, pull request 104).",
        lesson_02_derivatives.draw_moving,
    ),
}

QUIZ = (
    Question(
        "A colleague checks a derivative with a central difference of h = 1e-12 Å and finds an error of 0.001 per Å. "
        "Is the derivative wrong?",
        {
            "Yes: so small a step leaves almost no error of truncation.": (
                "That is so, but round-off grows as 1/h. For features near 2 it is about 2e-16 times 2 / 1e-12 = 4e-4 "
                "per Å."
            ),
            "No: 0.001 is small.": ("It may be small, and the derivative wrong all the same. Only other steps tell."),
            "One cannot tell from this step.": (
                "Round-off alone gives an error of this size. Take a sweep: the error of a wrong derivative stays "
                "level where that of a right one shows the V."
            ),
        },
        right=2,
    ),
    Question(
        'You give SOAP a weighting, and ask for derivatives with method="auto". What do you get?',
        {
            "Analytic derivatives, of the weighted descriptor.": (
                "There are none: analytic derivatives exist without a weighting only."
            ),
            "Central differences with a step of 1e-4 Å, and no word about it.": (
                'Ask for method="analytical": an error is better than a surprise.'
            ),
            "An error that says that a weighting has no derivatives.": (
                'That is what method="analytical" does; "auto" takes another way and says nothing.'
            ),
            "Analytic derivatives of the descriptor without the weighting.": (
                "An older version did that, and it was repaired: exercise 2.3 has it."
            ),
        },
        right=1,
    ),
    Question(
        "Someone picks the SOAP settings with the lowest error on the 170 test points, and reports that error. What "
        "is wrong?",
        {
            "It is too optimistic: the lowest of several tries on the points that chose it.": (
                "Choose within the 30 training points, then test once. What was used for a choice cannot test it."
            ),
            "Nothing: the network was never fitted to these points.": (
                "The weights were not, but the settings were. The settings are chosen parts of the model too."
            ),
            "170 points are too few to choose from.": (
                "With more points the error would be less uncertain, and still the lowest of several tries."
            ),
        },
        right=0,
    ),
)

"""Lesson 8: the slope of a variance, members of different kinds, a rank, the limit of an alarm."""

from forcefield.exercises.base import Exercise
from forcefield.exercises.lesson_08_committees import (
    draw_members,
    draw_variance_forces,
    judge_members,
    judge_variance_forces,
)
from forcefield.exercises.lesson_08_promises import draw_factor, draw_limit, judge_factor, judge_limit
from forcefield.exercises.quiz import Question

EXERCISES = {
    "8.1": Exercise(
        "The slope of a variance",
        judge_variance_forces,
        "A formula and its derivative must share every factor. With 1/M in the slope and 1/(M - 1) in the variance, "
        "forces belong to no energy, and dynamics with them drifts (lesson 7). For two members the published slope was "
        "half of what it should be, for sixteen 6 % too small. A finite difference shows it at once.",
        draw_variance_forces,
    ),
    "8.2": Exercise(
        "A committee that admits it",
        judge_members,
        "Members that share less disagree more. Where labels end, tanh and SiLU continue the curve in different ways, "
        "and the spread shows it. But you chose these members knowing the truth at 2.2 Å. Elsewhere all may still be "
        "wrong together: they share labels and descriptor.",
        draw_members,
        seconds=40,
    ),
    "8.3": Exercise(
        "Nine calibration points",
        judge_factor,
        "The new score is one more in the row: with n + 1 places, all equally likely, the k-th smallest of n bounds it "
        "with probability k/(n + 1). An empirical quantile forgets the new one, and interpolates. With 9 points that "
        "costs 7 of the promised 90 points; with many points hardly anything, which is why it is overlooked.",
        draw_factor,
    ),
    "8.4": Exercise(
        "Where to set the limit",
        judge_limit,
        "A lower limit lets less harm pass and asks for more labels; which is right follows from what each costs. To "
        "set it like this one needs some true errors, from runs like those in which it will be used. If few frames "
        "pass, the members know too little yet: then labels help, and no limit.",
        draw_limit,
    ),
}

QUIZ = (
    Question(
        "Five members agree to 1 meV/Å on a structure. May you trust the force to 1 meV/Å?",
        {
            "Yes, if they were fitted from different initial weights.": (
                "So were those of section 3. They agreed on the pair that was moved sideways, and all were wrong."
            ),
            "Yes, after calibration: the factor makes up for what members share.": (
                "One factor corrects the level where it was measured. At the wall far more is missing."
            ),
            "No: members share labels, descriptor and kind of network, and may be wrong together.": (
                "Agreement is necessary and not sufficient. Labels from a poor potential make all agree on it."
            ),
        },
        right=2,
    ),
    Question(
        "A bound for 90 % fails for 30 % of the atoms of the hottest trajectory. Is the theorem wrong?",
        {
            "No: it promises 90 % in the mean over points like those that calibrated it.": (
                "If those mix temperatures, the promise is for the mixture: more than 90 % of the cold, and fewer of "
                "the hot, may keep it. If there were no hot ones, nothing is promised for them."
            ),
            "Yes: it holds for any distribution of the errors, so also for hot atoms.": (
                "For any distribution, but for the same one in calibration and use: the points must be exchangeable."
            ),
            "No: with more calibration points the bound would hold at every temperature.": (
                "More points make the mean coverage more certain. They do not share it out evenly."
            ),
        },
        right=0,
    ),
    Question(
        "Dynamics with StopOnSpread ran to its end without a stop. Is the run right?",
        {
            "Yes: the spread stayed below the limit everywhere.": (
                "Section 2 showed errors many times the spread, section 3 an error that no spread shows."
            ),
            "As far as the spread notices. Label a few of its frames and look.": (
                "That costs little. A lower limit or a second committee are further tests."
            ),
            "No: a run that never stops has a limit that is too high.": (
                "It may also stay where the labels are. Without true errors one cannot tell the two apart."
            ),
        },
        right=1,
    ),
)

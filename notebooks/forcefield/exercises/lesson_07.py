"""Lesson 7: reverse mode, the period of a vibration, the temperature of a cluster at rest, twenty labels."""

from forcefield.exercises import lesson_07_judges as judges
from forcefield.exercises.base import Exercise
from forcefield.exercises.lesson_07_labels import draw_twenty, judge_twenty
from forcefield.exercises.lesson_07_temperature import draw_temperature, judge_temperature
from forcefield.exercises.quiz import Question

EXERCISES = {
    "7.1": Exercise(
        "Forces from the other end",
        judges.judge_reverse_forces,
        "Few numbers are sent back: three dE/dc, however many neighbours there are, and one dE/dr² for each of "
        "them. The centre is the start of every vector, so its force is minus the sum of all others: nothing outside "
        "pushes the atoms as a whole.",
        judges.draw_reverse_forces,
    ),
    "7.2": Exercise(
        "How many steps fit into a vibration?",
        judges.judge_steps,
        "A wave number counts the waves in one centimetre of light. Times the speed of light it counts periods in a "
        "unit of time, without 2π. The fastest vibration of Cu13 takes 106 fs, 21 steps of 5 fs.",
        judges.draw_steps,
    ),
    "7.3": Exercise(
        "Too cold",
        judge_temperature,
        "Three directions in which the cluster as a whole could fly and three axes about which it could turn hold no "
        "energy, once both are taken away: 3N - 6 motions are left to share it. For 13 atoms that is 15 % of the "
        "temperature; for thousands of atoms nobody would notice.",
        draw_temperature,
    ),
    "7.4": Exercise(
        "Twenty labels",
        judge_twenty,
        "It matters which frames are labelled, not only how many: the two cold models had twenty labels as well. "
        "Twenty frames that differ from each other tell more than twenty that resemble each other. In lesson 8, models "
        "that disagree choose the frames.",
        draw_twenty,
        seconds=30,
    ),
}

QUIZ = (
    Question(
        "A learned force field has errors in its forces, and keeps its total energy over a long run. How can that be?",
        {
            "Errors of the forces point in all directions and cancel along a trajectory.": (
                "Nothing makes them cancel: the turning forces of section 4 are far smaller, and do not."
            ),
            "The forces are the exact slope of some energy, the model's own; that one is kept.": (
                "Conservation tests consistency only: the hardly fitted model passes as well."
            ),
            "Velocity Verlet corrects the velocities until the energy is right.": (
                "It never looks at the energy. It only uses forces."
            ),
        },
        right=1,
    ),
    Question(
        "The force error on test frames of 300 to 900 K is 0.2 meV/Å. What does that promise for 20 ps at 1500 K?",
        {
            "Errors of the same size: the test frames were in no training set.": (
                "They were new, but of the same kind. At 1500 K the error was more than ten times as large."
            ),
            "A good run, if it went well for the first 5 ps.": (
                "A longer run has more time to reach places where the model is wrong."
            ),
            "Nothing: the test says how good the model is on structures like those of the test.": (
                "Dynamics goes where forces push it, and at 1500 K that is elsewhere."
            ),
        },
        right=2,
    ),
    Question(
        "You find Lindemann's index 0.10 from 1 ps at 1500 K, a paper has 0.16 from 4 ps. Whose force field is wrong?",
        {
            "One cannot say: the index grows with the time over which it is taken.": (
                "EMT itself gives both. Compare at equal times, over several seeds."
            ),
            "Yours: longer runs are closer to the truth, so 0.16 is right.": (
                "There is no one right value: over a longer time it would be larger again."
            ),
            "The paper's: an index above 0.15 means that the cluster has fallen apart.": (
                "EMT's cluster has 0.16 over 4 ps, and holds together."
            ),
        },
        right=0,
    ),
)

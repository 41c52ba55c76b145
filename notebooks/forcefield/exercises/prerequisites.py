"""What the course takes for granted, as questions, and where to read about each."""

from typing import NamedTuple

from forcefield.exercises.quiz import Question


class Prerequisite(NamedTuple):
    """A question, and a page to read for those who cannot answer it."""

    question: Question
    page: str
    address: str


PYTHON = "https://docs.python.org/3/tutorial"
NUMPY = "https://numpy.org/doc/stable/user"
CALCULUS = "https://openstax.org/books/calculus-volume-1/pages"
CALCULUS_3 = "https://openstax.org/books/calculus-volume-3/pages"
PHYSICS = "https://openstax.org/books/university-physics-volume-1/pages"

PREREQUISITES = (
    Prerequisite(
        Question(
            "Python: what is sum(2 * n for n in range(4))?",
            {
                "8": "The loop runs over all numbers of the range, and their doubles are added.",
                "12": "The numbers are 0, 1, 2 and 3, their doubles 0, 2, 4 and 6.",
                "20": "range(4) ends before 4.",
            },
            right=1,
        ),
        "Python's tutorial, loops and functions",
        f"{PYTHON}/controlflow.html",
    ),
    Prerequisite(
        Question(
            "numpy: positions has the shape (200, 2, 3), for 200 pairs of atoms, 2 atoms and 3 coordinates. "
            "What is the shape of positions[:, 1] - positions[:, 0]?",
            {
                "(200, 3)": "One vector from atom 0 to atom 1 for each of the 200 pairs.",
                "(200, 1, 3)": "A single number as an index takes its axis away; a range such as 1:2 would keep it.",
                "(3,)": "The colon keeps all 200 pairs.",
                "(200, 2, 3)": "The second index picks one atom of the two, so that axis is gone.",
            },
            right=0,
        ),
        "numpy for absolute beginners, indexing and shapes",
        f"{NUMPY}/absolute_beginners.html",
    ),
    Prerequisite(
        Question(
            "Derivative: what is the slope of 1/r² as a function of r?",
            {
                "1/(2r)": "That is the inverse of the slope of r². Write 1/r² as r to the power of -2.",
                "-2/r": "The power goes down by one: from -2 to -3, not to -1.",
                "-2/r³": "The power -2 comes to the front, and goes down by one, to -3.",
            },
            right=2,
        ),
        "OpenStax Calculus 1, section 3.3, rules of differentiation",
        f"{CALCULUS}/3-3-differentiation-rules",
    ),
    Prerequisite(
        Question(
            "Chain rule: y = x² and x = 3t. How fast does y change with t, where t = 1?",
            {
                "6": "That is the slope of y with x, 2x. How fast x changes with t is missing.",
                "18": "2x = 6, times 3, because x changes three times as fast as t.",
                "9": "That is the value of y, not its slope.",
            },
            right=1,
        ),
        "OpenStax Calculus 1, section 3.6, the chain rule",
        f"{CALCULUS}/3-6-the-chain-rule",
    ),
    Prerequisite(
        Question(
            "Partial derivatives: the energy of 13 atoms depends on all of their coordinates. "
            "How many partial derivatives does it have?",
            {
                "13": "Each atom has three coordinates, and the energy changes with each of them.",
                "3": "Those are the ones of a single atom.",
                "39": "Three coordinates for each of 13 atoms. With a minus, they are the forces on the atoms.",
            },
            right=2,
        ),
        "OpenStax Calculus 3, section 4.3, partial derivatives",
        f"{CALCULUS_3}/4-3-partial-derivatives",
    ),
    Prerequisite(
        Question(
            "Force: the energy of two atoms falls when their distance grows. What does the force on each do?",
            {
                "It pushes the atoms apart.": "The force is minus the slope of the energy: it points to lower energy.",
                "It pulls the atoms together.": "That would lead to higher energy. The force is minus the slope.",
                "Nothing, until the energy has its minimum.": "At the minimum the slope is zero, and so is the force.",
            },
            right=0,
        ),
        "OpenStax University Physics 1, section 8.2, force from potential energy",
        f"{PHYSICS}/8-2-conservative-and-non-conservative-forces",
    ),
    Prerequisite(
        Question(
            "Units: over 0.01 Å the energy rises by 20 meV (1 meV = 0.001 eV). How steep is it?",
            {
                "0.2 meV/Å": "A slope is the rise divided by the distance, not their product.",
                "2000 eV/Å": "The number is right in meV/Å.",
                "2 eV/Å": "0.020 eV divided by 0.01 Å.",
            },
            right=2,
        ),
        "OpenStax University Physics 1, section 1.3, converting units",
        f"{PHYSICS}/1-3-unit-conversion",
    ),
)

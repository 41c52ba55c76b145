"""Lesson 9: the exercises and the quiz. What is said to wrong answers stands in the three modules beside."""

from forcefield.exercises.base import Exercise
from forcefield.exercises.lesson_09_cells import draw_frames, draw_vacancy, judge_frames, judge_vacancy
from forcefield.exercises.lesson_09_images import draw_images, draw_jumps, judge_images, judge_jumps
from forcefield.exercises.lesson_09_stress import draw_bulk_modulus, draw_stress, judge_bulk_modulus, judge_stress
from forcefield.exercises.quiz import Question

EXERCISES = {
    "9.1": Exercise(
        "Only the nearest image",
        judge_images,
        "An image can be as many cells away as faces fit into the radius. The nearest image alone is right only if "
        "the radius is at most half the distance between opposite faces. The error is silent: energies and forces of "
        "the wrong sum agree with each other.",
        draw_images,
    ),
    "9.2": Exercise(
        "Two programs, two stresses",
        judge_stress,
        "ASE wants the slope of the energy by strain, divided by the volume, in the order xx, yy, zz, yz, xz, xy. A "
        "wrong sign lets a cell under pressure grow instead of shrink. A wrong order is hard to see, because in a "
        "cubic crystal at rest several of the six are equal: test with a cell in which all six differ.",
        draw_stress,
    ),
    "9.3": Exercise(
        "Where are the jumps?",
        judge_jumps,
        "A shell at the distance a times the root of n/2 passes the neighbour radius where a is that radius divided by "
        "this root. The range of the equation of state contains no such place: the cutoff was chosen so.",
        draw_jumps,
    ),
    "9.4": Exercise(
        "The bulk modulus from pressures",
        judge_bulk_modulus,
        "B = -V dP/dV needs a first derivative of the pressure, where section 6 needs a second one of the energy: with "
        "a stress, curvatures cost one difference less. B grows under pressure, so it belongs to a volume.",
        draw_bulk_modulus,
    ),
    "9.5": Exercise(
        "As few atoms as possible",
        judge_frames,
        "Twins move apart as soon as a cell is two cubes long along one axis. Sixteen of them show more strains than "
        "four cells of 32 atoms, for the same number of labelled atoms. What counts is how many different surroundings "
        "were seen.",
        draw_frames,
        seconds=30,
    ),
    "9.6": Exercise(
        "A vacancy",
        judge_vacancy,
        "No training frame of 4 atoms has an atom with a neighbour missing: those models guess. In hot copper "
        "neighbours are missing all the time, so the other models agree with EMT.",
        draw_vacancy,
    ),
}

QUIZ = (
    Question(
        "A code takes forces of a crystal by central differences with steps of 0.0001 Å. Its energy jumps by 0.00001 "
        "eV where a neighbour enters. How large can the error of a force be?",
        {
            "Far below 0.001 eV/Å, because the jump is so small.": (
                "The difference of the energies is divided by twice the step, and 0.0002 is small, too."
            ),
            "It is always 0.05 eV/Å.": "Only where a pair stands at the jump; all others see nothing of it.",
            "0.05 eV/Å where a pair stands at the jump, none elsewhere.": (
                "0.00001 / 0.0002 = 0.05. An analytic derivative never sees the jump; the energy still makes it."
            ),
        },
        right=2,
    ),
    Question(
        "A model of perfect crystals at many volumes, fitted to energies and forces, has a force error of exactly "
        "zero. What does that say of it?",
        {
            "Nothing: there every force is zero by symmetry, for any model with an invariant descriptor.": (
                "Such labels teach nothing and test nothing. Rattled frames are needed, or the stress."
            ),
            "It has learned the forces of perfect crystals from its labels.": (
                "It had them before the first step of the fit: the descriptor is invariant."
            ),
            "It is overfitted: no honest model has an error of zero.": (
                "The zeros are right, and follow from symmetry. They only say nothing about other frames."
            ),
        },
        right=0,
    ),
    Question(
        "Your model has 0.6 meV/Å on held-out frames, drawn as the training frames were. A colleague wants to use it "
        "for a boundary between two grains of copper. What do you answer?",
        {
            "It will be right within a few meV/Å, because it is the same element.": (
                "The same element in cells of 32 atoms already had an error many times larger (section 8)."
            ),
            "Label a few boundaries, test on them, then train on some of them.": (
                "Surroundings at a boundary were never seen; the test error says nothing of them."
            ),
            "Use it with a committee: a small spread makes the result safe.": (
                "A large spread is a warning. A small one is no promise: members share data and descriptor."
            ),
        },
        right=1,
    ),
)

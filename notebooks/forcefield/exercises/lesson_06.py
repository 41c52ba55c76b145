"""Lesson 6: many centres, symmetries, offsets of energies, a fair split, and a descriptor of few features."""

from forcefield.exercises import lesson_06_pictures as pictures
from forcefield.exercises.base import Exercise
from forcefield.exercises.lesson_06_energies import judge_binding, judge_descriptor
from forcefield.exercises.lesson_06_judges import judge_changes, judge_forces, judge_rows
from forcefield.exercises.quiz import Question

EXERCISES = {
    "6.1": Exercise(
        "Forces from many centres",
        judge_forces,
        "The force on an atom collects the slopes of all centres that see it, its own among them, and has a minus. "
        "With derivatives of attached centres the forces add up to zero. Derivatives made without attach leave out "
        "that an atom's own centre moves along: energies stay right, and forces are wrong. A net force that is not "
        "zero gives it away.",
        pictures.draw_forces,
    ),
    "6.2": Exercise(
        "A test that cannot be fooled",
        judge_changes,
        "Each special choice leaves something unseen: a move along x does not see y, a turn about z or by 90° maps "
        "axes onto themselves, a swap of the first two atoms does not see the last. A random move, random turns and a "
        "random order see all of it; several of each, because one may hit a direction in which little changes. Exact "
        "equality is too strict: rounding alone changes the last digits.",
        pictures.draw_changes,
    ),
    "6.3": Exercise(
        "Bound by how much?",
        judge_binding,
        "Zero means that the atoms do not feel each other. For that the isolated atoms must come from the very same "
        "method, once for every atom and for each element. EMT gives an isolated copper atom about 3.5 eV, because it "
        "counts from the crystal. A model does not mind the constant of one element, because its shift takes it; with "
        "several elements the wrong constants do harm, as lesson 10 shows.",
        pictures.draw_binding,
    ),
    "6.4": Exercise(
        "A test part without neighbours",
        judge_rows,
        "Blocks are drawn, then all of their frames are taken. Drawing frames would separate frames 50 fs apart. The "
        "last blocks of the list are whole as well, but all of them are at 900 K: the draw must be random. The package "
        "does this with split_blocks, which also gives every part its share of each temperature.",
        pictures.draw_rows,
    ),
    "6.5": Exercise(
        "Twenty features",
        judge_descriptor,
        "For EMT, radial functions are worth more than angles: its energy is made of sums over distances, and what "
        "resolves distances resolves EMT. So n_max 4 with l_max 1 beats the course's fifty features, n_max 4 with "
        "l_max 4, at this number of frames. Where bonds have directions, in carbon or water, the order may be another: "
        "a descriptor is chosen for a material, and on validation data.",
        pictures.draw_descriptor,
    ),
}

QUIZ = (
    Question(
        "The sum over atoms splits the energy of the cluster into 13 parts. Can you check one part against EMT?",
        {
            "Yes: EMT also gives an energy of every atom, and the two must agree.": (
                "EMT splits the sum in its own way. Many splits give the same sum and the same forces."
            ),
            "Yes, by taking the atom away and computing the energy again.": (
                "Taking an atom away changes the surroundings, and so the parts, of all others."
            ),
            "Not in a way that means something.": (
                "Training saw only sums, and many splits give the same sum and the same forces. Only the total and its "
                "derivatives are compared."
            ),
        },
        right=2,
    ),
    Question(
        "Energies do not change in a mirror, and SOAP does not either. Which quantity could no model on SOAP predict?",
        {
            "The optical rotation of a chiral molecule.": (
                "It changes its sign in the mirror, and SOAP cannot tell a structure from its mirror image."
            ),
            "The size of the dipole moment.": "Its size is the same in the mirror; only its direction turns along.",
            "The energy of a chiral molecule.": "Both mirror images have the same energy.",
            "The frequency of a vibration.": "It follows from the energy, which is the same in the mirror.",
        },
        right=0,
    ),
    Question(
        "Somebody trains on 80 % of the frames of one 900 K trajectory, drawn at random, and reports a tiny error on "
        "the rest. What do you ask for first?",
        {
            "The error after training on 90 % of the frames.": (
                "With more frames trained on, the others have even closer neighbours among them."
            ),
            "The error on another trajectory, or on blocks that were left out whole.": (
                "Frames left over lie between frames that were trained on. Ask also how far apart in time they are, "
                "and what happens at other temperatures."
            ),
            "The error with other seeds of the random draw.": (
                "Every random draw leaves neighbours on both sides: the errors would be tiny again."
            ),
        },
        right=1,
    ),
)

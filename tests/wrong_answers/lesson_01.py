"""Wrong answers to the exercises of lesson 1."""

import numpy as np

HARTREE = 27.211386


def first_layer_only(D, W1, b1, W2, b2, w):
    h1 = np.tanh(W1 @ D + b1)
    return (w @ W2 * (1 - h1**2)) @ W1


def second_layer_only(D, W1, b1, W2, b2, w):
    h2 = np.tanh(W2 @ np.tanh(W1 @ D + b1) + b2)
    return (w * (1 - h2**2)) @ W2 @ W1


def both_layers(D, W1, b1, W2, b2, w):
    h1 = np.tanh(W1 @ D + b1)
    h2 = np.tanh(W2 @ h1 + b2)
    return ((w * (1 - h2**2)) @ W2 * (1 - h1**2)) @ W1


def distances_of(positions):
    return np.linalg.norm(positions[[0, 0, 1]] - positions[[1, 2, 2]], axis=1)


def parts(energies, forces, true_energies, true_forces):
    return ((energies - true_energies) ** 2).mean(), ((forces - true_forces) ** 2).mean()


def scaled(energies, forces, true_energies, true_forces, scale):
    energy_part, force_part = parts(energies, forces, true_energies, true_forces)
    return energy_part / scale(true_energies) + force_part / scale(true_forces)


def loss(e, f, E, F):
    return scaled(e, f, E, F, np.var)


def of_predictions(e, f, E, F):
    energy_part, force_part = parts(e, f, E, F)
    return energy_part / e.var() + force_part / f.var()


def of_each_axis(e, f, E, F):
    energy_part = ((e - E) ** 2).mean() / E.var()
    return energy_part + (((f - F) ** 2).mean(axis=(0, 1)) / F.var(axis=(0, 1))).mean()


def powers(parts):
    """Sums of the first three powers."""
    return [(parts**power).sum() for power in (1, 2, 3)]


def area(positions):
    return np.linalg.norm(np.cross(positions[1] - positions[0], positions[2] - positions[0])) / 2


WRONG = {
    "1.1": [
        (lambda r, depth: (r, depth), "crosses zero at 3.0 Å"),
        (lambda r, depth: (2 ** (1 / 6) * r, depth), "beyond the place asked for"),
        (lambda r, depth: (r / 2 ** (1 / 6), -depth), "turns the curve upside down"),
        (lambda r, depth: (r / 2 ** (1 / 6), 4 * depth), "the factor 4 stands in the formula"),
        (lambda r, depth: (depth, r / 2 ** (1 / 6)), "is the order sigma, epsilon?"),
        (lambda r, depth: (r / 2 ** (1 / 3), depth), "before the place asked for"),
        (lambda r, depth: (r / 2 ** (1 / 6), 1.3 * depth), "What is the energy at the minimum?"),
        (lambda r, depth: r / 2 ** (1 / 6), "should be an array of shape (2,)"),
    ],
    "1.2": [
        ({"A": 1, "B": -1, "C": -1 / HARTREE, "D": -HARTREE}, "Which atom did you look at?"),
        ({"A": 1, "B": 1, "C": 1 / HARTREE, "D": HARTREE}, "set A have the right size and point uphill"),
        ({"A": -1, "B": 1, "C": HARTREE, "D": HARTREE}, "set C are further off than before"),
        ({"A": -1, "B": 1, "C": 1 / HARTREE, "D": 1 / HARTREE}, "You give the forces over minus the slope"),
        ({"A": -0.5, "B": 0.5, "C": 0.5 / HARTREE, "D": HARTREE / 2}, "off by a factor of two"),
        ({"A": -1, "B": 1, "C": 1 / HARTREE, "D": 1}, "set D are 0.037 times as large"),
        ({"A": -1}, "one number for each"),
        ({"A": -1, "B": 1, "C": None, "D": 1}, "The answer for C is None"),
    ],
    "1.3": [
        (lambda positions: positions.ravel(), "are shifted, your features change"),
        (lambda positions: (positions - positions.mean(axis=0)).ravel(), "are turned, your features change"),
        (lambda positions: distances_of(positions), "are swapped, your features change"),
        (lambda positions: distances_of(positions)[:2], "are swapped, your features change"),
        (lambda positions: np.sort(distances_of(positions)), "has a kink"),
        (lambda positions: powers(np.maximum(0, 5.0 - distances_of(positions))), "that grows a feature has a kink"),
        (lambda positions: powers(np.abs(distances_of(positions) - 3.4)), "with equal distances a feature has a kink"),
        (lambda positions: [*powers(distances_of(positions)), area(positions)], "on a line a feature has a kink"),
        (lambda positions: [distances_of(positions).sum()], "in 1 independent way only"),
        (
            lambda positions: [distances_of(positions).sum(), distances_of(positions).mean()],
            "in 1 independent way only",
        ),
        (lambda positions: [1.0, 2.0], "the same for every triangle"),
        (lambda positions: [], "no feature at all"),
    ],
    "1.4": [
        (lambda *inputs: -both_layers(*inputs), "The sign is that of a force"),
        (first_layer_only, "What is the slope of the second tanh"),
        (second_layer_only, "What is the slope of the first tanh"),
        (lambda D, W1, b1, W2, b2, w: w @ W2 @ W1, "Each tanh brings its own slope"),
        (lambda D, W1, b1, W2, b2, w: w.sum() * W2.sum(axis=0) @ W1, "Count the factors"),
        (lambda D, W1, b1, W2, b2, w: w, "has the shape (3,)"),
    ],
    "1.5": [
        (lambda *given: sum(parts(*given)), "nothing takes the units out"),
        (lambda *given: scaled(*given, np.std), "A standard deviation has the unit of the labels"),
        (lambda *given: np.sqrt(loss(*given)), "Is there a root"),
        (of_predictions, "take the variances of the labels"),
        (of_each_axis, "not one for each axis"),
        (lambda *given: loss(*given) / 2, "added, not averaged"),
        (lambda e, f, E, F: loss(e, f, E, F) + 1, "exactly the labels it is not zero"),
        (lambda e, f, E, F: ((e - E) ** 2).mean() / E.var(), "It gets 1 and 0"),
    ],
}

"""Lesson 5: what is said to answers."""

import math

import numpy as np

from forcefield.exercises.answers import function, number

# ---- 5.1: how many seeds? ----------------------------------------------------------------------

PAIRS = ((1.2, 0.3), (2.0, 0.7), (1.05, 0.3), (0.5, 0.7), (10.0, 0.7))
"""How many times larger one typical error is, and the standard deviation of the logarithms of single fits."""


def standard_errors(factor, spread, seeds):
    """How many standard errors of the difference the logarithm of a factor is."""
    return abs(math.log(factor)) / math.sqrt(2 * spread**2 / seeds)


def judge_seeds(answer):
    """The smallest number of seeds with which a factor is three standard errors."""
    needed = function(answer)
    counts = np.array([number(needed(*pair), "seeds_needed(factor, spread)") for pair in PAIRS])
    reached = np.array([standard_errors(*pair, max(count, 1e-9)) for pair, count in zip(PAIRS, counts, strict=True)])
    if not np.array_equal(counts, np.round(counts)):
        return f"It returns {counts[0]:.4g} for a factor of 1.2: nobody can run a part of a seed."
    if (counts < 2).any():
        return f"It asks for {counts.min():g} seeds in one case: a standard deviation takes at least two fits."
    if np.allclose(reached[[0, 2]], 1, rtol=0.1):
        return "With these seeds the difference is one standard error; the rule of section 1 asks for more."
    if np.allclose(reached[[0, 2]], 3 / math.sqrt(2), rtol=0.1):
        return "It counts the uncertainty of one mean, but both means have one."
    if standard_errors(*PAIRS[1], counts[1]) < 2.5 and reached[0] < 2.95:
        return (
            "A factor of 2 comes out with too few seeds: how far apart are the logarithms of two errors if one error "
            "is twice the other?"
        )
    if (reached < 3).any():
        place = int(np.argmin(reached))
        return (
            f"{counts[place]:g} seeds are too few for a factor of {PAIRS[place][0]:g} and a spread of "
            f"{PAIRS[place][1]:g}: the difference is {reached[place]:.3g} standard errors."
        )
    fewer = [standard_errors(*pair, count - 1) for pair, count in zip(PAIRS, counts, strict=True)]
    for pair, count, left in zip(PAIRS, counts, fewer, strict=True):
        if count > 2 and left >= 3:
            return f"{count:g} seeds show a factor of {pair[0]:g} at a spread of {pair[1]:g}, but fewer are enough."
    return ""


# ---- 5.2: a loss of two copies -----------------------------------------------------------------


def copied(energy_errors, force_errors, n_atoms, copies):
    """Each structure replaced by so many copies of it, far apart, as one structure."""
    return energy_errors * copies, [np.tile(one, (copies, 1)) for one in force_errors], n_atoms * copies


def some_errors():
    """Errors of three structures: energies (3,), forces (n_atoms, 3) of each, numbers of atoms (3,)."""
    generator, n_atoms = np.random.default_rng(0), np.array([2, 5, 13])
    energies = 0.02 * n_atoms * np.array([1.0, -1.5, 0.5])  # eV
    return energies, [generator.normal(scale=0.1, size=(n, 3)) for n in n_atoms], n_atoms  # eV/Å


def parts_of(loss, errors):
    """The part of the energies, and that of the forces at weight 1."""
    of_energy = number(loss(*errors, 0.0), "loss(...)")
    return of_energy, number(loss(*errors, 1.0), "loss(...)") - of_energy


def judge_loss(answer):
    """A loss that is the same for each structure and for two copies of each, far apart."""
    loss, errors = function(answer), some_errors()
    energy, force = parts_of(loss, errors)
    if energy <= 0 or force <= 0:
        return "One of the two parts of the loss is zero or negative for errors that are not zero."
    ratios = np.divide(parts_of(loss, copied(*errors, 2)), (energy, force))
    if np.isclose(ratios[0], 4):
        return (
            "Two copies of every structure have a loss of the energies four times as large: whole structures are "
            "compared."
        )
    if np.isclose(ratios[0], 2):
        return (
            "Two copies of every structure have a loss of the energies twice as large: the number of atoms divides the "
            "square of the error, not the error."
        )
    if np.isclose(ratios[1], 2):
        return "Two copies of every structure have a loss of the forces twice as large: it is a sum over atoms."
    if not np.allclose(ratios, 1):
        return (
            "Two copies of every structure should leave both parts as they are; the part of the energies becomes "
            f"{ratios[0]:.3g} times, that of the forces {ratios[1]:.3g} times as large."
        )
    twice = np.tile(errors[0], 2), [*errors[1], *errors[1]], np.tile(errors[2], 2)
    if not np.allclose(parts_of(loss, twice), (energy, force)):
        return "A list that holds every structure twice has another loss: something is summed over structures."
    one = np.array([4.0]), [np.full((4, 3), 0.5)], np.array([4])
    energy, force = parts_of(loss, one)
    if not np.isclose(energy, 1):
        return f"An error of 1 eV per atom should give 1 eV² for the energies; it gives {energy:.3g}."
    if np.isclose(force, 0.75):
        return "The squares of x, y and z are added, not averaged."
    if not np.isclose(force, 0.25):
        return f"Force components that are all wrong by 0.5 eV/Å should give 0.25 (eV/Å)²; they give {force:.3g}."
    of_energy, of_forces = parts_of(loss, errors)
    if not np.isclose(of_energy, np.mean((errors[0] / errors[2]) ** 2)):
        return (
            "One structure alone is right; with structures of 2, 5 and 13 atoms the part of the energies is not the "
            "mean of the squared errors per atom. Divide each error by its own number of atoms, then square, then "
            "average."
        )
    squares = [one**2 for one in errors[1]]
    if not np.isclose(
        of_forces, [np.mean(np.concatenate(squares)), np.mean([np.mean(each) for each in squares])]
    ).any():
        return "The part of the forces is not the mean of their squares."
    if not np.isclose(number(loss(*one, 3.0), "loss(...)"), energy + 3 * force):
        return "The weight should multiply the part of the forces, and only that."
    return ""


# ---- 5.4: the error to publish -----------------------------------------------------------------


def studies(count=2000, settings=13, equal=True):
    """True, measured validation and measured test errors of many studies, each (count, settings)."""
    generator = np.random.default_rng(5)
    true = np.ones((count, settings)) if equal else generator.uniform(1, 4, size=(count, settings))
    validation, test = true * (1 + 0.2 * generator.uniform(-1, 1, size=(2, count, settings)))
    return true, validation, test


def reported(publish, equal, count=2000):
    """What `publish` says in each study, (count,)."""
    _, validation, test = studies(count, equal=equal)
    return np.array([number(publish(*pair), "to_publish(...)") for pair in zip(validation, test, strict=True)])


def judge_published(answer):
    """The error of the setting that was chosen, on points that did not choose it."""
    publish = function(answer)
    said, (_, validation, test) = reported(publish, True), studies()
    percent = 100 * (1 - said.mean())
    if np.array_equal(said, test.min(axis=1)):
        return (
            f"The test points chose the setting, and flatter it: over 2000 studies {percent:.0f} % less than the truth "
            "is published."
        )
    if np.array_equal(said, validation.min(axis=1)):
        return (
            f"The points that chose the setting also report its error: over 2000 studies {percent:.0f} % less than the "
            "truth is published."
        )
    if np.array_equal(said, np.round(said)):
        return "It returns whole numbers: a place in the array, where an error is asked for."
    if np.allclose(said, test.mean(axis=1)) or np.allclose(said, validation.mean(axis=1)):
        return "The mean over all settings is not the error of the one that will be used."
    if abs(percent) > 1:
        return (
            f"Over 2000 studies it publishes {abs(percent):.0f} % {'less' if percent > 0 else 'more'} than the truth."
        )
    _, validation, test = studies(equal=False)
    said, every = reported(publish, False), np.arange(len(test))
    if np.array_equal(said, validation[every, test.argmin(axis=1)]):
        return (
            "The roles are exchanged: the test points choose the setting, and the validation points report its error. "
            "Then the test points are used up: which points are kept for the report?"
        )
    if not np.allclose(said, test[every, validation.argmin(axis=1)]):
        return "Where the settings really differ, it does not report the one with the lowest validation error."
    return ""

"""Lesson 10: what is said to answers about units and frames to label."""

import functools

import numpy as np
from ase import units
from ase.io import read
from matplotlib import pyplot as plt

from forcefield.descriptors import make_soap
from forcefield.evaluation import mean_absolute_error
from forcefield.exercises.answers import StillWrong, array, function
from forcefield.full_gaussian_process import GaussianProcess
from forcefield.molecule import LABELS, proton_coordinate, reaction_path, rows_in_time
from forcefield.plots import COLOURS, LINES, POINTS
from forcefield.several_sets import LabelledStructures

KCAL = units.kcal / units.mol  # eV
MOST_FRAMES, FORCE_LIMIT, PATH_LIMIT = 30, 65.0, 3.0  # frames, meV/Å, meV


@functools.lru_cache(maxsize=1)
def along_path():
    """Energies (15,), eV, and forces (15, 9, 3), eV/Å, of the reaction path, and its structures."""
    path = reaction_path()[2]
    energies = np.array([structure.get_potential_energy() for structure in path])
    return energies, np.array([structure.get_forces() for structure in path]), path


def converted(answer):
    """What the reader's function makes of the path's labels in kcal/mol: energies and forces."""
    energies, forces, _ = along_path()
    given = function(answer)(energies / KCAL, forces / KCAL)
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise StillWrong("The function should return two arrays: `return energies, forces`.")
    return array(given[0], energies.shape, "The first", "eV"), array(given[1], forces.shape, "The second", "eV/Å")


def factor_of(given, true, rise=False):
    """How many times the true numbers the given ones are; with `rise`, their differences from the first."""
    if rise:
        given, true = given - given[0], true - true[0]
    return given.ravel() @ true.ravel() / (true.ravel() @ true.ravel())


def judge_units(answer):
    """Labels in kcal/mol and kcal/mol/Å become eV and eV/Å."""
    energies, forces, _ = along_path()
    converted_energies, converted_forces = converted(answer)
    found = [factor_of(converted_energies, energies), factor_of(converted_forces, forces)]
    names = {1 / KCAL: "as they came", 1 / KCAL**2: "divided", 1 / 4.184: "kJ", units.mol: "mol"}
    said = [next((name for factor, name in names.items() if np.isclose(one, factor, rtol=1e-3)), "") for one in found]
    if said[0] == "divided":
        what = "labels" if said[1] == "divided" else "energies"
        return (
            f"The proton's barrier becomes {1e-3 * 99.9 / KCAL**2:.0f} eV: the {what} were divided where they should "
            "be multiplied. How many kcal/mol is one eV?"
        )
    if said[1] == "divided":
        return "The forces are divided by the factor. Both are multiplied by the same one, for Å stays Å."
    if said == ["as they came"] * 2:
        return "Energies and forces are as they came: a barrier of 2.3 eV, and the unit is still kcal/mol."
    if "as they came" in said:
        return "One of the two is converted, the other is not: then forces are no longer the slope of the energy."
    if "kJ" in said:
        return "The factor is that of kJ/mol: a kcal is 4.184 kJ."
    if "mol" in said:
        return "A kcal of energy is not a kcal for each mole: the number of molecules in a mole is missing."
    if np.allclose(found, 1, rtol=1e-6):
        return ""
    if abs(factor_of(converted_energies, energies, rise=True) - 1) < 0.1 * abs(found[0] - 1):
        return "The energies have lost their zero: a unit is a factor, and nothing is added or taken off."
    if np.allclose(found, 1, rtol=2e-3):
        rough = "The factor is right to some digits; `units.kcal / units.mol` has all of them."
        return "" if np.allclose(found, 1, rtol=1e-4) else rough
    return f"The energies are {found[0]:.4g} times, the forces {found[1]:.4g} times what they should be."


def draw_units(answer):
    """Energies along the path, and minus the work of the forces, both as converted."""
    energies, forces = converted(answer)
    path = along_path()[2]
    steps = np.diff([structure.positions for structure in path], axis=0)
    work = -np.cumsum(((forces[1:] + forces[:-1]) / 2 * steps).sum(axis=(1, 2)))
    coordinates, rise = proton_coordinate(path), 1e3 * (energies - energies[0])
    figure, axes = plt.subplots(figsize=(6, 3))
    axes.plot(coordinates, rise, label="energy", **POINTS["truth"])
    axes.plot(coordinates, 1e3 * np.concatenate([[0], work]), label="minus the work of the forces", **LINES["model"])
    axes.set(xlabel="q of the proton (Å)", ylabel="above the minimum (meV)")
    axes.legend()
    return figure, (
        f"Along the path of the proton: energies as converted rise to {rise.max():.4g} meV; minus the work of the "
        "forces is a second curve, which lies on the first if both have the same factor."
    )


@functools.lru_cache(maxsize=1)
def labelled():
    """The 520 frames, and the rows to learn from, to test on, and of open rings."""
    frames = read(LABELS / "malonaldehyde.extxyz.gz", ":")
    return frames, *rows_in_time(frames)


def chosen_rows(answer):
    """The reader's rows, as whole numbers."""
    given = array(answer, (None,), "The list of rows")
    if not np.array_equal(given, given.astype(int)):
        raise StillWrong("The list should hold rows, which are whole numbers, such as those in `pool`.")
    return given.astype(int)


remembered = {}  # of the last rows that were fitted: picture and judge need the same errors


def errors_of(rows):
    """Force error on the test frames, meV/Å, and errors of the energies along the path, meV."""
    key = rows.tobytes()
    if key not in remembered:
        remembered.clear()
        frames, _, test, _ = labelled()
        soap = make_soap(species=("H", "C", "O"), cutoff_radius=5.0, sigma=0.4, n_max=4, l_max=4)
        model = GaussianProcess(LabelledStructures([frames[row] for row in rows], soap))
        true_energies, _, path = along_path()
        forces = model.predict_structures([frames[row] for row in test])[1]
        error = 1e3 * mean_absolute_error(forces, np.array([frames[row].get_forces() for row in test]))
        miss = model.predict_structures(path)[0] - true_energies
        remembered[key] = error, 1e3 * (miss - miss[0])
    return remembered[key]


def where_they_are(distances):
    """A sentence on frames whose protons are so far from the middle, |q| in Å; at the minimum it is 0.6."""
    top, minimum = (distances < 0.3).sum(), ((distances > 0.4) & (distances < 0.8)).sum()
    if top < 2:
        return f"So many of your frames have the proton near the middle, |q| below 0.3 Å: {top}. Look at their q."
    if minimum < 3:
        return f"So many have it near a minimum, |q| from 0.4 to 0.8 Å: {minimum}. Energies are counted from there."
    return f"Frames near top ({top}) and minimum ({minimum}) are there: spread the others, or take other ones."


def judge_rows(answer):
    """A model of few frames, by its forces and along the path."""
    rows, (_, pool, test, opened) = chosen_rows(answer), labelled()
    if len(np.unique(rows)) < len(rows):
        return "A frame is listed twice: its label costs ten seconds once, and says nothing the second time."
    if len(rows) > MOST_FRAMES:
        return f"There are {len(rows)} frames, and the budget is {MOST_FRAMES}."
    for forbidden, name in (
        (test, "a test frame: then the test is worth nothing"),
        (opened, "one with an open ring"),
    ):
        if np.isin(rows, forbidden).any():
            return f"Row {rows[np.isin(rows, forbidden)][0]} is {name}. Take rows of `pool`."
    if not len(rows) or not np.isin(rows, pool).all():
        return "The list should hold rows of `pool`, at least one."
    force_error, misses = errors_of(rows)
    if np.abs(misses).max() > PATH_LIMIT:
        return (
            f"Along the path the energy is wrong by {np.abs(misses).max():.1f} meV, asked for are {PATH_LIMIT:g}. "
            + where_they_are(np.abs(proton_coordinate([labelled()[0][row] for row in rows])))
        )
    if force_error > FORCE_LIMIT:
        return (
            f"The path is right; the force error on the test frames is {force_error:.0f} meV/Å, asked for are "
            f"{FORCE_LIMIT:g}. The test frames come from all four groups: which do your frames come from?"
        )
    return ""


def draw_rows(answer):
    """Where the chosen frames are, and the errors along the path."""
    rows, (frames, pool, _, _) = chosen_rows(answer), labelled()
    force_error, misses = errors_of(rows)
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.5, 3))
    bins = np.linspace(-1.5, 1.5, 31)
    for part, role, name in ((pool, "truth", "all"), (rows, "model", "yours")):
        weights = np.full(len(part), 1 / len(part))
        values = proton_coordinate([frames[row] for row in part])
        left.hist(values, bins, weights=weights, histtype="step", color=COLOURS[role], label=name)
    left.set(xlabel="q of the proton (Å)", ylabel="share of the frames")
    left.legend()
    right.axhspan(-PATH_LIMIT, PATH_LIMIT, color="0.9")
    right.plot(proton_coordinate(along_path()[2]), misses, "o-", color=COLOURS["model"])
    right.set(xlabel="q of the proton (Å)", ylabel="model minus DFT (meV)", title=f"forces {force_error:.0f} meV/Å")
    return figure, (
        f"Left: histograms of q of all frames to learn from and of the {len(rows)} chosen ones. Right: errors of the "
        f"energy along the path, at most {np.abs(misses).max():.1f} meV; the limit of 3 meV is grey."
    )

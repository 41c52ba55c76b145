"""Lesson 6: the pictures that answers make."""

import numpy as np
from matplotlib import pyplot as plt

from forcefield.exercises import lesson_06_energies as of_energies
from forcefield.exercises import lesson_06_judges as judges
from forcefield.exercises.answers import function
from forcefield.plots import COLOURS, LINES, POINTS


def draw_forces(answer):
    """The answer's forces against finite differences."""
    given, finite = judges.compared_forces(answer)
    figure, axes = plt.subplots(figsize=(4.2, 3.6))
    axes.axline((0, 0), slope=1, **LINES["truth"])
    axes.plot(finite.ravel(), given.ravel(), **POINTS["model"])
    axes.set(xlabel="finite difference (eV/Å)", ylabel="your force (eV/Å)")
    return figure, (
        "The answer's force components of six atoms against finite differences of the energy, with the diagonal on "
        "which both are the same."
    )


def draw_changes(answer):
    """What the answer says of an energy without, and of energies with, a broken symmetry."""
    largest, positions = function(answer), judges.some_atoms()
    energies = {"distances alone": judges.invariant} | {name: one for name, (one, _) in judges.BROKEN.items()}
    changes = [abs(float(largest(energy, positions))) for energy in energies.values()]
    figure, axes = plt.subplots(figsize=(6.5, 3.2))
    axes.plot(np.maximum(changes, 1e-16), range(len(energies)), **POINTS["model"] | {"markersize": 8})
    axes.axvline(1e-9, color=COLOURS["truth"], linewidth=1)
    axes.set(xscale="log", xlabel="largest change found (eV)", xlim=(3e-17, 10))
    axes.set_yticks(range(len(energies)), energies)
    axes.invert_yaxis()
    return figure, (
        "The largest change that the answer finds, on a logarithmic axis, for an energy of distances alone and for six "
        "energies that depend on place, direction or order; a line marks rounding."
    )


def draw_binding(answer):
    """Binding energy and EMT's energy of an atom in clusters of growing size."""
    import ase
    from ase.cluster import Icosahedron

    binding, sizes = function(answer), [1, 13, 55, 147]
    clusters = [ase.Atoms(f"Cu{n}", Icosahedron("Cu", k).positions) for k, n in enumerate(sizes, 1)]
    figure, axes = plt.subplots(figsize=(6, 3.3))
    energies = [of_energies.emt_energy(one) / len(one) for one in clusters]
    bound = [float(binding(one)) / len(one) for one in clusters]
    axes.plot(sizes, energies, "o-", color=COLOURS["truth"], label="EMT's energy")
    axes.plot(sizes, bound, "s--", color=COLOURS["model"], label="your binding energy")
    axes.axhline(0, color=COLOURS["truth"], linewidth=1)
    axes.set(xscale="log", xlabel="atoms", ylabel="energy (eV/atom)")
    axes.set_xticks(sizes, sizes)
    axes.minorticks_off()
    axes.legend()
    return figure, (
        "Energy of an atom against the number of atoms in a cluster, logarithmic: EMT's energy falls from a positive "
        "value towards zero, and the answer's binding energy is drawn beside it."
    )


def draw_rows(answer):
    """Which frames the answer takes for the test, for several seeds."""
    figure, axes = plt.subplots(figsize=(7, 2.8))
    for seed, rows in enumerate(judges.drawn_rows(answer)):
        axes.plot(rows, np.full(len(rows), seed), "|", color=COLOURS["model"], markersize=12)
    for start, kelvin in ((0, 300), (200, 600), (400, 900)):
        axes.axvline(start, color=COLOURS["truth"], linewidth=1)
        axes.annotate(f"{kelvin} K", (start, 5.6), (3, 0), textcoords="offset points", fontsize=9)
    axes.set(xlabel="frame", ylabel="seed", yticks=range(6), ylim=(-0.6, 6.2), xlim=(-5, 605))
    return figure, (
        "Marks at the frames that the answer takes for the test, one row for each of six seeds; the six hundred frames "
        "are those of 300, 600 and 900 K, one after the other."
    )


def draw_descriptor(answer, training, validation):
    """Force error against the number of features, for some settings and for the answer."""
    settings = of_energies.settings_of(answer)
    figure, axes = plt.subplots(figsize=(6, 3.3))
    for n_max, l_max in ((2, 2), (3, 2), (2, 5), (4, 4)):
        one = {"cutoff_radius": 5.5, "sigma": 0.5, "n_max": n_max, "l_max": l_max}
        place = of_energies.n_features(one), of_energies.error_with(one, training, validation)
        axes.plot(*place, **POINTS["baseline"])
        words, above = (
            f"n_max {n_max}, l_max {l_max}",
            {"xytext": (0, 6), "textcoords": "offset points", "ha": "center"},
        )
        axes.annotate(words, place, fontsize=9, **above)
    place = of_energies.n_features(settings), of_energies.error_with(settings, training, validation)
    axes.plot(*place, label="your settings", **POINTS["model"] | {"markersize": 9})
    axes.axhline(of_energies.BOUND, color=COLOURS["truth"], linewidth=1)
    axes.axvline(of_energies.MOST_FEATURES, color=COLOURS["truth"], linewidth=1, linestyle="-.")
    axes.set(xlabel="features", ylabel="force error (meV/Å)", yscale="log", xlim=(0, 62), ylim=(1, 60))
    axes.set_yticks([1, 2, 5, 10, 20, 50], [1, 2, 5, 10, 20, 50])
    axes.minorticks_off()
    axes.legend(loc="upper right")
    return figure, (
        "Force error, logarithmic, against the number of features for four pairs of n_max and l_max and for the "
        "answer; lines mark the bound of the error and the largest number of features allowed."
    )

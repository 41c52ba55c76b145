"""Lesson 5, exercise 3: ten labels, judged by the error of fits to them."""

import numpy as np
from matplotlib import pyplot as plt

from forcefield.exercises.answers import array
from forcefield.plots import COLOURS, LINES, POINTS

COUNT, BOUND = 10, 5.0
"""Number of labels, and what the typical force error must be below, meV/Å."""


def midway(data):
    """Labelled dimers between those of `data`."""
    from forcefield.dataset import Dataset
    from forcefield.descriptors import MIDPOINT, make_soap
    from forcefield.systems import dimers, lennard_jones_calculator

    distances = distances_of(data)
    between = dimers((distances[1:] + distances[:-1]) / 2)
    return Dataset.from_structures(between, make_soap(), [MIDPOINT], calculator=lennard_jones_calculator())


def distances_of(data):
    """Distances of dimers along x, (n_systems,), Å."""
    return data.positions[:, 1, 0] - data.positions[:, 0, 0]


def force_errors(data, rows, points, seed):
    """Size of the force error at each point, meV/Å, of a network fitted to these rows."""
    from forcefield.prepared import DIMER_FIT
    from forcefield.training import train

    model, _ = train(data[rows], seed=seed, **DIMER_FIT)
    _, forces = model.predict(points.descriptors, points.derivatives)
    return 1000 * np.abs(forces[:, 0, 0] - points.forces[:, 0, 0])


def rows_of(answer, data):
    """The rows, sorted; a sentence for what cannot be rows, in `problem`."""
    given = array(answer, (None,), "The answer")
    if len(given) != COUNT:
        return None, f"There should be {COUNT} rows; there are {len(given)}."
    if not np.array_equal(given, np.round(given)):
        return None, "Rows are whole numbers from 0 to 199; these look like distances."
    if given.min() < 0 or given.max() >= len(data):
        return None, f"Rows go from 0 to {len(data) - 1}; these go from {given.min():g} to {given.max():g}."
    rows = np.unique(given.astype(int))
    if len(rows) < COUNT:
        return None, "A row is there more than once: the same label again teaches nothing."
    return rows, ""


def judge_labels(answer, data):
    """Ten rows of the dimers with which three networks are right between all of them."""
    rows, problem = rows_of(answer, data)
    if problem:
        return problem
    points = midway(data)
    errors = np.array([force_errors(data, rows, points, seed) for seed in range(3)])
    typical = np.exp(np.log(errors.mean(axis=1)).mean())
    if typical < BOUND:
        return ""
    r, labelled = distances_of(points), distances_of(data)[rows]
    worst = r[errors.mean(axis=0).argmax()]
    where = f"The force error is {typical:.3g} meV/Å, most of it near {worst:.2f} Å:"
    if worst < labelled[0]:
        return f"{where} no label is that short, and the wall is steep there."
    if worst > labelled[-1]:
        return f"{where} no label is that long."
    gaps = np.diff(rows)
    if gaps.max() - gaps.min() <= 1:
        return f"{where} equal spacing spends as many labels where the curve is straight as where it bends."
    left, right = labelled[labelled < worst][-1], labelled[labelled > worst][0]
    return f"{where} the labels beside it are at {left:.2f} and {right:.2f} Å."


def draw_labels(answer, data):
    """Force error between the labels, for these and for equally spaced ones."""
    from forcefield.splits import equally_spaced

    rows, _ = rows_of(answer, data)
    points, r = midway(data), distances_of(data)
    figure, axes = plt.subplots(figsize=(7, 3.4))
    for name, chosen, role, height in (
        ("equally spaced", equally_spaced(len(data), COUNT)[0], "baseline", 3e-4),
        ("your labels", rows, "model", 1e-4),
    ):
        axes.semilogy(distances_of(points), force_errors(data, chosen, points, 0), **LINES[role], label=name)
        axes.plot(r[chosen], np.full(len(chosen), height), **POINTS[role])
    axes.axhline(BOUND, color=COLOURS["truth"], linewidth=1)
    axes.set(xlabel="distance (Å)", ylabel="force error (meV/Å)", ylim=(5e-5, None))
    axes.legend()
    return figure, (
        "Size of the force error against distance, logarithmic, for ten equally spaced labels and for the ten of the "
        "answer; the labels' places are marked below, and a line marks the bound."
    )

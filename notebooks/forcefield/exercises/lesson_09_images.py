"""Lesson 9: what is said to answers about periodic images and the jump at the neighbour radius."""

import functools

import numpy as np
from ase import Atoms
from ase.build import bulk
from ase.neighborlist import neighbor_list
from matplotlib import pyplot as plt

from forcefield.crystals import copper_crystal, crystal_soap
from forcefield.descriptors import neighbour_radius, soap_settings
from forcefield.exercises.answers import array, function
from forcefield.plots import COLOURS, LINES

LOWEST, HIGHEST = 3.4, 3.8  # Å, lattice constants that exercise 9.3 asks about


def true_distances(crystal, radius):
    """Distances from atom 0 to its neighbours, images among them, ascending, Å."""
    first, distances = neighbor_list("id", crystal, radius)
    return np.sort(distances[first == 0])


def found_distances(answer, crystal, radius):
    """What the reader's function returns for a crystal, ascending, Å."""
    given = function(answer)(crystal.positions, crystal.cell.array, radius)
    return np.sort(array(given, (None,), "neighbour_distances(...)", "Å"))


def other_cells():
    """Cells that are no cube of ordinary size: name, structure, radius (Å), and what helps if too few are found."""
    faces = "The number of cells to look at depends on the distance between opposite faces."
    flat, skewed = bulk("Cu", "fcc", a=3.6), copper_crystal(3.6)
    flat.set_cell(flat.cell.array @ np.array([[1.0, 0, 0], [0, 1, 0], [1.5, 1.5, 1]]), scale_atoms=True)
    # Not symmetric: columns in place of rows are another crystal.
    skewed.set_cell(skewed.cell.array @ np.array([[1.0, 0, 0], [0.5, 1, 0], [1.5, 1.0, 1]]), scale_atoms=True)
    outside = copper_crystal(3.6)
    outside.positions[1:] += np.array([[2, 0, -1], [0, -2, 1], [1, 1, 2]]) @ outside.cell.array
    wrap = "Atoms may lie cells away from atom 0: bring them back first, or look at more cells."
    return (
        ("a flat, skewed cell", flat, 5.5, faces),
        ("a skewed cell of four atoms", skewed, 5.5, faces),
        ("a cell whose atoms lie outside it", outside, 5.5, wrap),
        ("a small cell with a large radius", Atoms("Cu", cell=2 * np.eye(3), pbc=True), 21.0, faces),
    )


def judge_images(answer):
    """Distances to all images: cells that are small, skewed, or large, and several radii."""
    crystal = copper_crystal(3.6)
    true, found = true_distances(crystal, 5.99), found_distances(answer, crystal, 5.99)
    if len(found) and found[0] < 1e-6:
        return "The list holds a distance of 0: atom 0 where it stands is no neighbour of itself. Its images are."
    if len(found) and found[-1] > 5.99:
        return f"A distance of {found[-1]:.2f} Å is beyond the radius of 5.99 Å."
    if len(found) == 3:
        return "Only 3 neighbours in the copper cell: each other atom is counted once, in its nearest image."
    if len(found) == 60:
        return "60 neighbours in the copper cell: 18 images of atom 0 itself are missing."
    if len(found) != len(true):
        return f"In the copper cell the radius of 5.99 Å holds {len(true)} neighbours; the function finds {len(found)}."
    for radius in (7.5, 11.0):
        wanted, got = true_distances(crystal, radius), found_distances(answer, crystal, radius)
        if len(got) < len(wanted):
            return (
                f"It is right at 5.99 Å; at {radius:g} Å {len(wanted) - len(got)} neighbours are missing. How many "
                "cells away can an image be?"
            )
    for name, structure, radius, help_for_too_few in other_cells():
        wanted, got = true_distances(structure, radius), found_distances(answer, structure, radius)
        if len(got) != len(wanted) or not np.allclose(got, wanted):
            said = f"It is right in the cube, and not in {name}: {len(got)} neighbours within {radius:g} Å"
            rows = "The rows of `cell` are the edge vectors a, b, c: is i a + j b + k c what is added?"
            return f"{said} instead of {len(wanted)}. {help_for_too_few if len(got) < len(wanted) else rows}"
    return "" if np.allclose(found, true) else "The number of neighbours is right, their distances are not."


def draw_images(answer):
    """Number of neighbours against the radius, beside what the nearest images give."""
    crystal, radii = copper_crystal(3.6), np.linspace(2, 6.5, 91)
    found = found_distances(answer, crystal, 6.5)
    nearest = crystal.get_distances(0, [1, 2, 3], mic=True)
    figure, axes = plt.subplots(figsize=(6, 3))
    for distances, role, name in ((found, "model", "your function"), (nearest, "baseline", "nearest image")):
        axes.step(radii, [(distances < radius).sum() for radius in radii], where="post", label=name, **LINES[role])
    axes.set(xlabel="radius (Å)", ylabel="neighbours of atom 0")
    axes.legend()
    return figure, (
        f"Number of neighbours against the radius. Your function climbs in steps to {len(found)} at 6.5 Å; with the "
        "nearest image of each atom alone there are never more than 3."
    )


@functools.cache
def neighbours(lattice_constant, radius):
    """How many neighbours an atom of copper has within a radius, Å."""
    return len(true_distances(copper_crystal(lattice_constant), radius))


def judge_jumps(answer):
    """Lattice constants at which the number of neighbours changes."""
    given = np.sort(array(answer, (None,), "The list", "Å"))
    soap = crystal_soap()
    radius, cutoff = neighbour_radius(soap), soap_settings(soap)["cutoff_radius"]
    if not len(given):
        return "The list is empty; there is at least one such lattice constant."
    if given[0] < LOWEST or given[-1] > HIGHEST:
        given_range = f"{given[0]:.3f} to {given[-1]:.3f}"
        return f"Asked for are lattice constants from {LOWEST} to {HIGHEST} Å; the list holds {given_range}."
    for constant in given:
        below, above = constant - 0.002, constant + 0.002
        if neighbours(below, radius) == neighbours(above, radius):
            if neighbours(below, cutoff) != neighbours(above, cutoff):
                return f"At {constant:.3f} Å a shell passes r_cut; atoms count up to the neighbour radius."
            if neighbours(constant - 0.01, radius) != neighbours(constant + 0.01, radius):
                return f"Near {constant:.3f} Å a shell passes, but not within 0.002 Å: give three decimals."
            return f"At {constant:.3f} Å no shell passes: an atom has as many neighbours on both sides."
    steps = np.array([neighbours(constant, radius) for constant in np.linspace(LOWEST, HIGHEST, 41)])
    missing = (np.diff(steps) != 0).sum() - (np.diff(given, prepend=0) > 0.004).sum()
    return f"What is listed is right, but a jump is missing ({missing} of them)." if missing > 0 else ""


def draw_jumps(answer):
    """Number of neighbours against the lattice constant, with the answers."""
    given, radius = array(answer, (None,)), neighbour_radius(crystal_soap())
    constants = np.linspace(LOWEST, HIGHEST, 41)
    figure, axes = plt.subplots(figsize=(6, 3))
    axes.axvspan(3.6 * 0.97, 3.6 * 1.03, color="0.9", label="section 6")
    axes.step(constants, [neighbours(constant, radius) for constant in constants], where="mid", **LINES["truth"])
    for constant in given:
        axes.axvline(
            constant, color=COLOURS["model"], linestyle="--", label="your answer" if constant == given[0] else None
        )
    axes.set(xlabel="lattice constant (Å)", ylabel="neighbours of an atom")
    axes.legend(loc="lower left", bbox_to_anchor=(0.2, 0))
    return figure, (
        "Number of neighbours against the lattice constant, a staircase that falls. Your answers are dashed lines at "
        f"{', '.join(f'{constant:.3f}' for constant in given)} Å; grey is the range of section 6, flat inside."
    )

"""Wrong answers to the exercises of lesson 9."""

import itertools

import numpy as np
from ase import units
from ase.build import bulk

from forcefield.crystals import crystal_frames
from forcefield.elasticity import energies_of


def nearest_image(positions, cell, radius):
    fractional = (positions[1:] - positions[0]) @ np.linalg.inv(cell)
    distances = np.linalg.norm((fractional - np.round(fractional)) @ cell, axis=1)
    return distances[distances < radius]


def images(count, atoms=slice(None), least=1e-8):
    """A sum over so many cells both ways, over some atoms."""

    def distances_of(positions, cell, radius):
        reach = range(-count, count + 1)
        shifts = np.array(list(itertools.product(reach, reach, reach))) @ cell
        distances = np.linalg.norm(positions[atoms] + shifts[:, None] - positions[0], axis=-1).ravel()
        return distances[(distances > least) & (distances < radius)]

    return distances_of


def columns_for_rows(positions, cell, radius):
    return images(6)(positions, cell.T, radius)


def enough_cells(positions, cell, radius, wrapped=True, most=10**6):
    """As many cells as the heights ask for, over atoms that are brought back first or not, up to a number."""
    reach = min(int(np.ceil(radius * np.linalg.norm(np.linalg.inv(cell), axis=0).max())) + wrapped, most)
    apart = (positions - positions[0]) @ np.linalg.inv(cell)
    return images(reach)((apart - np.round(apart) if wrapped else apart) @ cell, cell, radius)


def others_only(positions, cell, radius):
    return images(5, slice(1, None))(positions, cell, radius)


def all_six(virial):
    return np.array([virial[0, 0], virial[1, 1], virial[2, 2], virial[1, 2], virial[0, 2], virial[0, 1]])


def as_they_stand(virial, volume):
    return -virial[np.triu_indices(3)] / volume


def slope(pressure, volume, step=0.05):
    return (pressure(volume + step) - pressure(volume - step)) / (2 * step)


def with_hole(calculator, crystal):
    """Energies of the whole crystal and of one with a vacancy."""
    removed = crystal.copy()
    del removed[0]
    return energies_of(calculator, [crystal, removed])


def by_numbers(before, after):
    """A vacancy that knows one number of atoms only."""
    return lambda calculator, crystal: (
        with_hole(calculator, crystal)[1] - before / after * with_hole(calculator, crystal)[0]
    )


def vacancy(calculator, crystal):
    whole, removed = with_hole(calculator, crystal)
    return removed - (len(crystal) - 1) / len(crystal) * whole


def repeated():
    """Cells of 4 atoms repeated: larger cells in which twins still move together."""
    return [frame * (2, 2, 2) for frame in crystal_frames(4, 5)]


def moved_by(largest, edges=(3.45, 3.55, 3.65, 3.75)):
    """Four cells of 32 atoms, which are moved by up to so much (Å) along each axis."""
    generator, frames = np.random.default_rng(0), []
    for edge in edges:
        frame = bulk("Cu", "fcc", a=edge, cubic=True) * (2, 2, 2)
        frame.positions += generator.uniform(-largest, largest, (32, 3))
        frames.append(frame)
    return frames


WRONG = {
    "9.1": [
        (nearest_image, "in its nearest image"),
        (others_only, "18 images of atom 0 itself are missing"),
        (images(5, least=-1), "holds a distance of 0"),
        (lambda *given: images(5)(given[0], given[1], 2 * given[2]), "beyond the radius"),
        (images(2), "How many cells away"),
        (images(4), "a flat, skewed cell"),
        (columns_for_rows, "are the edge vectors"),
        (lambda *given: enough_cells(*given, wrapped=False), "bring them back"),
        (lambda *given: enough_cells(*given, most=9), "a small cell with a large radius"),
    ],
    "9.2": [
        (lambda virial, volume: virial, "should be an array of shape (6,)"),
        (lambda virial, volume: -all_six(virial), "These are energies"),
        (lambda virial, volume: all_six(virial) / volume, "the sign is not"),
        (as_they_stand, "not each at its place"),
        (lambda virial, volume: -all_six(virial) / volume * [1, 1, 1, 2, 2, 2], "a factor of 2"),
        (lambda virial, volume: -all_six(virial) * volume, "The volume enters"),
        (lambda virial, volume: -all_six(virial) / volume / units.GPa, "These are GPa"),
    ],
    "9.3": [
        ([5.99], "Asked for are lattice constants"),
        ([4.5 / np.sqrt(1.5)], "passes r_cut"),
        ([3.6], "no shell passes"),
        ([3.457], "a jump is missing"),
        ([3.79, 3.46], "three decimals"),
    ],
    "9.4": [
        (lambda pressure, volume: volume * slope(pressure, volume), "the sign is not"),
        (lambda pressure, volume: -slope(pressure, volume), "the slope dP/dV alone"),
        (lambda pressure, volume: -3 * volume * slope(pressure, volume), "a factor of 3"),
        (lambda pressure, volume: -47 * slope(pressure, 47.0), "At rest it is right"),
        (lambda pressure, volume: -volume * slope(pressure, volume, 1.5), "the step is too wide"),
        (lambda pressure, volume: -2 * volume * slope(pressure, volume), "the distance of its two ends"),
        (lambda pressure, volume: -volume * slope(pressure, volume) / units.GPa, "in GPa already"),
        (lambda pressure, volume: -volume * (pressure(volume + 0.05) - pressure(volume)) / 0.05, "one-sided"),
    ],
    "9.5": [
        (crystal_frames(5, 0, repeat=2), "the budget is 128"),
        (repeated(), "has a twin"),
        (crystal_frames(1, 0, repeat=2), "take at least two"),
        (moved_by(0.01), "hardly move"),
        (moved_by(0.6), "move farther"),
        ([bulk("Cu", "fcc", a=3.6, cubic=True)] * 4, "nearly the same crystal"),
        (moved_by(0.08, edges=[3.6] * 4), "nearly one volume"),
        ([bulk("Au", "fcc", a=4.0, cubic=True)], "a crystal of copper"),
        (crystal_frames(1, 0) + crystal_frames(1, 0, repeat=2), "different numbers of atoms"),
    ],
    "9.6": [
        (lambda *given: np.subtract(*with_hole(*given)[::-1]), "counts every atom's energy from another zero"),
        (lambda *given: -vacancy(*given), "The energy is negative"),
        (lambda *given: vacancy(*given) * len(given[1]) / (len(given[1]) - 1), "scaled up"),
        (lambda calculator, crystal: vacancy(calculator, crystal) / len(crystal), "divided by the atoms"),
        (by_numbers(31, 32), "know how many atoms"),
    ],
}

ABOUT = {"9.6": ("crystal_models", "crystal_models")}

RIGHT = {
    "9.1": [enough_cells],
    "9.4": [lambda pressure, volume: -volume * slope(pressure, volume, 0.5)],
}
"""Right answers, some of which were refused once."""

"""Wrong answers to the exercises of lesson 6."""

import numpy as np
from ase import Atoms
from ase.calculators.emt import EMT
from scipy.spatial.transform import Rotation

from forcefield.exercises.lesson_06_judges import pairs

# ---- 6.1 ---------------------------------------------------------------------------------------


def contracted(indices, factor=-1.0):
    return lambda slopes, derivatives: factor * np.einsum(indices, slopes, derivatives)


# ---- 6.2 ---------------------------------------------------------------------------------------


def with_moves(
    moves=((1.0, 2.0, -3.0),), angles=(20.0, 50.0, 70.0), order=lambda n: np.roll(np.arange(n), 1), size=abs
):
    """A test with these moves (Å), Euler angles (degrees) and order of atoms."""

    def largest_change(energy, positions):
        turn = Rotation.from_euler("xyz", angles, degrees=True).as_matrix()
        changed = [positions + np.array(move) for move in moves]
        changed += [positions @ turn.T, positions[order(len(positions))]]
        return max(size(energy(one) - energy(positions)) for one in changed)

    return largest_change


def first_two(n):
    return np.array([1, 0, *range(2, n)])


def stretched(energy, positions):
    return abs(energy(1.1 * positions) - energy(positions))


# ---- 6.3 ---------------------------------------------------------------------------------------


def energy(structure):
    structure = structure.copy()
    structure.calc = EMT()
    return structure.get_potential_energy()


COPPER = energy(Atoms("Cu"))


def isolated(structure):
    return sum(energy(Atoms(symbol)) for symbol in structure.get_chemical_symbols())


# ---- 6.4 ---------------------------------------------------------------------------------------


def some_blocks(share, generator):
    return generator.choice(120, round(120 * share), replace=False)


def of_blocks(choose):
    return lambda blocks, share, seed: np.flatnonzero(np.isin(blocks, choose(share, np.random.default_rng(seed))))


def of_fives(blocks, share, seed):
    count = len(blocks) // 5
    return (5 * np.random.default_rng(seed).permutation(count)[: round(share * count), None] + np.arange(5)).ravel()


WRONG = {
    "6.1": [
        (contracted("ck,caxk->ax", 1.0), "gradient of the energy"),
        (contracted("ck,caxk->cx"), "summed over the atoms that move"),
        (contracted("ck,caxk->ax", -1 / 6), "not a mean"),
        (contracted("ak,aaxk->ax"), "do not add up to zero"),
        (contracted("ck,caxk->ax", -2.0), "differ from finite differences"),
        (contracted("ck,caxk->a"), "has the shape (6,)"),
    ],
    "6.2": [
        (with_moves(moves=((1, 0, 0),), angles=(0, 0, 0)), "depends on where the structure is along y"),
        (with_moves(angles=(0, 0, 40)), "about which axis"),
        (with_moves(angles=(90, 90, 0)), "a turn by 90° maps them onto each other"),
        (with_moves(order=first_two), "which atoms change places"),
        (with_moves(size=lambda change: -abs(change)), "energies may fall"),
        (stretched, "Is the turn a rotation?"),
        (with_moves(moves=((0, 0, 0),)), "is the structure moved?"),
        (lambda energy, positions: energy(positions + 1) != energy(positions), "of type"),
        (lambda energy, positions: 0.0 * pairs(positions)[1].sum(), "that depends on where the structure is along x"),
    ],
    "6.3": [
        (energy, "EMT counts from the crystal"),
        (lambda one: energy(one) - COPPER, "how many atoms are subtracted"),
        (lambda one: energy(one) - 2 * isolated(one), "subtracted twice"),
        (lambda one: energy(one) - len(one) * COPPER, "every element has an energy of its own"),
        (lambda one: isolated(one) - energy(one), "should lie below"),
        (lambda one: (energy(one) - isolated(one)) / len(one), "divided by the number of atoms"),
        (lambda one: energy(one) + 1878.0, "EMT's own"),
    ],
    "6.4": [
        (lambda blocks, share, seed: np.random.default_rng(seed).choice(600, 120, replace=False), "are separated"),
        (lambda blocks, share, seed: np.random.default_rng(seed).choice(120, 24, replace=False), "numbers of blocks"),
        (of_blocks(lambda share, generator: np.arange(96, 120)), "a temperature is missing"),
        (of_blocks(lambda share, generator: np.arange(0, 120, 5)), "Every seed draws the same rows"),
        (of_blocks(lambda share, generator: some_blocks(1 - share, generator)), "the test part has 480"),
        (lambda blocks, share, seed: of_blocks(some_blocks)(blocks, share, None), "nobody could repeat"),
        (lambda blocks, share, seed: np.arange(600, 720), "from 0 to 599"),
        (of_fives, "which frames belong together"),
    ],
    "6.5": [
        ({"n_max": 4, "l_max": 4}, "These are 50 features"),
        ({"n_max": 2, "l_max": 5}, "it knows little of distances"),
        ({"n_max": 3, "l_max": 2, "cutoff_radius": 2.0}, "at the end of what it sees"),
        ({"n_max": 3, "l_max": 2, "sigma": 0.9}, "run into each other"),
        ({"n_max": 3, "l_max": 2, "sigma": 0.15}, "gaps open"),
        ({"n_max": 3.5, "l_max": 2}, "a whole number"),
        ({"r_cut": 4}, "no setting 'r_cut'"),
        ((4, 1), "a dictionary"),
    ],
}

ABOUT = {"6.5": ("copper_set", "copper_set")}

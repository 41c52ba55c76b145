"""Lesson 6: forces from many centres, symmetries, and frames of a trajectory."""

import numpy as np

from forcefield.exercises.answers import array, function, number

# ---- 6.1: the chain rule with many centres -----------------------------------------------------


def some_atoms(seed=0, n_atoms=6):
    """Positions of some atoms at usual distances, without symmetry: (n_atoms, 3), Å."""
    corners = 2.5 * np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])[:n_atoms]
    return corners + np.random.default_rng(seed).normal(scale=0.15, size=(n_atoms, 3))


def described(positions, derivatives=True):
    """SOAP of copper atoms: (n_centers, n_features), and its derivatives (n_centers, n_atoms, 3, n_features)."""
    import ase

    from forcefield.descriptors import describe, make_soap

    atoms = [ase.Atoms(f"Cu{len(positions)}", positions)]
    soap = make_soap(("Cu",), cutoff_radius=4.0, sigma=0.5, n_max=2, l_max=2)
    if not derivatives:
        return soap.create(atoms[0])
    return [one[0] for one in describe(soap, atoms, attach=True)]


def energies_and_slopes(descriptors):
    """A curved function of descriptors (n_centers, n_features): its values, eV, and slopes of the same shape, eV."""
    directions = np.random.default_rng(1).normal(size=(2, descriptors.shape[1])) / descriptors.shape[1]
    bent = descriptors @ directions[1]
    return descriptors @ directions[0] + np.sin(bent), directions[0] + np.cos(bent)[:, None] * directions[1]


def compared_forces(answer):
    """What the reader's function returns for six atoms, and forces by finite differences; both (6, 3), eV/Å."""
    from forcefield.finite_differences import numerical_forces

    positions = some_atoms()
    descriptors, derivatives = described(positions)
    _, slopes = energies_and_slopes(descriptors)
    given = array(function(answer)(slopes, derivatives), (6, 3), "forces_of(slopes, derivatives)", "eV/Å")
    return given, numerical_forces(lambda moved: energies_and_slopes(described(moved, False))[0].sum(), positions)


def judge_forces(answer):
    """Minus the gradient of a sum over centres."""
    given, finite = compared_forces(answer)
    close = 1e-5 * np.abs(finite).max()
    if np.abs(given - finite).max() < close:
        return ""
    if np.abs(given + finite).max() < close:
        return "Each number has the right size and the wrong sign: this is the gradient of the energy."
    if np.abs(given).max() < 1e-9:
        return "All forces are zero: the derivatives are summed over the atoms that move, not over the centres."
    if np.abs(6 * given - finite).max() < close:
        return "All forces are a sixth of what they should be: the energy is a sum over centres, not a mean."
    if np.abs(given.sum(axis=0)).max() > 1e-3 * np.abs(given).max():
        return (
            "The forces do not add up to zero. When an atom moves, its own centre and those of its neighbours change: "
            "all of them belong into the sum."
        )
    return f"The forces differ from finite differences of the energy by up to {np.abs(given - finite).max():.2g} eV/Å."


# ---- 6.2: a test that finds broken symmetries --------------------------------------------------


def pairs(positions):
    """Vectors between all pairs of atoms (n_pairs, 3), and their lengths (n_pairs,), Å."""
    first, second = np.triu_indices(len(positions), 1)
    vectors = positions[second] - positions[first]
    return vectors, np.linalg.norm(vectors, axis=1)


def invariant(positions):
    """An energy of distances alone."""
    return float((1 / pairs(positions)[1]).sum())


def leaning(axis):
    """An energy that depends on where the structure is along an axis."""
    return lambda positions: invariant(positions) + 0.01 * float(positions[:, axis].sum())


def upright(positions):
    """An energy that prefers pairs along z."""
    vectors, lengths = pairs(positions)
    return invariant(positions) - 0.1 * float((vectors[:, 2] ** 2 / lengths**2).sum())


def cubic(positions):
    """An energy that prefers pairs along x, y or z, as central differences along fixed axes may leave behind."""
    vectors, lengths = pairs(positions)
    return invariant(positions) - 0.1 * float(((vectors**4).sum(axis=1) / lengths**4).sum())


def ordered(positions):
    """An energy in which the last atom counts more."""
    return invariant(positions) + 0.1 * float((1 / np.linalg.norm(positions[:-1] - positions[-1], axis=1)).sum())


BROKEN = {
    "place along x": (leaning(0), "that depends on where the structure is along x"),
    "place along y": (leaning(1), "that depends on where the structure is along y"),
    "place along z": (leaning(2), "that depends on where the structure is along z"),
    "direction z": (upright, "that prefers pairs of atoms along z: about which axis does the structure turn?"),
    "axes x, y, z": (cubic, "that prefers all three axes alike: a turn by 90° maps them onto each other"),
    "order of atoms": (ordered, "in which the last atom counts more than the others: which atoms change places?"),
}
"""Energies that break a symmetry, and how the sentence calls them."""


def central(positions):
    """An energy that depends on the distance of the atoms from a fixed point, as one with a fixed centre does."""
    return invariant(positions) + 0.01 * float((positions**2).sum())


FIXED_CENTRE = central, "that depends on how far atoms are from a fixed point: is the structure moved?"
"""Not in the picture: a turn about the fixed point shows every other dependence on place."""


def judge_changes(answer):
    """A function that sees every broken symmetry, and none where none is broken."""
    largest = function(answer)
    for seed in range(3):
        positions = some_atoms(seed)
        unbroken = number(largest(invariant, positions), "largest_change(energy, positions)", "eV")
        if abs(unbroken) > 1e-9:
            return (
                f"It says that an energy of distances alone changes by {unbroken:.2g} eV. Is the turn a rotation? And "
                "do all atoms move alike?"
            )
        for energy, words in (*BROKEN.values(), FIXED_CENTRE):
            change = number(largest(energy, positions), "largest_change(energy, positions)", "eV")
            if change < 0:
                return "It returns a negative change: energies may fall, too."
            if change < 1e-4:
                return f"It overlooks an energy {words}" + "." * (not words.endswith("?"))
    return ""


# ---- 6.4: a test part without neighbours -------------------------------------------------------


def rows_of(drawn):
    """Rows as int, from rows or from a mask of True and False."""
    mask = np.asarray(drawn)
    drawn = np.flatnonzero(mask) if mask.dtype == bool and mask.ndim == 1 else drawn
    return array(drawn, (None,), "rows_for_test(...)")


def drawn_rows(answer, share=0.2, seeds=range(6)):
    """Rows that the reader's function draws for the test from the course's 600 frames, one array for each seed."""
    from forcefield.sampling import copper_blocks

    draw, (_, blocks) = function(answer), copper_blocks()
    return [rows_of(draw(blocks, share, seed)) for seed in seeds]


def judge_rows(answer):
    """Whole blocks, drawn at random, of the share that was asked for."""
    from forcefield.sampling import copper_blocks

    temperatures, blocks = copper_blocks()
    every = drawn_rows(answer)
    rows = every[0]
    if len(rows) == 24 and rows.max() < 120:
        return "It returns 24 numbers below 120: numbers of blocks, where rows of frames are asked for."
    for rows in every:
        if not np.array_equal(rows, np.round(rows)) or rows.min(initial=0) < 0 or rows.max(initial=0) >= 600:
            return "Rows are whole numbers from 0 to 599."
        if len(np.unique(rows)) < len(rows):
            return "A frame is in the test part more than once."
    parts = [rows.astype(int) for rows in every]
    cut = [np.intersect1d(blocks[rows], np.delete(blocks, rows)).size for rows in parts]
    if max(cut) > 0:
        return f"{max(cut)} blocks have frames both in the test part and outside it: neighbours in time are separated."
    if max(abs(len(rows) - 120) for rows in parts) > 5:
        odd = max((len(rows) for rows in parts), key=lambda count: abs(count - 120))
        return f"A share of 0.2 of 600 frames is 120; the test part has {odd}. (No block may be drawn twice.)"
    if not np.array_equal(np.sort(drawn_rows(answer, seeds=(0,))[0]), np.sort(every[0])):
        return "The same seed draws other rows at the second call: nobody could repeat the split."
    if any(len(np.unique(temperatures[rows])) < 3 for rows in parts):
        return "The test part has frames of one end of the trajectories only, so a temperature is missing in it."
    if all(np.array_equal(np.sort(rows), np.sort(parts[0])) for rows in parts):
        return "Every seed draws the same rows."
    uneven = np.repeat(np.arange(10), [3, 7, 4, 6, 5, 3, 7, 4, 6, 5])
    for seed in range(6):
        rows = rows_of(function(answer)(uneven, 0.4, seed)).astype(int)
        if np.intersect1d(uneven[rows], np.delete(uneven, rows)).size:
            return "With blocks of 3 to 7 frames it separates neighbours: `blocks` says which frames belong together."
    return ""

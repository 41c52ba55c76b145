"""Parts of a data set: which rows are trained on, which validate, which test."""

import numpy as np
from ase import Atoms

from forcefield import checks


def split(n_systems, fractions, seed):
    """Draw parts of a set that never overlap.

    Parameters
    ----------
    n_systems : int
        Size of the set.
    fractions : sequence of float
        Share of each part but the last, which gets what is left. Their sum must be below 1.
    seed : int
        The same seed draws the same parts.

    Returns
    -------
    list of ndarray of int
        Sorted rows of each part; every row stands in exactly one of them.

    Raises
    ------
    ValueError
        If a part would be empty, or an argument is out of range.
    """
    n_systems = checks.whole_number("The number of systems", n_systems, 1)
    seed = checks.seed(seed)
    fractions = checks.array("The shares of the parts", fractions, (None,))
    counts = np.rint(fractions * n_systems).astype(int)
    if len(counts) == 0 or np.any(counts < 1) or counts.sum() >= n_systems:
        raise ValueError(f"Every part of the {n_systems} systems must get at least one; the shares {fractions} do not.")
    order = np.random.default_rng(seed).permutation(n_systems)
    return [np.sort(part) for part in np.split(order, np.cumsum(counts))]


def split_blocks(blocks, fractions, seed, groups=None):
    """Draw parts of a set that never share a block.

    Frames that follow each other in a trajectory are nearly copies. If one of them is trained on and
    the next one tested on, the test is no test; so blocks are drawn whole.

    Parameters
    ----------
    blocks : array_like of int, shape (n_systems,)
        Number of the block that each system belongs to.
    fractions : sequence of float
        Share of the blocks for each part but the last, which gets what is left. Their sum must be below 1.
    seed : int
        The same seed draws the same parts.
    groups : array_like, shape (n_systems,), optional
        Blocks are drawn from each group in turn, so that every part has its share of each: temperatures, say.

    Returns
    -------
    list of ndarray of int
        Sorted rows of each part; every row stands in exactly one of them.

    Raises
    ------
    ValueError
        If a part would be empty, or if a block belongs to two groups.
    """
    blocks = checks.array("blocks", blocks, (None,))
    names, first = np.unique(blocks, return_index=True)
    parts = split(len(names), fractions, seed)
    if groups is not None:
        groups = np.asarray(groups)
        if groups.shape != blocks.shape:
            raise ValueError(
                f"groups must have one entry for each of the {len(blocks)} systems; it has {groups.shape}."
            )
        if not np.array_equal(groups, groups[first][np.searchsorted(names, blocks)]):
            raise ValueError("Every block must lie in one group: its systems here belong to several.")
        order = np.random.default_rng(seed).permutation(len(names))
        # The first block of every group, then the second of every group, and so on.
        turn = np.empty(len(names), dtype=int)
        for group in np.unique(groups):
            members = order[groups[first][order] == group]
            turn[members] = np.arange(len(members))
        order = order[np.argsort(turn[order], kind="stable")]
        parts = np.split(order, np.cumsum([len(part) for part in parts])[:-1])
    return [np.flatnonzero(np.isin(blocks, names[part])) for part in parts]


def equally_spaced(n_systems, n_chosen):
    """Rows of points equally spaced over a sorted set, both ends included.

    Parameters
    ----------
    n_systems : int
        Size of the set.
    n_chosen : int
        How many to choose, from 2 to n_systems.

    Returns
    -------
    chosen : ndarray of int, shape (n_chosen,)
    others : ndarray of int, shape (n_systems - n_chosen,)
        All that were not chosen.

    Raises
    ------
    ValueError
        If n_chosen is out of range.
    """
    n_systems = checks.whole_number("The number of systems", n_systems, 2)
    n_chosen = checks.whole_number("The number of chosen systems", n_chosen, 2, n_systems)
    chosen = np.linspace(0, n_systems - 1, n_chosen).astype(int)
    return chosen, np.setdiff1d(np.arange(n_systems), chosen)


def split_structures(structures, fractions, seed, by="time", name="group", block_length=5):
    """Draw parts of a reader's structures, of any sizes, that never share what must stay together.

    Parameters
    ----------
    structures : list of ase.Atoms
        In the order of time within each trajectory.
    fractions : sequence of float
        Share of each part but the last, which gets what is left; of what stays together, not of frames.
    seed : int
    by : {"time", "trajectory", "composition"}
        What stays together: `block_length` frames that follow each other, with the same atoms and, where all say it,
        in the same trajectory (every trajectory of more blocks than parts is in each part); whole trajectories; or all
        frames of one composition.
    name : str
        Entry of `info` that says the trajectory.
    block_length : int
        Frames; 1 for frames that do not follow each other.

    Returns
    -------
    list of ndarray of int
        Sorted rows of each part; every row stands in exactly one of them.

    Raises
    ------
    ValueError
        If a part would be empty, or a structure does not say its trajectory.
    """
    structures, name = checks.structures(structures), checks.words("name", name)
    block_length = checks.whole_number("block_length", block_length, 1)
    formulas = [structure.get_chemical_formula() for structure in structures]
    said = [str(structure.info[name]) for structure in structures if name in structure.info]
    if checks.one_of("by", by, ("time", "trajectory", "composition")) == "composition":
        return split_blocks(np.unique(formulas, return_inverse=True)[1], fractions, seed)
    if by == "trajectory":
        if len(said) < len(structures):
            known = ", ".join(sorted(set().union(*(structure.info for structure in structures)))[:8]) or "nothing"
            raise ValueError(f"Not every structure says its {name!r} in info, where they have {known}: give its name.")
        return split_blocks(np.unique(said, return_inverse=True)[1], fractions, seed)
    runs = list(zip(formulas, said, strict=True)) if len(said) == len(structures) else formulas
    groups = np.unique(np.array(runs), axis=0, return_inverse=True)[1].ravel()
    places = np.empty(len(groups), dtype=int)
    for group in range(groups.max() + 1):
        members = np.flatnonzero(groups == group)
        places[members] = np.arange(len(members)) // block_length
    blocks = np.unique(np.column_stack([groups, places]), axis=0, return_inverse=True)[1].ravel()
    return split_blocks(blocks, fractions, seed, groups)


def rows_of_composition(structures, formula):
    """Rows of the structures with these atoms, such as "Cu7Au6" in any order, and of all others: two arrays of int.

    Raises
    ------
    ValueError
        If no structure has them, or all have.
    """
    structures, formula = checks.structures(structures), checks.words("The composition", formula)
    try:
        wanted = sorted(Atoms(formula).numbers)
    except (KeyError, ValueError):
        raise ValueError(f"The composition must be a formula such as Cu7Au6; it is {formula!r:.60}.") from None
    chosen = np.array([sorted(structure.numbers) == wanted for structure in structures])
    if chosen.all() or not chosen.any():
        formulas = ", ".join(sorted({structure.get_chemical_formula() for structure in structures})[:6])
        raise ValueError(
            f"{'All' if chosen.all() else 'No'} structures are {formula}: choose one of several, here {formulas}."
        )
    return np.flatnonzero(chosen), np.flatnonzero(~chosen)

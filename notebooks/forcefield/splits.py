"""Parts of a data set: which rows are trained on, which validate, which test."""

import numpy as np

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

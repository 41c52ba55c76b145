"""The data set: labels, descriptors and derivatives that belong together."""

import json
import os
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

DATA_FOLDER = Path(__file__).resolve().parent.parent / "data"
"""Where lessons save for each other."""


@dataclass(frozen=True)
class Dataset:
    """Labelled structures with their descriptors; shapes are checked when it is made.

    Parameters
    ----------
    positions : ndarray of float64, shape (n_systems, n_atoms, 3), Å
    energies : ndarray of float64, shape (n_systems,), eV
    forces : ndarray of float64, shape (n_systems, n_atoms, 3), eV/Å
    descriptors : ndarray of float64, shape (n_systems, n_centers, n_features)
    derivatives : ndarray of float64, shape (n_systems, n_centers, n_atoms, 3, n_features), 1/Å
    metadata : dict
        What JSON can hold: the potential, the SOAP settings, the units.

    Raises
    ------
    ValueError
        If a shape does not fit the others or a value is not finite.
    """

    positions: np.ndarray
    energies: np.ndarray
    forces: np.ndarray
    descriptors: np.ndarray
    derivatives: np.ndarray
    metadata: dict = field(default_factory=dict)

    ARRAYS = ("positions", "energies", "forces", "descriptors", "derivatives")

    def __post_init__(self):
        for name in self.ARRAYS:
            try:
                values = np.asarray(getattr(self, name), dtype=np.float64)
            except (TypeError, ValueError):
                raise ValueError(f"{name} must be an array of numbers.") from None
            object.__setattr__(self, name, values)
        if self.positions.ndim != 3 or self.descriptors.ndim != 3:
            raise ValueError(
                "positions must have shape (n_systems, n_atoms, 3) and descriptors (n_systems, n_centers, n_features); "
                f"they have {self.positions.shape} and {self.descriptors.shape}."
            )
        n_systems, n_atoms, _ = self.positions.shape
        _, n_centers, n_features = self.descriptors.shape
        expected = {
            "positions": (n_systems, n_atoms, 3),
            "energies": (n_systems,),
            "forces": (n_systems, n_atoms, 3),
            "descriptors": (n_systems, n_centers, n_features),
            "derivatives": (n_systems, n_centers, n_atoms, 3, n_features),
        }
        for name, shape in expected.items():
            values = getattr(self, name)
            if values.shape != shape:
                raise ValueError(f"{name} must have shape {shape} to fit the other arrays; it has {values.shape}.")
            if not np.all(np.isfinite(values)):
                raise ValueError(f"{name} holds a value that is not a finite number.")

    def __len__(self):
        return len(self.energies)

    def __getitem__(self, indices):
        """A part of the set: an index array, a mask or a slice over the systems."""
        arrays = {name: getattr(self, name)[indices] for name in self.ARRAYS}
        return Dataset(**arrays, metadata=self.metadata)

    def save(self, path):
        """Write one npz file; an older file stays whole until the new one is complete.

        Parameters
        ----------
        path : str or pathlib.Path
        """
        save_arrays(path, self.metadata, **{name: getattr(self, name) for name in self.ARRAYS})

    @classmethod
    def load(cls, path):
        """Read what `save` wrote.

        Parameters
        ----------
        path : str or pathlib.Path

        Returns
        -------
        Dataset

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If the file is damaged, lacks an array, or holds arrays that do not fit together.
        """
        arrays, metadata = load_arrays(path, cls.ARRAYS)
        try:
            return cls(**arrays, metadata=metadata)
        except ValueError as problem:
            raise ValueError(f"{Path(path).name} does not hold a data set: {problem} {MAKE_AGAIN}") from None


MAKE_AGAIN = "Delete the file and run the lesson that saves it again."


def save_arrays(path, metadata, **arrays):
    """Write arrays and metadata to one npz file, all or nothing.

    Parameters
    ----------
    path : str or pathlib.Path
    metadata : dict
        What JSON can hold.
    **arrays : ndarray
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Under another name first: whatever interrupts the writing, the old file stays whole.
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.unfinished")
    try:
        with open(unfinished, "wb") as file:
            np.savez(file, metadata=np.array(json.dumps(metadata, sort_keys=True)), **arrays)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def load_arrays(path, names):
    """Read arrays and metadata from a file that `save_arrays` wrote.

    Parameters
    ----------
    path : str or pathlib.Path
    names : sequence of str or None
        Arrays that must be there; every array in the file if None.

    Returns
    -------
    arrays : dict of ndarray
    metadata : dict

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is damaged or lacks an array.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {path.name} in {path.parent.name}/: run the lesson that saves it.")
    try:
        # Opened here, so that it is closed even where numpy gives up half-way.
        with open(path, "rb") as opened, np.load(opened, allow_pickle=False) as file:
            stored = {name: file[name] for name in file.files}
        metadata = json.loads(str(stored.pop("metadata", "{}")))
    except (ValueError, TypeError, OSError, EOFError, zipfile.BadZipFile) as problem:
        raise ValueError(f"{path.name} is damaged and cannot be read. {MAKE_AGAIN}") from problem
    names = stored if names is None else names
    missing = [name for name in names if name not in stored]
    if missing:
        raise ValueError(f"{path.name} lacks {', '.join(missing)}. {MAKE_AGAIN}")
    return {name: stored[name] for name in names}, metadata


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
        Sorted indices of each part; every index stands in exactly one of them.

    Raises
    ------
    ValueError
        If a part would be empty.
    """
    fractions = np.asarray(fractions, dtype=np.float64)
    counts = np.rint(fractions * n_systems).astype(int)
    if np.any(counts < 1) or counts.sum() >= n_systems:
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
        Sorted indices of each part; every index stands in exactly one of them.

    Raises
    ------
    ValueError
        If a part would be empty, or if a block belongs to two groups.
    """
    blocks = np.asarray(blocks)
    names, first = np.unique(blocks, return_index=True)
    parts = split(len(names), fractions, seed)
    if groups is not None:
        groups = np.asarray(groups)
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
    """Indices of points equally spaced over a sorted set, both ends included.

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
    if not 2 <= n_chosen <= n_systems:
        raise ValueError(f"Choose from 2 to {n_systems} systems, not {n_chosen}.")
    chosen = np.linspace(0, n_systems - 1, n_chosen).astype(int)
    return chosen, np.setdiff1d(np.arange(n_systems), chosen)

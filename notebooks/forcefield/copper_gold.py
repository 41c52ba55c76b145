"""A file of labelled copper-gold clusters of several sizes and compositions: lesson 11's own data."""

import ase
import numpy as np
from ase.calculators.emt import EMT
from ase.calculators.singlepoint import SinglePointCalculator
from ase.cluster import Icosahedron, Octahedron

from forcefield import checks
from forcefield.npz_files import DATA_FOLDER
from forcefield.sampling import langevin, sample_blocks
from forcefield.structure_files import read_structures
from forcefield.written_files import write_structures

SHAPES = {13: lambda: Icosahedron("Cu", 2), 38: lambda: Octahedron("Cu", 4, 1), 55: lambda: Icosahedron("Cu", 3)}
"""Clusters of copper by their number of atoms, from ASE."""

COMPOSITIONS = ((13, 3, 16, 2), (13, 8, 16, 2), (55, 21, 6, 2), (55, 41, 6, 2), (38, 19, 10, 1))
"""Atoms, gold atoms among them, orders of the atoms, frames of each order. The last is the one to keep apart.

Small and large clusters take turns in the share of gold, 0.23, 0.38, (0.5), 0.62, 0.75: so size and composition can be
told from each other."""

TEMPERATURE = 500
"""Temperature of the dynamics that gives the frames, K."""

SWELLING = 0.12
"""How much longer distances are in gold than in copper, about."""


def copper_gold_frames(compositions=COMPOSITIONS, seed=0):
    """Labelled frames of copper-gold clusters by effective medium theory (EMT).

    In each composition the gold atoms are drawn anew for every short run: what a model must learn is which atom has
    which neighbours, and no single order of the atoms shows that.

    Parameters
    ----------
    compositions : sequence of (int, int, int, int)
        As `COMPOSITIONS`.
    seed : int

    Returns
    -------
    list of ase.Atoms
        With labels; `info` has the run under "group".

    Raises
    ------
    ValueError
        If the compositions are no such rows.
    """
    seed, frames = checks.seed(seed), []
    try:
        rows = checks.array("compositions", compositions, (None, 4)).astype(int).tolist()
        if not rows or any(n_atoms not in SHAPES or min(others) < 1 for n_atoms, *others in rows):
            raise ValueError
    except ValueError:
        raise ValueError(
            "compositions must be rows of four whole numbers above 0: atoms (13, 38 or 55), gold atoms, orders, frames."
        ) from None
    for n_atoms, n_gold, n_orders, n_frames in rows:
        positions = SHAPES[n_atoms]().positions
        positions = (positions - positions.mean(axis=0)) * (1 + SWELLING * n_gold / n_atoms)
        for order in range(n_orders):
            key = (seed, n_atoms, n_gold, order)
            gold = np.random.default_rng(key).permutation(n_atoms)[:n_gold]
            start = ase.Atoms(np.where(np.isin(np.arange(n_atoms), gold), 79, 29), positions)
            dynamics = langevin(start, EMT(), TEMPERATURE, seed=key)
            for frame in sample_blocks(dynamics, 1, n_frames, interval=10, gap=0, equilibration=40):
                frame.calc = EMT()
                labels = {"energy": frame.get_potential_energy(), "forces": frame.get_forces()}
                frame.calc = SinglePointCalculator(frame, **labels)
                frame.info["group"] = f"{frame.get_chemical_formula()} order {order}"
                frames.append(frame)
    return frames


def copper_gold_file(folder=DATA_FOLDER):
    """Path of a file with the `copper_gold_frames`; it is written if it is not there, and never over another one.

    Parameters
    ----------
    folder : str or pathlib.Path

    Returns
    -------
    pathlib.Path
    """
    path = checks.path(folder) / "copper_gold.extxyz"
    if path.is_file() and _is_ours(path):
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    number = 0
    while path.exists():
        number += 1
        path = path.with_name(f"copper_gold_{number}.extxyz")
        if path.is_file() and _is_ours(path):
            return path
    write_structures(path, copper_gold_frames())
    return path


def _is_ours(path):
    """Whether a file holds what `copper_gold_frames` gives: as many frames, and the first as it is made here."""
    try:
        found = read_structures(path)
    except ValueError:
        return False
    first = copper_gold_frames(((*COMPOSITIONS[0][:2], 1, 1),))[0]
    expected = sum(n_orders * n_frames for _, _, n_orders, n_frames in COMPOSITIONS)
    return (
        len(found) == expected
        and list(found[0].numbers) == list(first.numbers)
        and np.allclose(found[0].positions, first.positions, atol=1e-5)
    )

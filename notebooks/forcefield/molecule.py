"""Malonaldehyde: where its proton is, which frames are learned from, its reaction path and its vibrations."""

from pathlib import Path

import numpy as np
from ase import units
from ase.calculators.singlepoint import SinglePointCalculator
from ase.io import read
from scipy.spatial.transform import Rotation

from forcefield import checks

LABELS = Path(__file__).resolve().parent.parent / "labels"
"""Folder of the labels that are shipped; `make_labels.py` in it made them."""

OXYGENS, PROTON = (0, 1), 5
"""Numbers of the atoms: the proton hops between two oxygens; C 2, 3, 4 and H 6, 7, 8 are the rest."""

EXCHANGED = (1, 0, 4, 3, 2, 5, 8, 7, 6)
"""Order of the atoms in which the oxygens, and all like atoms on both sides, have changed places."""

CLOSED_UP_TO = 1.6
"""Beyond this |q|, Å, the proton has left the ring."""


def proton_coordinate(structures):
    """Where the proton is: q = (distance to atom 0) - (distance to atom 1), Å.

    Parameters
    ----------
    structures : list of ase.Atoms
        Molecules of malonaldehyde with the order of atoms of the shipped labels.

    Returns
    -------
    ndarray of float64, shape (n_systems,), Å
        Negative where atom 0 has the proton, zero half-way, positive where atom 1 has it.

    Raises
    ------
    ValueError
        If a structure is another one.
    """
    structures = checks.structures(structures)
    for structure in structures:
        if structure.get_chemical_symbols() != list("OOCCCHHHH"):
            raise ValueError(
                f"This must be malonaldehyde with its atoms in the order OOCCCHHHH; it is {structure.symbols}."
            )
    arms = np.array([structure.positions[PROTON] - structure.positions[list(OXYGENS)] for structure in structures])
    lengths = np.linalg.norm(arms, axis=-1)
    return lengths[:, 0] - lengths[:, 1]


def rows_in_time(frames, n_test=30):
    """Rows to learn from, rows to test on, and rows of molecules whose ring is open.

    Parameters
    ----------
    frames : list of ase.Atoms
        With `info["group"]`, each group in the order of time.
    n_test : int
        So many last frames of every group with a closed ring are the test set.

    Returns
    -------
    learn, test, opened : ndarray of int
    """
    n_test = checks.whole_number("n_test", n_test, 1)
    closed = np.abs(proton_coordinate(frames)) < CLOSED_UP_TO
    groups = np.array([frame.info.get("group", "") for frame in frames])
    test = []
    for group in dict.fromkeys(groups.tolist()):
        rows = np.flatnonzero((groups == group) & closed)
        if len(rows) <= n_test:
            raise ValueError(f"Group {group!r} has {len(rows)} closed rings: n_test must be smaller, not {n_test}.")
        test.append(rows[-n_test:])
    test = np.concatenate(test)
    return np.setdiff1d(np.flatnonzero(closed), test), test, np.flatnonzero(~closed)


def reaction_path():
    """Minimum, transition state, and 15 structures on the way of the proton, with DFT labels.

    Returns
    -------
    minimum, transition_state : ase.Atoms
        With `info["hessian"]`, (27, 27), eV/Å².
    path : list of ase.Atoms
        From one minimum over the transition state to the other, each moved and turned to lie on the one before,
        the first on the minimum.
    """
    minimum, transition_state, *path = read(LABELS / "malonaldehyde_path.extxyz", ":")
    for before, after in zip([minimum, *path[:-1]], path, strict=True):
        _lay_on(before, after)
    return minimum, transition_state, path


def _lay_on(before, after):
    """Move and turn `after`, positions and forces, to lie on `before`."""
    energy, forces, middle = after.get_potential_energy(), after.get_forces(), before.positions.mean(axis=0)
    offsets = after.positions - after.positions.mean(axis=0)
    turn, _ = Rotation.align_vectors(before.positions - middle, offsets)
    after.positions = middle + turn.apply(offsets)
    after.calc = SinglePointCalculator(after, energy=energy, forces=turn.apply(forces))


def vibrations(hessian, masses):
    """Frequencies of a molecule that is not linear, from its Hessian.

    Parameters
    ----------
    hessian : array_like of float, shape (3 n_atoms, 3 n_atoms), eV/Å²
    masses : array_like of float, shape (n_atoms,), u

    Returns
    -------
    ndarray of float64, shape (3 n_atoms - 6,), cm⁻¹
        Ascending, without the six closest to zero (the molecule moving and turning as a whole). An imaginary
        frequency, of a direction in which the energy falls, is given as a negative number.
    """
    masses = checks.array("masses", masses, (None,), "u")
    hessian = checks.array("hessian", hessian, (3 * len(masses), 3 * len(masses)), "eV/Å²")
    if np.any(masses <= 0):
        raise ValueError("Masses must be above 0 u.")
    root = np.sqrt(np.repeat(masses, 3))
    squares = np.linalg.eigvalsh((hessian + hessian.T) / 2 / np.outer(root, root))  # eV/(Å² u)
    found = np.sign(squares) * np.sqrt(np.abs(squares)) * units._hbar * 1e10 / np.sqrt(units._e * units._amu)
    return np.sort(found[np.argsort(np.abs(found))[6:]]) / units.invcm

"""Periodic copper: strained cells, the data set of the crystal lesson, its split and its models."""

import numpy as np
from ase.build import bulk
from ase.calculators.emt import EMT

from forcefield import checks, descriptors, splits
from forcefield.dataset import Dataset
from forcefield.find_or_make import trained_model
from forcefield.npz_files import DATA_FOLDER

LATTICE_CONSTANT = 3.6
"""Edge of the cubic cell that all frames start from, Å; near the measured 3.61 and EMT's own 3.59."""

LARGEST_STRETCH = 0.05
"""Training frames: all edges together are stretched by at most this share."""

LARGEST_SHAPE_STRAIN = 0.04
"""Training frames: strain without a change of volume, at most this before its trace is taken away."""

LARGEST_DISPLACEMENT = 0.12
"""Training frames: each coordinate of each atom is moved by at most this, Å."""

N_FRAMES = 400
"""Frames of the course's crystal data set."""

CRYSTAL_FIT = {
    "hidden_units": (8,),
    "scaling": "square_root",
    "unit_length": True,
    "method": "levenberg_marquardt",
    "force_weight": 10.0,
    "virial_weight": 3.0,
    "iterations": 60,
}
"""How the course's crystal models are fitted. Descriptor, units, weights and iterations had the lowest errors on the
validation frames among those that fit in 2 s; no elastic constant and no test frame chose anything."""


def copper_crystal(lattice_constant=LATTICE_CONSTANT):
    """The cubic cell of face-centred cubic copper.

    Parameters
    ----------
    lattice_constant : float
        Edge of the cube, Å.

    Returns
    -------
    ase.Atoms
        4 atoms, periodic along all three axes, without a calculator.

    Raises
    ------
    ValueError
        If the lattice constant is not a finite number above zero.
    """
    return bulk("Cu", "fcc", a=checks.between("The lattice constant", lattice_constant, 1, 20, "Å"), cubic=True)


def deform(structure, strain):
    """A copy of a crystal with its space strained: every vector r becomes r (1 + strain).

    Parameters
    ----------
    structure : ase.Atoms
        Periodic along all three axes. It is not changed.
    strain : array_like of float, shape (3, 3)
        Symmetric, no unit. The diagonal stretches along x, y and z; the rest shears.

    Returns
    -------
    ase.Atoms

    Raises
    ------
    ValueError
        If the strain is not a symmetric (3, 3) matrix of finite numbers or turns the cell inside out, or if the
        structure has no cell that could be strained.
    """
    strain = checks.array("A strain", strain, (3, 3))
    if not np.allclose(strain, strain.T):
        raise ValueError("A strain must be symmetric: the entry for xy equals that for yx.")
    if np.linalg.eigvalsh(strain).min() <= -1:
        raise ValueError("This strain presses the cell flat or inside out: its eigenvalues must be above -1.")
    if not checks.structure(structure).pbc.all() or not 1e-3 < abs(structure.cell.volume) < np.inf:
        raise ValueError("Only a crystal can be strained: give it a cell, periodic along all three axes.")
    deformed = structure.copy()
    deformed.set_cell(structure.cell.array @ (np.eye(3) + strain), scale_atoms=True)
    return deformed


def crystal_soap():
    """The descriptor of the crystal lesson: 50 features of every atom's surroundings.

    The cutoff puts the distance at which neighbours are dropped (`descriptors.neighbour_radius`) half-way between two
    shells of the perfect crystal.

    Returns
    -------
    dscribe.descriptors.SOAP
    """
    return descriptors.make_soap(species=("Cu",), cutoff_radius=4.5, sigma=0.4, n_max=4, l_max=4, periodic=True)


def crystal_frames(n_frames, seed, repeat=1):
    """Copper cells, each stretched or compressed, sheared, and with its atoms moved at random.

    Every frame is drawn on its own, so frames may be split at random.

    Parameters
    ----------
    n_frames : int
    seed : int
    repeat : int
        Cubes along each of the three axes.

    Returns
    -------
    list of ase.Atoms, length n_frames
        4 repeat³ atoms each, periodic, without a calculator.
    """
    n_frames, seed = checks.whole_number("n_frames", n_frames, 1), checks.seed(seed)
    crystal = copper_crystal().repeat(checks.whole_number("repeat", repeat, 1))
    generator, frames = np.random.default_rng(seed), []
    for _ in range(n_frames):
        shape = generator.uniform(-LARGEST_SHAPE_STRAIN, LARGEST_SHAPE_STRAIN, (3, 3))
        shape = np.triu(shape) + np.triu(shape, 1).T
        stretch = generator.uniform(-LARGEST_STRETCH, LARGEST_STRETCH)
        frame = deform(crystal, shape + np.eye(3) * (stretch - np.trace(shape) / 3))
        # From nearly at rest, more often, to wild: a draw of how much, then a draw of every coordinate.
        largest = LARGEST_DISPLACEMENT * generator.uniform() ** 2
        frame.positions += generator.uniform(-largest, largest, frame.positions.shape)
        frames.append(frame)
    return frames


def crystal_metadata():
    """How the course's copper crystals are drawn and labelled."""
    return {
        "potential": {"name": "EMT"},
        "frames": {
            "n_frames": N_FRAMES,
            "lattice_constant": LATTICE_CONSTANT,
            "largest_stretch": LARGEST_STRETCH,
            "largest_shape_strain": LARGEST_SHAPE_STRAIN,
            "largest_displacement": LARGEST_DISPLACEMENT,
            "seed": 0,
        },
        "units": {"positions": "Å", "energies": "eV", "forces": "eV/Å", "derivatives": "1/Å", "virials": "eV"},
    }


def crystal_dataset():
    """400 copper cells with EMT labels, virials among them, and their descriptors: made in two seconds, not saved.

    Returns
    -------
    data : Dataset
        400 systems, 4 atoms, a centre on every atom, 50 features.
    frames : list of ase.Atoms, length 400
        The same systems with their cells, which a Dataset does not hold.
    """
    frames = crystal_frames(N_FRAMES, 0)
    settings = {"attach": True, "calculator": EMT(), "metadata": crystal_metadata(), "virials": True}
    return Dataset.from_structures(frames, crystal_soap(), **settings), frames


def crystal_split():
    """Parts of the crystal data set.

    Returns
    -------
    training : ndarray of int, shape (240,)
    validation : ndarray of int, shape (60,)
    test : ndarray of int, shape (100,)
    """
    return splits.split(N_FRAMES, (0.6, 0.15), seed=0)


def crystal_model(data, seed=0):
    """A force field for copper crystals, found or made again: fitted to the 240 training frames, about 2 s.

    Parameters
    ----------
    data : Dataset
        What `crystal_dataset` gives.
    seed : int
        Draws the initial weights. Each seed has a file of its own, ``copper_crystal_model_<seed>.npz``.

    Returns
    -------
    ForceField
    """
    path = DATA_FOLDER / f"copper_crystal_model_{checks.seed(seed)}.npz"
    return trained_model(path, checks.data_set("data", data)[crystal_split()[0]], seed, CRYSTAL_FIT)

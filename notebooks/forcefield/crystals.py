"""Periodic copper: strained cells, their data set and model, and what a calculator says about the crystal."""

import numpy as np
from ase import units
from ase.build import bulk
from ase.calculators.emt import EMT
from ase.eos import EquationOfState
from ase.neighborlist import neighbor_list

from forcefield import descriptors, splits
from forcefield.dataset import Dataset
from forcefield.descriptors import neighbour_radius
from forcefield.files import DATA_FOLDER
from forcefield.saved import trained_model

LATTICE_CONSTANT = 3.6
"""Edge of the cubic cell that all frames start from, Å; near the measured 3.61 and EMT's own 3.59."""

LARGEST_STRETCH = 0.05
"""Training frames: all edges together are stretched by at most this share."""

LARGEST_SHAPE_STRAIN = 0.04
"""Training frames: strain without a change of volume, at most this before its trace is taken away."""

LARGEST_DISPLACEMENT = 0.12
"""Training frames: each coordinate of each atom is moved by at most this, Å."""

DIFFERENCE_STEP = 1e-4
"""Step of DScribe's numerical derivatives, Å."""

N_FRAMES = 400
"""Frames of the course's crystal data set."""

CRYSTAL_FIT = {"hidden_units": (32, 32), "iterations": 400}
"""How the course's crystal models are fitted; found in trials on other frames of the same kind."""


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
    if not (np.isfinite(lattice_constant) and lattice_constant > 0):
        raise ValueError(f"The lattice constant must be a finite number above 0 Å; it is {lattice_constant}.")
    return bulk("Cu", "fcc", a=float(lattice_constant), cubic=True)


def deform(structure, strain):
    """A copy of a periodic structure with its space strained: every vector r becomes r (1 + strain).

    Parameters
    ----------
    structure : ase.Atoms
        It is not changed.
    strain : array_like of float, shape (3, 3)
        Symmetric, no unit. The diagonal stretches along x, y and z; the rest shears.

    Returns
    -------
    ase.Atoms

    Raises
    ------
    ValueError
        If the strain is not a symmetric (3, 3) matrix of finite numbers, or turns the cell inside out.
    """
    strain = np.asarray(strain, dtype=np.float64)
    if strain.shape != (3, 3) or not np.all(np.isfinite(strain)) or not np.allclose(strain, strain.T):
        raise ValueError("A strain must be a symmetric matrix of 3 x 3 finite numbers.")
    if np.linalg.eigvalsh(strain).min() <= -1:
        raise ValueError("This strain presses the cell flat or inside out: its eigenvalues must be above -1.")
    deformed = structure.copy()
    deformed.set_cell(structure.cell.array @ (np.eye(3) + strain), scale_atoms=True)
    return deformed


def crystal_soap():
    """The descriptor of the crystal lesson: 70 features of every atom's surroundings.

    The cutoff puts the distance at which neighbours are dropped (see `neighbour_radius`) half-way between two shells
    of the perfect crystal.

    Returns
    -------
    dscribe.descriptors.SOAP
    """
    return descriptors.make_soap(species=("Cu",), cutoff_radius=4.6, sigma=0.5, n_max=4, l_max=6, periodic=True)


def crosses_reach(soap, structure, step=DIFFERENCE_STEP):
    """Whether a small move of one atom can bring a neighbour across the `neighbour_radius`, where the descriptor jumps.

    A finite difference with this step, taken across the jump, is wrong by the jump over twice the step.

    Parameters
    ----------
    soap : dscribe.descriptors.SOAP
    structure : ase.Atoms
    step : float
        How far an atom is moved, Å.

    Returns
    -------
    bool
    """
    edge = neighbour_radius(soap)
    return bool(np.any(np.abs(neighbor_list("d", structure, edge + 2 * step) - edge) <= step))


def crystal_frames(n_frames, seed, soap=None, repeat=1):
    """Copper cells, each stretched or compressed, sheared, and with its atoms moved at random.

    Every frame is drawn on its own, so frames may be split at random. A frame whose numerical derivatives
    would be taken across the jump of the descriptor (see `crosses_reach`) is drawn again.

    Parameters
    ----------
    n_frames : int
    seed : int
    soap : dscribe.descriptors.SOAP, optional
        If None, no frame is drawn again.
    repeat : int
        Cubes along each of the three axes.

    Returns
    -------
    list of ase.Atoms, length n_frames
        4 repeat³ atoms each, periodic, without a calculator.
    """
    generator, crystal, frames = np.random.default_rng(seed), copper_crystal() * (repeat, repeat, repeat), []
    while len(frames) < n_frames:
        shape = generator.uniform(-LARGEST_SHAPE_STRAIN, LARGEST_SHAPE_STRAIN, (3, 3))
        shape = np.triu(shape) + np.triu(shape, 1).T
        stretch = generator.uniform(-LARGEST_STRETCH, LARGEST_STRETCH)
        frame = deform(crystal, shape + np.eye(3) * (stretch - np.trace(shape) / 3))
        # From nearly at rest to wild: a draw of how much, then a draw of every coordinate.
        largest = generator.uniform(0, LARGEST_DISPLACEMENT)
        frame.positions += generator.uniform(-largest, largest, frame.positions.shape)
        if soap is None or not crosses_reach(soap, frame):
            frames.append(frame)
    return frames


def crystal_metadata():
    """Metadata of the course's labelled copper crystals.

    Returns
    -------
    dict
    """
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
        "units": {"positions": "Å", "energies": "eV", "forces": "eV/Å", "derivatives": "1/Å"},
    }


def crystal_dataset():
    """400 copper cells with EMT labels, descriptors and numerical derivatives: made in a few seconds, not saved.

    Returns
    -------
    data : Dataset
        400 systems, 4 atoms, a centre on every atom, 70 features.
    frames : list of ase.Atoms, length 400
        The same systems with their cells, which a Dataset does not hold.
    """
    soap = crystal_soap()
    frames = crystal_frames(N_FRAMES, 0, soap)
    # All atoms, in order, attached: of periodic cells nothing else has right derivatives.
    return Dataset.from_structures(frames, soap, attach=True, calculator=EMT(), metadata=crystal_metadata()), frames


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
    """A force field for copper crystals, found or made again: 240 training frames, L-BFGS, about 5 s.

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
    path = DATA_FOLDER / f"copper_crystal_model_{seed}.npz"
    return trained_model(path, data[crystal_split()[0]], seed, CRYSTAL_FIT)


def energies_of(calculator, structures):
    """Energies of structures by a calculator.

    Parameters
    ----------
    calculator : ase calculator
    structures : list of ase.Atoms
        They are not changed.

    Returns
    -------
    ndarray of float64, shape (n_systems,), eV
    """
    energies = []
    for structure in structures:
        structure = structure.copy()
        structure.calc = calculator
        energies.append(structure.get_potential_energy())
    return np.array(energies, dtype=np.float64)


def equation_of_state(calculator, largest=0.03, n_points=13):
    """Lattice constant, energy and bulk modulus from energies at several volumes.

    Parameters
    ----------
    calculator : ase calculator
    largest : float
        Edges go from (1 - largest) to (1 + largest) times `LATTICE_CONSTANT`.
    n_points : int

    Returns
    -------
    lattice_constant : float
        Å.
    energy : float
        Of one atom at the minimum, eV.
    bulk_modulus : float
        GPa.

    References
    ----------
    F. Birch, Phys. Rev. 71, 809 (1947), doi:10.1103/PhysRev.71.809 (the curve that is fitted, by ASE).
    """
    crystals = [copper_crystal(LATTICE_CONSTANT * factor) for factor in np.linspace(1 - largest, 1 + largest, n_points)]
    volumes = [crystal.get_volume() for crystal in crystals]
    volume, energy, bulk_modulus = EquationOfState(volumes, energies_of(calculator, crystals), "birchmurnaghan").fit()
    return float(np.cbrt(volume)), float(energy / len(crystals[0])), float(bulk_modulus / units.GPa)


def volume_conserving_strains(shear):
    """Two strains of size `shear` that keep the volume: one along the cube's edges, one in its faces' diagonals.

    Parameters
    ----------
    shear : float
        No unit, between -0.5 and 0.5.

    Returns
    -------
    edges : ndarray of float64, shape (3, 3)
        x longer and y shorter. To second order E/V grows by (C11 - C12) shear².
    diagonals : ndarray of float64, shape (3, 3)
        The angle between x and y differs from 90° by `shear` (rad). E/V grows by C44 shear² / 2.
    """
    half = shear / 2
    edges = np.diag([shear, 1 / (1 + shear) - 1, 0])
    diagonals = np.array([[0, half, 0], [half, 0, 0], [0, 0, 1 / (1 - half**2) - 1]])
    return edges, diagonals


def shear_moduli(calculator, lattice_constant, largest=0.03, n_points=9):
    """The two shear moduli of a cubic crystal, from the curvature of the energy with respect to a strain.

    In this crystal every atom stays a centre of inversion under such a strain, so no atom has to be relaxed.

    Parameters
    ----------
    calculator : ase calculator
    lattice_constant : float
        Where the calculator's energy is lowest, Å.
    largest : float
        Shears go from -largest to largest.
    n_points : int

    Returns
    -------
    tetragonal : float
        C' = (C11 - C12) / 2, GPa.
    c44 : float
        C44, GPa.
    """
    crystal, shears = copper_crystal(lattice_constant), np.linspace(-largest, largest, n_points)
    moduli = []
    for kind, factor in ((0, 2), (1, 0.5)):
        deformed = [deform(crystal, volume_conserving_strains(shear)[kind]) for shear in shears]
        # A polynomial of degree 4: its x² coefficient is not spoilt by the next orders of the strain.
        quadratic = np.polyfit(shears, energies_of(calculator, deformed) / crystal.get_volume(), 4)[2]
        moduli.append(float(quadratic / factor / units.GPa))
    return tuple(moduli)

"""Labelled structures: which atoms, and what energies and forces they have."""

import ase
import numpy as np
from ase import units
from ase.calculators.emt import EMT
from ase.calculators.lj import LennardJones
from ase.cluster import Icosahedron
from ase.md.langevin import Langevin
from ase.md.velocitydistribution import thermalize_momenta
from ase.optimize import BFGS

SIGMA = 2.9
"""Lennard-Jones sigma of the course's dimer, Å: the distance at which the energy crosses zero."""

EPSILON = 1.0
"""Lennard-Jones epsilon of the course's dimer, eV: the depth of the well."""

COPPER_TEMPERATURES = (300, 600, 900)
"""Temperatures at which the course's copper clusters are sampled, K."""

COPPER_BLOCKS, COPPER_BLOCK_LENGTH = 40, 5
"""Blocks of a trajectory, and frames of a block."""

TIME_STEP = 5.0
"""Time step of the course's molecular dynamics of copper, fs."""

FRICTION = 0.02
"""Friction of the course's Langevin dynamics, 1/fs: velocities are forgotten after about 50 fs."""


def lennard_jones(distances, sigma=SIGMA, epsilon=EPSILON):
    """Energy and force of two atoms with a Lennard-Jones potential, without a cutoff.

    E(r) = 4 epsilon ((sigma/r)^12 - (sigma/r)^6) and F(r) = -dE/dr, where a positive
    force pushes the atoms apart. ASE's calculator cuts the potential at 3 sigma and lifts
    it there to zero, so its energy is higher by a constant (5.5 meV for epsilon = 1 eV).

    Parameters
    ----------
    distances : array_like of float, any shape
        Distances between the two atoms, Å, greater than zero.
    sigma : float
        Distance at which the energy crosses zero, Å.
    epsilon : float
        Depth of the well, eV.

    Returns
    -------
    energies : ndarray of float64, shape of `distances`
        Energies, eV.
    forces : ndarray of float64, shape of `distances`
        Forces along the line between the atoms, eV/Å.

    Raises
    ------
    ValueError
        If a distance, sigma or epsilon is not a finite number above zero.

    References
    ----------
    J. E. Jones, Proc. R. Soc. Lond. A 106, 463 (1924), doi:10.1098/rspa.1924.0082.
    """
    distances = np.asarray(distances, dtype=np.float64)
    for name, value, unit in (("distance", distances, "Å"), ("sigma", sigma, "Å"), ("epsilon", epsilon, "eV")):
        if not (np.all(np.isfinite(value)) and np.all(np.asarray(value) > 0)):
            raise ValueError(f"Every {name} must be a finite number above 0 {unit}.")
    attraction = (sigma / distances) ** 6
    energies = 4 * epsilon * (attraction**2 - attraction)
    forces = 24 * epsilon * (2 * attraction**2 - attraction) / distances
    return energies, forces


def dimers(distances, shift=0.0):
    """Pairs of atoms on the x axis, symmetric about the point (shift, 0, 0).

    Parameters
    ----------
    distances : array_like of float, shape (n_systems,)
        Distances between the two atoms, Å. Atom 0 is on the left, at x = shift - r/2.
    shift : float
        How far the whole pair is moved along x, Å.

    Returns
    -------
    list of ase.Atoms, length n_systems

    Raises
    ------
    ValueError
        If the distances are not a one-dimensional array of finite numbers above zero.
    """
    distances = np.asarray(distances, dtype=np.float64)
    if distances.ndim != 1 or not np.all(np.isfinite(distances)) or not np.all(distances > 0):
        raise ValueError("Distances must be a one-dimensional array of finite numbers above 0 Å.")
    return [
        ase.Atoms("HH", positions=[[shift - 0.5 * distance, 0, 0], [shift + 0.5 * distance, 0, 0]])
        for distance in distances
    ]


def label(structures, calculator=None):
    """Positions, energies and forces of structures of one size.

    Parameters
    ----------
    structures : list of ase.Atoms, length n_systems
        Structures with the same number of atoms each. They are not changed.
    calculator : ase calculator, optional
        The potential that gives the labels; the course's Lennard-Jones potential if None.

    Returns
    -------
    positions : ndarray of float64, shape (n_systems, n_atoms, 3), Å
    energies : ndarray of float64, shape (n_systems,), eV
    forces : ndarray of float64, shape (n_systems, n_atoms, 3), eV/Å

    Raises
    ------
    ValueError
        If there is no structure, or if the structures differ in size.
    """
    sizes = {len(structure) for structure in structures}
    if len(sizes) != 1:
        raise ValueError(
            f"Structures must have one size to be stacked; these have {sorted(sizes) or 'none: the list is empty'}."
        )
    if calculator is None:
        calculator = LennardJones(sigma=SIGMA, epsilon=EPSILON)
    energies, forces = [], []
    for structure in structures:
        structure = structure.copy()
        structure.calc = calculator
        energies.append(structure.get_potential_energy())
        forces.append(structure.get_forces())
    positions = [structure.get_positions() for structure in structures]
    return np.array(positions), np.array(energies, dtype=np.float64), np.array(forces, dtype=np.float64)


def copper_cluster():
    """The relaxed icosahedron of 13 copper atoms: one atom in the middle and twelve around it.

    The structure is the minimum of ASE's effective medium theory (EMT), with its centre at the origin.

    Returns
    -------
    ase.Atoms
        13 atoms, not periodic, without a calculator.

    References
    ----------
    K. W. Jacobsen, P. Stoltze, J. K. Nørskov, Surf. Sci. 366, 394 (1996), doi:10.1016/0039-6028(96)00816-3 (EMT).
    """
    # Plain atoms: what ASE builds here is of a class of its own and sits in a box.
    cluster = ase.Atoms("Cu13", positions=Icosahedron("Cu", 2).positions)
    cluster.calc = EMT()
    BFGS(cluster, logfile=None).run(fmax=1e-5)
    cluster.calc = None
    cluster.positions -= cluster.positions.mean(axis=0)
    return cluster


def langevin(structure, calculator, temperature, seed, time_step=TIME_STEP, friction=FRICTION):
    """Molecular dynamics at a temperature, every random draw of which depends on the seed alone.

    Velocities start as Maxwell and Boltzmann have them at twice the temperature: a structure at rest
    in its minimum keeps half of the kinetic energy, the other half becomes potential energy.

    Parameters
    ----------
    structure : ase.Atoms
        Where it starts. It is not changed.
    calculator : ase calculator
        The potential.
    temperature : float
        Temperature of the heat bath, K.
    seed : int or sequence of int
    time_step : float
        fs.
    friction : float
        1/fs.

    Returns
    -------
    ase.md.langevin.Langevin
        Ready to ``run(steps)``; its `atoms` are a copy of the structure.

    Raises
    ------
    ValueError
        If the temperature, the time step or the friction is not above zero.
    """
    for name, value, unit in (
        ("temperature", temperature, "K"),
        ("time step", time_step, "fs"),
        ("friction", friction, "1/fs"),
    ):
        if not (np.isfinite(value) and value > 0):
            raise ValueError(f"The {name} must be a finite number above 0 {unit}; it is {value}.")
    moving = structure.copy()
    moving.calc = calculator
    generator = np.random.default_rng(seed)
    thermalize_momenta(moving, temperature_K=2 * temperature, rng=generator)
    return Langevin(
        moving,
        time_step * units.fs,
        temperature_K=temperature,
        friction=friction / units.fs,
        fixcm=False,
        rng=generator,
    )


def sample_blocks(dynamics, n_blocks, block_length, interval=10, gap=20, equilibration=200):
    """Frames of a trajectory in blocks, with a pause after each block in which nothing is kept.

    Frames of one block follow each other closely and resemble each other; the pause makes sure that the
    last frame of a block and the first of the next do not.

    Parameters
    ----------
    dynamics : ase.md.md.MolecularDynamics
    n_blocks : int
    block_length : int
        Frames of a block.
    interval, gap, equilibration : int
        Steps from frame to frame, steps more before each block, and steps before the first.

    Returns
    -------
    list of ase.Atoms, length n_blocks * block_length
        In the order of time, centred at the origin, without a calculator.
    """
    frames = []
    dynamics.run(equilibration)
    for _ in range(n_blocks):
        dynamics.run(gap)
        for _ in range(block_length):
            dynamics.run(interval)
            frame = ase.Atoms(dynamics.atoms.numbers, positions=dynamics.atoms.positions)
            frame.positions -= frame.positions.mean(axis=0)
            frames.append(frame)
    return frames


def copper_frames(seed=0):
    """Copper clusters as they look at 300, 600 and 900 K: one trajectory at each temperature.

    Parameters
    ----------
    seed : int

    Returns
    -------
    list of ase.Atoms, length 600
        Ordered as `copper_blocks` says.
    """
    cluster, frames = copper_cluster(), []
    for temperature in COPPER_TEMPERATURES:
        dynamics = langevin(cluster, EMT(), temperature, seed=(seed, temperature))
        frames += sample_blocks(dynamics, COPPER_BLOCKS, COPPER_BLOCK_LENGTH)
    return frames


def copper_blocks():
    """Where each of the `copper_frames` comes from.

    Returns
    -------
    temperatures : ndarray of int, shape (n_systems,), K
        Temperature of the trajectory.
    blocks : ndarray of int, shape (n_systems,)
        Number of the block, from 0 to 119: 40 of each trajectory.
    """
    blocks = np.repeat(np.arange(len(COPPER_TEMPERATURES) * COPPER_BLOCKS), COPPER_BLOCK_LENGTH)
    return np.array(COPPER_TEMPERATURES)[blocks // COPPER_BLOCKS], blocks

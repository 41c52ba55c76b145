"""Structures to label: molecular dynamics, frames of a trajectory in blocks, and clusters of copper."""

import ase
import numpy as np
from ase import units
from ase.calculators.emt import EMT
from ase.cluster import Icosahedron
from ase.md.langevin import Langevin
from ase.md.md import MolecularDynamics
from ase.md.velocitydistribution import thermalize_momenta
from ase.optimize import BFGS

from forcefield import checks

COPPER_TEMPERATURES = (300, 600, 900)
"""Temperatures at which the course's copper clusters are sampled, K."""

COPPER_BLOCKS, COPPER_BLOCK_LENGTH = 40, 5
"""Blocks of a trajectory, and frames of a block."""

TIME_STEP = 5.0
"""Time step of the course's molecular dynamics of copper, fs."""

FRICTION = 0.02
"""Friction of the course's Langevin dynamics, 1/fs: velocities are forgotten after about 50 fs."""


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
    checks.positive("temperature", temperature, "K")
    checks.positive("time_step", time_step, "fs")
    checks.positive("friction", friction, "1/fs")
    moving = checks.apart(checks.structure(structure)).copy()
    moving.calc = checks.calculator(calculator)
    seed = [checks.seed(part) for part in seed] if isinstance(seed, list | tuple) else checks.seed(seed)
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
        In the order of time, without a calculator; clusters are centred at the origin, crystals keep their cell.

    Raises
    ------
    ValueError
        If a number is not whole or out of range.
    """
    if not isinstance(dynamics, MolecularDynamics):
        raise ValueError(f"dynamics must be of ASE, as langevin gives it; it is of type {type(dynamics).__name__}.")
    n_blocks = checks.whole_number("n_blocks", n_blocks, 1)
    block_length = checks.whole_number("block_length", block_length, 1)
    interval = checks.whole_number("interval", interval, 1)
    frames, periodic = [], dynamics.atoms.pbc.any()
    gap = checks.whole_number("gap", gap)
    dynamics.run(checks.whole_number("equilibration", equilibration))
    for _ in range(n_blocks):
        dynamics.run(gap)
        for _ in range(block_length):
            dynamics.run(interval)
            atoms = dynamics.atoms
            frame = ase.Atoms(atoms.numbers, positions=atoms.positions, cell=atoms.cell, pbc=atoms.pbc)
            if not periodic:
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
    cluster, frames, potential = copper_cluster(), [], EMT()
    # Positions alone change: not to compare the rest at every step saves a sixth of the time.
    potential.ignored_changes = {"numbers", "cell", "pbc", "initial_charges", "initial_magmoms"}
    for temperature in COPPER_TEMPERATURES:
        dynamics = langevin(cluster, potential, temperature, seed=(seed, temperature))
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

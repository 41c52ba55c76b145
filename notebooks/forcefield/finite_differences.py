"""Finite-difference checks: the numerical answer beside every analytic derivative."""

import numpy as np

from forcefield import checks


def central_difference(function, positions, step=1e-4):
    """Derivative of any function of the positions, by central differences.

    Every coordinate is moved by +step and by -step in turn:
    df/dx = (f(x + step) - f(x - step)) / (2 step), with an error of order step².

    Parameters
    ----------
    function : callable
        Takes positions of shape (n_atoms, 3) in Å, returns a number or an array.
    positions : array_like of float, shape (n_atoms, 3)
        Where the derivative is taken, Å.
    step : float
        Displacement, Å.

    Returns
    -------
    ndarray of float64, shape (n_atoms, 3) + shape of what `function` returns
        The derivative, in the unit of `function` per Å.

    Raises
    ------
    ValueError
        If the positions are not an array of shape (n_atoms, 3) or the step is not above zero.
    """
    function = checks.function("What is differentiated", function)
    positions, step = checks.array("positions", positions, (None, 3), "Å"), checks.positive("step", step, "Å")
    if not len(positions):
        raise ValueError("There are no atoms to move: positions must have shape (n_atoms, 3) with at least one atom.")
    rows = []
    for atom in range(len(positions)):
        for axis in range(3):
            moved = positions.copy()
            moved[atom, axis] += step
            above = np.asarray(function(moved), dtype=np.float64)
            moved[atom, axis] = positions[atom, axis] - step
            below = np.asarray(function(moved), dtype=np.float64)
            rows.append((above - below) / (2 * step))
    return np.array(rows).reshape((*positions.shape, *rows[0].shape))


def numerical_forces(energy, positions, step=1e-4):
    """Forces as minus the central difference of an energy.

    Parameters
    ----------
    energy : callable
        Takes positions of shape (n_atoms, 3) in Å, returns the energy in eV.
    positions : array_like of float, shape (n_atoms, 3), Å
    step : float
        Displacement, Å.

    Returns
    -------
    ndarray of float64, shape (n_atoms, 3), eV/Å

    Raises
    ------
    ValueError
        As `central_difference`.
    """
    return -central_difference(energy, positions, step)

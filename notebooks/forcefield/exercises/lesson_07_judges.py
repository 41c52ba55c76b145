"""Exercises 7.1 and 7.2: what is tested, and the pictures that answers make."""

import numpy as np
import torch
from matplotlib import pyplot as plt

from forcefield.exercises.answers import array, function, number
from forcefield.finite_differences import numerical_forces
from forcefield.plots import LINES, POINTS

EXPONENTS = np.array([0.1, 0.3, 0.9])  # 1/Å^2
LIGHT = 2.99792458e-5  # cm/fs


def three_atoms(n_neighbours, seed):
    """Positions (n_neighbours + 1, 3) in Å, and weights (6,) in eV."""
    generator = np.random.default_rng(seed)
    return generator.normal(size=(n_neighbours + 1, 3)), generator.normal(size=6)


def slopes(positions, weights, fixed=None, bend=np.tanh, step=1e-5):
    """Minus the differences of the energy (n_atoms, 3), eV/Å; `fixed`: coefficients for the second of two factors."""
    n, m = np.triu_indices(3)

    def energy(moved):
        c = coefficients(moved)
        return bend(weights @ (c[n] * (c if fixed is None else fixed)[m]))

    return numerical_forces(energy, positions, step)


def coefficients(positions):
    """The c of the first atom, (3,)."""
    r2 = ((positions[1:] - positions[0]) ** 2).sum(axis=1)
    return np.exp(-np.outer(EXPONENTS, r2)).sum(axis=1)


def exact(positions, weights):
    """Forces (n_atoms, 3), eV/Å, and slopes of the c by the positions (3, n_atoms, 3), by automatic differentiation."""

    def c_of(moved):
        r2 = ((moved[1:] - moved[0]) ** 2).sum(dim=1)
        return torch.exp(-torch.outer(torch.tensor(EXPONENTS), r2)).sum(dim=1)

    (n, m), start = np.triu_indices(3), torch.tensor(positions)
    by_positions = torch.autograd.functional.jacobian(c_of, start)
    c = c_of(start).requires_grad_()
    (by_c,) = torch.autograd.grad(torch.tanh((torch.tensor(weights) * c[n] * c[m]).sum()), c)
    return -torch.einsum("n,nax->ax", by_c, by_positions).numpy(), by_positions.numpy()


def added_once(positions, weights):
    """The forces if `dE_dc[n] += ...` adds only the last of the numbers that have the same place."""
    n, m = np.triu_indices(3)
    c, by_c = coefficients(positions), np.zeros(3)
    slope = weights * (1 - np.tanh(weights @ (c[n] * c[m])) ** 2)
    by_c[n] += slope * c[m]
    by_c[m] += slope * c[n]
    return -np.einsum("n,nax->ax", by_c, exact(positions, weights)[1])


def judge_reverse_forces(answer):
    """Forces against differences of the energy."""
    answer = function(answer)
    for n_neighbours, seed in ((1, 0), (2, 1), (5, 2)):
        positions, weights = three_atoms(n_neighbours, seed)
        forces = array(answer(positions, weights), positions.shape, "reverse_forces(positions, weights)", "eV/Å")
        true = exact(positions, weights)[0]

        def like(other, forces=forces):
            return np.allclose(forces, other, atol=1e-6)

        if np.allclose(forces, true, rtol=0, atol=1e-10):
            continue
        if like(true):
            return "Right to six digits only: are these finite differences? Go back through the chain instead."
        if like(-true):
            return "Every force has the right size and the wrong sign: the slope of the energy points uphill."
        if like(true / 2):
            return "Every force is half of what it should be: what is the derivative of r² by the vector?"
        if like(slopes(positions, weights, bend=lambda energy: energy)):
            return "They are the forces of weights @ D: the energy is the tanh of it, which has a slope, too."
        if like(slopes(positions, weights, fixed=coefficients(positions))):
            return "They are the forces if only the first factor of each product changes: a feature is c[n] * c[m]."
        if like(added_once(positions, weights)):
            return "`dE_dc[n] += ...` adds once where n repeats itself; np.bincount or np.add.at adds all."
        if np.allclose(forces[1:], true[1:], atol=1e-6):
            total = np.linalg.norm(forces.sum(axis=0))
            return (
                f"The neighbours' forces are right, but all together sum to {total:.2g} eV/Å "
                "and not to zero: when the first atom moves, every vector changes."
            )
        worst = np.abs(forces - true).max()
        said = f"Neighbours: {n_neighbours}. It differs from the finite difference by up to {worst:.2g} eV/Å."
        if n_neighbours == 2:
            said += " With one neighbour it is right. With two, each has a dE/dr² of its own, from its own part of c."
        return said
    return ""


def draw_reverse_forces(answer):
    """Each component of the forces against the finite difference."""
    figure, axes = plt.subplots(figsize=(4, 3.4))
    axes.plot([-1, 1], [-1, 1], **LINES["truth"])
    for n_neighbours, role in ((1, "model"), (2, "training"), (5, "validation")):
        positions, weights = three_atoms(n_neighbours, seed=n_neighbours)
        true, forces = slopes(positions, weights), function(answer)(positions, weights)
        scale = np.abs(true).max()
        axes.plot(true.ravel() / scale, np.ravel(forces) / scale, label=f"neighbours: {n_neighbours}", **POINTS[role])
    axes.set(xlabel="finite difference (largest is 1)", ylabel="your force, same unit")
    axes.legend()
    return (
        figure,
        "Force components for 1, 2 and 5 neighbours against the finite difference of the energy, and the diagonal.",
    )


def judge_steps(answer):
    """An oscillator must be back where it began after that many steps."""
    answer = function(answer)
    for wave_number, time_step in ((313.0, 5.0), (100.0, 2.0), (3000.0, 0.5)):
        steps = number(answer(wave_number, time_step), f"steps_in_period({wave_number:g}, {time_step:g})")
        periods = steps * time_step * LIGHT * wave_number
        if abs(periods - 1) < 0.06:  # also if it was rounded to whole steps
            continue
        if abs(periods * 2 * np.pi - 1) < 0.06 or abs(periods / (2 * np.pi) - 1) < 0.06:
            return "It is wrong by 2π: a wave number counts whole waves, not radians."
        if abs(periods / time_step - 1) < 0.06:
            return "This is the period in fs; how many steps of `time_step` fs fit into it?"
        if abs(steps * LIGHT * time_step / wave_number - 1) < 0.06:
            return "More waves in a centimetre are a shorter period: it must fall with the wave number."
        power = np.log10(abs(periods)) if periods else 0.5
        if abs(power - round(power)) < 0.02:
            return "It is wrong by a power of ten: the speed of light is 2.998e-5 cm/fs."
        return f"After so many steps of {time_step:g} fs, {wave_number:g} 1/cm has gone through {periods:.3g} periods."
    return ""


def draw_steps(answer):
    """The vibration at every step until the end."""
    steps = number(function(answer)(313.0, 5.0))
    times = 5.0 * np.arange(int(np.clip(round(steps), 1, 400)) + 1)
    figure, axes = plt.subplots(figsize=(5.5, 2.6))
    fine = np.linspace(0, max(times[-1], 110), 400)
    axes.plot(fine, np.cos(2 * np.pi * LIGHT * 313 * fine), **LINES["truth"])
    axes.plot(times, np.cos(2 * np.pi * LIGHT * 313 * times), **POINTS["model"])
    axes.set(xlabel="time (fs)", ylabel="displacement", title=f"313 1/cm: {steps:.1f} steps of 5 fs")
    return figure, "A cosine of 313 1/cm against time, with a point at every step of 5 fs up to the last."

"""Wrong answers to the exercises of lesson 3."""

import numpy as np
import torch


def labels_by_slope(sign, distances, energies, x_on_atom_0):
    order = np.argsort(distances)
    slope = np.gradient(energies[order], distances[order])
    return bool(np.sum(sign * slope * x_on_atom_0[order]) > 0)


def labels_without_order(distances, energies, x_on_atom_0):
    return bool(np.sum(np.diff(energies) * x_on_atom_0[:-1]) > 0)


def labels_that_equal(distances, energies, x_on_atom_0):
    order = np.argsort(distances)
    slope = np.gradient(energies[order], distances[order])
    return bool(np.allclose(slope, x_on_atom_0[order], rtol=0.2))


def gradients(loss, weights, step=1e-5):
    weights = weights.clone().requires_grad_(True)
    (gradient,) = torch.autograd.grad(loss(weights), weights)
    moves = step * torch.eye(len(weights), dtype=torch.float64)
    changes = [loss(weights + move).item() - loss(weights - move).item() for move in moves]
    return gradient.detach().numpy(), np.array(changes) / (2 * step)


def asks_for_a_gradient(loss, weights):
    return loss(weights.requires_grad_(True)).requires_grad


def first_weight_alone(loss, weights):
    gradient, numerical = gradients(loss, weights)
    return bool(abs(gradient[0] - numerical[0]) < 1e-5 * abs(numerical[0]))


def absolute(loss, weights):
    gradient, numerical = gradients(loss, weights)
    return bool(np.abs(gradient - numerical).max() < 1e-6)


def one_step_undivided(loss, weights):
    gradient, numerical = gradients(loss, weights)
    return bool(np.allclose(gradient, 2e-5 * numerical, rtol=1e-5, atol=0))


def compares_with_previous(losses, patience):
    worse = 0
    for epoch in range(1, len(losses)):
        worse = worse + 1 if losses[epoch] >= losses[epoch - 1] else 0
        if worse >= patience:
            return epoch + 1
    return len(losses)


def counts(losses, patience, starts_again=True, late=0, equal=False):
    best, count = losses[0], 0
    for epoch in range(1, len(losses)):
        if losses[epoch] < best or (equal and losses[epoch] == best):
            best, count = losses[epoch], count * (not starts_again)
        else:
            count += 1
        if count >= patience + late:
            return epoch + 1
    return len(losses)


def best_epoch(losses, patience):
    return int(np.argmin(losses[: counts(losses, patience)])) + 1


def best_epoch_of_stopped(losses, patience):
    last = counts(losses, patience)
    return last if last == len(losses) else best_epoch(losses, patience)


def fit(residuals, jacobian, weights, sign=-1.0, damping=1e-2, steps=60, fall=3.0, tries=True):
    for _ in range(steps):
        r, J = residuals(weights), jacobian(weights)
        while damping < 1e8:
            step = sign * np.linalg.solve(J.T @ J + damping * np.eye(2), J.T @ r)
            if not tries or (residuals(weights + step) ** 2).sum() < (r**2).sum():
                weights, damping = weights + step, damping / fall
                break
            damping *= 4
    return weights


WRONG = {
    "3.1": [
        (lambda distances, energies, x: True, "It says True to every file"),
        (lambda *about: labels_by_slope(-1, *about), "what happens to the distance"),
        (lambda distances, energies, x: bool(x[np.argmin(distances)] < 0), "the sign of the labels alone"),
        (labels_without_order, "in no order"),
        (labels_that_equal, "ask which sign fits better"),
        (lambda distances, energies, x: 1.0, "should be True or False"),
    ],
    "3.2": [
        (lambda loss, weights: True, "It says True to every loss"),
        (asks_for_a_gradient, "That torch finds a gradient is not enough"),
        (first_weight_alone, "move each weight in turn"),
        (absolute, "depends on the size of the gradient"),
        (one_step_undivided, "divided by twice the step"),
    ],
    "3.3": [
        (compares_with_previous, "It compares with the epoch before"),
        (lambda losses, patience: counts(losses, patience, starts_again=False), "start the count again"),
        (lambda losses, patience: counts(losses, patience, late=1), "one epoch off"),
        (lambda losses, patience: counts(losses, patience) - 1, "must run to its end"),
        (lambda losses, patience: counts(losses, patience, equal=True), "only equals the best"),
        (lambda losses, patience: 8, "must run to its end"),
        (best_epoch, "the epoch with the lowest loss"),
        (best_epoch_of_stopped, "Asked for is the last epoch that is run"),
    ],
    "3.4": [
        (lambda *about: fit(*about, tries=False, damping=0.0), "must not be taken"),
        (lambda *about: fit(*about, sign=1.0), "Which way does the step point"),
        (lambda *about: fit(*about, steps=1), "a new Jacobian for each"),
        (lambda *about: fit(*about, steps=10_000, fall=1.0), "Does the damping fall"),
        (lambda residuals, jacobian, weights: weights[:1], "the shape (1,)"),
    ],
    "3.5": [
        ([32, 200], "more than 50"),
        ([200, 4], "exchanged"),
        ([2, 40], "Is the loss still falling"),
        ([1, 300], "too little for this curve"),
        ([2, 5000], "At most 500 iterations"),
        ([2.5, 100], "whole numbers"),
    ],
}

ABOUT = {"3.5": ("dimer_set",)}

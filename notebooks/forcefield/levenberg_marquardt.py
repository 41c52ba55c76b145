"""Levenberg-Marquardt: a fit as a least-squares problem in the residuals of energies and forces."""

import numpy as np
import torch
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from forcefield.residuals import Residuals

FIRST_DAMPING, SMALLEST_DAMPING, LARGEST_DAMPING = 5e-3, 1e-16, 1e8
"""Damping at the start, and its limits, for a loss of weights that add up to 1: beyond the largest no step is left."""

RAISE, LOWER = 4.0, 3.0
"""The damping is multiplied by the first after a step that failed, and divided by the second after one that helped."""

PROBE, LARGEST_CORRECTION = 0.1, 0.75
"""Part of a step over which the bend of the residuals is taken; twice the correction for it, in lengths of the step."""

STANDSTILL, STANDSTILL_STEPS = 1e-10, 5
"""Converged: so many steps in a row that each lowered the loss by less than this share of it."""

ROWS_AT_ONCE = 1000
"""Rows of the Jacobian that are held at a time where there are more residuals than weights."""


class NormalEquations:
    """The damped equations (J^T J + damping) x = J^T v + w at one point, for any residuals v and weights w.

    Dual where residuals are fewer than weights: J J^T is then the smaller matrix, and
    (J^T J + d)^-1 J^T = J^T (J J^T + d)^-1. Otherwise J^T J is summed over parts of the systems.
    """

    def __init__(self, residuals, layer, n_weights):
        self.pull_back = lambda vector: residuals.pull_back(layer, vector)
        self.dual = residuals.n_rows < n_weights
        if self.dual:
            self.jacobian = residuals.jacobian(layer)
            self.matrix = self.jacobian @ self.jacobian.T
            return
        self.matrix = np.zeros((n_weights, n_weights))
        for part in residuals.parts(ROWS_AT_ONCE):
            rows = residuals.jacobian(layer, part)
            self.matrix += rows.T @ rows

    def damp(self, damping):
        """Take this damping; raises LinAlgError if rounding makes the damped matrix indefinite."""
        damped = self.matrix.copy()
        damped.flat[:: len(damped) + 1] += damping
        self.damping, self.factor = damping, cho_factor(damped, lower=True, overwrite_a=True, check_finite=False)

    def solve(self, residuals, weights=None):
        """The solution x, shape (n_weights,), for residuals v (n, 1 + m) and weights w (n_weights,)."""
        if not self.dual:
            right = self.pull_back(residuals)
            return cho_solve(self.factor, right if weights is None else right + weights, check_finite=False)
        right = residuals.ravel()
        if weights is None:
            return self.jacobian.T @ cho_solve(self.factor, right, check_finite=False)
        right = right - self.jacobian @ weights / self.damping
        return self.jacobian.T @ cho_solve(self.factor, right, check_finite=False) + weights / self.damping


class LevenbergMarquardt:
    """Minimise sum of squared residuals + regularisation * sum of squared weights, one step at a time.

    A step solves the damped normal equations, (J^T J + damping) step = -J^T r: with little damping it goes to
    the minimum of the linearised problem, with much a short way down the gradient. A step that lowers the loss
    is taken and the damping lowered; otherwise the damping is raised and the step tried again. The residuals'
    bend along the step, a second derivative by differences, corrects it ("geodesic acceleration").

    Parameters
    ----------
    model : ForceField
        Changed in place.
    training_set : Dataset
    loss : Loss
    regularisation : float
        Not negative.
    residuals : optional
        What is minimised, if it is not the `Residuals` of a ForceField on one set.

    References
    ----------
    K. Levenberg, Quart. Appl. Math. 2, 164 (1944); D. W. Marquardt, J. SIAM 11, 431 (1963), doi:10.1137/0111030;
    M. K. Transtrum, J. P. Sethna, arXiv:1201.5885 (2012) (the correction).
    """

    stride = 1
    """Steps between two looks at the validation set and the display."""

    def __init__(self, model, training_set, loss, regularisation=0.0, residuals=None):
        self.model, self.regularisation = model, regularisation
        self.residuals_at = Residuals(model, training_set, loss) if residuals is None else residuals
        self.weights = parameters_to_vector(model.parameters()).detach().numpy().copy()
        # In units of the loss: whoever multiplies all weights by a number gets the same fit.
        self.unit = loss.total_weight
        self.damping, self.slow_steps = FIRST_DAMPING * self.unit, 0
        self.residuals, self.layer = self.residuals_at(self.weights)
        self.losses, self.evaluations, self.converged = [self._loss(self.residuals)], 1, False

    def advance(self, n_steps):
        """Take up to n_steps steps; returns how many were taken. Fewer: converged."""
        done = 0
        while done < n_steps and not self.converged:
            before = self.losses[-1]
            if self._step():
                done += 1
                self.slow_steps = self.slow_steps + 1 if before - self.losses[-1] < STANDSTILL * before else 0
                self.converged = self.slow_steps == STANDSTILL_STEPS
            else:
                self.converged = True
        with torch.no_grad():
            vector_to_parameters(torch.from_numpy(self.weights.copy()), self.model.parameters())
        return done

    def _step(self):
        """Find a step that helps, raising the damping until one does; returns whether there is one."""
        equations = NormalEquations(self.residuals_at, self.layer, len(self.weights))
        while self.damping <= LARGEST_DAMPING * self.unit:
            # A step far too long overflows; its loss is then not lower, and the next one is shorter.
            with np.errstate(over="ignore", invalid="ignore"):
                trial = self._trial(equations)
                if trial is not None:
                    residuals, layer = self.residuals_at(trial)
                    self.evaluations += 1
                    if self._objective(residuals, trial) < self._objective(self.residuals, self.weights):
                        break
            self.damping *= RAISE
        else:
            return False
        self.weights, self.residuals, self.layer = trial, residuals, layer
        self.damping = max(self.damping / LOWER, SMALLEST_DAMPING * self.unit)
        self.losses.append(self._loss(residuals))
        return True

    def _trial(self, equations):
        """Weights after the damped step with its correction; None if the step bends too much to be trusted."""
        penalty = self.regularisation * self.weights if self.regularisation else None
        try:
            equations.damp(self.damping + self.regularisation)
        except LinAlgError:
            return None
        step = -equations.solve(self.residuals, penalty)
        ahead, behind = (self.residuals_at(self.weights + sign * PROBE * step)[0] for sign in (1, -1))
        self.evaluations += 2
        correction = -equations.solve((ahead - 2 * self.residuals + behind) / PROBE**2) / 2
        bent = 2 * np.linalg.norm(correction) <= LARGEST_CORRECTION * np.linalg.norm(step)
        return self.weights + step + correction if bent else None

    def _objective(self, residuals, weights):
        return (residuals**2).sum() + self.regularisation * (weights**2).sum()

    def _loss(self, residuals):
        return float((residuals**2).sum() + self.residuals_at.constant)

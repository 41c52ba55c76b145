"""Errors, baselines, and numbers printed beside the bound that they must keep."""

import json
import os

import numpy as np
from scipy.interpolate import CubicHermiteSpline
from sklearn.kernel_ridge import KernelRidge
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.preprocessing import StandardScaler

from forcefield import checks


def mean_absolute_error(predicted, true):
    """Mean absolute error over all entries.

    Parameters
    ----------
    predicted, true : array_like of float, one shape

    Returns
    -------
    float
        In the unit of the arrays.

    Raises
    ------
    ValueError
        If the shapes differ: numpy would stretch one of them and average over nonsense.
    """
    true = checks.array("The true values", true, np.shape(true))
    predicted = checks.array("The predicted values", predicted, true.shape)
    if not true.size:
        raise ValueError("There are no values to compare: the arrays are empty.")
    return float(np.abs(predicted - true).mean())


def report(name, value, unit="", at_most=None, at_least=None):
    """Print a number that varies a little from machine to machine beside the bounds that it must keep.

    Parameters
    ----------
    name : str
        What the number is.
    value : float
    unit : str
        Its unit, if it has one.
    at_most, at_least : float
        The bounds: one of them, or both where a mistake could also make the number smaller.

    Raises
    ------
    AssertionError
        If a bound is broken.
    ValueError
        If there is no bound, or the value is not a number.
    """
    if at_most is None and at_least is None:
        raise ValueError("Give a bound: at_most, at_least or both.")
    value = float(value)
    if at_most is None:
        words = f"at least {at_least:g}"
    else:
        words = f"at most {at_most:g}" if at_least is None else f"from {at_least:g} to {at_most:g}"
    number = f"{value:.2g}" if 1e-3 <= abs(value) < 100 else f"{value:.1e}" if abs(value) < 1e-3 else f"{value:.0f}"
    print(f"{name}: {number}{' ' * bool(unit)}{unit} ({words})")
    if os.environ.get("COURSE_BOUNDS"):  # `course.py test --processors` looks for the bounds nearest to breaking
        line = {"name": name, "value": value, "unit": unit, "at_most": at_most, "at_least": at_least}
        with open(os.environ["COURSE_BOUNDS"], "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
    kept = (at_most is None or value <= at_most) and (at_least is None or value >= at_least)
    assert kept, (
        f"{name} is {value:.3g} {unit} here and should be {words} {unit}. "
        "If you changed something above, this is what it did; undo it to go on."
    )


class KernelRidgeBaseline:
    """Kernel ridge regression of energies; forces by the chain rule, like the network's.

    A Gaussian kernel on the standardised descriptor of one centre, fitted to energies alone.
    Regularisation and width are chosen by cross-validation within the training set.

    Parameters
    ----------
    training : Dataset
        One centre for each system.

    Raises
    ------
    ValueError
        If the set has more than one centre for each system.
    """

    def __init__(self, training):
        if training.descriptors.shape[1] != 1:
            raise ValueError("This baseline takes one centre for each system.")
        self.scaler = StandardScaler().fit(training.descriptors[:, 0])
        self.shift = training.energies.mean()
        grid = {"alpha": np.logspace(-12, -2, 6), "gamma": np.logspace(-3, 1, 9)}
        search = GridSearchCV(
            KernelRidge(kernel="rbf"),
            grid,
            scoring="neg_mean_absolute_error",
            cv=KFold(5, shuffle=True, random_state=0),
        )
        self.inputs = self.scaler.transform(training.descriptors[:, 0])
        self.regression = search.fit(self.inputs, training.energies - self.shift).best_estimator_

    def predict(self, descriptors, derivatives):
        """Energies and forces; arguments, shapes and units as in `ForceField.predict`."""
        inputs = self.scaler.transform(descriptors[:, 0])
        energies = self.regression.predict(inputs) + self.shift
        # E(x) = sum_i a_i exp(-gamma |x - x_i|²), so dE/dx = sum_i -2 gamma (x - x_i) a_i exp(...)
        differences = inputs[:, None, :] - self.inputs[None, :, :]
        gamma, weights = self.regression.gamma, self.regression.dual_coef_
        kernel = np.exp(-gamma * (differences**2).sum(axis=-1))
        gradient = -2 * gamma * np.einsum("sik,si,i->sk", differences, kernel, weights) / self.scaler.scale_
        return energies, -np.einsum("sk,saxk->sax", gradient, derivatives[:, 0])


def hermite_baseline(training_distances, training_energies, training_forces, distances):
    """Interpolate energy and slope in the distance itself: what the labels alone can carry.

    A cubic Hermite spline goes through every labelled energy with the labelled slope. It knows
    that the only thing that matters is r, which a model of descriptors has to find out.

    Parameters
    ----------
    training_distances : array_like of float, shape (n_training,), Å
        Increasing.
    training_energies : array_like of float, shape (n_training,), eV
    training_forces : array_like of float, shape (n_training,), eV/Å
        x component of the force on atom 0, which is on the left, so that it equals +dE/dr.
    distances : array_like of float, shape (n_systems,), Å

    Returns
    -------
    energies : ndarray of float64, shape (n_systems,), eV
    forces : ndarray of float64, shape (n_systems,), eV/Å
        x component on atom 0.
    """
    spline = CubicHermiteSpline(training_distances, training_energies, training_forces)
    return spline(distances), spline(distances, 1)

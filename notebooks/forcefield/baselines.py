"""What other methods make of the same labelled pairs: kernel ridge regression, splines, polynomials."""

import numpy as np
from numpy.polynomial import chebyshev
from scipy.interpolate import CubicHermiteSpline
from sklearn.model_selection import KFold

from forcefield import checks

GAMMAS, ALPHAS = np.logspace(-4, 0, 17), np.logspace(-16, -4, 13)
"""Tried settings of exp(-gamma |x - x'|²), x the standardised descriptor, and of the regularisation, in variances of
the energy labels. Below 1e-15 double precision decides."""

DEGREES = range(4, 41)
"""Degrees of the polynomial that are tried."""


def inner_folds(distances, n_folds=5):
    """Rows to fit and rows to check, for choosing settings within the labels: [(fitted, checked), ...].

    The nearest and the farthest pair are always fitted: a model without them is judged by how it extrapolates.
    """
    order = np.argsort(distances)
    ends, inner = order[[0, -1]], order[1:-1]
    parts = KFold(min(n_folds, len(inner)), shuffle=True, random_state=0).split(inner)
    return [(np.sort(np.concatenate([ends, inner[fitted]])), inner[checked]) for fitted, checked in parts]


def covariance(gamma, points, moved, directions, other_points, other_moved, other_directions):
    """Kernel of two sets of labels: energies at `points`; slopes -dE/dx at `moved` along `directions` (rows)."""

    def pairs(left, right):
        differences = left[:, None, :] - right[None, :, :]
        return differences, np.exp(-gamma * (differences**2).sum(axis=-1))

    _, energies = pairs(points, other_points)
    differences, kernel = pairs(points, other_moved)
    upper = -2 * gamma * np.einsum("ijk,jk->ij", differences, other_directions) * kernel
    differences, kernel = pairs(moved, other_points)
    lower = 2 * gamma * np.einsum("ijk,ik->ij", differences, directions) * kernel
    differences, kernel = pairs(moved, other_moved)
    along = np.einsum("ijk,ik->ij", differences, directions) * np.einsum("ijk,jk->ij", differences, other_directions)
    slopes = (2 * gamma * directions @ other_directions.T - 4 * gamma**2 * along) * kernel
    return np.block([[energies, upper], [lower, slopes]])


class KernelRidgeBaseline:
    """Kernel ridge regression of labelled pairs, with a Gaussian kernel on the standardised descriptor of one centre.

    Its two settings, the width of the kernel (`gamma`) and the regularisation (`alpha`), are chosen by five-fold
    cross-validation of the energies within the training set: of the best gamma, the largest alpha whose error is
    within 10 % of the lowest.

    Parameters
    ----------
    training_set : Dataset
        At least 5 pairs of atoms, one centre each.
    forces : bool
        Whether it is fitted to the forces too; to the energies alone if False. Forces are predicted either way.

    Attributes
    ----------
    gamma, alpha : float
        The settings that were chosen, no unit.
    condition : float
        Largest over smallest eigenvalue of the matrix that was solved, K + alpha I.
    errors : ndarray of float64, shape (17, 13), eV
        Cross-validated energy error of each of `GAMMAS` and `ALPHAS`.

    Raises
    ------
    ValueError
        If the structures are not pairs, if there are fewer than 5, or more than one centre for each.

    References
    ----------
    C. E. Rasmussen, C. K. I. Williams, Gaussian Processes for Machine Learning, MIT Press 2006, chapters 2 and 9.4.
    """

    def __init__(self, training_set, forces=False):
        descriptors, n_systems = checks.data_set("The training set", training_set).descriptors, len(training_set)
        if descriptors.shape[1] != 1 or training_set.positions.shape[1] != 2:
            raise ValueError(
                "This baseline takes pairs of atoms with one centre each; here are "
                f"{training_set.positions.shape[1]} atoms and {descriptors.shape[1]} centres."
            )
        if n_systems < 5:
            raise ValueError(
                f"Kernel ridge needs at least 5 labelled pairs to choose its settings; here are {n_systems}."
            )
        self.forces = checks.yes_or_no("forces", forces)
        self.mean, self.scale = descriptors[:, 0].mean(axis=0), descriptors[:, 0].std(axis=0)
        self.scale[self.scale == 0] = 1.0
        distances = np.linalg.norm(training_set.positions[:, 1] - training_set.positions[:, 0], axis=1)
        folds = inner_folds(distances)
        self.errors = errors = np.array(
            [np.mean([self._try(training_set, *fold, gamma) for fold in folds], axis=0) for gamma in GAMMAS]
        )
        best = errors.min(axis=1).argmin()
        self.gamma = float(GAMMAS[best])
        self.alpha = float(ALPHAS[errors[best] <= 1.1 * errors[best].min()].max())
        self.rows, self.shift, self.factor, labels = self._labels(training_set)
        (self.weights,), self.condition = self._solve(self.rows, labels, self.gamma, [self.alpha])

    def _rows(self, descriptors, derivatives):
        """Points (n, k), and points and directions of each force component (n * n_atoms * 3, k)."""
        points = (descriptors[:, 0] - self.mean) / self.scale
        directions = (derivatives[:, 0] / self.scale).reshape(len(points), -1, points.shape[1])
        return points, np.repeat(points, directions.shape[1], axis=0), directions.reshape(-1, points.shape[1])

    def _labels(self, data):
        """Rows of the kernel matrix, energy shift and scale (eV), and the labels in that scale."""
        points, moved, directions = self._rows(data.descriptors, data.derivatives)
        shift, factor = data.energies.mean(), data.energies.std() or 1.0
        labels = (data.energies - shift) / factor
        if not self.forces:
            return (points, moved[:0], directions[:0]), shift, factor, labels
        # Six components of a pair carry one independent number: the others would make the matrix singular.
        kept, components = [], directions.reshape(len(points), -1, points.shape[1])
        for number, (slopes, forces) in enumerate(zip(components, data.forces.reshape(len(points), -1), strict=True)):
            mixing, sizes, _ = np.linalg.svd(slopes, full_matrices=False)
            mixing = mixing[:, sizes > 1e-8 * max(sizes.max(), 1e-300)].T
            kept += [(number, mixed @ slopes, mixed @ forces / factor) for mixed in mixing]
        numbers, slopes, forces = (np.array(column) for column in zip(*kept, strict=True))
        return (points, points[numbers], slopes), shift, factor, np.concatenate([labels, forces])

    @staticmethod
    def _solve(rows, labels, gamma, alphas):
        """Weights (n_alphas, n_labels), and the condition number for the last alpha."""
        values, vectors = np.linalg.eigh(covariance(gamma, *rows, *rows))
        condition = (values[-1] + alphas[-1]) / (max(values[0], 0) + alphas[-1])
        # Eigenvalues smaller than the rounding error of the largest are not known; they differ between processors.
        known = values > np.finfo(float).eps * values[-1]
        values, vectors = values[known], vectors[:, known]
        return [vectors @ ((vectors.T @ labels) / (values + alpha)) for alpha in alphas], float(condition)

    def _try(self, data, fitted, checked, gamma):
        """Mean absolute energy error (eV) on the checked pairs for every alpha."""
        rows, shift, factor, labels = self._labels(data[fitted])
        weights, _ = self._solve(rows, labels, gamma, ALPHAS)
        points, moved, directions = self._rows(data.descriptors[checked], data.derivatives[checked])
        energies = covariance(gamma, points, moved[:0], directions[:0], *rows) @ np.transpose(weights) * factor + shift
        return np.abs(energies - data.energies[checked, None]).mean(axis=0)

    def predict(self, descriptors, derivatives):
        """Energies and forces; arguments, shapes and units as in `ForceField.predict`."""
        n_features = len(self.mean)
        descriptors = checks.array("descriptors", descriptors, (None, 1, n_features))
        derivatives = checks.array("derivatives", derivatives, (len(descriptors), 1, None, 3, n_features), "1/Å")
        rows = self._rows(descriptors, derivatives)
        values = covariance(self.gamma, *rows, *self.rows) @ self.weights * self.factor
        energies, forces = np.split(values, [len(descriptors)])
        return energies + self.shift, forces.reshape(len(descriptors), -1, 3)


def _curve(distances, energies, forces):
    """The three label arrays, checked: one-dimensional, of one length, finite, distances increasing."""
    distances = checks.array("The labels' distances", distances, (None,), "Å")
    energies = checks.array("The labels' energies", energies, distances.shape, "eV")
    forces = checks.array("The labels' forces", forces, distances.shape, "eV/Å")
    if len(distances) < 2:
        raise ValueError(f"A curve needs at least 2 labels; here are {len(distances)}.")
    if not np.all(np.diff(distances) > 0):
        raise ValueError("Distances must increase from one label to the next: sort the labels by distance first.")
    return distances, energies, forces


def hermite_baseline(training_distances, training_energies, training_forces, distances):
    """Interpolate energy and slope in the distance itself.

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

    Raises
    ------
    ValueError
        If the labels do not belong together, are not finite, or are not sorted by distance.
    """
    spline = CubicHermiteSpline(*_curve(training_distances, training_energies, training_forces))
    distances = checks.array("distances", distances, (None,), "Å")
    return spline(distances), spline(distances, 1)


def polynomial_baseline(training_distances, training_energies, training_forces, distances):
    """One polynomial in the distance through energies and slopes: what the labels carry.

    Least squares in Chebyshev polynomials. The degree is chosen by five-fold cross-validation of
    the energies within the labels, ends always fitted.

    Parameters
    ----------
    training_distances, training_energies, training_forces, distances : array_like of float
        As in `hermite_baseline`; at least 5 labels.

    Returns
    -------
    energies : ndarray of float64, shape (n_systems,), eV
    forces : ndarray of float64, shape (n_systems,), eV/Å
        x component on atom 0.
    degree : int
        The degree that was chosen.

    Raises
    ------
    ValueError
        If there are fewer than 5 labels, or if they do not belong together, are not finite or not sorted.
    """
    distances = checks.array("distances", distances, (None,), "Å")
    known, energies, slopes = _curve(training_distances, training_energies, training_forces)
    if len(known) < 5:
        raise ValueError(f"The degree needs at least 5 labels to be chosen; here are {len(known)}.")
    middle, half = (known[0] + known[-1]) / 2, (known[-1] - known[0]) / 2

    def evaluate(rows, degree, at):
        """Energies and slopes at distances `at` of the polynomial fitted to `rows`."""
        values = (known[rows] - middle) / half
        tilts = chebyshev.chebval(values, chebyshev.chebder(np.eye(degree + 1))).T / half
        design = np.concatenate([chebyshev.chebvander(values, degree), tilts])
        weights = np.linalg.lstsq(design, np.concatenate([energies[rows], slopes[rows]]), rcond=None)[0]
        at = (at - middle) / half
        return chebyshev.chebval(at, weights), chebyshev.chebval(at, chebyshev.chebder(weights)) / half

    folds, degrees = inner_folds(known), [degree for degree in DEGREES if degree < 2 * len(known)]
    errors = [
        np.mean(
            [
                np.abs(evaluate(fitted, degree, known[checked])[0] - energies[checked]).mean()
                for fitted, checked in folds
            ]
        )
        for degree in degrees
    ]
    degree = degrees[int(np.argmin(errors))]
    return *evaluate(slice(None), degree, distances), degree

"""A sparse Gaussian process: the force field to compare a network with."""

from pathlib import Path

import numpy as np
from scipy.linalg import cholesky, qr, solve_triangular

from forcefield import checks
from forcefield.descriptors import describe
from forcefield.model import descriptor_of
from forcefield.networks import through_unit_length, unit_vectors
from forcefield.npz_files import KEEP, load_arrays, save_arrays

FORMAT = 1
"""Version of the file that `SparseGaussianProcess.save` writes."""


def farthest_points(points, n_points, seed=0):
    """Rows of `points` (n, n_features) chosen one by one, each as far as can be from those before; no row twice."""
    chosen = [int(np.random.default_rng(seed).integers(len(points)))]
    nearest = np.full(len(points), np.inf)
    while len(chosen) < n_points:
        nearest = np.minimum(nearest, ((points - points[chosen[-1]]) ** 2).sum(axis=1))
        if nearest.max() < 1e-20:  # all that is left are copies
            break
        chosen.append(int(nearest.argmax()))
    return np.array(chosen)


def lower_triangle(kernel):
    """Cholesky factor of a kernel matrix, with as little added to its diagonal as lets nearly equal points pass."""
    added = 1e-13
    while True:
        try:
            return cholesky(kernel + added * np.eye(len(kernel)), lower=True)
        except np.linalg.LinAlgError:
            added *= 10


class SparseGaussianProcess:
    """Energies and forces by regression with the kernel (u . u')^power of unit-length descriptors u = D / |D|.

    The energy is a sum over centres, E = sum_c (shift + sum_m w_m (u_c . z_m)^power), with a few of the training set's
    own unit vectors z_m as sparse points. The weights w are the most probable ones when the kernel's prior (1 eV for a
    centre) is as it is and every label has Gaussian noise of the given size: one linear least-squares problem, no seed
    that matters, no iterations.

    Parameters
    ----------
    training_set : Dataset
        Labelled structures of one size.
    n_sparse : int
        Number of sparse points, chosen one by one, each farthest from those before; or all centres, if fewer differ.
    power : int
        Degree of the kernel, at least 1 (zeta in the literature).
    noise : float
        Standard deviation expected of the labels, eV for energies and eV/Å for forces.
    seed : int
        Draws the first sparse point.

    Raises
    ------
    ValueError
        If a setting is out of range, or if a centre sees no atom.

    References
    ----------
    A. P. Bartók, G. Csányi, Int. J. Quantum Chem. 115, 1051 (2015), doi:10.1002/qua.24927 (sparse regression on
    energies and forces). V. L. Deringer et al., Chem. Rev. 121, 10073 (2021), doi:10.1021/acs.chemrev.1c00022.
    """

    def __init__(self, training_set, n_sparse=1000, power=3, noise=1e-4, seed=0):
        n_sparse = checks.whole_number("n_sparse", n_sparse, 1)
        self.power, self.noise = checks.whole_number("power", power, 1, 20), checks.positive("noise", noise, "eV")
        seed, training_set = checks.seed(seed), checks.data_set("The training set", training_set)
        n_centers, n_atoms, _, n_features = training_set.derivatives.shape[1:]
        units = unit_vectors(training_set.descriptors.reshape(-1, n_features))
        self.points = units[farthest_points(units, n_sparse, seed)]
        self.shift = float(training_set.energies.mean()) / n_centers
        self.weights = self._fit(training_set, chunk=max(1, 2000 // (3 * n_atoms + 1)))
        settings = {"n_sparse": n_sparse, "power": self.power, "noise": self.noise, "seed": seed}
        self.provenance = {"sizes": [n_atoms], "labels": training_set.fingerprint(), "fit": [settings]}
        if "descriptor" in training_set.metadata:
            self.provenance["descriptor"] = training_set.metadata["descriptor"]

    def __repr__(self):
        return f"<SparseGaussianProcess: {len(self.points)} sparse points, power {self.power}, noise {self.noise:g}>"

    def _fit(self, data, chunk):
        """Weights of the sparse points, eV, by a QR decomposition that takes `chunk` structures at a time.

        Minimise |A w - y|² / noise² + w.K w. With K = L L^T that is one least-squares problem of A and noise L^T
        stacked. QR keeps digits that the normal equations, which square the condition number, would lose.
        """
        n_points, lower = len(self.points), lower_triangle((self.points @ self.points.T) ** self.power)
        triangle = np.hstack([self.noise * lower.T, np.zeros((n_points, 1))])
        for start in range(0, len(data), chunk):
            part = data[start : start + chunk]
            rows = [self._rows(*pair) for pair in zip(part.descriptors, part.derivatives, strict=True)]
            energies = part.energies - self.shift * part.descriptors.shape[1]
            labels = np.concatenate([energies[:, None], part.forces.reshape(len(part), -1)], axis=1)
            block = np.hstack([np.concatenate(rows), labels.reshape(-1, 1)])
            triangle = qr(np.vstack([triangle, block]), mode="r", overwrite_a=True, check_finite=False)[0][:n_points]
        return solve_triangular(triangle[:, :-1], triangle[:, -1])

    def _rows(self, descriptors, derivatives):
        """What every sparse point adds to energy and forces of one structure, (1 + 3 n_atoms, n_points)."""
        units = unit_vectors(descriptors)
        products = units @ self.points.T  # (n_centers, n_points)
        slopes = self.power * products ** (self.power - 1) / np.linalg.norm(descriptors, axis=1, keepdims=True)
        # dk/dD of each centre, feature and sparse point: what lies along u changes the length alone.
        gradients = (self.points.T - units[:, :, None] * products[:, None, :]) * slopes[:, None, :]
        n_centers, n_atoms, _, n_features = derivatives.shape
        matrix = derivatives.transpose(1, 2, 0, 3).reshape(3 * n_atoms, n_centers * n_features)
        forces = -matrix @ gradients.reshape(n_centers * n_features, -1)
        return np.vstack([(products**self.power).sum(axis=0), forces])

    def __call__(self, descriptors, numbers=None):
        """Energy of every centre and its derivative, as `FrozenNetwork`.

        Parameters
        ----------
        descriptors : ndarray of float64, shape (n_centers, n_features)
        numbers : ndarray of int, shape (n_centers,), optional
            Atomic numbers of the centres, which this model does not look at.

        Returns
        -------
        energies : ndarray of float64, shape (n_centers,), eV
        gradients : ndarray of float64, shape (n_centers, n_features), eV
            dE/dD.
        """
        units = unit_vectors(descriptors)
        products = units @ self.points.T
        energies = self.shift + products**self.power @ self.weights
        gradients = (self.power * products ** (self.power - 1) * self.weights) @ self.points
        return energies, through_unit_length(gradients, units, descriptors)

    def frozen(self):
        """What a calculator asks for, descriptors of one structure -> energies of its centres, dE/dD: itself."""
        return self

    def predict(self, descriptors, derivatives):
        """Energies and forces; arguments, shapes, units and errors as in `ForceField.predict`."""
        n_features = self.points.shape[1]
        descriptors = checks.array("descriptors", descriptors, (None, None, n_features))
        derivatives = checks.array("derivatives", derivatives, (*descriptors.shape[:2], None, 3, n_features), "1/Å")
        energies, forces = np.zeros(len(descriptors)), np.zeros((len(descriptors), derivatives.shape[2], 3))
        for system, (centers, slopes) in enumerate(zip(descriptors, derivatives, strict=True)):
            of_centers, gradients = self(centers)
            energies[system] = of_centers.sum()
            forces[system] = -np.tensordot(gradients, slopes, axes=((0, 1), (0, 3)))
        return energies, forces

    def predict_structures(self, structures):
        """Energies (n_systems,) in eV, forces (n_systems, n_atoms, 3) in eV/Å of a list of structures of one size."""
        soap, centers, attach = descriptor_of(self)
        return self.predict(*describe(soap, structures, centers, attach))

    def save(self, path):
        """Write everything that predicting needs to one npz file, numbers and text alone; only if it is complete."""
        descriptor_of(self)
        metadata = {"gaussian_process": FORMAT, "provenance": self.provenance, "power": self.power, "noise": self.noise}
        save_arrays(path, metadata, points=self.points, weights=self.weights, shift=np.array(self.shift))

    @classmethod
    def load(cls, path):
        """Read what `save` wrote; one sentence (FileNotFoundError, ValueError) if that cannot be done."""
        arrays, metadata = load_arrays(path, ("points", "weights", "shift"))
        model, name = cls.__new__(cls), Path(path).name
        try:
            if metadata["gaussian_process"] != FORMAT:
                raise KeyError
            model.power = checks.whole_number("power", metadata["power"], 1, 20)
            model.noise = checks.positive("noise", metadata["noise"])
            model.points = checks.array("points", arrays["points"], (None, None))
            model.weights = checks.array("weights", arrays["weights"], (len(model.points),))
            model.shift = float(checks.array("shift", arrays["shift"], ()))
            model.provenance = metadata["provenance"]
            descriptor_of(model)
        except (KeyError, TypeError, ValueError):
            raise ValueError(f"{name} does not hold a complete Gaussian process of this version: {KEEP}") from None
        return model

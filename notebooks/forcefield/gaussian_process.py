"""A sparse Gaussian process: the force field to compare a network with."""

import numpy as np
from scipy.linalg import block_diag, cholesky, qr, solve_triangular

from forcefield import checks
from forcefield.energy_offsets import energy_offsets
from forcefield.kernel_labels import of_kernels, provenance_of, unit_labels, units_by_element
from forcefield.kernel_model import ElementKernel, KernelModel
from forcefield.several_sets import listed, parts_of

ROWS_AT_ONCE = 2000
"""Labels that are added to the decomposition at a time, at least."""


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


class SparseGaussianProcess(KernelModel):
    """Energies and forces by regression with the kernel (u . u')^power of unit-length descriptors u = D / |D|.

    The energy is a sum over centres, E = sum_c (offset + sum_m w_m (u_c . z_m)^power), with a few of the training set's
    own unit vectors z_m as sparse points; each element has its own. The weights w are the most probable ones when the
    kernel's prior (1 eV for a centre) is as it is and every label has Gaussian noise of the given size: one linear
    least-squares problem, no seed that matters, no iterations.

    Parameters
    ----------
    training_set : Dataset, LabelledStructures, or a list of them (one for each size or composition)
    n_sparse : int
        Number of sparse points of each element, chosen one by one, each farthest from those before; or all centres,
        if fewer differ.
    power : int
        Degree of the kernel, at least 1 (zeta in the literature).
    noise, force_noise, virial_noise : float
        Standard deviation expected of the energies, eV, of the forces, eV/Å (the same number if None), and of the
        virials of crystals, eV (not looked at if None).
    seed : int
        Draws the first sparse point.
    isolated : dict of float, optional
        Energies of isolated atoms by symbol, eV, as in `energy_offsets`.

    Raises
    ------
    ValueError
        If a setting is out of range, or if a centre sees no atom.

    References
    ----------
    A. P. Bartók, G. Csányi, Int. J. Quantum Chem. 115, 1051 (2015), doi:10.1002/qua.24927 (sparse regression on
    energies and forces). V. L. Deringer et al., Chem. Rev. 121, 10073 (2021), doi:10.1021/acs.chemrev.1c00022.
    """

    KIND = "sparse Gaussian process"

    def __init__(
        self,
        training_set,
        n_sparse=1000,
        power=3,
        noise=1e-4,
        seed=0,
        force_noise=None,
        virial_noise=None,
        isolated=None,
    ):
        settings = {
            "n_sparse": checks.whole_number("n_sparse", n_sparse, 1),
            "power": checks.whole_number("power", power, 1, 20),
            "noise": checks.positive("noise", noise, "eV"),
            "force_noise": checks.positive("force_noise", noise if force_noise is None else force_noise, "eV/Å"),
            "virial_noise": None if virial_noise is None else checks.positive("virial_noise", virial_noise, "eV"),
            "seed": checks.seed(seed),
        }
        sets = listed(training_set)
        offsets, sentence = energy_offsets(sets, isolated)
        units = units_by_element(sets)
        points = {
            z: values[farthest_points(values, settings["n_sparse"], settings["seed"])] for z, values in units.items()
        }
        kernels = {z: ElementKernel(offsets[z], settings["power"], points[z], None) for z in points}
        super().__init__(kernels, provenance_of(sets, settings, sentence))
        self._fit(parts_of(sets), [settings[name] for name in ("noise", "force_noise", "virial_noise")])

    def __repr__(self):
        counts = sum(len(kernel.points) for kernel in self.kernels.values())
        fit = self.provenance["fit"][0]
        return f"<SparseGaussianProcess: {counts} sparse points, power {fit['power']}, noise {fit['noise']:g}>"

    def _fit(self, parts, noise):
        """Find the weights of the sparse points, eV, by a QR decomposition that takes a part of the labels at a time.

        Minimise |(A w - y) / noise|² + w.K w. With K = L L^T that is one least-squares problem of A / noise and L^T
        stacked. QR keeps digits that the normal equations, which square the condition number, would lose.
        """
        kernels = self.kernels.values()
        prior = block_diag(*(lower_triangle((one.points @ one.points.T) ** one.power).T for one in kernels))
        n_points, waiting = len(prior), []
        triangle = np.hstack([prior, np.zeros((n_points, 1))])
        for part in parts:
            waiting.append(self._equations(part, noise))
            if sum(map(len, waiting)) >= max(ROWS_AT_ONCE, n_points):
                triangle, waiting = shortened(triangle, waiting), []
        triangle = shortened(triangle, waiting) if waiting else triangle
        weights = solve_triangular(triangle[:, :-1], triangle[:, -1])
        ends = np.cumsum([len(one.points) for one in kernels])[:-1]
        for one, own in zip(kernels, np.split(weights, ends), strict=True):
            one.weights = own

    def _equations(self, data, noise):
        """What each sparse point adds to each label, and these, over their noise: (n_labels, n_points + 1)."""
        units, slopes, labels, noise = unit_labels(data, noise)
        n, _, n_rows, _ = slopes.shape
        numbers = of_kernels(self.kernels, data)
        equations = np.zeros((n, 1 + n_rows, sum(len(one.points) for one in self.kernels.values()) + 1))
        equations[:, :, -1], column = labels, 0
        for element, one in self.kernels.items():
            own = slice(column, column := column + len(one.points))
            for center in np.flatnonzero(numbers == element):
                products = units[:, center] @ one.points.T  # (n, n_points)
                equations[:, 0, own] += products**one.power
                changes = slopes[:, center] @ one.points.T  # (n, n_rows, n_points)
                changes *= (one.power * products ** (one.power - 1))[:, None]
                equations[:, 1:, own] += changes
                equations[:, 0, -1] -= one.offset
        equations /= noise[:, None]
        return equations.reshape(n * (1 + n_rows), -1)


def shortened(triangle, blocks):
    """The triangle of a QR decomposition after more equations: the last column holds the right-hand side."""
    stacked = np.vstack([triangle, *blocks])
    return qr(stacked, mode="r", overwrite_a=True, check_finite=False)[0][: len(triangle)]

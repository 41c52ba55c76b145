"""Derivatives of SOAP in forward mode: of every feature, by every coordinate of every atom and by the six strains.

The derivatives of the coefficients come first, then the product rule. That is the tensor of centres x atoms x 3 x
features, for fits that use it again and again; what needs forces once takes `forcefield.reverse_soap`.
"""

import numpy as np
from scipy.sparse import csr_array

from forcefield.pairs import pairs_within
from forcefield.soap_basis import SoapBasis
from forcefield.solid_harmonics import solid_harmonics
from forcefield.structure_checks import describable_centers, describable_pairs, repeated_axes

VOIGT = ((0, 1, 2, 1, 0, 0), (0, 1, 2, 2, 2, 1))
"""Rows and columns of the six entries of a symmetric (3, 3) matrix in ASE's order: xx, yy, zz, yz, xz, xy."""

BATCH = 2_000_000
"""About how many numbers the derivatives of the coefficients may take at once, for one batch of centres."""


class ForwardSoap:
    """Analytic derivatives of a SOAP, of clusters and of cells that repeat.

    Parameters
    ----------
    soap : dscribe.descriptors.SOAP
        With the "gto" basis, and without weighting, averaging and compression.

    Raises
    ------
    ValueError
        If the SOAP is of another kind; later, if a structure or its centres do not fit to it.
    """

    def __init__(self, soap):
        self.basis = SoapBasis(soap)

    @property
    def n_features(self):
        """Number of features of a centre."""
        return self.basis.n_features

    def __call__(self, structure, centers=None, attach=True):
        """Descriptors of one structure and their derivatives.

        Parameters
        ----------
        structure : ase.Atoms
        centers, attach
            As in `forcefield.descriptors.describe`; every choice is possible, in crystals too.

        Returns
        -------
        descriptors : ndarray of float64, shape (n_centers, n_features)
        derivatives : ndarray of float64, shape (n_centers, n_atoms, 3, n_features), 1/Å
        strain_derivatives : ndarray of float64, shape (n_centers, 6, n_features)
            By the strain's entries xx, yy, zz, yz, xz, xy (all vectors r become r + strain r), no unit. The entry yz is
            the mean of the derivatives by the entries yz and zy, as in a stress.
        """
        basis = self.basis
        pbc = repeated_axes(structure, basis.species, basis.periodic)
        centers = describable_centers(centers, len(structure), attach)
        describable_pairs(*pairs_within(structure, pbc, 1.0))  # with 0.1 Å vesin makes a grid of 10^5 cells
        points = structure.positions[centers] if np.ndim(centers) == 1 else np.array(centers)
        first, second, vectors = pairs_within(structure, pbc, basis.radius, points)
        n_centers, n_atoms = len(points), len(structure)
        descriptors = np.empty((n_centers, basis.n_features))
        derivatives = np.empty((n_centers, n_atoms * 3 + 6, basis.n_features))
        start, center = np.searchsorted(first, np.arange(n_centers + 1)), 0
        room = BATCH / (9 * basis.n_max * basis.n_degrees**2)  # pairs
        while center < n_centers:
            end = max(center + 1, int(np.searchsorted(start, start[center] + room, side="right")) - 1)
            pairs = slice(start[center], start[end])
            one = first[pairs] - center, second[pairs], vectors[pairs]
            descriptors[center:end], derivatives[center:end] = self._batch(structure.numbers, end - center, *one)
            center = end
        by_atoms = derivatives[:, :-6].reshape(n_centers, n_atoms, 3, -1)
        if attach:  # a centre that moves takes all its vectors back
            by_atoms[np.arange(n_centers), centers] -= by_atoms.sum(axis=1)
        return descriptors, by_atoms, derivatives[:, -6:]

    def _batch(self, numbers, n_centers, first, second, vectors):
        """Descriptors (n_centers, n_features) and derivatives (n_centers, 3 n_atoms + 6, n_features)."""
        basis, elements = self.basis, self.basis.row_of[numbers]
        values, slopes = self._pair_functions(vectors)
        coefficients, parts = np.zeros((n_centers, basis.n_rows, basis.n_degrees**2)), []
        for element in np.unique(elements[second]):
            pairs, atoms = np.flatnonzero(elements[second] == element), np.flatnonzero(elements == element)
            rows = slice(element * basis.n_max, (element + 1) * basis.n_max)
            coefficients[:, rows] = self._mixed(summed(first[pairs], n_centers, values[pairs, None]))[:, 0]
            one, target = slopes[pairs], first[pairs] * len(atoms) + np.searchsorted(atoms, second[pairs])
            by_atoms = summed(target, n_centers * len(atoms), one).reshape(n_centers, -1, *values.shape[1:])
            virial = np.stack([summed(first[pairs], n_centers, one, weights) for weights in vectors[pairs].T], axis=1)
            by_strains = (virial[:, VOIGT[0], VOIGT[1]] + virial[:, VOIGT[1], VOIGT[0]]) / 2
            places = np.append((3 * atoms[:, None] + np.arange(3)).ravel(), 3 * len(elements) + np.arange(6))
            parts.append((element, places, self._mixed(np.concatenate([by_atoms, by_strains], axis=1))))
        derivatives = np.zeros((n_centers, 3 * len(elements) + 6, basis.n_features))
        for element, places, part in parts:
            derivatives[:, places] += self._product_rule(element, part, coefficients)
        return basis.spectrum(coefficients), derivatives

    def _pair_functions(self, vectors):
        """exp(-decay r^2) times harmonics (n_pairs, n_max, n_harmonics) and the gradients (n_pairs, 3, n_max, ...)."""
        basis, n_pairs = self.basis, len(vectors)
        angular, gradients = solid_harmonics(vectors.T, basis.harmonics)
        angular, gradients = angular.T[:, None], gradients.transpose(2, 0, 1)[:, :, None]
        squares = np.einsum("px,px->p", vectors, vectors)[:, None]
        values = np.empty((n_pairs, basis.n_max, basis.n_degrees**2))
        slopes = np.empty((n_pairs, 3, *values.shape[1:]))
        for decay, order in zip(basis.decay, basis.orders, strict=True):
            radial = np.exp(-squares * decay)
            values[:, :, order] = radial[:, :, None] * angular[:, :, order]
            along = vectors[:, :, None] * (-2 * decay * radial)[:, None]  # gradient of the exponential
            slopes[..., order] = along[..., None] * angular[:, None, :, order]
            slopes[..., order] += radial[:, None, :, None] * gradients[..., order]
        return values, slopes

    def _mixed(self, sums):
        """Sums over pairs (..., n_max, n_harmonics) in DScribe's orthonormal radial functions, the same shape."""
        for mix, order in zip(self.basis.mix, self.basis.orders, strict=True):
            sums[..., order] = mix @ sums[..., order]
        return sums

    def _product_rule(self, element, part, coefficients):
        """Derivatives of features (n_centers, n, n_features) from those of one element's coefficients."""
        basis, shape = self.basis, (*part.shape[:3], coefficients.shape[1])
        products = np.zeros((*shape[:2], basis.n_degrees, basis.left.size))
        for degree, order in enumerate(basis.orders):
            flat = part[..., order].reshape(shape[0], shape[1] * shape[2], -1)
            rows = (flat @ coefficients[:, :, order].transpose(0, 2, 1)).reshape(shape)
            for own, other in ((basis.left, basis.right), (basis.right, basis.left)):
                here = np.flatnonzero(own // basis.n_max == element)
                products[:, :, degree, here] += rows[:, :, own[here] % basis.n_max, other[here]]
        derivatives = np.empty((*shape[:2], basis.n_features))
        derivatives[:, :, basis.columns] = basis.factors * products
        return derivatives


def summed(targets, n_targets, values, weights=None):
    """Sums, weighted if asked, of the rows of `values` (n, ...) that have the same target, shape (n_targets, ...)."""
    weights = np.ones(len(targets)) if weights is None else weights
    matrix = csr_array((weights, (targets, np.arange(len(targets)))), shape=(n_targets, len(targets)))
    return (matrix @ values.reshape(len(targets), -1)).reshape(n_targets, *values.shape[1:])

"""DScribe's SOAP with Gaussian-type orbitals, pair by pair: radial functions, power spectrum, order of features."""

from typing import NamedTuple

import numpy as np
from ase import Atoms

from forcefield.pairs import pairs_within
from forcefield.soaps import neighbour_radius, soap_settings
from forcefield.solid_harmonics import gradient_matrices, solid_harmonics


class Neighbours(NamedTuple):
    """Neighbours of one element, in a rectangle (n_centers, width): centres with fewer have empty places at the end."""

    rows: slice  # of this element in the coefficients
    pairs: np.ndarray  # (n,): which pairs of the batch
    places: np.ndarray  # (n,): where they stand in the rectangle
    vectors: np.ndarray  # (n_centers * width, 3), Å; zero in empty places
    radial: np.ndarray  # (n_degrees, n_centers, width, n_max); zero in empty places
    angular: np.ndarray  # (n_centers, width, n_harmonics)
    gradients: np.ndarray  # (3, n_centers * width, n_harmonics)


class SoapBasis:
    """What a neighbour adds to the expansion coefficients of a centre, and which features are made of them.

    A Gaussian of the width sigma at distance r, projected on g_n(r) Y_lm with the orbitals g_n of DScribe, gives sum
    over n' of ``mix[l][n, n'] exp(-decay[l, n'] r^2)`` times the solid harmonic r^l Y_lm of its direction. Rows of the
    coefficients are (element, n), elements by atomic number; each feature is a product of two rows, summed over m.

    Parameters
    ----------
    soap : dscribe.descriptors.SOAP
        With the "gto" basis, and without weighting, averaging and compression.

    Raises
    ------
    ValueError
        If the SOAP is of another kind.

    References
    ----------
    L. Himanen et al., Comput. Phys. Commun. 247, 106949 (2020), doi:10.1016/j.cpc.2019.106949 (DScribe's SOAP).
    """

    def __init__(self, soap):
        settings = soap_settings(soap)
        if settings["radial_basis"] != "gto":
            raise ValueError(
                "Only the 'gto' basis has analytic derivatives; this SOAP has the "
                f"{settings['radial_basis']!r} basis: take radial_basis='gto'."
            )
        self.species, self.periodic = settings["species"], settings["periodic"]
        self.radius, n_max, l_max = neighbour_radius(soap), settings["n_max"], settings["l_max"]
        self.n_max, self.n_degrees = n_max, l_max + 1
        eta, degrees = 0.5 / settings["sigma"] ** 2, np.arange(l_max + 1)[:, None]
        alphas, betas = soap.get_basis_gto(settings["cutoff_radius"], n_max, l_max)
        total = eta + alphas
        self.decay = eta * alphas / total  # (n_degrees, n_max), 1/Å^2
        self.mix = betas * ((eta / total) ** degrees * (np.pi / total) ** 1.5)[:, None, :]
        self.harmonics = gradient_matrices(l_max)
        self.orders = [slice(degree**2, (degree + 1) ** 2) for degree in range(l_max + 1)]
        self.factors = np.pi * np.sqrt(8 / (2 * degrees + 1))  # DScribe's norm of the power spectrum
        # What an atom adds to its own coefficients: only l = 0 does not vanish at r = 0.
        self.own = self.mix[0].sum(axis=1) * np.sqrt(0.25 / np.pi)
        self.columns, self.left, self.right = self._products(soap, n_max, l_max)
        self._compare(soap)

    @property
    def n_features(self):
        """Number of features of a centre."""
        return self.columns.size

    def _products(self, soap, n_max, l_max):
        """Which column is which product: columns (n_degrees, n_products), rows left and right (n_products,)."""
        numbers, columns, left, right = sorted(soap.atomic_number_to_index), [], [], []
        self.row_of, self.n_rows = np.full(120, -1), len(numbers) * n_max
        self.row_of[numbers] = np.arange(len(numbers))
        features = np.arange(soap.get_number_of_features())
        for a in range(len(numbers)):  # a block of features for every pair of elements, inside it l by l
            for b in range(a, len(numbers)):
                n, m = np.triu_indices(n_max) if a == b else np.indices((n_max, n_max)).reshape(2, -1)
                columns.append(features[soap.get_location((numbers[a], numbers[b]))].reshape(l_max + 1, -1))
                left.append(a * n_max + n)
                right.append(b * n_max + m)
        return np.hstack(columns), np.concatenate(left), np.concatenate(right)

    def expand(self, centers, elements, vectors, own):
        """Neighbours of some centres, and the expansion coefficients that they add up to.

        Parameters
        ----------
        centers, elements : ndarray of int, shape (n_pairs,)
            Of every pair: which centre, from 0 on, and the row in `row_of` of the neighbour's element.
        vectors : ndarray of float64, shape (n_pairs, 3)
            From centre to neighbour, Å.
        own : ndarray of int, shape (n_centers,)
            The row in `row_of` of the element of every centre, which counts as its own neighbour.

        Returns
        -------
        neighbours : list of Neighbours, one for each element among them
        coefficients : ndarray of float64, shape (n_centers, n_rows, n_harmonics)
        """
        coefficients = np.zeros((len(own), self.n_rows, self.n_degrees**2))
        coefficients[np.arange(len(own))[:, None], own[:, None] * self.n_max + np.arange(self.n_max), 0] = self.own
        neighbours = []
        for element in np.unique(elements):
            pairs = np.flatnonzero(elements == element)
            one = self._rectangle(element, pairs, centers[pairs], vectors[pairs], len(own))
            for degree, order in enumerate(self.orders):
                mixed = self.mix[degree] @ (one.radial[degree].transpose(0, 2, 1) @ one.angular[:, :, order])
                coefficients[:, one.rows, order] += mixed
            neighbours.append(one)
        return neighbours, coefficients

    def _rectangle(self, element, pairs, centers, vectors, n_centers):
        """Radial and angular functions of the neighbours of one element."""
        count = np.bincount(centers, minlength=n_centers)
        width = count.max()
        places = centers * width + np.arange(len(pairs)) - np.repeat(np.cumsum(count) - count, count)
        d, squares = np.zeros((n_centers * width, 3)), np.full(n_centers * width, np.inf)  # exp(-inf): nobody there
        d[places], squares[places] = vectors, np.einsum("px,px->p", vectors, vectors)
        radial = np.exp(-squares[:, None] * self.decay[:, None])
        angular, gradients = solid_harmonics(d, self.harmonics)
        return Neighbours(
            rows=slice(element * self.n_max, (element + 1) * self.n_max),
            pairs=pairs,
            places=places,
            vectors=d,
            radial=radial.reshape(self.n_degrees, n_centers, width, self.n_max),
            angular=angular.reshape(n_centers, width, -1),
            gradients=gradients,
        )

    def spectrum(self, coefficients):
        """Descriptors (n_centers, n_features) from coefficients (n_centers, n_rows, n_harmonics)."""
        products = np.empty((len(coefficients), self.n_degrees, self.n_rows, self.n_rows))
        for degree, order in enumerate(self.orders):
            part = coefficients[:, :, order]
            np.matmul(part, part.transpose(0, 2, 1), out=products[:, degree])
        descriptors = np.empty((len(coefficients), self.n_features))
        descriptors[:, self.columns] = self.factors * products[:, :, self.left, self.right]
        return descriptors

    def _compare(self, soap):
        """Descriptors of a few atoms beside DScribe's own: a version with another definition is noticed here."""
        numbers = sorted(soap.atomic_number_to_index)
        points = np.random.default_rng(0).uniform(0, 4, (3 * len(numbers), 3))
        probe = Atoms(numbers * 3, points, cell=[5, 6, 7], pbc=self.periodic)
        centers, atoms, vectors = pairs_within(probe, probe.pbc, self.radius)
        rows = self.row_of[probe.numbers]
        expected, found = soap.create(probe), self.spectrum(self.expand(centers, rows[atoms], vectors, rows)[1])
        if expected.shape != found.shape or np.abs(found - expected).max() > 1e-8 * np.abs(expected).max():
            raise ValueError("This version of DScribe defines its SOAP differently: take version 2.1.2.")

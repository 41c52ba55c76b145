"""DScribe's SOAP with Gaussian-type orbitals, pair by pair: radial functions, power spectrum, order of features."""

import math
from typing import NamedTuple

import numpy as np
from ase import Atoms

from forcefield.pairs import pairs_within
from forcefield.soaps import neighbour_radius, soap_settings
from forcefield.solid_harmonics import gradient_matrices, solid_harmonics


class Neighbours(NamedTuple):
    """Neighbours of one element, in a rectangle (n_centers, width): centres with fewer have empty places at the end.

    Neighbours are the last axis of each array, so that every step runs along contiguous memory.
    """

    rows: slice  # of this element in the coefficients
    pairs: np.ndarray | slice  # which pairs of the batch, n of them
    places: np.ndarray | slice  # where they stand in the rectangle
    vectors: np.ndarray  # (3, n_centers * width), Å; zero in empty places
    radial: np.ndarray  # (n_degrees, n_max, n_centers, width); zero in empty places
    slopes: np.ndarray  # (n_degrees, n_max, n_centers * width): derivative of radial by r^2, 1/Å^2
    angular: np.ndarray  # (n_harmonics, n_centers, width)
    gradients: np.ndarray  # (3, n_harmonics, n_centers * width)


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
        self.mix_slopes = -self.decay[:, None] * self.mix
        self.harmonics, self.rooms = gradient_matrices(l_max), {}
        self.orders = [slice(degree**2, (degree + 1) ** 2) for degree in range(l_max + 1)]
        self.factors = np.pi * np.sqrt(8 / (2 * degrees + 1))  # DScribe's norm of the power spectrum
        # What an atom adds to its own coefficients: only l = 0 does not vanish at r = 0.
        self.own = self.mix[0].sum(axis=1) * np.sqrt(0.25 / np.pi)
        self.columns, self.left, self.right = self._products(soap, n_max, l_max)
        # The same for all features in their order: places in (n_degrees, n_rows, n_rows) and norms, (n_features,).
        self.places, self.norms = np.empty(self.n_features, int), np.empty(self.n_features)
        self.places[self.columns] = (degrees * self.n_rows + self.left) * self.n_rows + self.right
        self.norms[self.columns] = self.factors
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
            Good until the next call, which uses their memory.
        coefficients : ndarray of float64, shape (n_centers, n_rows, n_harmonics)
        """
        coefficients = np.zeros((len(own), self.n_rows, self.n_degrees**2))
        neighbours = []
        present = (0,) if self.n_rows == self.n_max else np.unique(elements)
        for element in present if len(elements) else ():
            pairs = slice(None) if len(present) == 1 else np.flatnonzero(elements == element)
            one = self._rectangle(element, pairs, centers[pairs], vectors[pairs], len(own))
            for degree, order in enumerate(self.orders):
                radial, angular = one.radial[degree].transpose(1, 0, 2), one.angular[order].transpose(1, 2, 0)
                np.matmul(radial, angular, out=coefficients[:, one.rows, order])
            neighbours.append(one)
        coefficients[np.arange(len(own))[:, None], own[:, None] * self.n_max + np.arange(self.n_max), 0] += self.own
        return neighbours, coefficients

    def _rectangle(self, element, pairs, centers, vectors, n_centers):
        """Radial and angular functions of the neighbours of one element."""
        count, room = np.bincount(centers, minlength=n_centers), self.room
        width = count.max()
        size, places = n_centers * width, slice(None)
        d, squares = room(element, "vectors", (3, size)), room(element, "squares", (size,))
        if size > len(centers):
            places = np.arange(len(centers)) + (np.arange(n_centers) * width - np.cumsum(count) + count)[centers]
            d[:], squares[:] = 0, np.inf  # exp(-inf): nobody there
        d[:, places], squares[places] = vectors.T, np.einsum("px,px->p", vectors, vectors)
        powers = room(element, "powers", (self.n_degrees, self.n_max, size))
        np.exp(np.multiply(squares, -self.decay[:, :, None], out=powers), out=powers)
        radial = np.matmul(self.mix, powers, out=room(element, "radial", powers.shape))
        slopes = np.matmul(self.mix_slopes, powers, out=room(element, "slopes", powers.shape))
        angular = room(element, "angular", (self.n_degrees**2, size))
        gradients = room(element, "gradients", (3, *angular.shape))
        solid_harmonics(d, self.harmonics, angular, gradients)
        return Neighbours(
            rows=slice(element * self.n_max, (element + 1) * self.n_max),
            pairs=pairs,
            places=places,
            vectors=d,
            radial=radial.reshape(self.n_degrees, self.n_max, n_centers, width),
            slopes=slopes,
            angular=angular.reshape(-1, n_centers, width),
            gradients=gradients,
        )

    def room(self, *name_and_shape):
        """Memory that is used again for every batch: to be given fresh pages takes longer than to fill them."""
        *name, shape = name_and_shape
        size, name = math.prod(shape), tuple(name)
        if name not in self.rooms or self.rooms[name].size < size:
            self.rooms[name] = np.empty(size)
        return self.rooms[name][:size].reshape(shape)

    def spectrum(self, coefficients):
        """Descriptors (n_centers, n_features) from coefficients (n_centers, n_rows, n_harmonics)."""
        products = np.empty((len(coefficients), self.n_degrees, self.n_rows, self.n_rows))
        for degree, order in enumerate(self.orders):
            part = coefficients[:, :, order]
            np.matmul(part, part.transpose(0, 2, 1), out=products[:, degree])
        return products.reshape(len(coefficients), -1).take(self.places, axis=1) * self.norms

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

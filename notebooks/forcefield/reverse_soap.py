"""Energies, forces and virial of a force field on SOAP in reverse mode, without the tensor of derivatives.

A force field gives dE/dD, one number for every feature of every centre. Here it is sent backwards through the power
spectrum and the expansion coefficients to dE/d(vector) of every pair of atoms. Forces and virial are sums over pairs,
so time grows linearly with the number of atoms.
"""

import numpy as np

from forcefield import checks
from forcefield.pairs import pairs_within
from forcefield.soap_basis import SoapBasis
from forcefield.structure_checks import describable_pairs, repeated_axes

BATCH = 1000
"""About how many pairs are worked on at once: few enough for the processor's cache."""


class ReverseSoap:
    """A SOAP with a centre on every atom, and the way back from dE/dD to forces and virial.

    Clusters if the SOAP is not periodic; else cells that repeat along one, two or three axes. Atoms may lie outside
    their cell.

    Parameters
    ----------
    soap : dscribe.descriptors.SOAP
        With the "gto" basis, and without weighting, averaging and compression.

    Raises
    ------
    ValueError
        If the SOAP is of another kind; later, if a structure does not fit to it.

    Examples
    --------
    >>> energies, forces, virial = ReverseSoap(soap).evaluate(structure, model.frozen())
    """

    def __init__(self, soap):
        self.basis = SoapBasis(soap)

    def descriptors(self, structure):
        """Descriptors as DScribe's, shape (n_atoms, n_features)."""
        descriptors = np.empty((len(checks.structure(structure)), self.basis.n_features))
        for centers, _, _, coefficients in self._batches(structure, *self._pairs(structure)):
            descriptors[centers] = self.basis.spectrum(coefficients)
        return descriptors

    def evaluate(self, structure, frozen):
        """What a force field makes of a structure.

        Parameters
        ----------
        structure : ase.Atoms
        frozen : function
            From descriptors (n_centers, n_features) and atomic numbers (n_centers,) of some of the atoms to energies
            (n_centers,) and dE/dD (n_centers, n_features), eV; as `ForceField.frozen` gives it.

        Returns
        -------
        energies : ndarray of float64, shape (n_atoms,)
            Of the centres, eV.
        forces : ndarray of float64, shape (n_atoms, 3)
            eV/Å.
        virial : ndarray of float64, shape (3, 3)
            dE/dstrain = volume x stress, symmetric, eV.
        """
        energies, forces, virials = self.evaluate_all(structure, [frozen])
        return energies[0], forces[0], virials[0]

    def evaluate_all(self, structure, models):
        """As `evaluate` for several frozen models: (n_models, n_atoms), (n_models, n_atoms, 3), (n_models, 3, 3)."""
        first, second, vectors = self._pairs(structure)
        n_atoms, energies = len(structure), np.empty((len(models), len(structure)))
        slopes = np.empty((len(models), *vectors.shape))  # dE/d(vector) of every pair, eV/Å
        for centers, pairs, neighbours, coefficients in self._batches(structure, first, second, vectors):
            descriptors, numbers = self.basis.spectrum(coefficients), structure.numbers[centers]
            for model, frozen in enumerate(models):
                energies[model, centers], gradients = frozen(descriptors, numbers)
                self._pull_back(neighbours, coefficients, gradients, slopes[model, pairs])
        forces = np.empty((len(models), n_atoms, 3))
        for model, axis in np.ndindex(len(models), 3):  # a vector is its second atom's position minus its first's
            slope = slopes[model, :, axis]
            forces[model, :, axis] = np.bincount(first, slope, n_atoms) - np.bincount(second, slope, n_atoms)
        virials = slopes.transpose(0, 2, 1) @ vectors
        return energies, forces, (virials + virials.transpose(0, 2, 1)) / 2

    def _pairs(self, structure):
        """Pairs as `pairs_within` gives them, of a structure that fits to the SOAP."""
        pbc = repeated_axes(structure, self.basis.species, self.basis.periodic)
        return describable_pairs(*pairs_within(structure, pbc, self.basis.radius))

    def _batches(self, structure, first, second, vectors):
        """Whole centres with about BATCH pairs at a time: slices of centres and pairs, and `SoapBasis.expand`."""
        elements, n_atoms = self.basis.row_of[structure.numbers], len(structure)
        start, center = np.searchsorted(first, np.arange(n_atoms + 1)), 0
        while center < n_atoms:
            end = max(center + 1, int(np.searchsorted(start, start[center] + BATCH, side="right")) - 1)
            centers, pairs = slice(center, end), slice(start[center], start[end])
            expansion = first[pairs] - center, elements[second[pairs]], vectors[pairs], elements[centers]
            yield centers, pairs, *self.basis.expand(*expansion)
            center = end

    def _pull_back(self, neighbours, coefficients, gradients, slopes):
        """From dE/dD (n_centers, n_features) to dE/d(vector) of every pair, written into `slopes` (n_pairs, 3)."""
        basis = self.basis
        # D = factor sum_m C[left, m] C[right, m], so dE/dC[left, m] gains dE/dD factor C[right, m], and the other way.
        products = np.zeros((len(coefficients), basis.n_degrees, basis.n_rows, basis.n_rows))
        products[:, :, basis.left, basis.right] = basis.factors * gradients[:, basis.columns]
        products += products.transpose(0, 1, 3, 2)
        for one in neighbours:
            radial, angular = np.empty_like(one.radial), np.empty_like(one.angular)
            for degree, order in enumerate(basis.orders):
                mixed = basis.mix[degree].T @ (products[:, degree, one.rows] @ coefficients[:, :, order])
                np.matmul(one.angular[:, :, order], mixed.transpose(0, 2, 1), out=radial[degree])
                np.matmul(one.radial[degree], mixed, out=angular[:, :, order])
            radial *= one.radial  # d exp(-decay r^2) = -decay exp(-decay r^2) 2 r dr
            of_square = np.einsum("lpn,ln->p", radial.reshape(basis.n_degrees, -1, basis.n_max), -basis.decay)
            slope = np.einsum("xpm,pm->px", one.gradients, angular.reshape(len(of_square), -1))
            slope += 2 * of_square[:, None] * one.vectors
            slopes[one.pairs] = slope[one.places]

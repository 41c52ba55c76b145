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
        slopes = np.empty((len(models), 3, len(vectors)))  # dE/d(vector) of every pair, eV/Å
        for centers, pairs, neighbours, coefficients in self._batches(structure, first, second, vectors):
            descriptors, numbers = self.basis.spectrum(coefficients), structure.numbers[centers]
            for model, frozen in enumerate(models):
                energies[model, centers], gradients = frozen(descriptors, numbers)
                self._pull_back(neighbours, coefficients, gradients, slopes[model, :, pairs])
        # A vector is its second atom's position minus its first's; each model and axis has its own run of atoms.
        runs, weights = n_atoms * np.arange(3 * len(models))[:, None], slopes.ravel()
        total = [np.bincount((atoms + runs).ravel(), weights, runs.size * n_atoms) for atoms in (first, second)]
        forces = (total[0] - total[1]).reshape(len(models), 3, n_atoms).transpose(0, 2, 1).copy()
        virials = slopes @ vectors
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
        """From dE/dD (n_centers, n_features) to dE/d(vector) of every pair, written into `slopes` (3, n_pairs)."""
        basis = self.basis
        # D = factor sum_m C[left, m] C[right, m], so dE/dC[left, m] gains dE/dD factor C[right, m], and the other way.
        products = np.zeros((len(coefficients), basis.n_degrees, basis.n_rows, basis.n_rows))
        products.reshape(len(products), -1)[:, basis.places] = gradients * basis.norms
        products += products.transpose(0, 1, 3, 2)
        for one in neighbours:
            radial, angular = basis.room("d radial", one.radial.shape), basis.room("d angular", one.angular.shape)
            for degree, order in enumerate(basis.orders):  # a coefficient is radial times angular, summed over pairs
                upward = products[:, degree, one.rows] @ coefficients[:, :, order]
                np.matmul(upward, one.angular[order].transpose(1, 0, 2), out=radial[degree].transpose(1, 0, 2))
                back = angular[order].transpose(1, 0, 2)
                np.matmul(upward.transpose(0, 2, 1), one.radial[degree].transpose(1, 0, 2), out=back)
            of_square = np.einsum("lnp,lnp->p", radial.reshape(one.slopes.shape), one.slopes)  # dE/d(r^2)
            slope = np.einsum("xmp,mp->xp", one.gradients, angular.reshape(-1, len(of_square)))
            slope += 2 * of_square * one.vectors
            slopes[:, one.pairs] = slope[:, one.places]

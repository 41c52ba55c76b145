"""The network of a force field frozen in numpy for fast steps, and descriptors of length 1."""

import numpy as np

from forcefield.activations import ACTIVATIONS


class FrozenNetwork:
    """The network of a force field in numpy, with the chain rule written out.

    One step of dynamics asks for one structure, and there torch spends more time on recording operations for
    automatic differentiation than on numbers. The scaling is worked into the first and last layer.

    Parameters
    ----------
    layers : list of (ndarray of shape (n_out, n_in), ndarray of shape (n_out,))
        Weights and biases.
    activation : str
    mean, scale : ndarray of float64, shape (n_features,)
        Of the descriptors.
    energy_shift, energy_scale : float
        eV.
    unit_length : bool
        Whether descriptors are divided by their length first.
    """

    def __init__(self, layers, activation, mean, scale, energy_shift, energy_scale, unit_length):
        layers = [(weights.T.copy(), biases.copy()) for weights, biases in layers]
        weights, biases = layers[0]
        layers[0] = weights / scale[:, None], biases - (mean / scale) @ weights
        weights, biases = layers[-1]
        self.hidden, self.last = layers[:-1], (energy_scale * weights, energy_scale * biases + energy_shift)
        self.activation, self.unit_length = ACTIVATIONS[activation].derivatives, unit_length

    def __call__(self, descriptors, numbers=None):
        """Energy of every centre and its derivative.

        Parameters
        ----------
        descriptors : ndarray of float64, shape (n_centers, n_features)
        numbers : ndarray of int, shape (n_centers,), optional
            Atomic numbers of the centres, which this model of one network does not look at.

        Returns
        -------
        energies : ndarray of float64, shape (n_centers,), eV
        gradients : ndarray of float64, shape (n_centers, n_features), eV
            dE/dD.
        """
        values, slopes = unit_vectors(descriptors) if self.unit_length else descriptors, []
        directions = values
        for weights, biases in self.hidden:
            values, slope, _ = self.activation(values @ weights + biases)
            slopes.append(slope)
        weights, biases = self.last
        energies = (values @ weights + biases)[:, 0]
        gradients = weights.T
        for (weights, _), slope in zip(self.hidden[::-1], slopes[::-1], strict=True):
            gradients = (gradients * slope) @ weights.T
        if self.unit_length:
            gradients = through_unit_length(gradients, directions, descriptors)
        return energies, gradients


def unit_vectors(descriptors):
    """Descriptors divided by their lengths, the same shape."""
    lengths = np.linalg.norm(descriptors, axis=-1, keepdims=True)
    if not np.all(lengths > 0):
        raise ValueError("A centre is beyond the neighbour radius of every atom: its descriptor is zero.")
    return descriptors / lengths


def through_unit_length(gradients, directions, descriptors):
    """Chain rule through u = D / |D|: dE/dD = (dE/du - (dE/du . u) u) / |D|, shape of `gradients`."""
    along = (gradients * directions).sum(axis=-1, keepdims=True)
    return (gradients - along * directions) / np.linalg.norm(descriptors, axis=-1, keepdims=True)


def unit_length_derivatives(descriptors, derivatives):
    """Unit vectors u = D / |D| and their derivatives.

    Parameters
    ----------
    descriptors : ndarray of float64, shape (n_systems, n_centers, n_features)
    derivatives : ndarray of float64, shape (n_systems, n_centers, n_atoms, 3, n_features), 1/Å

    Returns
    -------
    unit : ndarray of float64, shape (n_systems, n_centers, n_features)
    unit_derivatives : ndarray of float64, shape (n_systems, n_centers, n_atoms, 3, n_features), 1/Å
        du/dr = (dD/dr - (dD/dr . u) u) / |D|.
    """
    unit = unit_vectors(descriptors)
    along = derivatives @ unit[:, :, None, :, None]
    lengths = np.linalg.norm(descriptors, axis=-1)[:, :, None, None, None]
    return unit, (derivatives - along * unit[:, :, None, None, :]) / lengths

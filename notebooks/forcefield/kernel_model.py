"""A sum of kernels on the surroundings of every atom: what both Gaussian processes are when they predict."""

import numpy as np
from ase.data import chemical_symbols

from forcefield import checks
from forcefield.model import descriptor_of
from forcefield.networks import through_unit_length, unit_vectors
from forcefield.npz_files import KEEP
from forcefield.predictions import SavedModel

FORMAT = 2
"""Version of the file that `KernelModel.save` writes."""


class ElementKernel:
    """Energy of the centres of one element, offset + sum_m [w_m (u . z_m)^p + p (u . z_m)^(p-1) u . v_m].

    u is the unit vector D / |D| of a centre, along `axes` if there are any; the second part is there with v alone.

    Parameters
    ----------
    offset : float, eV
    power : int
    points : ndarray of float64, shape (n_points, n_axes)
        The z_m.
    weights : ndarray of float64, shape (n_points,), eV
    directions : ndarray of float64, shape (n_points, n_axes), eV, optional
        The v_m.
    axes : ndarray of float64, shape (n_axes, n_features), optional
    """

    def __init__(self, offset, power, points, weights, directions=None, axes=None):
        self.offset, self.power = offset, power
        self.points, self.weights, self.directions, self.axes = points, weights, directions, axes

    def __call__(self, descriptors):
        """Energies (n_centers,) and gradients dE/dD (n_centers, n_features), eV."""
        units, power = unit_vectors(descriptors), self.power
        seen = units if self.axes is None else units @ self.axes.T
        products = seen @ self.points.T
        slopes = power * products ** (power - 1)
        energies = self.offset + products**power @ self.weights
        coefficients = slopes * self.weights
        if self.directions is not None:
            along = seen @ self.directions.T
            energies = energies + (slopes * along).sum(axis=1)
            if power > 1:
                coefficients = coefficients + power * (power - 1) * products ** (power - 2) * along
        gradients = coefficients @ self.points
        if self.directions is not None:
            gradients = gradients + slopes @ self.directions
        if self.axes is not None:
            gradients = gradients @ self.axes
        return energies, through_unit_length(gradients, units, descriptors)


class KernelModel(SavedModel):
    """Energies and forces as a sum over centres of the `ElementKernel` of their element.

    Parameters
    ----------
    kernels : dict of ElementKernel
        By atomic number; one under 0 serves all centres alike.
    provenance : dict
        What the model was fitted to, and its descriptor.
    """

    KIND = "kernel model"
    ARRAYS = ("offset", "points", "weights")
    """What each kernel has of its own; the full Gaussian process has directions and axes too."""

    def __init__(self, kernels, provenance):
        self.kernels, self.provenance = kernels, provenance

    def __call__(self, descriptors, numbers=None):
        """Energy of every centre and its derivative, as `FrozenNetwork`.

        Parameters
        ----------
        descriptors : ndarray of float64, shape (n_centers, n_features)
        numbers : ndarray of int, shape (n_centers,), optional
            Atomic numbers of the centres; only models of several elements need them.

        Returns
        -------
        energies : ndarray of float64, shape (n_centers,), eV
        gradients : ndarray of float64, shape (n_centers, n_features), eV
            dE/dD.
        """
        energies, gradients = np.zeros(len(descriptors)), np.zeros(np.shape(descriptors))
        for element, centers in centers_by_element(self.kernels, len(descriptors), numbers):
            energies[centers], gradients[centers] = self.kernels[element](descriptors[centers])
        return energies, gradients

    def frozen(self):
        """What a calculator asks for, descriptors of one structure -> energies of its centres, dE/dD: itself."""
        return self

    @property
    def n_features(self):
        """Number of features of the descriptor."""
        kernel = next(iter(self.kernels.values()))
        return (kernel.points if kernel.axes is None else kernel.axes).shape[1]

    def contents(self):
        """Metadata and arrays of the file, if the model is complete."""
        descriptor_of(self)
        arrays = {
            f"{name}_{element}": np.asarray(getattr(kernel, name), dtype=np.float64)
            for element, kernel in self.kernels.items()
            for name in self.ARRAYS
        }
        power = next(iter(self.kernels.values())).power
        metadata = {"gaussian_process": FORMAT, "kind": self.KIND, "power": power, "elements": list(self.kernels)}
        return {**metadata, "provenance": self.provenance}, arrays

    @classmethod
    def from_contents(cls, metadata, arrays, name):
        """The model of a file's metadata and arrays; a ValueError with the file's name if it is not complete."""
        model = cls.__new__(cls)
        try:
            if metadata["gaussian_process"] != FORMAT or metadata["kind"] != cls.KIND:
                raise KeyError
            power = checks.whole_number("power", metadata["power"], 1, 20)
            elements = [checks.whole_number("An atomic number", z, 0, 118) for z in metadata["elements"]]
            if len(arrays) != len(elements) * len(cls.ARRAYS):
                raise ValueError
            kept = {z: {name: arrays[f"{name}_{z}"] for name in cls.ARRAYS} for z in elements}
            model.kernels = {z: read_kernel(power, **own) for z, own in kept.items()}
            model.provenance = metadata["provenance"]
            n_features = descriptor_of(model)[0].get_number_of_features()
            shapes = {
                (kernel.points if kernel.axes is None else kernel.axes).shape[1] for kernel in model.kernels.values()
            }
            if shapes != {n_features}:
                raise ValueError
        except (AttributeError, KeyError, TypeError, ValueError):
            raise ValueError(f"{name} does not hold a complete {cls.KIND} of this version: {KEEP}") from None
        return model


def read_kernel(power, offset, points, weights, directions=None, axes=None):
    """An `ElementKernel` from the arrays of a file, every shape checked."""
    offset = float(checks.array("offset", offset, ()))
    points = checks.array("points", points, (None, None))
    weights = checks.array("weights", weights, (len(points),))
    directions = None if directions is None else checks.array("directions", directions, points.shape)
    axes = None if axes is None else checks.array("axes", axes, (points.shape[1], None))
    return ElementKernel(offset, power, points, weights, directions, axes)


def centers_by_element(models, n_centers, numbers):
    """Pairs of an element that a dict of models knows, and the rows of its centres."""
    if list(models) == [0]:
        return [(0, np.arange(n_centers))]
    if numbers is None and len(models) == 1:
        return [(next(iter(models)), np.arange(n_centers))]
    names = ", ".join(chemical_symbols[element] for element in models)
    if numbers is None:
        raise ValueError(f"This model of {names} needs the elements of the centres: give their atomic numbers.")
    numbers = checks.array("The atomic numbers of the centres", numbers, (n_centers,))
    unknown = sorted(set(numbers.tolist()) - set(models))
    if unknown:
        known = [chemical_symbols[int(one)] if one in range(1, 119) else f"{one:g}" for one in unknown]
        raise ValueError(f"This model knows {names} and no other element; the structure has {', '.join(known)}.")
    return [(element, np.flatnonzero(numbers == element)) for element in models if np.any(numbers == element)]

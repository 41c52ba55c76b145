"""The loss: mean squared errors of energies and forces."""

import warnings

import numpy as np
import torch

from forcefield import checks


class Loss:
    """Mean squared errors of energies and forces, each divided by the variance of its labels.

    L = energy_weight * MSE(E) / var(E) + force_weight * MSE(F) / var(F), without a unit: a model that always
    predicts the mean gets energy_weight + force_weight. A part of weight 0 is not looked at.

    Parameters
    ----------
    training_set : Dataset
        The set whose variances are used, whatever set the loss is then taken of.
    energy_weight, force_weight : float
        Not negative, not both zero.

    Raises
    ------
    ValueError
        If a weight is out of range, or if labels that count do not vary.
    """

    def __init__(self, training_set, energy_weight=1.0, force_weight=1.0):
        self.energy_weight = checks.not_negative("energy_weight", energy_weight)
        self.force_weight = checks.not_negative("force_weight", force_weight)
        if self.energy_weight + self.force_weight == 0:
            raise ValueError("energy_weight and force_weight must not both be 0: nothing would be fitted.")
        self.energy_variance = _variance("energies", training_set.energies) if energy_weight else None
        self.force_variance = _variance("forces", training_set.forces) if force_weight else None

    def __call__(self, energies, forces, true_energies, true_forces):
        """Loss of predictions as a tensor: energies (n_systems,) in eV, forces (n_systems, n_atoms, 3) in eV/Å."""
        value = energies.new_zeros(())
        if self.energy_weight:
            value = value + self.energy_weight * ((energies - true_energies) ** 2).mean() / self.energy_variance
        if self.force_weight:
            value = value + self.force_weight * ((forces - true_forces) ** 2).mean() / self.force_variance
        return value


def _variance(name, labels):
    """Variance of labels, which must vary."""
    variance = float(np.var(labels))
    if not variance > 0:
        raise ValueError(f"The {name} of the training set do not vary, so they cannot scale a loss: use more systems.")
    return variance


def contraction_order(derivatives):
    """The same derivatives, laid out in memory as forces read them: worth one copy where a fit uses them often."""
    return derivatives.permute(0, 2, 3, 1, 4).contiguous().permute(0, 3, 1, 2, 4)


def shared_tensor(values):
    """A tensor on the same memory as an array, which may be read-only: nothing here writes to it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The given NumPy array is not writable")
        return torch.from_numpy(values)


def tensors(dataset):
    """Descriptors, derivatives in `contraction_order`, energies and forces of a set as float64 tensors."""
    descriptors, derivatives, energies, forces = (
        shared_tensor(getattr(dataset, name)) for name in ("descriptors", "derivatives", "energies", "forces")
    )
    return descriptors, contraction_order(derivatives), energies, forces


def loss_of(model, loss, set_tensors, create_graph=False):
    """Loss of a model over a whole set, as a tensor."""
    descriptors, derivatives, true_energies, true_forces = set_tensors
    energies, forces = model(descriptors, derivatives, create_graph=create_graph)
    return loss(energies, forces, true_energies, true_forces)

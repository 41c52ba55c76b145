"""The loss: mean squared errors of energies, forces and virials."""

import warnings

import numpy as np
import torch

from forcefield import checks
from forcefield.strain_derivatives import split_forces, with_strains


class Loss:
    """Mean squared errors of energies, forces and virials W, each divided by the variance of its labels.

    L = energy_weight * MSE(E) / var(E) + force_weight * MSE(F) / var(F) + virial_weight * MSE(W) / var(W), without a
    unit: a model that always predicts the mean gets the sum of the weights. A part of weight 0 is not looked at.

    Parameters
    ----------
    training_set : Dataset
        The set whose variances are used, whatever set the loss is then taken of.
    energy_weight, force_weight, virial_weight : float
        Not negative; energy_weight and force_weight not both zero.

    Raises
    ------
    ValueError
        If a weight is out of range, or if labels that count do not vary.
    """

    def __init__(self, training_set, energy_weight=1.0, force_weight=1.0, virial_weight=0.0):
        self.energy_weight = checks.not_negative("energy_weight", energy_weight)
        self.force_weight = checks.not_negative("force_weight", force_weight)
        if self.energy_weight + self.force_weight == 0:
            raise ValueError("energy_weight and force_weight must not both be 0: nothing would be fitted.")
        self.energy_variance = _variance("energies", training_set.energies) if energy_weight else None
        self.force_variance = _variance("forces", training_set.forces) if force_weight else None
        self.virial_weight = checks.not_negative("virial_weight", virial_weight)
        self.virial_variance = _variance("virials", virials_of(training_set)) if virial_weight else None

    @property
    def total_weight(self):
        """The sum of the weights, which scales what is minimised."""
        return self.energy_weight + self.force_weight + self.virial_weight

    def __call__(self, energies, forces, true_energies, true_forces, virials=None, true_virials=None):
        """Loss of predictions as a tensor; shapes, eV and eV/Å as in a Dataset; virials only if they have a weight."""
        value = energies.new_zeros(())
        if self.energy_weight:
            value = value + self.energy_weight * ((energies - true_energies) ** 2).mean() / self.energy_variance
        if self.force_weight:
            value = value + self.force_weight * ((forces - true_forces) ** 2).mean() / self.force_variance
        if self.virial_weight:
            value = value + self.virial_weight * ((virials - true_virials) ** 2).mean() / self.virial_variance
        return value


def virials_of(dataset):
    """Virials of a set (n_systems, 6), eV, or one sentence if it has none."""
    if dataset.virials is None:
        raise ValueError(
            "A virial_weight needs a set with virials: make it with Dataset.from_structures(..., virials=True)."
        )
    return dataset.virials


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


def tensors(dataset, virials=False):
    """Descriptors, derivatives in `contraction_order`, energies, forces, and perhaps virials of a set, as tensors.

    With virials the derivatives are those of `with_strains`.
    """
    descriptors, derivatives, energies, forces = (
        shared_tensor(getattr(dataset, name)) for name in ("descriptors", "derivatives", "energies", "forces")
    )
    if not virials:
        return descriptors, contraction_order(derivatives), energies, forces
    derivatives = torch.from_numpy(with_strains(dataset.derivatives, dataset.strain_derivatives))
    return descriptors, contraction_order(derivatives), energies, forces, shared_tensor(virials_of(dataset))


def loss_of(model, loss, set_tensors, create_graph=False):
    """Loss of a model over a whole set, as a tensor; `set_tensors` with virials if they have a weight."""
    descriptors, derivatives, true_energies, true_forces, *true_virials = set_tensors
    energies, forces = model(descriptors, derivatives, create_graph=create_graph)
    if not true_virials:
        return loss(energies, forces, true_energies, true_forces)
    forces, virials = split_forces(forces)
    return loss(energies, forces, true_energies, true_forces, virials, true_virials[0])

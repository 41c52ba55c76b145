"""Loss and fit: how the weights are found."""

import time
from dataclasses import dataclass, field

import numpy as np
import torch

from forcefield.model import ForceField, contraction_order, shared_tensor


@dataclass
class History:
    """What happened during a fit.

    Parameters
    ----------
    training : list of float
        Training loss after every epoch (Adam) or evaluation (L-BFGS), no unit.
    validation : list of float
        Validation loss, one for each entry of `validation_at`.
    validation_at : list of int
        Epoch or evaluation at which the validation loss was taken.
    seconds : float
        Time of the fit, s.
    """

    training: list = field(default_factory=list)
    validation: list = field(default_factory=list)
    validation_at: list = field(default_factory=list)
    seconds: float = 0.0


def tensors(dataset):
    """Descriptors, derivatives, energies and forces of a set as float64 tensors.

    Parameters
    ----------
    dataset : Dataset

    Returns
    -------
    tuple of torch.Tensor
        Shapes (n_systems, n_centers, n_features), (n_systems, n_centers, n_atoms, 3, n_features) in 1/Å,
        (n_systems,) in eV and (n_systems, n_atoms, 3) in eV/Å. The derivatives are in the order of
        `contraction_order`.
    """
    descriptors, derivatives, energies, forces = (
        shared_tensor(getattr(dataset, name)) for name in ("descriptors", "derivatives", "energies", "forces")
    )
    return descriptors, contraction_order(derivatives), energies, forces


class Loss:
    """Mean squared errors of energies and forces, each divided by the variance of its labels.

    L = energy_weight * MSE(E) / var(E) + force_weight * MSE(F) / var(F), without a unit: a model
    that always says the mean gets energy_weight + force_weight.

    Parameters
    ----------
    training : Dataset
        The set whose variances are used, whatever set the loss is then taken of.
    energy_weight, force_weight : float
        Not negative, not both zero.

    Raises
    ------
    ValueError
        If the weights are out of range, or if the labels do not vary.
    """

    def __init__(self, training, energy_weight=1.0, force_weight=1.0):
        if min(energy_weight, force_weight) < 0 or energy_weight + force_weight <= 0:
            raise ValueError("The weights of energies and forces must not be negative, and one must be above 0.")
        self.energy_weight, self.force_weight = float(energy_weight), float(force_weight)
        self.energy_variance = float(np.var(training.energies))
        self.force_variance = float(np.var(training.forces))
        if self.energy_variance == 0 or self.force_variance == 0:
            raise ValueError(
                "The labels of the training set do not vary, so their variance cannot scale a loss: use more systems."
            )

    def __call__(self, energies, forces, true_energies, true_forces):
        """Loss of predictions.

        Parameters
        ----------
        energies, true_energies : torch.Tensor, shape (n_systems,), eV
        forces, true_forces : torch.Tensor, shape (n_systems, n_atoms, 3), eV/Å

        Returns
        -------
        torch.Tensor
            One number, no unit.
        """
        energy_part = ((energies - true_energies) ** 2).mean() / self.energy_variance
        force_part = ((forces - true_forces) ** 2).mean() / self.force_variance
        return self.energy_weight * energy_part + self.force_weight * force_part


def fit(model, training_set, validation_set=None, iterations=500, energy_weight=1.0, force_weight=1.0, progress=None):
    """Fit a force field to all labels at once with L-BFGS.

    L-BFGS builds up the curvature of the loss from the last gradients and searches along each direction
    for a step that meets the strong Wolfe conditions. It needs the exact loss of the full set, and float64.

    Parameters
    ----------
    model : ForceField
        Standardised already; it is changed in place.
    training_set : Dataset
        What the weights are fitted to.
    validation_set : Dataset, optional
        Never fitted to: if given, the weights with the lowest loss on it are kept.
    iterations : int
        Number of L-BFGS iterations at most.
    energy_weight, force_weight : float
        Weights of the two parts of the loss.
    progress : callable, optional
        Called now and then with (fraction done, training loss, best validation loss or None).

    Returns
    -------
    History

    Raises
    ------
    ValueError
        If a weight or the number of iterations is out of range, or if the loss is not finite any more.

    References
    ----------
    D. C. Liu, J. Nocedal, Math. Program. 45, 503 (1989), doi:10.1007/BF01589116.
    """
    if iterations < 1:
        raise ValueError(f"The number of iterations must be at least 1; it is {iterations}.")
    start = time.perf_counter()
    history = History()
    loss = Loss(training_set, energy_weight, force_weight)
    training_tensors = tensors(training_set)
    validation_tensors = None if validation_set is None else tensors(validation_set)
    # Steps between two looks at the validation set and at the progress display.
    stride = min(iterations, 10 if validation_set is not None else 50)
    optimizer = torch.optim.LBFGS(
        model.parameters(),
        max_iter=stride,
        history_size=50,
        tolerance_grad=1e-10,
        tolerance_change=1e-14,
        line_search_fn="strong_wolfe",
    )

    def closure():
        optimizer.zero_grad()
        value = _loss_of(model, loss, training_tensors, create_graph=True)
        value.backward()
        history.training.append(value.item())
        return value

    best, best_weights, done = np.inf, None, 0
    while done < iterations:
        optimizer.param_groups[0]["max_iter"] = min(stride, iterations - done)
        evaluations = len(history.training)
        optimizer.step(closure)
        done += stride
        if not np.isfinite(history.training[-1]):
            raise ValueError("The loss is not finite any more: check the labels, or lower the weights of the loss.")
        if validation_tensors is not None:
            current = _loss_of(model, loss, validation_tensors).item()
            history.validation.append(current)
            history.validation_at.append(len(history.training) - 1)
            if current < best:
                best = current
                best_weights = {name: value.clone() for name, value in model.state_dict().items()}
        if progress is not None:
            progress(min(done / iterations, 1.0), history.training[-1], best if best_weights else None)
        # One evaluation and no step: L-BFGS has converged.
        if len(history.training) - evaluations <= 1:
            break
    if best_weights is not None:
        model.load_state_dict(best_weights)
    record = fit_record(training_set, iterations, energy_weight, force_weight)
    model.provenance.setdefault("fit", []).append(record)
    history.seconds = time.perf_counter() - start
    return history


def _loss_of(model, loss, set_tensors, create_graph=False):
    """Loss of a model over a whole set, as a tensor."""
    descriptors, derivatives, true_energies, true_forces = set_tensors
    energies, forces = model(descriptors, derivatives, create_graph=create_graph)
    return loss(energies, forces, true_energies, true_forces)


def new_model(
    training_set, hidden_units=(32,), activation="tanh", seed=0, scaling="standard", unit_length=False, **fit
):
    """A standardised force field that is not fitted yet, and the settings that are left for `fit`."""
    n_features = training_set.descriptors.shape[-1]
    return ForceField(n_features, hidden_units, activation, seed, scaling, unit_length).standardise(training_set), fit


def fit_record(training_set, iterations=500, energy_weight=1.0, force_weight=1.0):
    """What a force field's provenance says of one fit."""
    return {
        "labels": training_set.fingerprint(),
        "iterations": iterations,
        "energy_weight": float(energy_weight),
        "force_weight": float(force_weight),
    }


def train(training_set, validation_set=None, progress=None, **settings):
    """Make a force field for a set and fit it.

    Parameters
    ----------
    training_set, validation_set, progress
        As in `fit`.
    **settings
        Those of `ForceField` (hidden_units, activation, seed, scaling, unit_length) and those of `fit`.

    Returns
    -------
    model : ForceField
    history : History

    Raises
    ------
    ValueError
        As `ForceField` and `fit`.
    """
    model, fit_settings = new_model(training_set, **settings)
    return model, fit(model, training_set, validation_set, progress=progress, **fit_settings)

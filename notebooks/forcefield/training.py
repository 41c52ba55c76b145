"""The fit: how the weights are found."""

import inspect
import time
from dataclasses import dataclass, field

import numpy as np

from forcefield import checks
from forcefield.lbfgs import LBFGS
from forcefield.levenberg_marquardt import LevenbergMarquardt
from forcefield.loss import Loss, loss_of, tensors, virials_of
from forcefield.model import ForceField
from forcefield.residuals import scale_energies_by_forces


@dataclass
class History:
    """What happened during a fit.

    Parameters
    ----------
    training : list of float
        Training loss, no unit: at the start, then after every iteration (Levenberg-Marquardt) or of every
        evaluation, trials of the line search too (L-BFGS). The penalty of a regularisation is not in it.
    validation : list of float
        Validation loss at the start and along the way, if there is a validation set.
    validation_at : list of int
        For each of them the place in `training`.
    iterations, evaluations : int
        Iterations done, and how often the model was evaluated on the training set for them.
    converged : bool
        Whether the fit ended because no step lowered the loss any more.
    loss : float
        Training loss of the weights that were kept.
    seconds : float
        Time of the fit, s.
    """

    training: list = field(default_factory=list)
    validation: list = field(default_factory=list)
    validation_at: list = field(default_factory=list)
    iterations: int = 0
    evaluations: int = 0
    converged: bool = False
    loss: float = np.nan
    seconds: float = 0.0

    def __str__(self):
        end = "converged" if self.converged else "ended at the number of iterations, not converged"
        return f"{self.iterations} iterations, {self.evaluations} evaluations, loss {self.loss:.2g}: {end}"


METHODS = {"lbfgs": LBFGS, "levenberg_marquardt": LevenbergMarquardt}


def fit(
    model,
    training_set,
    validation_set=None,
    method="lbfgs",
    iterations=500,
    energy_weight=1.0,
    force_weight=1.0,
    virial_weight=0.0,
    regularisation=0.0,
    progress=None,
):
    """Fit a force field to all labels at once.

    Parameters
    ----------
    model : ForceField
        Standardised already; it is changed in place.
    training_set : Dataset
        What the weights are fitted to.
    validation_set : Dataset, optional
        Never fitted to: if given, the weights with the lowest loss on it are kept, those at the start included.
    method : {"lbfgs", "levenberg_marquardt"}
        L-BFGS builds up the curvature of the loss from the last gradients; any network. Levenberg-Marquardt solves the
        least-squares problem linearised at each step: far more accurate, but for one hidden layer and up to some
        thousand weights.
    iterations : int
        At most.
    energy_weight, force_weight, virial_weight : float
        Weights of the parts of the loss; labels of a part with weight 0 are not looked at. Virials are of crystals.
    regularisation : float
        This times the sum of the squared weights is added to what is minimised.
    progress : callable, optional
        Called now and then with (fraction done, training loss, lowest validation loss or None).

    Returns
    -------
    History

    Raises
    ------
    ValueError
        If a setting is out of range, if the sets do not fit the model or each other, or if the loss is not finite.

    References
    ----------
    D. C. Liu, J. Nocedal, Math. Program. 45, 503 (1989), doi:10.1007/BF01589116 (L-BFGS).
    """
    # What is asked for, checked before anything is computed.
    checks.one_of("method", method, METHODS)
    iterations = checks.whole_number("iterations", iterations, 1)
    regularisation = checks.not_negative("regularisation", regularisation)
    _check_sets(model, training_set, validation_set)
    if progress is not None:
        checks.function("progress", progress)
    loss = Loss(training_set, energy_weight, force_weight, virial_weight)
    if virial_weight and validation_set is not None:
        virials_of(validation_set)
    start, history = time.perf_counter(), History()
    optimizer = METHODS[method](model, training_set, loss, regularisation)
    validation_tensors = None if validation_set is None else tensors(validation_set, virial_weight > 0)
    best, best_weights = np.inf, None

    def validate(place):
        """Take the validation loss, and keep a copy of the weights if it is the lowest so far."""
        nonlocal best, best_weights
        history.validation.append(loss_of(model, loss, validation_tensors).item())
        history.validation_at.append(place)
        if history.validation[-1] < best:
            best, best_weights = history.validation[-1], {k: v.clone() for k, v in model.state_dict().items()}

    # The weights at the start count too: a fit can make everything worse.
    if validation_set is not None:
        validate(0)
    # A stretch of iterations, then a look at loss, validation set and display.
    stride = optimizer.stride if validation_set is not None else max(optimizer.stride, iterations // 10)
    while history.iterations < iterations and not optimizer.converged:
        history.iterations += optimizer.advance(min(stride, iterations - history.iterations))
        if not np.isfinite(optimizer.losses[-1]):
            raise ValueError("The loss is not finite any more: check the labels, or lower the weights of the loss.")
        if validation_set is not None:
            validate(len(optimizer.losses) - 1)
        if progress is not None:
            done = 1.0 if optimizer.converged else history.iterations / iterations
            progress(done, optimizer.losses[-1], best if best_weights else None)
    # The weights that are kept, and the record.
    if best_weights is not None:
        model.load_state_dict(best_weights)
    history.training, history.evaluations, history.converged = (
        optimizer.losses,
        optimizer.evaluations,
        optimizer.converged,
    )
    history.loss = loss_of(model, loss, tensors(training_set, virial_weight > 0)).item()
    weights = {"energy_weight": energy_weight, "force_weight": force_weight, "virial_weight": virial_weight}
    settings = {"method": method, "iterations": iterations, **weights, "regularisation": regularisation}
    record = fit_record(training_set, validation_set, **settings)
    model.provenance.setdefault("fit", []).append(record)
    history.seconds = time.perf_counter() - start
    return history


def fit_settings():
    """The settings of `fit` and their defaults, by name."""
    arguments = inspect.signature(fit).parameters.items()
    sets = {"model", "training_set", "validation_set", "progress"}
    return {name: argument.default for name, argument in arguments if name not in sets}


def fit_record(training_set, validation_set=None, **settings):
    """What a force field's provenance says of one fit; `settings` are those of `fit`, with its defaults."""
    settings = fit_settings() | settings
    weights = {name: float(value) for name, value in settings.items() if name not in ("method", "iterations")}
    virial_weight = weights.pop("virial_weight")
    record = {
        "labels": training_set.fingerprint(),
        "validation_labels": None if validation_set is None else validation_set.fingerprint(),
        "method": settings["method"],
        "iterations": int(settings["iterations"]),
        **weights,
    }
    # Without virials the record is what it was before there were any: what is saved is found.
    return record | ({"virial_weight": virial_weight} if virial_weight else {})


def _check_sets(model, training_set, validation_set):
    """Refuse sets that are empty, or that do not fit the model or each other."""
    if not isinstance(model, ForceField):
        raise ValueError(f"fit takes a ForceField; this is of type {type(model).__name__}.")
    for name, dataset in (("training set", training_set), ("validation set", validation_set)):
        if dataset is None and name == "validation set":
            continue
        checks.data_set(f"The {name}", dataset)
        n_features = model.settings["n_features"]
        if dataset.descriptors.shape[-1] != n_features:
            raise ValueError(
                f"The model takes {n_features} features, and the {name} has {dataset.descriptors.shape[-1]}."
            )
        shape, expected = dataset.derivatives.shape[1:3], training_set.derivatives.shape[1:3]
        if shape != expected or dataset.metadata.get("descriptor") != training_set.metadata.get("descriptor"):
            raise ValueError(
                f"The validation set must be described like the training set, with {expected[0]} centres and "
                f"{expected[1]} atoms in every system and the same SOAP; it has {shape[0]} and {shape[1]}, or another."
            )


def new_model(
    training_set, hidden_units=(32,), activation="tanh", seed=0, scaling="standard", unit_length=False, **fit
):
    """A standardised force field that is not fitted yet, and the settings that are left for `fit`."""
    checks.data_set("The training set", training_set)
    unknown = sorted(set(fit) - set(fit_settings()))
    if unknown:
        raise ValueError(f"There is no setting {unknown[0]!r}: those of ForceField and of fit are what train takes.")
    n_features = training_set.descriptors.shape[-1]
    model = ForceField(n_features, hidden_units, activation, seed, scaling, unit_length).standardise(training_set)
    if checks.not_negative("energy_weight", fit.get("energy_weight", 1.0)) == 0:
        scale_energies_by_forces(model, training_set)
    return model, fit


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

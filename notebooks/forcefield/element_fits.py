"""Networks of several elements fitted by Levenberg-Marquardt to sets of several sizes and compositions."""

import inspect
import time

import numpy as np

from forcefield import checks
from forcefield.element_networks import ElementNetworks
from forcefield.energy_offsets import energy_offsets
from forcefield.kernel_labels import Labels
from forcefield.levenberg_marquardt import LevenbergMarquardt
from forcefield.residuals import HiddenLayer
from forcefield.several_sets import labels_of, listed, parts_of
from forcefield.training import History


class ElementResiduals:
    """Residuals of networks of several elements on several sets, scaled so that their squares add up to a loss.

    L = energy_weight * MSE(E/n) / var(E/n) + force_weight * MSE(F) / var(F), with energies counted per atom, n atoms,
    after the offsets are taken off. The Jacobian has the columns of each element's network side by side, and the rows
    of the sets one below the other.

    Parameters
    ----------
    model : ElementNetworks
    blocks : list of Labels
    energy_weight, force_weight : float
    variances : tuple of float, optional
        Of E/n, eV², and F, eV²/Å²; those of these labels if None.
    """

    def __init__(self, model, blocks, energy_weight, force_weight, variances=None):
        counts = [sum(len(one.values) for one in blocks), sum(len(one.values) * one.n_forces for one in blocks)]
        energies = np.concatenate([one.values[:, 0] / one.n_atoms for one in blocks])
        squares = sum((one.values[:, 1:] ** 2).sum() for one in blocks)
        self.variances = (energies.var(), squares / counts[1]) if variances is None else variances
        if not all(variance > 0 for variance in self.variances):
            raise ValueError("Energies or forces do not vary, so they cannot scale a loss: use more systems.")
        weights = zip((energy_weight, force_weight), self.variances, counts, strict=True)
        factors = [np.sqrt(weight / (variance * count)) for weight, variance, count in weights]
        self.sizes = [sum(p.numel() for p in network.parameters()) for network in model.networks.values()]
        self.n_rows, self.constant, self.blocks = sum(one.values.size for one in blocks), 0.0, []
        spread = next(iter(model.networks.values())).energy_scale.item()
        for block in blocks:
            layers = {z: layer_of(model.networks[z], *block.centers[z]) for z in model.networks if z in block.centers}
            own = spread * np.repeat([factors[0] / block.n_atoms, factors[1]], (1, block.values.shape[1] - 1))
            self.blocks.append((list(model.networks), layers, block.values / spread, own))

    def __call__(self, weights):
        """Residuals of all sets (n_rows,) at these weights, and what their derivatives need of the hidden layers."""
        parts, residuals, kept = np.split(weights, np.cumsum(self.sizes)[:-1]), [], []
        for elements, layers, values, factors in self.blocks:
            outputs = {z: layers[z].outputs(parts[elements.index(z)]) for z in layers}
            residuals.append((sum(found for found, _ in outputs.values()) - values) * factors)
            kept.append({z: layer for z, (_, layer) in outputs.items()})
        return np.concatenate([part.ravel() for part in residuals]), kept

    def parts(self, n_rows):
        """Pairs of a set and a slice of its systems, each with about so many residuals."""
        found = []
        for place, (_, _, values, _) in enumerate(self.blocks):
            size = max(1, n_rows // values.shape[1])
            found += [(place, slice(start, start + size)) for start in range(0, len(values), size)]
        return found

    def jacobian(self, kept, part=None):
        """Derivatives of the residuals of one of `parts`, or of all, by the weights, (n_part, n_weights)."""
        if part is None:
            return np.concatenate([self.jacobian(kept, (place, slice(None))) for place in range(len(self.blocks))])
        place, systems = part
        elements, layers, values, factors = self.blocks[place]
        jacobian, ends = np.zeros((*values[systems].shape, sum(self.sizes))), np.cumsum([0, *self.sizes])
        for z, layer in layers.items():
            column = elements.index(z)
            jacobian[..., ends[column] : ends[column + 1]] = layer.derivatives(kept[place][z], systems)
        jacobian *= factors[:, None]
        return jacobian.reshape(-1, jacobian.shape[-1])

    def pull_back(self, kept, vector):
        """Transposed Jacobian times a vector of residuals (n_rows,), without the Jacobian: (n_weights,)."""
        found = [np.zeros(size) for size in self.sizes]
        ends = np.cumsum([values.size for _, _, values, _ in self.blocks])[:-1]
        for (elements, layers, values, factors), own, part in zip(
            self.blocks, kept, np.split(vector, ends), strict=True
        ):
            scaled = part.reshape(values.shape) * factors
            for z, layer in layers.items():
                found[elements.index(z)] += layer.backward(own[z], scaled)
        return np.concatenate(found)


def layer_of(network, units, changes):
    """The hidden layer of one element's network on the unit vectors (n, c, k) and their changes (n, c, m, k)."""
    mean, scale = network.descriptor_mean.numpy(), network.descriptor_scale.numpy()
    settings = network.settings["hidden_units"][0], network.settings["activation"]
    return HiddenLayer((units - mean) / scale, np.ascontiguousarray(changes / scale), *settings)


def fit_networks(
    model,
    training_set,
    validation_set=None,
    iterations=40,
    energy_weight=1.0,
    force_weight=10.0,
    regularisation=0.0,
    progress=None,
    isolated=None,
):
    """Fit networks of several elements by Levenberg-Marquardt; a second call goes on from the weights of the first.

    With other labels than before, energies of single atoms are taken from the new ones: a model of cheap labels goes
    on to better ones (fine-tuning).

    Parameters
    ----------
    model : ElementNetworks
        Changed in place.
    training_set, validation_set : Dataset, LabelledStructures, or a list of them
        With a validation set the weights of its lowest loss are kept.
    iterations : int
        At most.
    energy_weight, force_weight : float
        Above zero, as in `ElementResiduals`.
    regularisation : float
        This times the sum of the squared weights is added to what is minimised.
    progress : callable, optional
        Called as ``progress(done, training_loss, validation_loss)``; `done` goes from 0 to 1.
    isolated : dict of float, optional
        Energies of isolated atoms by symbol, eV, as in `energy_offsets`.

    Returns
    -------
    History

    Raises
    ------
    ValueError
        If a setting is out of range, or the sets do not fit the model.
    """
    if not isinstance(model, ElementNetworks):
        raise ValueError(f"fit_networks takes ElementNetworks; this is of type {type(model).__name__}.")
    iterations = checks.whole_number("iterations", iterations, 1)
    weights = checks.positive("energy_weight", energy_weight), checks.positive("force_weight", force_weight)
    regularisation = checks.not_negative("regularisation", regularisation)
    if progress is not None:
        checks.function("progress", progress)
    sets = listed(training_set)
    offsets, sentence = energy_offsets(sets, isolated)
    start, blocks = time.perf_counter(), labels_for(model, sets, offsets)
    scale = np.concatenate([block.values[:, 0] for block in blocks]).std()
    for network in model.networks.values():
        # Weights that were fitted keep what they mean; those just drawn start at the spread of the labels.
        if "fit_networks" not in model.provenance:
            network.energy_scale.fill_(float(scale) or 1.0)
    model.take_offsets(offsets)
    residuals = ElementResiduals(model, blocks, *weights)
    validation = None
    if validation_set is not None:
        validation_blocks = labels_for(model, listed(validation_set, "The validation set"), offsets)
        validation = ElementResiduals(model, validation_blocks, *weights, residuals.variances)
    optimizer = LevenbergMarquardt(model, None, Weights(*weights), regularisation, residuals)
    history, best, best_weights = History(), np.inf, None
    while True:
        if validation is not None:
            history.validation.append(float((validation(optimizer.weights)[0] ** 2).sum()))
            history.validation_at.append(len(optimizer.losses) - 1)
            if history.validation[-1] < best:
                best, best_weights = history.validation[-1], optimizer.weights.copy()
        if history.iterations >= iterations or optimizer.converged:
            break
        history.iterations += optimizer.advance(1)
        if progress is not None:
            done = 1.0 if optimizer.converged else history.iterations / iterations
            progress(done, optimizer.losses[-1], best if validation is not None else None)
    if best_weights is not None:
        optimizer.weights = best_weights
        optimizer.advance(0)
    history.training, history.evaluations = optimizer.losses, optimizer.evaluations
    history.converged, history.seconds = optimizer.converged, time.perf_counter() - start
    history.loss = float((residuals(optimizer.weights)[0] ** 2).sum())
    record = {"labels": labels_of(sets), "offsets": sentence, "iterations": iterations}
    record |= {"energy_weight": weights[0], "force_weight": weights[1], "regularisation": regularisation}
    model.provenance.setdefault("fit_networks", []).append(record)
    return history


class Weights:
    """What `LevenbergMarquardt` asks of a loss: the sum of its weights."""

    def __init__(self, *weights):
        self.total_weight = sum(weights)


def labels_for(model, sets, offsets):
    """Labels of sets along the axes of a model, whose descriptor and elements they must share."""
    if sets[0].metadata.get("descriptor") != model.provenance.get("descriptor"):
        raise ValueError("These sets are not described as the model's training set was: one SOAP must describe all.")
    unknown = set(offsets) - set(model.networks)
    if unknown:
        raise ValueError("These sets have elements that the model has no network for: make a new one of all sets.")
    return [Labels(part, model.axes, offsets, (1.0, 1.0, None)) for part in parts_of(sets)]


def train_networks(training_set, validation_set=None, progress=None, **settings):
    """Make networks for several elements and fit them: settings of `ElementNetworks` and of `fit_networks`.

    Returns
    -------
    model : ElementNetworks
    history : History
    """
    names, own = ("hidden_units", "n_axes", "seed", "activation"), inspect.signature(fit_networks).parameters
    unknown = sorted(set(settings) - set(names) - set(own))
    if unknown:
        raise ValueError(f"There is no setting {unknown[0]!r}: those of ElementNetworks and fit_networks are taken.")
    model = ElementNetworks(
        training_set,
        **{name: settings.pop(name) for name in names if name in settings},
        isolated=settings.get("isolated"),
    )
    return model, fit_networks(model, training_set, validation_set, progress=progress, **settings)

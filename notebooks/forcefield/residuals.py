"""Residuals of energies, forces and virials, and their derivatives by the weights: for one hidden layer."""

import numpy as np

from forcefield.activations import ACTIVATIONS
from forcefield.loss import virials_of
from forcefield.networks import unit_length_derivatives
from forcefield.strain_derivatives import with_strains


def network_inputs(model, dataset, virials=False):
    """What the network sees, inputs (n, n_centers, k), and slopes (n, 3 n_atoms, n_centers, k), 1/Å.

    Forces are energy_scale times slopes times the network's gradient: the minus sign is in the slopes. With virials
    six more rows of slopes follow, no unit; they give minus the virial.
    """
    descriptors, derivatives = dataset.descriptors, dataset.derivatives
    if virials:
        derivatives = with_strains(derivatives, dataset.strain_derivatives)
    if model.settings["unit_length"]:
        descriptors, derivatives = unit_length_derivatives(descriptors, derivatives)
    mean, scale = model.descriptor_mean.numpy(), model.descriptor_scale.numpy()
    n, n_centers, n_atoms, _, k = derivatives.shape
    slopes = -(derivatives / scale).transpose(0, 2, 3, 1, 4).reshape(n, 3 * n_atoms, n_centers, k)
    return (descriptors - mean) / scale, slopes


class HiddenLayer:
    """A network of one hidden layer on the centres of several systems: what it gives, and derivatives by its weights.

    Parameters
    ----------
    inputs : ndarray of float64, shape (n, n_centers, k)
    slopes : ndarray of float64, shape (n, n_centers, m, k)
        How the inputs of a centre change along each of m directions.
    n_units : int
    activation : str
    """

    def __init__(self, inputs, slopes, n_units, activation):
        self.inputs, self.slopes, self.n_units = inputs, slopes, n_units
        self.n_centers, self.activation = inputs.shape[1], ACTIVATIONS[activation].derivatives

    def outputs(self, weights):
        """Energies and changes along the directions, (n, 1 + m), and what their derivatives need of the layer."""
        u, k = self.n_units, self.inputs.shape[-1]
        first, biases, last = weights[: u * k].reshape(u, k), weights[u * k : u * (k + 1)], weights[u * (k + 1) : -1]
        values, slope, curvature = self.activation(self.inputs @ first.T + biases)  # (n, n_centers, u)
        changes = self.slopes @ first.T  # (n, n_centers, m, u): of every unit's input, along each direction
        energies = (values @ last).sum(axis=1) + self.n_centers * weights[-1]
        forces = (changes @ (slope * last)[..., None])[..., 0].sum(axis=1)
        return np.column_stack([energies, forces]), (values, slope, slope * last, curvature * last, changes)

    def derivatives(self, layer, part=slice(None)):
        """Derivatives of the outputs of a part of the systems by the weights, (n_part, 1 + m, n_weights).

        Columns in torch's order: first layer (u, k), its biases (u), last layer (u), its bias.
        """
        values, slope, slope_out, curvature_out, changes = (array[part] for array in layer)
        inputs, slopes = self.inputs[part], self.slopes[part]
        n, c, m, k = slopes.shape
        u = self.n_units
        by_unit = slope_out.transpose(0, 2, 1)  # (n, u, c)
        bend = (changes * curvature_out[:, :, None]).transpose(0, 2, 3, 1)  # (n, m, u, c)
        of_forces = (bend.reshape(n, m * u, c) @ inputs).reshape(n, m, u, k)
        of_forces += (by_unit @ slopes.reshape(n, c, m * k)).reshape(n, u, m, k).transpose(0, 2, 1, 3)
        jacobian = np.empty((n, 1 + m, u * (k + 2) + 1))
        jacobian[:, 0, : u * k] = (by_unit @ inputs).reshape(n, u * k)
        jacobian[:, 1:, : u * k] = of_forces.reshape(n, m, u * k)
        jacobian[:, 0, u * k : u * (k + 1)] = slope_out.sum(axis=1)
        jacobian[:, 1:, u * k : u * (k + 1)] = bend.sum(axis=3)
        jacobian[:, 0, u * (k + 1) : -1] = values.sum(axis=1)
        jacobian[:, 1:, u * (k + 1) : -1] = (changes * slope[:, :, None]).sum(axis=1)
        jacobian[:, 0, -1], jacobian[:, 1:, -1] = c, 0.0
        return jacobian

    def backward(self, layer, vector):
        """Transposed derivatives times a vector of outputs (n, 1 + m), without the derivatives: (n_weights,)."""
        values, slope, slope_out, curvature_out, changes = layer
        energy, forces = vector[:, 0, None, None], vector[:, None, 1:]  # (n, 1, 1), (n, 1, m)
        along = (forces[:, :, None] @ changes)[:, :, 0]  # (n, c, u)
        of_biases = energy * slope_out + along * curvature_out
        directions = (forces[:, :, None] @ self.slopes)[:, :, 0]  # (n, c, k)
        flat = [array.reshape(-1, array.shape[-1]) for array in (of_biases, self.inputs, slope_out, directions)]
        first = flat[0].T @ flat[1] + flat[2].T @ flat[3]
        last = (energy * values + along * slope).sum(axis=(0, 1))
        return np.concatenate([first.ravel(), flat[0].sum(axis=0), last, [self.n_centers * energy.sum()]])


class Residuals(HiddenLayer):
    """Residuals of a force field with one hidden layer, scaled so that their squares add up to its loss.

    Each system has one row for its energy, and one for each direction along which its descriptors can change at
    all: forces are turned into these directions. Of the 39 components of 13 atoms 33 remain, of the 6 of a dimer
    one; what the labels hold along the others no weights can change. If virials have a weight, six rows follow.

    Parameters
    ----------
    model : ForceField
        Standardised, one hidden layer.
    dataset : Dataset
    loss : Loss
        Its weights and variances scale the residuals.

    Raises
    ------
    ValueError
        If the network has more than one hidden layer.
    """

    def __init__(self, model, dataset, loss):
        hidden_units = model.settings["hidden_units"]
        if len(hidden_units) != 1:
            raise ValueError(
                f"Levenberg-Marquardt here fits networks of one hidden layer, and this one has {len(hidden_units)}: "
                'make it with hidden_units=(32,), or take method="lbfgs".'
            )
        shift, spread = model.energy_shift.item(), model.energy_scale.item()
        inputs, slopes = network_inputs(model, dataset, loss.virial_weight > 0)
        n, _, n_centers, k = slopes.shape
        n_rows, slopes = dataset.forces[0].size, slopes.reshape(n, len(slopes[0]), -1)
        of_strains = slopes[:, n_rows:]  # (n, 6 or 0, n_centers k)
        slopes, forces, lost = independent_directions(
            slopes[:, :n_rows], dataset.forces.reshape(n, n_rows), loss.force_weight
        )
        kept = slopes.shape[1]
        if loss.virial_weight:
            slopes = np.concatenate([slopes, of_strains], axis=1)
            forces = np.concatenate([forces, -virials_of(dataset)], axis=1)
        m = slopes.shape[1]
        slopes = np.ascontiguousarray(slopes.reshape(n, m, n_centers, k).transpose(0, 2, 1, 3))
        super().__init__(inputs, slopes, hidden_units[0], model.settings["activation"])
        self.labels = np.column_stack([dataset.energies - self.n_centers * shift, forces]) / spread  # (n, 1 + m)
        parts = (
            (loss.energy_weight, loss.energy_variance, n),
            (loss.force_weight, loss.force_variance, n * n_rows),
            (loss.virial_weight, loss.virial_variance, n * 6),
        )
        factors = [np.sqrt(weight / (variance * count)) if weight else 0.0 for weight, variance, count in parts]
        self.factors, force = spread * np.repeat(factors, (1, kept, m - kept)), factors[1]  # (1 + m,)
        self.constant = force**2 * lost

    @property
    def n_rows(self):
        """Number of residuals."""
        return self.labels.size

    def parts(self, n_rows):
        """Slices of systems with about so many residuals."""
        size = max(1, n_rows // self.labels.shape[1])
        return [slice(start, start + size) for start in range(0, len(self.labels), size)]

    def __call__(self, weights):
        """Residuals (n, 1 + m) at these weights, and what their derivatives need of the hidden layer."""
        outputs, layer = self.outputs(weights)
        return (outputs - self.labels) * self.factors, layer

    def jacobian(self, layer, part=slice(None)):
        """Derivatives of the residuals of a part of the systems by the weights, (n_part (1 + m), n_weights)."""
        jacobian = self.derivatives(layer, part)
        jacobian *= self.factors[:, None]
        return jacobian.reshape(-1, jacobian.shape[-1])

    def pull_back(self, layer, vector):
        """Transposed Jacobian times a vector of residuals (n, 1 + m), without the Jacobian: (n_weights,)."""
        return self.backward(layer, vector * self.factors)


def independent_directions(slopes, forces, force_weight):
    """Slopes (n, 3 n_atoms, ...) and forces (n, 3 n_atoms) along m directions, and the sum of squares that is left out.

    The directions are the eigenvectors of slopes slopes^T; along those with eigenvalue zero no descriptor changes.
    """
    if not force_weight:
        return slopes[:, :0], forces[:, :0], 0.0
    eigenvalues, directions = np.linalg.eigh(slopes @ slopes.transpose(0, 2, 1))
    m = np.count_nonzero(eigenvalues > 1e-12 * eigenvalues.max(), axis=1).max()
    directions = directions[:, :, -m:]  # (n, 3 n_atoms, m)
    kept = forces[:, None] @ directions  # (n, 1, m)
    lost = forces - (kept @ directions.transpose(0, 2, 1))[:, 0]
    return directions.transpose(0, 2, 1) @ slopes, kept[:, 0], float((lost**2).sum())


def scale_energies_by_forces(model, training_set):
    """Set the energy scale, eV, without any energy: the spread that the best linear model of the forces gives them.

    The constant of the energy is open then, and starts at zero.
    """
    inputs, slopes = network_inputs(model, training_set)
    coefficients, *_ = np.linalg.lstsq(
        slopes.sum(axis=2).reshape(-1, inputs.shape[-1]), training_set.forces.ravel(), rcond=1e-6
    )
    spread = float((inputs.sum(axis=1) @ coefficients).std())
    model.energy_scale.fill_(spread if spread > 0 else 1.0)
    model.energy_shift.fill_(0.0)

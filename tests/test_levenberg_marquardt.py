"""Levenberg-Marquardt: residuals and Jacobian against torch and finite differences, both forms of the equations."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn.utils import parameters_to_vector

from forcefield.levenberg_marquardt import NormalEquations
from forcefield.loss import Loss, loss_of, tensors
from forcefield.model import ForceField
from forcefield.residuals import Residuals
from forcefield.training import fit, train

CASES = [
    ("dimers", {"activation": "tanh"}, (1.0, 1.0)),
    ("dimers", {"activation": "sigmoid", "scaling": "square_root"}, (2.0, 0.5)),
    ("dimers", {"activation": "silu"}, (0.0, 1.0)),
    ("dimers", {}, (1.0, 0.0)),
    ("copper", {"unit_length": True, "scaling": "square_root"}, (1.0, 10.0)),
    ("copper", {"activation": "silu"}, (0.0, 1.0)),
    ("crystals", {"unit_length": True, "scaling": "square_root"}, (1.0, 10.0, 3.0)),
    ("crystals", {}, (0.5, 1.0, 1.0)),
    ("crystals", {"activation": "sigmoid"}, (0.0, 1.0, 2.0)),
    ("crystals", {"activation": "silu"}, (1.0, 0.0, 1.0)),
    ("crystals", {}, (1.0, 1.0)),
]


@pytest.fixture(params=CASES, ids=str)
def problem(request, labelled_and_rest, copper_set, crystal_set):
    """A model, its data set, its loss, its residuals and its weights."""
    name, settings, weights = request.param
    dataset = {"dimers": labelled_and_rest[0], "copper": copper_set[::12], "crystals": crystal_set}[name]
    model = ForceField(dataset.descriptors.shape[-1], (5,), seed=3, **settings).standardise(dataset)
    loss = Loss(dataset, *weights)
    vector = parameters_to_vector(model.parameters()).detach().numpy().copy()
    return model, dataset, loss, Residuals(model, dataset, loss), vector


def test_the_squares_of_the_residuals_add_up_to_the_loss(problem):
    model, dataset, loss, residuals, vector = problem
    values, _ = residuals(vector)
    expected = loss_of(model, loss, tensors(dataset, loss.virial_weight > 0)).item()
    assert (values**2).sum() + residuals.constant == pytest.approx(expected, rel=1e-10)


def test_the_jacobian_is_that_of_torch(problem):
    """torch differentiates energies and forces of the model by its weights; a residual's square is what counts.

    The forces of the residuals are turned into other directions, so J^T J and J^T r are compared, not J itself.
    """
    model, dataset, loss, residuals, vector = problem
    descriptors, derivatives, true_energies, true_forces = tensors(dataset)
    if loss.virial_weight:
        strain_derivatives, true_virials = map(torch.tensor, (dataset.strain_derivatives, dataset.virials))
        virial_factor = np.sqrt(loss.virial_weight / (dataset.virials.var() * dataset.virials.size))
    energy_factor = np.sqrt(loss.energy_weight / (loss.energy_variance * len(dataset))) if loss.energy_weight else 0
    force_factor = np.sqrt(loss.force_weight / (loss.force_variance * dataset.forces.size)) if loss.force_weight else 0

    def of_torch(weights):
        named, start = {}, 0
        for name, part in model.named_parameters():
            named[name] = weights[start : start + part.numel()].view(part.shape)
            start += part.numel()

        def total(descriptors):
            if model.settings["unit_length"]:
                descriptors = descriptors / torch.linalg.vector_norm(descriptors, dim=-1, keepdim=True)
            inputs = (descriptors - model.descriptor_mean) / model.descriptor_scale
            hidden = model.network[1](inputs @ named["network.0.weight"].T + named["network.0.bias"])
            centres = hidden @ named["network.2.weight"][0] + named["network.2.bias"]
            energies = (model.energy_shift + model.energy_scale * centres).sum(dim=1)
            return energies.sum(), energies

        gradient, energies = torch.func.grad(total, has_aux=True)(descriptors)
        forces = -torch.einsum("sck,scaxk->sax", gradient, derivatives)
        errors = [energy_factor * (energies - true_energies), force_factor * (forces - true_forces).flatten()]
        if loss.virial_weight:
            virials = torch.einsum("sck,scik->si", gradient, strain_derivatives)
            errors.append(virial_factor * (virials - true_virials).flatten())
        return torch.cat(errors)

    weights = torch.from_numpy(vector)
    expected_values = of_torch(weights).detach().numpy()
    expected = torch.func.jacrev(of_torch)(weights).detach().numpy()
    values, layer = residuals(vector)
    jacobian = residuals.jacobian(layer)
    assert jacobian.shape == (values.size, vector.size)
    size = np.abs(expected).max() ** 2
    np.testing.assert_allclose(jacobian.T @ jacobian, expected.T @ expected, atol=1e-9 * size)
    np.testing.assert_allclose(jacobian.T @ values.ravel(), expected.T @ expected_values, atol=1e-9)


def test_the_jacobian_agrees_with_finite_differences(problem):
    _, _, _, residuals, vector = problem
    jacobian = residuals.jacobian(residuals(vector)[1])
    for index in range(0, len(vector), 7):
        step = np.zeros_like(vector)
        step[index] = 1e-5
        numerical = (residuals(vector + step)[0] - residuals(vector - step)[0]).ravel() / 2e-5
        np.testing.assert_allclose(jacobian[:, index], numerical, atol=1e-8)


def test_parts_and_products_of_the_jacobian(problem):
    _, dataset, _, residuals, vector = problem
    values, layer = residuals(vector)
    jacobian = residuals.jacobian(layer)
    parts = [residuals.jacobian(layer, slice(start, start + 2)) for start in range(0, len(dataset), 2)]
    np.testing.assert_allclose(np.concatenate(parts), jacobian, atol=1e-14)
    direction = np.random.default_rng(0).normal(size=values.shape)
    np.testing.assert_allclose(residuals.pull_back(layer, direction), jacobian.T @ direction.ravel(), atol=1e-12)


@pytest.mark.parametrize(("n_units", "dual"), [(32, True), (3, False)])
def test_both_forms_of_the_equations_have_the_solution_of_the_dense_one(labelled_and_rest, n_units, dual):
    training_set, _ = labelled_and_rest
    model = ForceField(6, (n_units,)).standardise(training_set)
    vector = parameters_to_vector(model.parameters()).detach().numpy()
    residuals = Residuals(model, training_set, Loss(training_set))
    values, layer = residuals(vector)
    equations = NormalEquations(residuals, layer, len(vector))
    assert equations.dual == dual
    equations.damp(0.01)
    jacobian = residuals.jacobian(layer)
    dense = jacobian.T @ jacobian + 0.01 * np.eye(len(vector))
    right = jacobian.T @ values.ravel()
    np.testing.assert_allclose(equations.solve(values), np.linalg.solve(dense, right), atol=1e-9)
    np.testing.assert_allclose(equations.solve(values, vector), np.linalg.solve(dense, right + vector), atol=1e-8)


def test_forces_keep_only_the_directions_that_descriptors_can_follow(labelled_and_rest, copper_set):
    """A dimer has one, its length. 13 atoms have 39 - 6: no descriptor follows a shift or a turn of all."""
    for dataset, expected in ((labelled_and_rest[0], 1), (copper_set[::12], 33)):
        model = ForceField(dataset.descriptors.shape[-1]).standardise(dataset)
        residuals = Residuals(model, dataset, Loss(dataset))
        assert residuals.slopes.shape[2] == expected
        # Forces of a potential that itself knows no shift and no turn lose nothing.
        assert residuals.constant < 1e-10


def test_the_loss_never_rises_and_the_model_has_what_was_found(copper_set):
    dataset = copper_set[::6]
    settings = {"hidden_units": (4,), "iterations": 8, "method": "levenberg_marquardt", "force_weight": 3.0}
    model, history = train(dataset, unit_length=True, **settings)
    assert all(after < before for before, after in zip(history.training, history.training[1:], strict=False))
    assert history.training[-1] < 0.5 * history.training[0]
    assert loss_of(model, Loss(dataset, 1.0, 3.0), tensors(dataset)).item() == pytest.approx(
        history.training[-1], rel=1e-9
    )


def test_evaluations_are_counted(labelled_and_rest, monkeypatch):
    """Once at the start, and for each step tried: twice for the bend, and once for the loss if the bend is small."""
    calls, evaluate = [], Residuals.__call__
    monkeypatch.setattr(Residuals, "__call__", lambda *arguments: calls.append(1) or evaluate(*arguments))
    _, history = train(labelled_and_rest[0], method="levenberg_marquardt", hidden_units=(8,), iterations=20)
    assert history.evaluations == len(calls) > 60


def test_forces_that_no_weights_can_follow_count_in_the_recorded_loss(labelled_and_rest):
    """A net force of a pair lies in no direction along which its descriptor changes."""
    pushed = replace(labelled_and_rest[0], forces=labelled_and_rest[0].forces + 0.3)
    _, history = train(pushed, method="levenberg_marquardt", hidden_units=(8,), iterations=30)
    assert history.training[-1] == pytest.approx(history.loss, rel=1e-9)
    assert history.loss > 0.9 * 0.3**2 / pushed.forces.var() * 5 / 6


def test_a_perfect_start_is_left_as_it_is(labelled_and_rest):
    """Labels made by the model itself: the residuals are rounding, and nothing is left to gain."""
    training_set, _ = labelled_and_rest
    model, _ = train(training_set, hidden_units=(3,), method="levenberg_marquardt", iterations=5)
    energies, forces = model.predict(training_set.descriptors, training_set.derivatives)
    own = replace(training_set, energies=energies, forces=forces)
    assert fit(model, own, method="levenberg_marquardt", iterations=20).loss < 1e-20
    after, _ = model.predict(training_set.descriptors, training_set.derivatives)
    np.testing.assert_allclose(after, energies, atol=1e-9)

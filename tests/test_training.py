"""Training: the loss by hand, its gradient by finite differences, what it may and may not look at."""

import dataclasses

import numpy as np
import pytest
import torch

from forcefield.evaluation import mean_absolute_error
from forcefield.model import ForceField
from forcefield.splits import split
from forcefield.training import Loss, _loss_of, fit, tensors, train


def test_loss_by_hand(labelled_and_rest):
    training, test = labelled_and_rest
    energies, forces = torch.from_numpy(test.energies), torch.from_numpy(test.forces)
    loss = Loss(training, energy_weight=2.0, force_weight=3.0)
    # Energies off by 0.1 eV and forces by 0.2 eV/Å everywhere.
    expected = 2.0 * 0.1**2 / training.energies.var() + 3.0 * 0.2**2 / training.forces.var()
    assert loss(energies + 0.1, forces - 0.2, energies, forces).item() == pytest.approx(expected, rel=1e-12)
    assert loss(energies, forces, energies, forces).item() == 0


def test_a_model_that_says_the_mean_has_a_loss_of_one_for_each_part(labelled_and_rest):
    training, _ = labelled_and_rest
    energies, forces = torch.from_numpy(training.energies), torch.from_numpy(training.forces)
    mean_energy, mean_force = energies.mean().expand_as(energies), forces.mean().expand_as(forces)
    assert Loss(training)(mean_energy, forces, energies, forces).item() == pytest.approx(1, rel=1e-12)
    assert Loss(training)(energies, mean_force, energies, forces).item() == pytest.approx(1, rel=1e-12)


def test_gradient_of_the_loss_with_respect_to_the_weights(labelled_and_rest):
    """Without create_graph the forces would be constants for the optimiser: this catches it."""
    training, _ = labelled_and_rest
    model = ForceField(6, (5,), seed=1).standardise(training)
    loss = Loss(training, energy_weight=0.1, force_weight=1.0)
    _loss_of(model, loss, tensors(training), create_graph=True).backward()
    for weights in (model.network[0].weight, model.network[0].bias, model.network[2].weight):
        flat, gradient = weights.data.view(-1), weights.grad.view(-1)
        for index in range(0, len(flat), 4):
            original, values = flat[index].item(), []
            for sign in (1, -1):
                flat[index] = original + sign * 1e-5
                values.append(_loss_of(model, loss, tensors(training)).item())
            flat[index] = original
            assert gradient[index].item() == pytest.approx((values[0] - values[1]) / 2e-5, rel=1e-4, abs=1e-7)


def test_the_fit_reaches_what_the_course_promises_on_unseen_points(labelled_and_rest):
    training, test = labelled_and_rest
    energy_errors, force_errors = [], []
    for seed in range(3):
        model, _ = train(training, seed=seed)
        energies, forces = model.predict(test.descriptors, test.derivatives)
        energy_errors.append(1e3 * mean_absolute_error(energies, test.energies))
        force_errors.append(1e3 * mean_absolute_error(forces[:, 0, 0], test.forces[:, 0, 0]))
    assert np.median(energy_errors) < 0.5  # meV
    assert np.median(force_errors) < 10  # meV/Å


def test_the_same_seed_gives_the_same_model(labelled_and_rest):
    training, test = labelled_and_rest
    first, second, third = (train(training, seed=seed, iterations=60)[0] for seed in (4, 4, 5))
    arguments = (test.descriptors, test.derivatives)
    np.testing.assert_array_equal(first.predict(*arguments)[1], second.predict(*arguments)[1])
    assert not np.array_equal(first.predict(*arguments)[1], third.predict(*arguments)[1])


def test_validation_points_are_never_fitted_to(labelled_and_rest):
    training, _ = labelled_and_rest
    kept, held = split(len(training), (0.8,), seed=0)
    spoiled = dataclasses.replace(training[held], energies=training[held].energies + 100)
    _, history = train(training[kept], training[held], iterations=50)
    _, other = train(training[kept], spoiled, iterations=50)
    assert history.training == other.training
    assert history.validation != other.validation


def test_the_weights_with_the_lowest_validation_loss_are_kept(labelled_and_rest):
    training, _ = labelled_and_rest
    kept, held = split(len(training), (0.5,), seed=0)
    model, history = train(training[kept], training[held], hidden_units=(16,), iterations=300)
    final = _loss_of(model, Loss(training[kept]), tensors(training[held])).item()
    assert final == pytest.approx(min(history.validation), rel=1e-12)
    assert min(history.validation) < history.validation[-1], "this case must have a best before the last to test it"


def test_energies_alone_and_forces_alone(labelled_and_rest):
    training, _ = labelled_and_rest
    for weights in ({"force_weight": 0.0}, {"energy_weight": 0.0}):
        _, history = train(training, iterations=100, **weights)
        assert history.training[-1] < 1e-2 * history.training[0]


def test_progress_is_told_and_ends_at_one(labelled_and_rest):
    training, _ = labelled_and_rest
    told = []
    train(training[::3], training[1::3], iterations=40, progress=lambda *values: told.append(values))
    assert told[-1][0] == 1.0
    assert all(np.isfinite(values).all() for values in told)


def test_bad_settings_get_one_sentence(labelled_and_rest):
    training, _ = labelled_and_rest
    for weights in ((-1, 1), (0, 0)):
        with pytest.raises(ValueError, match="must not be negative"):
            Loss(training, *weights)
    with pytest.raises(ValueError, match="do not vary"):
        Loss(training[:1])
    with pytest.raises(ValueError, match="at least 1"):
        fit(ForceField(6), training, iterations=0)

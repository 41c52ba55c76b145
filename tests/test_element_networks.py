"""Networks of several elements: their Jacobian, their fit by Levenberg-Marquardt, and going on with other labels."""

import ase
import numpy as np
import pytest
from ase.calculators.emt import EMT
from ase.calculators.lj import LennardJones
from ase.calculators.singlepoint import SinglePointCalculator

from forcefield.descriptors import make_soap
from forcefield.element_fits import ElementResiduals, fit_networks, labels_for, train_networks
from forcefield.element_networks import ElementNetworks
from forcefield.energy_offsets import energy_offsets
from forcefield.evaluation import mean_absolute_error
from forcefield.levenberg_marquardt import NormalEquations
from forcefield.several_sets import LabelledStructures

SOAP = make_soap(("Cu", "Au"), cutoff_radius=4.0, sigma=0.5, n_max=3, l_max=2)


@pytest.fixture(scope="module")
def alloys():
    """Sixty rattled clusters of three to five atoms of three compositions, EMT labels."""
    generator, base = (
        np.random.default_rng(1),
        1.9 * np.array([[0, 0, 0], [1, 1, 0], [1, 0, 1], [0, 1, 1], [1, 1, 2.0]]),
    )
    structures = []
    for number in range(60):
        symbols = ("CuCuAuAuAu", "CuAuCu", "AuCuCuCu")[number % 3]
        positions = base[: len(ase.Atoms(symbols))]
        structures.append(ase.Atoms(symbols, positions + generator.normal(scale=0.12, size=positions.shape)))
        structures[-1].calc = EMT()
        structures[-1].get_forces()
    return structures


@pytest.fixture(scope="module")
def residuals(alloys):
    """Of networks with random weights, and these weights."""
    data = LabelledStructures(alloys[:6], SOAP)
    model = ElementNetworks(data, hidden_units=3, n_axes=5)
    weights = np.concatenate([values.detach().numpy().ravel() for values in model.parameters()])
    found = ElementResiduals(model, labels_for(model, [data], energy_offsets(data)[0]), 1.0, 2.0)
    return found, weights + 0.1 * np.random.default_rng(0).normal(size=weights.shape)


def test_the_jacobian_is_the_derivative_of_the_residuals(residuals):
    found, weights = residuals
    jacobian = found.jacobian(found(weights)[1])
    step = 1e-6
    numerical = [
        (found(weights + move)[0] - found(weights - move)[0]) / (2 * step) for move in step * np.eye(len(weights))
    ]
    assert jacobian.shape == (found.n_rows, len(weights))
    np.testing.assert_allclose(jacobian, np.transpose(numerical), atol=1e-8)


def test_parts_and_the_product_without_it_are_the_same_jacobian(residuals):
    found, weights = residuals
    values, layer = found(weights)
    jacobian = found.jacobian(layer)
    parts = found.parts(10)
    assert len(parts) > 3
    np.testing.assert_allclose(np.concatenate([found.jacobian(layer, part) for part in parts]), jacobian, atol=1e-12)
    np.testing.assert_allclose(found.pull_back(layer, values), jacobian.T @ values, atol=1e-10)


@pytest.mark.parametrize("dual", [True, False])
def test_both_forms_of_the_damped_equations_solve_them(residuals, dual, monkeypatch):
    found, weights = residuals
    values, layer = found(weights)
    if not dual:
        monkeypatch.setattr(found, "n_rows", 10**6)
    equations = NormalEquations(found, layer, len(weights))
    assert equations.dual == (dual and len(values) < len(weights))
    equations.damp(0.1)
    jacobian = found.jacobian(layer)
    expected = np.linalg.solve(jacobian.T @ jacobian + 0.1 * np.eye(len(weights)), jacobian.T @ values)
    np.testing.assert_allclose(equations.solve(values), expected, atol=1e-8)


def test_residuals_are_errors_of_predictions_over_their_spread(alloys):
    """Sums of squares from the networks' own energies and forces, without a word of residuals."""
    data = LabelledStructures(alloys[:12], SOAP)
    model = ElementNetworks(data, hidden_units=3, n_axes=30)
    weights = np.concatenate([values.detach().numpy().ravel() for values in model.parameters()])
    found = ElementResiduals(model, labels_for(model, [data], energy_offsets(data)[0]), 3.0, 2.0)
    energies, forces = model.predict_structures(alloys[:12])
    sizes, numbers = np.array([len(one) for one in alloys[:12]]), [one.numbers for one in alloys[:12]]
    shift = np.array([sum(energy_offsets(data)[0][z] for z in own) for own in numbers])
    true_energies, true_forces = data.energies, np.concatenate([one.get_forces() for one in alloys[:12]])
    scales = np.var((true_energies - shift) / sizes), np.mean(true_forces**2)
    expected = 3 * np.mean(((energies - true_energies) / sizes) ** 2) / scales[0]
    expected += 2 * np.mean((np.concatenate(forces) - true_forces) ** 2) / scales[1]
    # Net force and torque of the labels are rounding, so nothing is lost by taking independent directions alone.
    assert (found(weights)[0] ** 2).sum() == pytest.approx(expected, rel=1e-6)


def force_error(model, structures):
    true = np.concatenate([one.get_forces() for one in structures])
    return mean_absolute_error(np.concatenate(model.predict_structures(structures)[1]), true)


def test_a_fit_goes_on_where_it_stopped_and_keeps_what_validates_best(alloys):
    training, validation = LabelledStructures(alloys[:40], SOAP), LabelledStructures(alloys[40:50], SOAP)
    told = []
    model, history = train_networks(
        training, validation, lambda *seen: told.append(seen), hidden_units=6, n_axes=20, iterations=15
    )
    assert history.training[-1] < 1e-2 * history.training[0]
    assert len(told) == history.iterations == 15
    assert told[-1][0] == 1.0
    best = history.validation_at[int(np.argmin(history.validation))]
    assert history.loss == pytest.approx(history.training[best], rel=1e-6)
    more = fit_networks(model, training, iterations=15)
    assert more.training[0] == pytest.approx(history.loss, rel=1e-6)
    assert more.loss < history.loss
    assert len(model.provenance["fit_networks"]) == 2
    mean = np.abs(np.concatenate([one.get_forces() for one in alloys[50:]])).mean()
    assert force_error(model, alloys[50:]) < 0.15 * mean


def test_a_model_of_cheap_labels_goes_on_to_a_few_better_ones(alloys):
    """The better labels have another energy of single atoms and a weak attraction added."""
    better = []
    for one in alloys:
        pairs = ase.Atoms(one.symbols, one.positions, calculator=LennardJones(sigma=1.8, epsilon=0.1, rc=20))
        energy = one.get_potential_energy() + pairs.get_potential_energy() - 50.0 * len(one)
        better.append(one.copy())
        better[-1].calc = SinglePointCalculator(one, energy=energy, forces=one.get_forces() + pairs.get_forces())
    few, settings = LabelledStructures(better[:9], SOAP), {"hidden_units": 6, "n_axes": 20}
    model, _ = train_networks(LabelledStructures(alloys[:50], SOAP), iterations=40, **settings)
    before = force_error(model, better[50:])
    fit_networks(model, few, iterations=5)
    alone, _ = train_networks(few, iterations=40, **settings)
    assert force_error(model, better[50:]) < 0.7 * min(before, force_error(alone, better[50:]))
    energies = model.predict_structures(better[50:])[0]
    assert mean_absolute_error(energies, [one.get_potential_energy() for one in better[50:]]) < 1.0


def test_a_fit_to_what_the_model_does_not_know_is_refused(alloys):
    pure = LabelledStructures([one for one in alloys if len(one) == 3][:5], SOAP)
    model = ElementNetworks(pure, 3, 5)
    other = [ase.Atoms("Cu3", one.positions, calculator=EMT()) for one in alloys if len(one) == 3]
    fit_networks(model, LabelledStructures(other[:4], SOAP), iterations=1)
    model.networks.pop(79), model.axes.pop(79)
    with pytest.raises(ValueError, match="elements that the model has no network for"):
        fit_networks(model, pure, iterations=1)

"""Kernel ridge, splines and polynomials on labelled pairs."""

import dataclasses

import numpy as np
import pytest
from scipy.interpolate import BarycentricInterpolator
from sklearn.kernel_ridge import KernelRidge

from forcefield import baselines
from forcefield.baselines import KernelRidgeBaseline, hermite_baseline, polynomial_baseline
from forcefield.descriptors import MIDPOINT, describe, make_soap
from forcefield.evaluation import mean_absolute_error
from forcefield.finite_differences import numerical_forces
from forcefield.systems import dimers


def curve(data):
    """Distances (Å), energies (eV) and x forces on atom 0 (eV/Å) of pairs on the x axis."""
    return data.positions[:, 1, 0] - data.positions[:, 0, 0], data.energies, data.forces[:, 0, 0]


@pytest.fixture(scope="module")
def kernel_ridges(labelled_and_rest):
    """Kernel ridge on energies alone, and on energies and forces."""
    return {forces: KernelRidgeBaseline(labelled_and_rest[0], forces=forces) for forces in (False, True)}


@pytest.mark.parametrize(("forces", "energy_bound", "force_bound"), [(False, 0.1, 2), (True, 0.005, 0.05)])
def test_kernel_ridge_predicts_pairs_between_the_labels(
    kernel_ridges, labelled_and_rest, forces, energy_bound, force_bound
):
    rest = labelled_and_rest[1]
    predicted = kernel_ridges[forces].predict(rest.descriptors, rest.derivatives)
    assert 1e3 * mean_absolute_error(predicted[0], rest.energies) < energy_bound  # meV
    assert 1e3 * mean_absolute_error(predicted[1][:, 0, 0], rest.forces[:, 0, 0]) < force_bound  # meV/Å


@pytest.mark.parametrize("forces", [False, True])
def test_kernel_ridge_forces_are_minus_the_gradient_of_its_energy(kernel_ridges, dimer_set, forces):
    pair = dimers([3.1], shift=0.07)[0]
    pair.rotate(30, "z")

    def predict(positions):
        moved = pair.copy()
        moved.positions = positions
        return kernel_ridges[forces].predict(*describe(make_soap(), [moved], [MIDPOINT]))

    numerical = numerical_forces(lambda positions: predict(positions)[0][0], pair.positions, step=1e-3)
    # Weights of 1e12 with both signs leave energies that are rounded to some 1e-5 eV.
    np.testing.assert_allclose(predict(pair.positions)[1][0], numerical, atol=0.05)
    assert np.abs(numerical).max() > 0.5


def test_kernel_ridge_on_energies_is_that_of_scikit_learn(labelled_and_rest):
    training, _ = labelled_and_rest
    ours = KernelRidgeBaseline(training)
    inputs = (training.descriptors[:, 0] - ours.mean) / ours.scale
    labels = (training.energies - ours.shift) / ours.factor
    (weights,), condition = ours._solve((inputs, inputs[:0], inputs[:0]), labels, 0.1, [1e-6])
    theirs = KernelRidge(kernel="rbf", gamma=0.1, alpha=1e-6).fit(inputs, labels)
    kernel = np.exp(-0.1 * ((inputs[:, None] - inputs[None]) ** 2).sum(axis=-1))
    np.testing.assert_allclose(kernel @ weights, theirs.predict(inputs), atol=1e-8)
    np.testing.assert_allclose(weights, theirs.dual_coef_, atol=1e-4 * np.abs(weights).max())
    assert condition == pytest.approx(np.linalg.cond(kernel + 1e-6 * np.eye(len(inputs))), rel=1e-3)


def test_the_covariance_of_slopes_is_the_derivative_of_the_kernel():
    generator = np.random.default_rng(0)
    (left, right), (along, other) = generator.normal(size=(2, 2, 1, 3))
    nothing, step = np.zeros((0, 3)), 1e-4

    def kernel(a, b):
        return baselines.covariance(0.3, left + a * along, nothing, nothing, right + b * other, nothing, nothing)[0, 0]

    block = baselines.covariance(0.3, left, left, along, right, right, other)
    assert block[0, 1] == pytest.approx(-(kernel(0, step) - kernel(0, -step)) / (2 * step), abs=1e-7)
    assert block[1, 0] == pytest.approx(-(kernel(step, 0) - kernel(-step, 0)) / (2 * step), abs=1e-7)
    crossed = kernel(step, step) - kernel(step, -step) - kernel(-step, step) + kernel(-step, -step)
    assert block[1, 1] == pytest.approx(crossed / (4 * step**2), abs=1e-5)


@pytest.mark.parametrize("forces", [False, True])
def test_the_settings_of_kernel_ridge_lie_inside_their_grids(kernel_ridges, forces):
    model = kernel_ridges[forces]
    assert baselines.GAMMAS[0] < model.gamma < baselines.GAMMAS[-1]
    assert baselines.ALPHAS[0] < model.alpha < baselines.ALPHAS[-1]


def test_the_settings_of_kernel_ridge_are_chosen_without_the_ends():
    distances = np.array([3.0, 2.5, 5.0, 3.5, 4.0, 4.5, 2.8, 3.2])
    folds = baselines.inner_folds(distances)
    checked = np.concatenate([rows for _, rows in folds])
    assert sorted(checked) == [0, 3, 4, 5, 6, 7]  # each once, and neither 2.5 nor 5.0 Å
    assert all(not set(fitted) & set(rows) and {1, 2} <= set(fitted) for fitted, rows in folds)


def test_noise_in_the_energies_chooses_more_regularisation(labelled_and_rest):
    training, rest = labelled_and_rest
    noisy = dataclasses.replace(training, energies=training.energies + np.random.default_rng(0).normal(0, 0.01, 30))
    model = KernelRidgeBaseline(noisy)
    assert model.alpha > 10 * KernelRidgeBaseline(training).alpha
    energies, _ = model.predict(rest.descriptors, rest.derivatives)
    assert mean_absolute_error(energies, rest.energies) < 0.015  # eV, for noise of 0.01 eV


def test_hermite_interpolation_goes_through_the_labels(labelled_and_rest):
    distances, *labels = curve(labelled_and_rest[0])
    energies, forces = hermite_baseline(distances, *labels, distances)
    np.testing.assert_allclose(energies, labels[0], atol=1e-12)
    np.testing.assert_allclose(forces, labels[1], atol=1e-12)


def test_polynomials_find_a_polynomial_and_its_degree():
    distances, between = np.linspace(2, 5, 9), np.linspace(2.1, 4.9, 20)
    true = np.polynomial.Polynomial([1.0, -2.0, 0.5, 0.1, -0.03, 0.002])
    energies, forces, degree = polynomial_baseline(distances, true(distances), true.deriv()(distances), between)
    assert degree >= 5
    np.testing.assert_allclose(energies, true(between), atol=1e-10)
    np.testing.assert_allclose(forces, true.deriv()(between), atol=1e-9)


def test_30_labels_carry_the_whole_curve(labelled_and_rest):
    training, rest = map(curve, labelled_and_rest)
    energies, forces, degree = polynomial_baseline(*training, rest[0])
    assert baselines.DEGREES[0] < degree < baselines.DEGREES[-1]
    assert np.abs(energies - rest[1]).max() < 1e-9  # eV
    assert np.abs(forces - rest[2]).max() < 1e-9  # eV/Å
    # The same from the energies of Chebyshev's own distances: another way to the same curve.
    nodes = 3.75 + 1.25 * np.cos(np.pi * (np.arange(40) + 0.5) / 40)
    other = BarycentricInterpolator(nodes, polynomial_baseline(*training, nodes)[0])(rest[0])
    assert np.abs(other - rest[1]).max() < 1e-9


@pytest.mark.parametrize("function", [hermite_baseline, polynomial_baseline])
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda r, e, f: (r[::-1], e, f), "must increase"),
        (lambda r, e, f: (r, e[:-1], f), "energies must have shape"),
        (lambda r, e, f: (r, e, f * np.nan), "not a finite number"),
        (lambda r, e, f: (np.full_like(r, 3.0), e, f), "must increase"),
        (lambda r, e, f: (r[:1], e[:1], f[:1]), "at least 2"),
    ],
)
def test_curves_that_are_none_are_refused(labelled_and_rest, function, change, words):
    with pytest.raises(ValueError, match=words):
        function(*change(*curve(labelled_and_rest[0])), [3.0])


def test_baselines_say_what_they_need(labelled_and_rest, copper_set):
    training = labelled_and_rest[0]
    two = {name: np.repeat(getattr(training, name), 2, axis=1) for name in ("descriptors", "derivatives")}
    with pytest.raises(ValueError, match="2 centres"):
        KernelRidgeBaseline(dataclasses.replace(training, **two))
    with pytest.raises(ValueError, match="13 atoms"):
        KernelRidgeBaseline(copper_set)
    with pytest.raises(ValueError, match="at least 5"):
        KernelRidgeBaseline(training[:4])
    with pytest.raises(ValueError, match="at least 5"):
        polynomial_baseline(*curve(training[:4]), [3.0])
    assert KernelRidgeBaseline(training[:5], forces=True).predict(training.descriptors, training.derivatives)

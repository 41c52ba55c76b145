"""The sparse Gaussian process: physics, limits, and scikit-learn's own where it is the same."""

import dataclasses

import ase
import numpy as np
import pytest
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import DotProduct
from sklearn.linear_model import Ridge
from sklearn.preprocessing import PolynomialFeatures

from forcefield import gaussian_process
from forcefield.calculator import ForceFieldCalculator
from forcefield.dataset import Dataset
from forcefield.evaluation import mean_absolute_error
from forcefield.finite_differences import numerical_forces
from forcefield.full_gaussian_process import GaussianProcess
from forcefield.gaussian_process import SparseGaussianProcess, farthest_points
from forcefield.networks import unit_vectors


@pytest.fixture(scope="module")
def process(copper_set):
    """Fitted to 40 of the 60 clusters."""
    return SparseGaussianProcess(copper_set[:40], n_sparse=300)


@pytest.fixture
def cluster(copper_set):
    """One of the clusters that it was not fitted to."""
    return ase.Atoms("Cu13", copper_set.positions[50])


def test_clusters_that_it_does_not_know_are_predicted(process, copper_set):
    energies, forces = process.predict(copper_set.descriptors[40:], copper_set.derivatives[40:])
    assert mean_absolute_error(energies, copper_set.energies[40:]) / 13 < 0.002  # eV/atom
    assert mean_absolute_error(forces, copper_set.forces[40:]) < 0.05 * np.abs(copper_set.forces[40:]).mean()


def test_forces_are_minus_the_gradient_of_the_energy(process, cluster):
    def energy(positions):
        return process.predict_structures([ase.Atoms("Cu13", positions)])[0][0]

    numerical = numerical_forces(energy, cluster.positions, step=1e-3)
    assert np.abs(numerical).max() > 1
    # Weights of 1e7 with both signs leave energies that are rounded to some 1e-8 eV.
    np.testing.assert_allclose(process.predict_structures([cluster])[1][0], numerical, atol=1e-3)


def test_moved_turned_mirrored_swapped(process, cluster):
    turn, order = np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))[0], np.arange(13)[::-1]
    energies, forces = process.predict_structures([cluster])
    changed = {
        "moved": (cluster.positions + [1, 2, 3], forces[0]),
        "turned": (cluster.positions @ turn.T, forces[0] @ turn.T),
        "mirrored": (-cluster.positions, -forces[0]),
        "swapped": (cluster.positions[order], forces[0][order]),
    }
    for positions, expected in changed.values():
        other_energies, other_forces = process.predict_structures([ase.Atoms("Cu13", positions)])
        np.testing.assert_allclose(other_energies, energies, atol=1e-6)
        np.testing.assert_allclose(other_forces[0], expected, atol=1e-5)


def test_fragments_far_apart_add_up(process, cluster):
    both = ase.Atoms("Cu26", np.concatenate([cluster.positions, cluster.positions[::-1] + [50, 0, 0]]))
    energies, forces = process.predict_structures([cluster])
    np.testing.assert_allclose(process.predict_structures([both])[0], 2 * energies, atol=1e-6)
    np.testing.assert_allclose(process.predict_structures([both])[1][0, :13], forces[0], atol=1e-5)


def test_the_calculator_takes_it_and_gives_the_same(process, cluster):
    energies, forces = process.predict_structures([cluster])
    cluster.calc = ForceFieldCalculator(process)
    assert cluster.get_potential_energy() == pytest.approx(energies[0], abs=1e-6)
    np.testing.assert_allclose(cluster.get_forces(), forces[0], atol=1e-5)


def test_frozen_gives_energies_of_centres_and_their_gradients(process, copper_set):
    descriptors = copper_set.descriptors[45]
    energies, gradients = process.frozen()(descriptors)
    assert (energies.shape, gradients.shape) == ((13,), (13, 50))
    step = 1e-3 * np.random.default_rng(0).normal(size=descriptors.shape)
    difference = (process.frozen()(descriptors + step)[0] - process.frozen()(descriptors - step)[0]).sum() / 2
    assert (gradients * step).sum() == pytest.approx(difference, rel=1e-3)


def energies_alone(data):
    """The same set with forces and derivatives of zero: force labels that say nothing."""
    return dataclasses.replace(data, forces=0 * data.forces, derivatives=0 * data.derivatives)


def test_energies_alone_are_the_gaussian_process_of_scikit_learn(labelled_and_rest):
    training, rest = map(energies_alone, labelled_and_rest)
    ours = SparseGaussianProcess(training, n_sparse=30, power=3, noise=0.01)
    theirs = GaussianProcessRegressor(DotProduct(sigma_0=0, sigma_0_bounds="fixed") ** 3, alpha=0.01**2, optimizer=None)
    theirs.fit(unit_vectors(training.descriptors[:, 0]), training.energies - training.energies.mean())
    expected = theirs.predict(unit_vectors(rest.descriptors[:, 0])) + training.energies.mean()
    np.testing.assert_allclose(ours.predict(rest.descriptors, rest.derivatives)[0], expected, atol=1e-4)


@pytest.mark.parametrize("kind", [SparseGaussianProcess, GaussianProcess])
def test_energies_and_forces_are_the_ridge_regression_on_the_kernels_own_features(kind):
    """(u . z)³ in 3 dimensions is a product of 10 monomials: 40 sparse points span them all."""
    generator = np.random.default_rng(0)
    descriptors, derivatives = generator.normal(size=(12, 2, 3)) + 2, generator.normal(size=(12, 2, 2, 3, 3))
    labels = {"energies": generator.normal(size=12), "forces": generator.normal(size=(12, 2, 3))}
    data = Dataset(generator.normal(size=(12, 2, 3)), **labels, descriptors=descriptors, derivatives=derivatives)
    ours = kind(data, power=3, noise=0.1, force_noise=0.1)
    features = PolynomialFeatures((3, 3), include_bias=False).fit(np.zeros((1, 3)))
    counts = features.powers_
    size = np.sqrt([6 / np.prod([[1, 1, 2, 6][n] for n in row]) for row in counts])  # multinomial coefficients

    def monomials(values):
        return features.transform(unit_vectors(values).reshape(-1, 3)).reshape(len(values), 2, -1).sum(axis=1) * size

    step = 1e-5
    slopes = [
        -(monomials(descriptors + step * direction) - monomials(descriptors - step * direction)) / (2 * step)
        for direction in derivatives.transpose(2, 3, 0, 1, 4).reshape(6, 12, 2, 3)
    ]
    design = np.concatenate([monomials(descriptors), *slopes])
    targets = np.concatenate([data.energies - data.energies.mean(), data.forces.reshape(12, 6).T.ravel()])
    expected = Ridge(alpha=0.1**2, fit_intercept=False).fit(design, targets).predict(design)
    energies, forces = ours.predict(descriptors, derivatives)
    np.testing.assert_allclose(energies - data.energies.mean(), expected[:12], atol=1e-5)
    np.testing.assert_allclose(forces.reshape(12, 6).T.ravel(), expected[12:], atol=1e-4)


def test_the_noise_decides_how_closely_labels_are_followed(copper_set):
    few = copper_set[::4]

    def misfit(noise):
        energies, forces = SparseGaussianProcess(few, 100, noise=noise).predict(few.descriptors, few.derivatives)
        return np.abs(energies - few.energies).mean(), np.abs(forces).mean()

    assert misfit(1e-4)[0] < 0.1 * misfit(0.3)[0]
    # Labels that are all noise leave the mean, and no forces.
    energy_misfit, largest_force = misfit(1e9)
    assert energy_misfit == pytest.approx(np.abs(few.energies - few.energies.mean()).mean(), rel=1e-6)
    assert largest_force < 1e-6


def test_a_set_in_parts_gives_the_same_energies(copper_set, monkeypatch):
    few, rest, settings = copper_set[:20], copper_set[20:], {"n_sparse": 50, "noise": 1e-2}
    energies, _ = SparseGaussianProcess(few, **settings).predict(rest.descriptors, rest.derivatives)
    monkeypatch.setattr(gaussian_process, "ROWS_AT_ONCE", 100)
    parts = SparseGaussianProcess([few[:7], few[7:9], few[9:]], **settings)
    np.testing.assert_allclose(parts.predict(rest.descriptors, rest.derivatives)[0], energies, atol=1e-6)


def test_farthest_points_are_spread_and_no_point_is_taken_twice():
    points = np.repeat(np.arange(10.0), 3)[:, None]
    chosen = farthest_points(points, 30)
    assert sorted(points[chosen, 0]) == list(range(10))
    ends = points[farthest_points(points, 3), 0]
    assert {0.0, 9.0} & set(ends[1:])


def test_another_seed_changes_predictions_little(process, copper_set):
    other = SparseGaussianProcess(copper_set[:40], n_sparse=300, seed=5)
    test = copper_set[40:]
    difference = (
        other.predict(test.descriptors, test.derivatives)[1] - process.predict(test.descriptors, test.derivatives)[1]
    )
    assert 0 < np.abs(difference).mean() < 0.05 * np.abs(test.forces).mean()


def test_a_file_is_all_that_predicting_needs(process, cluster, tmp_path):
    process.save(tmp_path / "process.npz")
    found = SparseGaussianProcess.load(tmp_path / "process.npz")
    np.testing.assert_array_equal(found.predict_structures([cluster])[1], process.predict_structures([cluster])[1])
    assert found.provenance == process.provenance
    assert repr(found) == repr(process)


def test_a_file_of_something_else_is_refused(copper_set, copper_force_field, process, tmp_path):
    copper_force_field.save(tmp_path / "network.npz")
    with pytest.raises(ValueError, match="complete sparse Gaussian process"):
        SparseGaussianProcess.load(tmp_path / "network.npz")
    broken = SparseGaussianProcess(copper_set[:5], 5)
    (kernel,) = broken.kernels.values()
    kernel.weights = kernel.weights * np.nan
    broken.save(tmp_path / "nan.npz")
    with pytest.raises(ValueError, match="complete sparse Gaussian process"):
        SparseGaussianProcess.load(tmp_path / "nan.npz")
    incomplete = SparseGaussianProcess(dataclasses.replace(copper_set[:5], metadata={}), 5)
    with pytest.raises(ValueError, match="does not know its descriptor"):
        incomplete.save(tmp_path / "incomplete.npz")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"n_sparse": 0}, "n_sparse must be a whole number"),
        ({"n_sparse": 2.5}, "n_sparse must be a whole number"),
        ({"power": "3"}, "power must be a whole number"),
        ({"noise": 0}, "noise must be a finite number above 0"),
        ({"noise": np.nan}, "noise must be a finite number above 0"),
        ({"seed": -1}, "seed must be a whole number"),
    ],
)
def test_settings_out_of_range_are_refused(copper_set, settings, words):
    with pytest.raises(ValueError, match=words):
        SparseGaussianProcess(copper_set[:3], **settings)


def test_sets_and_shapes_that_do_not_fit_are_refused(process, copper_set):
    with pytest.raises(ValueError, match="empty"):
        SparseGaussianProcess(copper_set[:0])
    with pytest.raises(ValueError, match="neighbour radius of every atom"):
        SparseGaussianProcess(dataclasses.replace(copper_set[:3], descriptors=0 * copper_set.descriptors[:3]))
    with pytest.raises(ValueError, match="descriptors must have shape"):
        process.predict(copper_set.descriptors[:, :, :7], copper_set.derivatives)

"""Sums of force fields: a model of cheap labels and one of what better labels differ by."""

import ase
import numpy as np
import pytest
from ase.calculators.lj import LennardJones
from ase.calculators.singlepoint import SinglePointCalculator

from forcefield.calculator import CommitteeCalculator, ForceFieldCalculator
from forcefield.evaluation import mean_absolute_error
from forcefield.finite_differences import numerical_forces
from forcefield.full_gaussian_process import GaussianProcess
from forcefield.gaussian_process import SparseGaussianProcess
from forcefield.model_sums import ModelSum, minus
from forcefield.prepared import copper_soap
from forcefield.saved_models import load_model
from forcefield.several_sets import LabelledStructures


@pytest.fixture(scope="module")
def cheap(copper_set):
    """A model of 40 clusters."""
    return SparseGaussianProcess(copper_set[:40], n_sparse=200, noise=1e-3)


@pytest.fixture(scope="module")
def better(copper_set):
    """The 60 clusters with a weak attraction of pairs added: what the cheap labels lack."""
    structures = []
    for positions, energy, forces in zip(copper_set.positions, copper_set.energies, copper_set.forces, strict=True):
        pairs = ase.Atoms("Cu13", positions, calculator=LennardJones(sigma=1.8, epsilon=0.5, rc=20))
        structures.append(ase.Atoms("Cu13", positions))
        labels = {"energy": energy + pairs.get_potential_energy(), "forces": forces + pairs.get_forces()}
        structures[-1].calc = SinglePointCalculator(structures[-1], **labels)
    return structures


@pytest.fixture(scope="module")
def both(cheap, better):
    """Ten better labels added to the cheap ones."""
    rest = minus(better[:40:4], cheap)
    return ModelSum([cheap, GaussianProcess(LabelledStructures(rest, copper_soap()))])


def force_error(model, structures):
    return mean_absolute_error(model.predict_structures(structures)[1], [one.get_forces() for one in structures])


def test_a_few_better_labels_and_a_cheap_model_beat_each_alone(cheap, better, both):
    alone = GaussianProcess(LabelledStructures(better[:40:4], copper_soap()))
    error = force_error(both, better[40:])
    assert error < 0.7 * force_error(alone, better[40:])
    assert error < 0.5 * force_error(cheap, better[40:])


def test_labels_minus_a_model_of_structures_and_of_a_set(cheap, better, copper_set):
    rest = minus(better, cheap)
    assert all(one.calc is not other.calc for one, other in zip(rest, better, strict=True))
    energies, forces = cheap.predict_structures(better)
    np.testing.assert_allclose(
        [one.get_potential_energy() for one in rest] + energies, [one.get_potential_energy() for one in better]
    )
    np.testing.assert_allclose([one.get_forces() for one in rest] + forces, [one.get_forces() for one in better])
    data = minus(copper_set, cheap)
    np.testing.assert_allclose(data.energies, copper_set.energies - energies, atol=1e-6)
    np.testing.assert_allclose(data.forces, copper_set.forces - forces, atol=1e-5)
    np.testing.assert_array_equal(data.derivatives, copper_set.derivatives)


def test_the_sum_is_the_sum_in_every_way_of_asking(both, copper_set):
    parts = [model.predict(copper_set.descriptors[50:], copper_set.derivatives[50:]) for model in both.models]
    energies, forces = both.predict(copper_set.descriptors[50:], copper_set.derivatives[50:])
    np.testing.assert_allclose(energies, parts[0][0] + parts[1][0])
    np.testing.assert_allclose(forces, parts[0][1] + parts[1][1])
    one = ase.Atoms("Cu13", copper_set.positions[50])
    one.calc = ForceFieldCalculator(both)
    assert one.get_potential_energy() == pytest.approx(energies[0], abs=1e-6)
    np.testing.assert_allclose(one.get_forces(), forces[0], atol=1e-5)
    one.calc = CommitteeCalculator([both, both.models[0]])
    assert one.get_potential_energy() == pytest.approx((energies[0] + parts[0][0][0]) / 2, abs=1e-6)

    def energy(positions):
        return both.predict_structures([ase.Atoms("Cu13", positions)])[0][0]

    np.testing.assert_allclose(forces[0], numerical_forces(energy, one.positions, step=1e-3), atol=1e-3)


def test_any_model_is_read_from_its_file(both, cheap, copper_force_field, better, tmp_path):
    for place, model in enumerate((both, cheap, both.models[1], copper_force_field)):
        model.save(tmp_path / f"{place}.npz")
        found = load_model(tmp_path / f"{place}.npz")
        assert type(found) is type(model)
        assert repr(found) == repr(model)
        expected = model.predict_structures(better[50:])[1]
        np.testing.assert_array_equal(found.predict_structures(better[50:])[1], expected)
        one = better[50].copy()
        one.calc = ForceFieldCalculator.load(tmp_path / f"{place}.npz")
        np.testing.assert_allclose(one.get_forces(), expected[0], atol=1e-6)
    assert ModelSum.load(tmp_path / "0.npz").provenance == both.provenance


def test_what_is_no_model_is_refused(both, copper_set, tmp_path):
    copper_set[:2].save(tmp_path / "set.npz")
    with pytest.raises(ValueError, match=r"set\.npz does not hold a force field"):
        load_model(tmp_path / "set.npz")
    both.models[0].save(tmp_path / "one.npz")
    with pytest.raises(ValueError, match="complete sum of force fields"):
        ModelSum.load(tmp_path / "one.npz")

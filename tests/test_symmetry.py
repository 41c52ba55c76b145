"""Symmetry of a force field with a centre on every atom: what must not change, and what must turn along."""

import ase
import numpy as np
import pytest
import torch

from forcefield import prepared
from forcefield.descriptors import describe
from forcefield.finite_differences import numerical_forces
from forcefield.loss import contraction_order, tensors
from forcefield.model import ForceField


def predictor(model, symbols="Cu13"):
    """Energy and forces of one structure from its positions."""
    soap = prepared.copper_soap()

    def predict(positions):
        described = describe(soap, [ase.Atoms(symbols, positions)], attach=True)
        energies, forces = model.predict(*described)
        return energies[0], forces[0]

    return predict


@pytest.fixture(scope="module")
def predict(copper_force_field):
    return predictor(copper_force_field)


@pytest.fixture(scope="module")
def positions(copper_set):
    return copper_set.positions[40]


def orthogonal(seed, determinant):
    """A random turn (determinant 1) or a turn and a mirror (-1)."""
    matrix = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))[0]
    return matrix * determinant * np.sign(np.linalg.det(matrix))


def test_moving_all_atoms_changes_nothing(predict, positions):
    energy, forces = predict(positions)
    assert np.abs(forces).max() > 0.5
    moved_energy, moved_forces = predict(positions + np.array([3.0, -20.0, 0.7]))
    assert moved_energy == pytest.approx(energy, abs=1e-9)
    np.testing.assert_allclose(moved_forces, forces, atol=1e-9)


@pytest.mark.parametrize("determinant", [1, -1], ids=["turn", "mirror"])
@pytest.mark.parametrize("seed", range(3))
def test_forces_turn_along(predict, positions, seed, determinant):
    matrix = orthogonal(seed, determinant)
    assert np.linalg.det(matrix) == pytest.approx(determinant)
    energy, forces = predict(positions)
    turned_energy, turned_forces = predict(positions @ matrix.T)
    assert turned_energy == pytest.approx(energy, abs=1e-8)
    np.testing.assert_allclose(turned_forces, forces @ matrix.T, atol=1e-8)


def test_swapping_atoms_swaps_their_forces(predict, positions):
    order = np.random.default_rng(0).permutation(13)
    energy, forces = predict(positions)
    swapped_energy, swapped_forces = predict(positions[order])
    assert swapped_energy == pytest.approx(energy, abs=1e-9)
    np.testing.assert_allclose(swapped_forces, forces[order], atol=1e-9)


def test_net_force_and_torque_are_zero(predict, positions):
    _, forces = predict(positions)
    np.testing.assert_allclose(forces.sum(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(np.cross(positions, forces).sum(axis=0), 0, atol=1e-8)


def test_forces_are_minus_the_gradient_of_the_energy(predict, positions):
    numerical = numerical_forces(lambda moved: predict(moved)[0], positions)
    np.testing.assert_allclose(predict(positions)[1], numerical, atol=1e-6)


def test_centres_that_stay_behind_give_wrong_forces(copper_force_field, predict, positions):
    """The trap that attach=True avoids: the test above would see it."""
    described = describe(prepared.copper_soap(), [ase.Atoms("Cu13", positions)], attach=False)
    _, forces = copper_force_field.predict(*described)
    assert np.abs(forces[0] - predict(positions)[1]).max() > 0.1
    assert np.abs(forces[0].sum(axis=0)).max() > 0.1


def test_energy_of_far_fragments_adds_up(copper_force_field, positions):
    """A sum over atoms: two clusters that do not see each other have twice the energy of one."""
    energy, forces = predictor(copper_force_field)(positions)
    both = np.concatenate([positions, positions + np.array([40.0, 0, 0])])
    energy_of_both, forces_of_both = predictor(copper_force_field, "Cu26")(both)
    assert energy_of_both == pytest.approx(2 * energy, abs=1e-9)
    np.testing.assert_allclose(forces_of_both, np.concatenate([forces, forces]), atol=1e-9)


def test_force_contraction_against_the_formula(copper_set):
    """F = -sum over centres and features of dE/dD times dD/dr, whatever the order in memory."""
    model = ForceField(50, (8,), seed=3).standardise(copper_set)
    small = copper_set[:5]
    shaped = torch.from_numpy(small.descriptors).requires_grad_(True)
    (gradient,) = torch.autograd.grad(model.center_energies(shaped).sum(), shaped)
    expected = -np.einsum("sck,scaxk->sax", gradient.numpy(), small.derivatives)
    for derivatives in (torch.from_numpy(small.derivatives), contraction_order(torch.from_numpy(small.derivatives))):
        _, forces = model(shaped, derivatives)
        np.testing.assert_allclose(forces.detach().numpy(), expected, rtol=1e-10, atol=1e-12)


def test_contraction_order_keeps_shape_and_values_and_copies_only_what_it_must(copper_set, dimer_set):
    many, one = torch.from_numpy(copper_set.derivatives), torch.from_numpy(dimer_set.derivatives)
    ordered = tensors(copper_set)[1]
    assert ordered.shape == many.shape
    assert torch.equal(ordered, many)
    assert ordered.permute(0, 2, 3, 1, 4).is_contiguous()
    assert contraction_order(one).data_ptr() == one.data_ptr()


def test_predictions_do_not_depend_on_the_size_of_the_set(copper_force_field, copper_set):
    """More systems than are worked on at once give what each gives alone; no system gives nothing."""
    energies, forces = copper_force_field.predict(copper_set.descriptors, copper_set.derivatives)
    for index in (0, 31, 32, 59):
        alone = copper_set[[index]]
        energy, force = copper_force_field.predict(alone.descriptors, alone.derivatives)
        assert energy[0] == pytest.approx(energies[index], abs=1e-10)
        np.testing.assert_allclose(force[0], forces[index], atol=1e-10)
    none = copper_set[:0]
    assert copper_force_field.predict(none.descriptors, none.derivatives)[1].shape == (0, 13, 3)

"""Labels: the potential against ASE, its forces against finite differences, its invariances."""

import ase
import numpy as np
import pytest
from ase.calculators.lj import LennardJones
from ase.calculators.singlepoint import SinglePointCalculator

from forcefield import systems
from forcefield.finite_differences import central_difference, numerical_forces

LJ = systems.lennard_jones_calculator()


@pytest.mark.parametrize(("sigma", "epsilon"), [(2.9, 1.0), (2.2, 0.3), (3.6, 2.5)])
def test_lennard_jones_is_that_of_ase_up_to_its_shift(sigma, epsilon):
    distances = np.linspace(0.8 * sigma, 2.5 * sigma, 50)
    energies, forces = systems.lennard_jones(distances, sigma, epsilon)
    _, ase_energies, ase_forces = systems.label(systems.dimers(distances), LennardJones(sigma=sigma, epsilon=epsilon))
    # ASE lifts the energy to zero at its cutoff of 3 sigma: -E(3 sigma) = 0.00548 epsilon.
    np.testing.assert_allclose(
        ase_energies - energies, -systems.lennard_jones(3 * sigma, sigma, epsilon)[0], atol=1e-12
    )
    np.testing.assert_allclose(ase_forces[:, 1, 0], forces, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(ase_forces[:, 0, 0], -forces, rtol=1e-12, atol=1e-12)


def test_force_is_minus_the_slope_of_the_energy():
    distances = np.linspace(2.3, 6.0, 40)
    step = 1e-5
    above, below = (systems.lennard_jones(distances + sign * step)[0] for sign in (1, -1))
    np.testing.assert_allclose(systems.lennard_jones(distances)[1], -(above - below) / (2 * step), atol=1e-6)


def test_minimum_and_zero_crossing():
    minimum = 2 ** (1 / 6) * systems.SIGMA
    energy, force = systems.lennard_jones(minimum)
    assert energy == pytest.approx(-systems.EPSILON, abs=1e-12)
    assert force == pytest.approx(0, abs=1e-12)
    assert systems.lennard_jones(systems.SIGMA)[0] == pytest.approx(0, abs=1e-12)


def test_label_against_finite_differences_and_invariances():
    generator = np.random.default_rng(0)
    cluster = ase.Atoms("H4", positions=3.2 * np.eye(4, 3) + generator.normal(scale=0.1, size=(4, 3)))

    def energy(positions):
        moved = cluster.copy()
        moved.positions = positions
        return systems.label([moved], LJ)[1][0]

    positions, energies, forces = systems.label([cluster], LJ)
    assert forces.shape == (1, 4, 3)
    np.testing.assert_allclose(forces[0], numerical_forces(energy, positions[0]), atol=1e-5)
    np.testing.assert_allclose(forces[0].sum(axis=0), 0, atol=1e-12)
    turned = cluster.copy()
    turned.rotate(40, (1, 2, 3))
    turned.translate((1.0, -2.0, 0.5))
    assert systems.label([turned, cluster[[2, 0, 3, 1]]], LJ)[1] == pytest.approx(energies[0], abs=1e-12)


def test_dimers_lie_about_the_shifted_midpoint():
    (pair,) = systems.dimers([3.0], shift=0.3)
    np.testing.assert_array_equal(pair.positions, [[-1.2, 0, 0], [1.8, 0, 0]])


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: systems.lennard_jones([3.0, 0.0]), "distance must be above 0"),
        (lambda: systems.lennard_jones(3.0, sigma=-1), "sigma must be a finite number above 0"),
        (lambda: systems.lennard_jones(3.0, epsilon=np.nan), "epsilon must be a finite number above 0"),
        (lambda: systems.dimers(3.0), "must have shape"),
        (lambda: systems.dimers([np.inf]), "not a finite number"),
        (lambda: systems.label([]), "the list is empty"),
        (lambda: systems.label([ase.Atoms("H"), ase.Atoms("H2")]), r"have \[1, 2\]"),
        (lambda: central_difference(np.sum, np.zeros(3)), r"positions must have shape \(any, 3\)"),
        (lambda: central_difference(np.sum, np.zeros((1, 3)), step=0), "step must be a finite number above 0"),
    ],
)
def test_bad_input_gets_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_central_difference_of_an_array_function():
    positions = np.arange(6.0).reshape(2, 3)
    derivative = central_difference(lambda moved: moved**2, positions)
    assert derivative.shape == (2, 3, 2, 3)
    np.testing.assert_allclose(np.einsum("axax->ax", derivative), 2 * positions, atol=1e-9)
    np.testing.assert_allclose(derivative.sum(axis=(0, 1)), 2 * positions, atol=1e-9)


def test_labels_that_structures_carry_are_used_and_no_potential_is_guessed():
    (pair,) = systems.dimers([3.0])
    with pytest.raises(ValueError, match="carries no labels: name the potential"):
        systems.label([pair])
    forces = [[1.0, 2.0, 3.0], [-1.0, -2.0, -3.0]]
    pair.calc = SinglePointCalculator(pair, energy=10.17, forces=forces)
    _, energies, found = systems.label([pair])
    assert energies == [10.17]
    labels = pair.calc
    systems.label([pair], LJ)
    assert pair.calc is labels, "labelling leaves the structure as it is"
    np.testing.assert_array_equal(found[0], forces)
    pair.calc = SinglePointCalculator(pair, energy=10.17)
    with pytest.raises(ValueError, match="lacks its energy or its forces"):
        systems.label([pair])
    pair.positions[1] = pair.positions[0]
    with pytest.raises(ValueError, match=r"less than 0\.1 Å apart"):
        systems.label([pair], LJ)

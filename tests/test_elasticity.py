"""What a calculator says about the crystal: EMT's own numbers by other ways, absolute values, bad input."""

import numpy as np
import pytest
from ase.calculators.emt import EMT
from ase.calculators.fd import calculate_numerical_stress
from ase.units import GPa

from forcefield import crystals, elasticity


@pytest.fixture(scope="module")
def equilibrium():
    """EMT's lattice constant (Å), energy per atom (eV) and bulk modulus (GPa)."""
    return elasticity.equation_of_state(EMT())


@pytest.mark.parametrize("shear", [-0.05, 0.01, 0.08])
def test_shears_keep_the_volume(shear):
    crystal = crystals.copper_crystal()
    for strain in elasticity.volume_conserving_strains(shear):
        assert crystals.deform(crystal, strain).get_volume() == pytest.approx(crystal.get_volume(), rel=1e-12)


def test_absolute_values_of_emts_copper(equilibrium):
    """A wrong unit, or a missing factor such as 2 pi, is far outside these ranges."""
    lattice_constant, energy, bulk_modulus = equilibrium
    assert 3.58 < lattice_constant < 3.60  # Å
    assert -0.01 < energy < 0.01  # eV
    assert 130 < bulk_modulus < 140  # GPa; measured on copper: 137
    tetragonal, c44 = elasticity.shear_moduli(EMT(), lattice_constant)
    assert 27 < tetragonal < 30  # GPa; measured on copper: 24
    assert 87 < c44 < 93  # GPa; measured on copper: 76
    frequencies = elasticity.phonon_frequencies(EMT(), lattice_constant)
    np.testing.assert_allclose(frequencies[:3], 0, atol=0.01)
    assert np.all((frequencies[3:9] > 5) & (frequencies[3:9] < 6))  # THz; measured on copper: 5.1
    assert np.all((frequencies[9:] > 8) & (frequencies[9:] < 8.5))  # THz; measured on copper: 7.25


def test_stress_in_gpa_has_the_size_that_the_lesson_says():
    stresses = []
    for frame in crystals.crystal_frames(10, 0):
        frame.calc = EMT()
        stresses.append(frame.get_stress() / GPa)
        np.testing.assert_allclose(calculate_numerical_stress(frame, eps=1e-5), frame.get_stress(), atol=1e-6)
    assert np.ptp(stresses) > 10


def test_emt_is_found_again_through_its_own_stress(equilibrium):
    lattice_constant, energy, bulk_modulus = equilibrium
    crystal = crystals.copper_crystal(lattice_constant)
    crystal.calc = EMT()
    assert energy == pytest.approx(crystal.get_potential_energy() / 4, abs=1e-5)
    assert np.abs(crystal.get_stress()).max() < 1e-3  # eV/Å³; no pressure at the minimum
    # Elastic constants from EMT's own stress, which the energies know nothing of.
    step, stiffness = 1e-4, {}
    for name, strain in (("xx", np.diag([step, 0, 0])), ("xy", step / 2 * np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]]))):
        stresses = []
        for sign in (1, -1):
            deformed = crystals.deform(crystal, sign * strain)
            deformed.calc = EMT()
            stresses.append(deformed.get_stress())
        stiffness[name] = (stresses[0] - stresses[1]) / (2 * step) / GPa
    c11, c12, c44 = stiffness["xx"][0], stiffness["xx"][1], stiffness["xy"][5]
    assert bulk_modulus == pytest.approx((c11 + 2 * c12) / 3, rel=0.01)
    tetragonal, found = elasticity.shear_moduli(EMT(), lattice_constant)
    assert tetragonal == pytest.approx((c11 - c12) / 2, rel=0.02)
    assert found == pytest.approx(c44, rel=0.02)


def test_phonons_come_in_groups_and_an_unstable_crystal_is_negative(equilibrium):
    frequencies = elasticity.phonon_frequencies(EMT(), equilibrium[0])
    assert np.ptp(frequencies[3:9]) < 0.01
    assert np.ptp(frequencies[9:]) < 0.01
    assert elasticity.phonon_frequencies(EMT(), 1.3 * equilibrium[0])[0] < -0.5


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: elasticity.equation_of_state(EMT(), largest=0), "largest strain"),
        (lambda: elasticity.equation_of_state(EMT(), largest=np.nan), "largest"),
        (lambda: elasticity.equation_of_state(EMT(), n_points=4), "n_points"),
        (lambda: elasticity.equation_of_state(EMT(), largest=0.001), "no minimum"),
        (lambda: elasticity.shear_moduli(EMT(), -3.6), "lattice constant"),
        (lambda: elasticity.shear_moduli(EMT(), 3.6, largest=0.5), "largest strain"),
        (lambda: elasticity.volume_conserving_strains(0.7), "shear"),
        (lambda: elasticity.volume_conserving_strains("0.1"), "shear"),
        (lambda: elasticity.phonon_frequencies(EMT(), 3.6, step=0), "step"),
        (lambda: elasticity.energies_of(EMT(), crystals.copper_crystal()), "list"),
    ],
)
def test_bad_input_gets_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()

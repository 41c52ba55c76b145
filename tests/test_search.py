"""The search for minima: what it finds, that it can be repeated, and what it refuses."""

import ase
import numpy as np
import pytest
from ase.calculators.emt import EMT
from ase.calculators.lj import LennardJones

from forcefield.sampling import copper_cluster
from forcefield.search import basin_hopping, relax


def test_relaxation_ends_at_the_minimum_and_leaves_the_structure_alone():
    start = copper_cluster()
    start.rattle(0.1, rng=np.random.default_rng(0))
    before = start.positions.copy()
    relaxed, energy = relax(start, EMT())
    expected = copper_cluster()
    expected.calc = EMT()
    assert energy == pytest.approx(expected.get_potential_energy(), abs=0.01)
    assert relaxed.calc is None
    np.testing.assert_array_equal(start.positions, before)


def test_search_finds_the_known_minimum_of_seven_atoms():
    """The pentagonal bipyramid, -16.505384 epsilon, is the lowest of seven Lennard-Jones atoms (Cambridge Clusters)."""
    generator = np.random.default_rng(1)
    start = ase.Atoms("Ar7", positions=generator.uniform(-1.3, 1.3, (7, 3)))
    potential = LennardJones(sigma=1.0, epsilon=1.0, rc=1000.0)  # so far away that it is not cut off
    minima = basin_hopping(start, potential, 30, seed=0, step=0.4)
    assert len(minima) == 30
    assert min(energy for _, energy in minima) == pytest.approx(-16.505384, abs=0.01)


def test_the_same_seed_finds_the_same():
    first, again, other = (basin_hopping(copper_cluster(), EMT(), 2, seed=seed) for seed in (0, 0, 1))
    for (one, energy), (same, same_energy) in zip(first, again, strict=True):
        np.testing.assert_array_equal(one.positions, same.positions)
        assert energy == same_energy
    assert np.abs(first[0][0].positions - other[0][0].positions).max() > 0.01


class Collapse(EMT):
    """Pulls two atoms together with 5 eV/Å, and refuses them closer than 2 Å."""

    def calculate(self, atoms=None, *arguments, **settings):
        if atoms.get_distance(0, 1) < 2:
            raise ValueError("too close")
        super().calculate(atoms, *arguments, **settings)
        self.results["forces"] = np.array([[5.0, 0, 0], [-5, 0, 0]])


def test_relaxation_keeps_what_it_reached_before_a_refusal():
    relaxed, energy = relax(ase.Atoms("Cu2", positions=[[0, 0, 0], [4.0, 0, 0]]), Collapse())
    assert 2 <= relaxed.get_distance(0, 1) < 2.6
    assert np.isfinite(energy)


def test_settings_out_of_range_get_one_sentence():
    for settings in ({"n_hops": 0}, {"step": -1.0}, {"thermal_energy": 0.0}):
        with pytest.raises(ValueError, match=next(iter(settings))):
            basin_hopping(copper_cluster(), EMT(), **{"n_hops": 1, "seed": 0, **settings})

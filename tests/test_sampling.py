"""Sampling: dynamics that depend on the seed alone, frames in blocks."""

import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.emt import EMT

from forcefield import sampling, systems


def test_the_cluster_is_relaxed_and_the_same_every_time():
    cluster = sampling.copper_cluster()
    assert len(cluster) == 13
    assert cluster.calc is None
    assert not cluster.pbc.any()
    _, _, forces = systems.label([cluster], EMT())
    assert np.abs(forces).max() < 1e-5
    np.testing.assert_allclose(cluster.positions.mean(axis=0), 0, atol=1e-12)
    # The icosahedron: twelve atoms around one, all at one distance.
    distances = np.linalg.norm(cluster.positions, axis=1)
    assert np.sort(distances)[0] < 1e-6
    assert np.ptp(np.sort(distances)[1:]) < 1e-4


def test_sampling_depends_on_the_seed_alone():
    def frames(seed):
        np.random.default_rng().normal()
        dynamics = sampling.langevin(sampling.copper_cluster(), EMT(), 600, seed)
        return np.array([frame.positions for frame in sampling.sample_blocks(dynamics, 2, 3, 2, 3, 5)])

    first = frames(1)
    assert first.shape == (6, 13, 3)
    np.testing.assert_array_equal(first, frames(1))
    assert np.abs(first - frames(2)).max() > 0.01


def test_sampled_temperature_is_the_one_asked_for():
    dynamics = sampling.langevin(sampling.copper_cluster(), EMT(), 600, 0)
    temperatures = []
    dynamics.attach(lambda: temperatures.append(dynamics.atoms.get_temperature()), interval=5)
    dynamics.run(2000)
    # Some 200 independent draws of 39 momenta: the mean scatters by about 10 K.
    assert np.mean(temperatures[40:]) == pytest.approx(600, abs=60)


@pytest.mark.parametrize(
    ("settings", "word"),
    [({"temperature": 0}, "temperature"), ({"time_step": -1}, "time_step"), ({"friction": np.nan}, "friction")],
)
def test_bad_dynamics_get_one_sentence(settings, word):
    with pytest.raises(ValueError, match=rf"^{word} must be a finite number above 0"):
        sampling.langevin(sampling.copper_cluster(), EMT(), **{"temperature": 300, "seed": 0, **settings})


def test_crystals_keep_their_cell():
    dynamics = sampling.langevin(bulk("Cu", cubic=True), EMT(), 300, 0)
    (frame,) = sampling.sample_blocks(dynamics, 1, 1, 1, 0, 0)
    assert frame.pbc.all()
    np.testing.assert_array_equal(frame.cell.array, dynamics.atoms.cell.array)
    np.testing.assert_array_equal(frame.positions, dynamics.atoms.positions)

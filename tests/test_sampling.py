"""Sampling: dynamics that depend on the seed alone, frames in blocks."""

import numpy as np
import pytest
from ase import units
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


def test_dynamics_have_the_settings_asked_for_and_leave_the_structure_alone():
    crystal = bulk("Cu", cubic=True) * (4, 4, 4)
    dynamics = sampling.langevin(crystal, EMT(), 300, 0, time_step=4.0, friction=0.01)
    settings = dynamics.todict()
    assert settings["timestep"] == pytest.approx(4 * units.fs)
    assert settings["friction"] == pytest.approx(0.01 / units.fs)
    assert settings["temperature_K"] == pytest.approx(300)
    # Velocities of 256 atoms at twice the temperature; their own temperature scatters by 5 %.
    assert dynamics.atoms.get_temperature() == pytest.approx(600, rel=0.2)
    assert dynamics.atoms is not crystal
    assert crystal.calc is None
    assert not crystal.get_momenta().any()


def test_frames_are_taken_at_the_steps_that_the_numbers_name():
    cluster = sampling.copper_cluster()
    reference, expected = sampling.langevin(cluster, EMT(), 600, 3), []
    for steps in (5 + 3 + 2, 2, 2, 3 + 2, 2, 2):
        reference.run(steps)
        expected.append(reference.atoms.positions - reference.atoms.positions.mean(axis=0))
    dynamics = sampling.langevin(cluster, EMT(), 600, 3)
    frames = sampling.sample_blocks(dynamics, 2, 3, interval=2, gap=3, equilibration=5)
    np.testing.assert_allclose([frame.positions for frame in frames], expected, atol=1e-9)


def test_copper_frames_come_from_one_trajectory_at_each_temperature(monkeypatch):
    asked, langevin = [], sampling.langevin

    def recorded(structure, calculator, temperature, seed, **settings):
        asked.append((temperature, seed))
        return langevin(structure, calculator, temperature, seed, **settings)

    monkeypatch.setattr(sampling, "langevin", recorded)
    monkeypatch.setattr(sampling, "COPPER_BLOCKS", 2)
    monkeypatch.setattr(sampling, "COPPER_BLOCK_LENGTH", 1)
    monkeypatch.setattr(
        sampling, "sample_blocks", lambda dynamics, n_blocks, block_length: [dynamics.atoms] * n_blocks * block_length
    )
    frames = sampling.copper_frames(seed=4)
    assert [temperature for temperature, _ in asked] == [300, 600, 900]
    assert len({str(seed) for _, seed in asked}) == 3, "each trajectory has random numbers of its own"
    assert all("4" in str(seed) for _, seed in asked)
    temperatures, blocks = sampling.copper_blocks()
    np.testing.assert_array_equal(temperatures, [300, 300, 600, 600, 900, 900])
    np.testing.assert_array_equal(blocks, np.arange(6))
    # Velocities start at twice the temperature: those of 900 K are larger than those of 300 K.
    speeds = [np.abs(frame.get_velocities()).mean() for frame in frames]
    assert speeds[0] < speeds[-1]


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

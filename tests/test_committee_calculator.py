"""A committee as an ASE calculator, a baseline under it, and dynamics that stops where the members disagree."""

import ase
import numpy as np
import pytest
from ase import units
from ase.build import bulk
from ase.calculators.calculator import PropertyNotImplementedError
from ase.calculators.emt import EMT
from ase.calculators.fd import calculate_numerical_forces
from ase.calculators.lj import LennardJones
from ase.md.velocitydistribution import thermalize_momenta
from ase.md.verlet import VelocityVerlet
from ase.optimize import BFGS

from forcefield import sampling
from forcefield.calculator import CommitteeCalculator, ForceFieldCalculator
from forcefield.committees import Committee, energy_spread, force_spread
from forcefield.dataset import Dataset
from forcefield.descriptors import make_soap
from forcefield.model import ForceField
from forcefield.repulsion import Repulsion
from forcefield.stop_on_spread import StopOnSpread


def untrained(training_set, seeds=(0, 1, 2)):
    """Members that disagree well."""
    return [ForceField(training_set.descriptors.shape[-1], (8,), seed=seed).standardise(training_set) for seed in seeds]


@pytest.fixture(scope="module")
def members(copper_set):
    return untrained(copper_set)


@pytest.fixture
def cluster(copper_set, members):
    return ase.Atoms("Cu13", copper_set.positions[30], calculator=CommitteeCalculator(members))


def test_mean_and_spread_are_the_committees(cluster, members, copper_set):
    one = copper_set[[30]]
    energies, forces = Committee(members).votes(one.descriptors, one.derivatives)
    assert cluster.get_potential_energy() == pytest.approx(energies.mean(), abs=1e-9)
    np.testing.assert_allclose(cluster.get_forces(), forces[:, 0].mean(axis=0), atol=1e-9)
    assert cluster.calc.results["energy_spread"] == pytest.approx(energy_spread(energies)[0], rel=1e-9)
    assert isinstance(cluster.calc.results["energy_spread"], float)
    spread = cluster.calc.results["force_spread"]
    assert spread.shape == (13,)
    np.testing.assert_allclose(spread, force_spread(forces)[0], rtol=1e-8)
    assert spread.min() > 1e-3


def test_forces_are_those_of_the_mean_energy_with_and_without_a_baseline(cluster, members):
    alone = cluster.get_potential_energy()
    np.testing.assert_allclose(cluster.get_forces(), calculate_numerical_forces(cluster, eps=1e-4), atol=1e-6)
    spread = cluster.calc.get_property("force_spread", cluster)
    cluster.calc = CommitteeCalculator(members, baseline=Repulsion(2.8))
    assert cluster.get_potential_energy() > alone + 0.1
    np.testing.assert_allclose(cluster.get_forces(), calculate_numerical_forces(cluster, eps=1e-4), atol=1e-6)
    np.testing.assert_allclose(cluster.calc.get_property("force_spread", cluster), spread)
    assert cluster.get_potential_energy(force_consistent=True) == cluster.get_potential_energy()


def test_one_force_field_takes_a_baseline_as_well(cluster, members):
    sum_of_both = 0
    for calculator in (ForceFieldCalculator(members[0]), Repulsion(2.8)):
        cluster.calc = calculator
        sum_of_both += cluster.get_forces()
    cluster.calc = ForceFieldCalculator(members[0], baseline=Repulsion(2.8))
    np.testing.assert_allclose(cluster.get_forces(), sum_of_both, atol=1e-10)


def test_energy_alone_takes_no_derivatives(cluster, monkeypatch):
    monkeypatch.setattr("forcefield.reverse_soap.ReverseSoap.evaluate_all", lambda *_: pytest.fail("derivatives taken"))
    cluster.get_potential_energy()
    assert "forces" not in cluster.calc.results
    monkeypatch.undo()
    assert cluster.calc.get_property("force_spread", cluster).shape == (13,)


def test_a_changed_cell_alone_gives_new_results():
    """Crystals: positions stay, the cell changes; forces, energy and spreads are those of the new cell."""
    soap = make_soap(("Cu",), cutoff_radius=3.0, sigma=0.5, n_max=2, l_max=1, periodic=True)
    crystals = [bulk("Cu", a=a, cubic=True) for a in (3.5, 3.6, 3.7)]
    for seed, crystal in enumerate(crystals):
        crystal.rattle(0.05, rng=np.random.default_rng(seed))
    members = untrained(Dataset.from_structures(crystals, soap, attach=True, calculator=EMT()), (0, 1))
    for calculator in (ForceFieldCalculator(members[0]), CommitteeCalculator(members)):
        crystal = crystals[1].copy()
        crystal.calc = calculator
        before = crystal.get_potential_energy(), crystal.get_forces(), calculator.results.get("force_spread")
        crystal.set_cell(np.diag([3.6, 3.6, 3.9]), scale_atoms=False)
        fresh = crystal.copy()
        fresh.calc = type(calculator)(members if before[2] is not None else members[0])
        assert abs(crystal.get_potential_energy() - before[0]) > 1e-3
        assert crystal.get_potential_energy() == pytest.approx(fresh.get_potential_energy(), abs=1e-12)
        np.testing.assert_array_equal(crystal.get_forces(), fresh.get_forces())
        assert np.abs(crystal.get_forces() - before[1]).max() > 1e-3
        if before[2] is not None:
            np.testing.assert_array_equal(calculator.results["force_spread"], fresh.calc.results["force_spread"])


def test_what_is_no_committee_gets_one_sentence(copper_set, members):
    for one in (members[0], members[:1], None, "members"):
        with pytest.raises(ValueError, match="list of at least 2 force fields"):
            CommitteeCalculator(one)
    for several in (members, Committee(members)):
        with pytest.raises(ValueError, match=r"one force field.*CommitteeCalculator"):
            ForceFieldCalculator(several)
    other_soap = make_soap(("Cu",), cutoff_radius=5.5, sigma=0.4, n_max=4, l_max=4)
    frames = [ase.Atoms("Cu13", positions) for positions in copper_set.positions[:4]]
    stranger = untrained(Dataset.from_structures(frames, other_soap, attach=True, calculator=EMT()), (0,))[0]
    with pytest.raises(ValueError, match="must share all settings of their descriptor"):
        CommitteeCalculator([*members, stranger])


def moving(structure, calculator, kind=VelocityVerlet):
    """Dynamics at constant energy from 600 K."""
    atoms = structure.copy()
    atoms.calc = calculator
    thermalize_momenta(atoms, temperature_K=600, rng=np.random.default_rng(0))
    return kind(atoms, 2 * units.fs)


@pytest.fixture
def limit(cluster):
    """A spread that a run of 20 steps does not pass at its start, but later; and the step at which it does."""
    dynamics = moving(cluster, cluster.calc)
    stop = StopOnSpread(dynamics, 1e6)
    dynamics.attach(stop)
    dynamics.run(20)
    assert stop.frame is None
    assert len(stop.spreads) == 21
    rises = [step for step in range(3, 20) if stop.spreads[step] > max(stop.spreads[:step])]
    if not rises:  # the spread falls: then any limit between its first values would do, and the test needs another case
        pytest.fail("The spread of this run never rises.")
    return (max(stop.spreads[: rises[0]]) + stop.spreads[rises[0]]) / 2, rises[0]


def test_the_run_stops_at_the_first_frame_above_the_limit_and_keeps_it(cluster, limit):
    dynamics = moving(cluster, cluster.calc)
    stop = StopOnSpread(dynamics, limit[0])
    dynamics.attach(stop)
    dynamics.run(20)
    assert dynamics.nsteps == limit[1]
    assert len(stop.spreads) == limit[1] + 1
    assert stop.frame.calc is None
    np.testing.assert_array_equal(stop.frame.positions, dynamics.atoms.positions)
    dynamics.atoms.positions += 1
    assert np.abs(stop.frame.positions - dynamics.atoms.positions).min() > 0.9


def test_it_stops_irun_and_goes_on_with_better_members(cluster, limit, members):
    dynamics = moving(cluster, cluster.calc)
    stop = StopOnSpread(dynamics, limit[0])
    dynamics.attach(stop)
    steps = sum(1 for _ in dynamics.irun(20))
    assert steps == limit[1] + 1
    dynamics.atoms.calc = CommitteeCalculator([members[0], members[0]])  # they agree in everything
    dynamics.run(20 - dynamics.nsteps)
    assert dynamics.nsteps == 20
    assert stop.spreads[-1] == 0


def test_it_stops_at_the_start_and_in_a_relaxation_and_at_a_temperature(cluster):
    for dynamics in (
        moving(cluster, cluster.calc),
        BFGS(moving(cluster, cluster.calc).atoms, logfile=None),
        sampling.langevin(cluster, cluster.calc, 300, seed=0),
    ):
        stop = StopOnSpread(dynamics, 1e-9)
        dynamics.attach(stop)
        dynamics.run(steps=20)
        assert dynamics.nsteps == 0
        assert stop.frame is not None


def test_what_has_no_spread_gets_one_sentence(cluster, members):
    dynamics = moving(cluster, cluster.calc)
    for wrong in (0, -1, np.nan, np.inf):
        with pytest.raises(ValueError, match="above 0 eV/Å"):
            StopOnSpread(dynamics, wrong)
    for calculator in (LennardJones(), ForceFieldCalculator(members[0]), None):
        dynamics.atoms.calc = calculator
        with pytest.raises(ValueError, match="give the atoms a CommitteeCalculator"):
            StopOnSpread(dynamics, 0.5)


def test_stress_is_not_there(cluster):
    with pytest.raises(PropertyNotImplementedError):
        cluster.get_stress()

"""What several test files need."""

import numpy as np
import pytest
import torch
from ase.calculators.emt import EMT
from ase.io import read

import paths
from forcefield import crystals, molecule, prepared, sampling
from forcefield.copper_gold import copper_gold_frames
from forcefield.data_maps import data_map
from forcefield.dataset import Dataset
from forcefield.descriptors import describe_without_derivatives, make_soap
from forcefield.full_gaussian_process import GaussianProcess
from forcefield.model import ForceField
from forcefield.own_parts import own_parts, own_soap
from forcefield.several_sets import LabelledStructures
from forcefield.splits import equally_spaced
from forcefield.training import train

torch.set_num_threads(1)


@pytest.fixture(scope="session")
def dimer_set():
    """The course's 200 dimers, made here: no test reads what a lesson saved."""
    return prepared.make_dimer_dataset()


@pytest.fixture(scope="session")
def labelled_and_rest(dimer_set):
    """The 30 labelled dimers and the 170 others."""
    chosen, others = equally_spaced(len(dimer_set), 30)
    return dimer_set[chosen], dimer_set[others]


@pytest.fixture(scope="session")
def copper_set():
    """Sixty rattled clusters of 13 copper atoms with EMT labels, a centre on every atom."""
    generator, cluster = np.random.default_rng(0), sampling.copper_cluster()
    structures = []
    for scale in np.linspace(0.02, 0.2, 60):
        structures.append(cluster.copy())
        structures[-1].positions += generator.normal(scale=scale, size=(13, 3))
    return Dataset.from_structures(structures, prepared.copper_soap(), attach=True, calculator=EMT())


@pytest.fixture(scope="session")
def crystal_set():
    """Ten strained, rattled cells of 4 copper atoms with EMT labels, virials among them; 10 features."""
    soap = make_soap(("Cu",), cutoff_radius=3.5, n_max=2, l_max=2, periodic=True)
    frames = crystals.crystal_frames(10, 0)
    return Dataset.from_structures(frames, soap, attach=True, calculator=EMT(), virials=True)


@pytest.fixture(scope="session")
def copper_force_field(copper_set):
    """A small force field of these clusters, fitted for a second: rough, but with every symmetry of a good one."""
    model, _ = train(copper_set, hidden_units=(16, 16), iterations=60)
    return model


@pytest.fixture(scope="session")
def dimer_model(labelled_and_rest):
    """A network of the 30 labelled dimers."""
    return train(labelled_and_rest[0], hidden_units=(16,), seed=0, iterations=200)[0]


@pytest.fixture(scope="session")
def untrained_members(dimer_set):
    """Members of a committee, untrained."""
    return [ForceField(6, seed=seed).standardise(dimer_set) for seed in range(16)]


@pytest.fixture(scope="session")
def crystal_models():
    """Three rough models of copper crystals, fitted to 20 frames."""
    soap = crystals.crystal_soap()
    frames = crystals.crystal_frames(20, 0)
    data = Dataset.from_structures(frames, soap, attach=True, calculator=EMT())
    return [train(data, hidden_units=(8,), seed=seed, iterations=30)[0] for seed in range(3)]


@pytest.fixture(scope="session")
def proton_committees():
    """Committees of two for malonaldehyde, fitted to 4, 8 and 16 frames: they stand for those of 40, 80 and 160."""
    frames = read(molecule.LABELS / "malonaldehyde.extxyz.gz", ":")
    soap = make_soap(("H", "C", "O"), cutoff_radius=4.0, sigma=0.5, n_max=2, l_max=2)
    return {
        10 * size: [GaussianProcess(LabelledStructures(frames[seed :: 520 // size], soap)) for seed in (0, 5)]
        for size in (4, 8, 16)
    }


@pytest.fixture(scope="session")
def copper_map():
    """The map of 300 rattled clusters of 13 copper atoms; energies and errors are drawn."""
    clusters = [sampling.copper_cluster()]
    clusters += [clusters[0].copy() for _ in range(299)]
    for seed, cluster in enumerate(clusters):
        cluster.rattle(0.02 + 0.0005 * seed, seed=seed)
    return map_with_drawn_values(clusters, prepared.copper_soap())


@pytest.fixture(scope="session")
def molecule_map():
    """The map of 120 frames of malonaldehyde; energies and errors are drawn."""
    frames = read(molecule.LABELS / "malonaldehyde.extxyz.gz", ":480:4")
    return map_with_drawn_values(frames, make_soap(("H", "C", "O"), cutoff_radius=4.0, sigma=0.5, n_max=2, l_max=2))


def map_with_drawn_values(structures, soap):
    energies, errors = np.random.default_rng(0).uniform(0.001, 1, (2, len(structures)))
    labels = [f"frame {row}" for row in range(len(structures))]
    return data_map(structures, describe_without_derivatives(soap, structures), energies, errors, labels)


@pytest.fixture(scope="session")
def explorers_need(
    dimer_set,
    dimer_model,
    untrained_members,
    crystal_models,
    copper_force_field,
    proton_committees,
    copper_map,
    molecule_map,
):
    """What each explorer needs besides its settings: the arguments of `NAME_explorer`."""
    return {
        "lennard_jones": (),
        "soap": (),
        "training": (dimer_set,),
        "extrapolation": (dimer_model,),
        "committee": (untrained_members,),
        "strain": (crystal_models,),
        "proton": (proton_committees, molecule.reaction_path()[2]),
        "dynamics": (copper_force_field,),
        "data_map": (copper_map,),
        "molecule_map": (molecule_map,),
    }


@pytest.fixture(scope="session")
def copper_gold_parts():
    """Lesson 11's copper-gold clusters, in parts."""
    return own_parts(copper_gold_frames(), seed=0, never_trained_on="Cu19Au19", by="trajectory")


@pytest.fixture(scope="session")
def copper_gold_small(copper_gold_parts):
    """Those of 13 atoms in the training part."""
    return [structure for structure in copper_gold_parts["training"] if len(structure) == 13]


@pytest.fixture(scope="session")
def copper_gold_soap(copper_gold_parts):
    """Lesson 11's descriptor of them."""
    return own_soap(copper_gold_parts["training"])


@pytest.fixture
def launcher_folder(tmp_path, monkeypatch):
    """An empty folder in which the launcher's functions work instead of in the course's."""
    monkeypatch.setattr(paths, "ROOT", str(tmp_path))
    monkeypatch.setattr(paths, "VENV", str(tmp_path / ".venv"))
    return tmp_path

"""What each explorer is about, as its lesson makes it: data and models, found in notebooks/data or made again."""

import ase
import numpy as np
from ase.io import read

from forcefield import crystals, molecule, prepared, sampling
from forcefield.data_maps import data_map
from forcefield.descriptors import describe_without_derivatives, make_soap
from forcefield.full_gaussian_process import GaussianProcess
from forcefield.several_sets import LabelledStructures
from forcefield.training import train

COMMITTEE_FIT = {"method": "levenberg_marquardt", "iterations": 100}
"""How lesson 8 fits its sixteen members."""

MOLECULE_SOAP = {"species": ("H", "C", "O"), "cutoff_radius": 5.0, "sigma": 0.4, "n_max": 4, "l_max": 4}
"""The descriptor of lesson 10."""


def subject(name):
    """What follows the figure in the arguments of an explorer's `build`.

    Parameters
    ----------
    name : str
        Of the explorer's module.

    Returns
    -------
    tuple
    """
    return {
        "training": lambda: (prepared.make_dimer_dataset(),),
        "extrapolation": lambda: (prepared.dimer_model(prepared.dimer_dataset()),),
        "committee": dimer_committee,
        "dynamics": lambda: (prepared.copper_model(prepared.copper_dataset()),),
        "strain": crystal_models,
        "proton": proton_committees,
        "data_map": copper_map,
        "molecule_map": molecule_map,
    }.get(name, tuple)()


def dimer_committee():
    """Lesson 8's sixteen members: the same 30 labels, sixteen seeds."""
    labelled = prepared.dimer_training_set(prepared.make_dimer_dataset())
    return ([train(labelled, seed=seed, **COMMITTEE_FIT)[0] for seed in range(16)],)


def crystal_models():
    """Lesson 9's three models."""
    data, _ = crystals.crystal_dataset()
    return ([crystals.crystal_model(data, seed) for seed in range(3)],)


def proton_committees():
    """Lesson 10's committees of three, for 40, 80 and 160 frames, and the path of the proton."""
    frames = read(molecule.LABELS / "malonaldehyde.extxyz.gz", ":")
    pool, _, _ = molecule.rows_in_time(frames)
    soap = make_soap(**MOLECULE_SOAP)

    def member(size, seed):
        rows = np.sort(np.random.default_rng(seed).permutation(pool)[:size])
        return GaussianProcess(LabelledStructures([frames[row] for row in rows], soap))

    committees = {size: [member(size, seed) for seed in range(3)] for size in (40, 80, 160)}
    return committees, molecule.reaction_path()[2]


def copper_map():
    """Lesson 6's map of its test frames, with the errors of the network of seed 0."""
    data, (temperatures, blocks) = prepared.copper_dataset(), sampling.copper_blocks()
    rows = prepared.copper_split()[2]
    test = data[rows]
    _, forces = prepared.copper_model(data).predict(test.descriptors, test.derivatives)
    frames = [ase.Atoms("Cu13", positions=positions) for positions in test.positions]
    labels = [f"{temperatures[row]} K, block {blocks[row]}" for row in rows]
    return (data_map(frames, test.descriptors, test.energies, frame_errors(forces, test.forces), labels),)


def molecule_map():
    """Lesson 10's map of its test frames, with the errors of its model of 320 frames."""
    frames, soap = read(molecule.LABELS / "malonaldehyde.extxyz.gz", ":"), make_soap(**MOLECULE_SOAP)
    pool, test, _ = molecule.rows_in_time(frames)
    learned = np.sort(np.random.default_rng(0).permutation(pool)[:320])
    model = GaussianProcess(LabelledStructures([frames[row] for row in learned], soap))
    tested = [frames[row] for row in test]
    errors = frame_errors(model.predict_structures(tested)[1], np.array([frame.get_forces() for frame in tested]))
    energies = np.array([frame.get_potential_energy() for frame in tested])
    labels = [frame.info["group"].replace("_", ", ").replace("K", " K") for frame in tested]
    return (data_map(tested, describe_without_derivatives(soap, tested), energies, errors, labels),)


def frame_errors(forces, true_forces):
    """Mean error of the force components of every frame, eV/Å."""
    return np.abs(forces - true_forces).mean(axis=(1, 2))

"""What one lesson makes and a later one finds, or makes again."""

import ase
import numpy as np
from ase.calculators.emt import EMT

from forcefield import dataset, descriptors, systems, training
from forcefield.dataset import Dataset
from forcefield.model import ForceField

DIMER_DATASET = dataset.DATA_FOLDER / "dimer_dataset.npz"
DIMER_MODEL = dataset.DATA_FOLDER / "dimer_model.npz"
COPPER_LABELS = dataset.DATA_FOLDER / "copper_labels.npz"


def find_or_make(path, load, make, expected):
    """Load what an earlier lesson saved, or make it again.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    load : callable
        Takes the path, returns (what was saved, its metadata).
    make : callable
        Takes the path to save to, or None to save nothing; returns the same thing, made anew.
    expected : dict
        Entries that the metadata must have. A file with others was made by a reader who changed
        something: it is kept, and not used here.

    Returns
    -------
    object
        What was found or made.
    """
    if path.is_file():
        try:
            found, metadata = load(path)
        except ValueError as problem:
            print(f"{problem} Until then this lesson works with one of its own.")
            return make(None)
        if all(metadata.get(key) == value for key, value in expected.items()):
            print(f"{path.name}: found")
            return found
        print(f"{path.name} holds settings of your own: it is kept, and this lesson works with the course's settings.")
        return make(None)
    made = make(path)
    print(f"{path.name}: made again")
    return made


def dimer_metadata():
    """Metadata of the course's dimer data set.

    Returns
    -------
    dict
    """
    return {
        "potential": {"name": "Lennard-Jones", "sigma": systems.SIGMA, "epsilon": systems.EPSILON},
        "soap": descriptors.soap_settings(descriptors.make_soap()),
        "units": {"positions": "Å", "energies": "eV", "forces": "eV/Å", "derivatives": "1/Å"},
    }


def dimer_dataset():
    """The 200 labelled dimers of lesson 02, found or made again.

    Returns
    -------
    Dataset
        200 systems, one centre at the midpoint, 6 features, distances from 2.5 to 5.0 Å.
    """

    def load(path):
        found = Dataset.load(path)
        return found, found.metadata

    def make(path):
        structures = systems.dimers(np.linspace(2.5, 5.0, 200))
        described = descriptors.describe(descriptors.make_soap(), structures, [descriptors.MIDPOINT])
        made = Dataset(*systems.label(structures), *described, dimer_metadata())
        if path is not None:
            made.save(path)
        return made

    return find_or_make(DIMER_DATASET, load, make, dimer_metadata())


def dimer_model_metadata():
    """Metadata of the course's dimer model.

    Returns
    -------
    dict
    """
    return {"dataset": dimer_metadata(), "training": {"n_labels": 30, "seed": 0, "iterations": 500}}


def dimer_model(data):
    """The force field of lesson 03, found or made again: 30 labels, L-BFGS.

    Parameters
    ----------
    data : Dataset
        What `dimer_dataset` gives.

    Returns
    -------
    ForceField
    """

    def make(path):
        chosen, _ = dataset.equally_spaced(len(data), 30)
        model, _ = training.train(data[chosen], seed=0, iterations=500)
        if path is not None:
            model.save(path, dimer_model_metadata())
        return model

    return find_or_make(DIMER_MODEL, ForceField.load, make, dimer_model_metadata())


def copper_soap():
    """The descriptor of the copper lessons: 50 features of every atom's surroundings.

    Returns
    -------
    dscribe.descriptors.SOAP
    """
    return descriptors.make_soap(species=("Cu",), cutoff_radius=5.5, sigma=0.5, n_max=4, l_max=4)


def copper_metadata():
    """Metadata of the course's labelled copper clusters.

    Returns
    -------
    dict
    """
    return {
        "potential": {"name": "EMT"},
        "sampling": {
            "temperatures": list(systems.COPPER_TEMPERATURES),
            "blocks": systems.COPPER_BLOCKS,
            "block_length": systems.COPPER_BLOCK_LENGTH,
            "time_step": systems.TIME_STEP,
            "friction": systems.FRICTION,
            "seed": 0,
        },
        "units": {"positions": "Å", "energies": "eV", "forces": "eV/Å", "time_step": "fs", "friction": "1/fs"},
    }


def copper_dataset():
    """600 copper clusters of 13 atoms from dynamics at 300, 600 and 900 K, found or made again.

    Only positions and labels are saved (0.4 MB, 9 s to make). Descriptors and derivatives (122 MB) take
    less than a second to make and are made each time.

    Returns
    -------
    Dataset
        600 systems, 13 atoms, a centre on every atom, 50 features. `systems.copper_blocks` says where each
        system comes from, and `copper_split` which part it belongs to.
    """

    def load(path):
        return dataset.load_arrays(path, ("positions", "energies", "forces"))

    def make(path):
        labels = systems.label(systems.copper_frames(seed=0), EMT())
        arrays = dict(zip(("positions", "energies", "forces"), labels, strict=True))
        if path is not None:
            dataset.save_arrays(path, copper_metadata(), **arrays)
        return arrays

    arrays = find_or_make(COPPER_LABELS, load, make, copper_metadata())
    structures = [ase.Atoms("Cu13", positions=positions) for positions in arrays["positions"]]
    soap = copper_soap()
    described = descriptors.describe(soap, structures, attach=True)
    metadata = {**copper_metadata(), "soap": descriptors.soap_settings(soap)}
    return Dataset(**arrays, descriptors=described[0], derivatives=described[1], metadata=metadata)


def copper_split():
    """Parts of the copper data set, drawn by blocks of the trajectories.

    Returns
    -------
    training : ndarray of int, shape (200,)
    validation : ndarray of int, shape (100,)
    test : ndarray of int, shape (300,)
        Indices into the set. No two parts share a block, and each has its share of every temperature.
    """
    temperatures, blocks = systems.copper_blocks()
    return dataset.split_blocks(blocks, (1 / 3, 1 / 6), seed=0, groups=temperatures)


COPPER_FIT = {"hidden_units": [32, 32], "iterations": 500}
"""How the course's copper models are fitted; chosen on the validation part."""


def copper_model(data, seed=0):
    """A force field for copper clusters, found or made again: 200 training frames, L-BFGS, about 7 s.

    Parameters
    ----------
    data : Dataset
        What `copper_dataset` gives.
    seed : int
        Draws the initial weights. Each seed has a file of its own.

    Returns
    -------
    ForceField
    """
    soap = descriptors.soap_settings(copper_soap())
    expected = {"dataset": {**copper_metadata(), "soap": soap}, "training": {**COPPER_FIT, "seed": seed}}

    def make(path):
        model, _ = training.train(data[copper_split()[0]], seed=seed, **COPPER_FIT)
        if path is not None:
            model.save(path, expected)
        return model

    return find_or_make(dataset.DATA_FOLDER / f"copper_model_{seed}.npz", ForceField.load, make, expected)

"""What one lesson makes and a later one finds, or makes again."""

import numpy as np

from forcefield import dataset, descriptors, systems, training
from forcefield.dataset import Dataset
from forcefield.model import ForceField

DIMER_DATASET = dataset.DATA_FOLDER / "dimer_dataset.npz"
DIMER_MODEL = dataset.DATA_FOLDER / "dimer_model.npz"


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

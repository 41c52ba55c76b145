"""The course's data sets and models: what one lesson saves and a later one finds, or makes again."""

import ase
import numpy as np
from ase.calculators.emt import EMT

from forcefield import checks, descriptors, sampling, splits, systems
from forcefield.dataset import Dataset, fingerprint, read_only
from forcefield.find_or_make import find_or_make, is_fitted_so, keep, trained_model
from forcefield.npz_files import DATA_FOLDER, load_arrays, save_arrays

DIMER_DATASET = DATA_FOLDER / "dimer_dataset.npz"
DIMER_MODEL = DATA_FOLDER / "dimer_model.npz"
COPPER_LABELS = DATA_FOLDER / "copper_labels.npz"

DIMER_FIT = {"hidden_units": (32,), "method": "levenberg_marquardt", "iterations": 200}
"""How the dimer model is fitted; chosen in lesson 03 by cross-validation within the 30 labels."""

COPPER_FIT = {
    "hidden_units": (8,),
    "scaling": "square_root",
    "method": "levenberg_marquardt",
    "force_weight": 10.0,
    "iterations": 60,
}
"""How the copper models are fitted; chosen on the validation part."""


# ---- two atoms ---------------------------------------------------------------------------------


def dimer_dataset():
    """The 200 labelled dimers of lesson 02, found or made again.

    Returns
    -------
    Dataset
        200 systems, one centre at the midpoint, 6 features, distances from 2.5 to 5.0 Å.
    """
    made = make_dimer_dataset()
    return find_or_make(DIMER_DATASET, Dataset.load, lambda: made, is_dimer_dataset)


def make_dimer_dataset():
    """The course's dimers, made in 20 ms."""
    structures = systems.dimers(np.linspace(2.5, 5.0, 200))
    return Dataset.from_structures(
        structures,
        descriptors.make_soap(),
        [descriptors.MIDPOINT],
        calculator=systems.lennard_jones_calculator(),
        metadata={
            "potential": {"name": "Lennard-Jones", "sigma": systems.SIGMA, "epsilon": systems.EPSILON},
            "units": {"positions": "Å", "energies": "eV", "forces": "eV/Å", "derivatives": "1/Å"},
        },
    )


def is_dimer_dataset(data):
    """Whether labels and descriptor settings are those of the course's dimers."""
    wanted = make_dimer_dataset()
    return data.fingerprint() == wanted.fingerprint() and data.metadata == wanted.metadata


def keep_dimer_dataset(data):
    """Save the data set of lesson 02 for later lessons; an experiment gets a name of its own. Returns the path."""
    return keep(data, DIMER_DATASET, is_dimer_dataset)


def dimer_training_set(data):
    """The 30 labelled dimers that the course's models are fitted to."""
    return data[splits.equally_spaced(len(checks.data_set("data", data)), 30)[0]]


def dimer_model(data):
    """The force field of lesson 03, found or made again: 30 labels.

    Parameters
    ----------
    data : Dataset
        What `dimer_dataset` gives.

    Returns
    -------
    ForceField
    """
    return trained_model(DIMER_MODEL, dimer_training_set(data), 0, DIMER_FIT)


def keep_dimer_model(model, data):
    """Save the force field of lesson 03 for later lessons; an experiment gets a name of its own. Returns the path."""
    return keep(model, DIMER_MODEL, lambda one: is_fitted_so(one, dimer_training_set(data), 0, DIMER_FIT))


# ---- clusters of copper ------------------------------------------------------------------------


def copper_soap():
    """The descriptor of the copper lessons: 50 features of every atom's surroundings.

    Returns
    -------
    dscribe.descriptors.SOAP
    """
    return descriptors.make_soap(species=("Cu",), cutoff_radius=5.5, sigma=0.5, n_max=4, l_max=4)


def copper_metadata():
    """How the course's copper clusters are sampled and labelled."""
    return {
        "potential": {"name": "EMT"},
        "sampling": {
            "temperatures": list(sampling.COPPER_TEMPERATURES),
            "blocks": sampling.COPPER_BLOCKS,
            "block_length": sampling.COPPER_BLOCK_LENGTH,
            "time_step": sampling.TIME_STEP,
            "friction": sampling.FRICTION,
            "seed": 0,
        },
        "units": {"positions": "Å", "energies": "eV", "forces": "eV/Å", "time_step": "fs", "friction": "1/fs"},
    }


class Labels(dict):
    """Positions, energies and forces by name, without descriptors, and how they were made."""

    NAMES = ("positions", "energies", "forces")

    def save(self, path):
        """Write them with a fingerprint of themselves."""
        save_arrays(path, {**copper_metadata(), "labels": fingerprint(**self)}, **self)

    @classmethod
    def load(cls, path):
        """Read what `save` wrote; None if labels or settings are not the course's."""
        arrays, metadata = load_arrays(path, cls.NAMES)
        if metadata != {**copper_metadata(), "labels": fingerprint(**arrays)}:
            return None
        some = [0, len(arrays["energies"]) // 2, -1]
        frames = [ase.Atoms("Cu13", positions=arrays["positions"][frame]) for frame in some]
        _, energies, forces = systems.label(frames, EMT())
        same = np.allclose(energies, arrays["energies"][some]) and np.allclose(forces, arrays["forces"][some])
        return cls(arrays) if same else None


def copper_dataset():
    """600 copper clusters of 13 atoms from dynamics at 300, 600 and 900 K, found or made again.

    Only positions and labels are saved (0.4 MB, 9 s to make). Descriptors and derivatives (122 MB) take
    less than a second to make and are made each time.

    Returns
    -------
    Dataset
        600 systems, 13 atoms, a centre on every atom, 50 features. `sampling.copper_blocks` says where each
        system comes from, and `copper_split` which part it belongs to.
    """

    def make():
        return Labels(zip(Labels.NAMES, systems.label(sampling.copper_frames(seed=0), EMT()), strict=True))

    labels = find_or_make(COPPER_LABELS, Labels.load, make, lambda found: found is not None)
    structures, soap = [ase.Atoms("Cu13", positions=positions) for positions in labels["positions"]], copper_soap()
    described = map(read_only, descriptors.describe(soap, structures, attach=True))
    settings = descriptors.descriptor_settings(soap, attach=True)
    return Dataset(*labels.values(), *described, metadata={**copper_metadata(), "descriptor": settings})


def copper_split():
    """Parts of the copper data set, drawn by blocks of the trajectories.

    Returns
    -------
    training : ndarray of int, shape (200,)
    validation : ndarray of int, shape (100,)
    test : ndarray of int, shape (300,)
        Rows of the set. No two parts share a block, and each has its share of every temperature.
    """
    temperatures, blocks = sampling.copper_blocks()
    return splits.split_blocks(blocks, (1 / 3, 1 / 6), seed=0, groups=temperatures)


def copper_model(data, seed=0):
    """A force field for copper clusters, found or made again: fitted to the 200 training frames.

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
    path = DATA_FOLDER / f"copper_model_{checks.seed(seed)}.npz"
    return trained_model(path, checks.data_set("data", data)[copper_split()[0]], seed, COPPER_FIT)


def keep_copper_model(model, data, seed=0):
    """Save a force field of lesson 06 for later ones; an experiment gets a name of its own. Returns the path."""
    path, training_set = DATA_FOLDER / f"copper_model_{checks.seed(seed)}.npz", data[copper_split()[0]]
    return keep(model, path, lambda one: is_fitted_so(one, training_set, seed, COPPER_FIT))

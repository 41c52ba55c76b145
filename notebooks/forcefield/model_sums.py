"""A sum of force fields: one of many cheap labels, and one of what better labels differ by."""

import dataclasses
from pathlib import Path

import numpy as np
from ase.calculators.singlepoint import SinglePointCalculator

from forcefield import checks
from forcefield.dataset import Dataset
from forcefield.element_networks import ElementNetworks
from forcefield.full_gaussian_process import GaussianProcess
from forcefield.gaussian_process import SparseGaussianProcess
from forcefield.model import ForceField, descriptor_of
from forcefield.npz_files import KEEP, load_arrays, save_arrays
from forcefield.predictions import predict_structures
from forcefield.several_sets import center_numbers
from forcefield.systems import label

FORMAT = 1
"""Version of the file that `ModelSum.save` writes."""


def minus(labelled, model):
    """Labels minus what a model predicts for them: what a second model is fitted to, to be added to the first.

    Parameters
    ----------
    labelled : Dataset, or list of ase.Atoms that carry energy and forces
    model : force field of any kind
        For instance of labels of a cheap method.

    Returns
    -------
    Dataset or list of ase.Atoms
        With other labels and the same descriptors or positions; virials are left out.

    Raises
    ------
    ValueError
        If labels are missing, or if the model does not know such structures.
    """
    force_field("A model to subtract", model)
    if isinstance(labelled, Dataset):
        energies, forces = model.predict(labelled.descriptors, labelled.derivatives, center_numbers(labelled))
        rest = {"energies": labelled.energies - energies, "forces": labelled.forces - forces}
        return dataclasses.replace(labelled, **rest, virials=None, strain_derivatives=None)
    structures = []
    for one, energy, forces in zip(checks.structures(labelled), *model.predict_structures(labelled), strict=True):
        _, (true_energy,), (true_forces,) = label([one])
        structures.append(one.copy())
        rest = {"energy": float(true_energy - energy), "forces": true_forces - forces}
        structures[-1].calc = SinglePointCalculator(structures[-1], **rest)
    return structures


class ModelSum:
    """Energies and forces of several force fields added up; used, saved and loaded like one of them.

    With few labels of an expensive method and many of a cheap one: fit one model to the cheap labels, a second to
    `minus(expensive, first)`, and add them. The difference is smaller and smoother than the energy itself.

    Parameters
    ----------
    models : sequence of force fields of any kind
        At least two, of one descriptor.

    Raises
    ------
    ValueError
        If there are fewer than two, or their descriptors differ.

    References
    ----------
    R. Ramakrishnan et al., J. Chem. Theory Comput. 11, 2087 (2015), doi:10.1021/acs.jctc.5b00099 (such differences).
    """

    def __init__(self, models):
        if not isinstance(models, list | tuple) or len(models) < 2:
            raise ValueError("A sum needs a list of at least two force fields: [first, second].")
        self.models = [force_field("Every part of a sum", model) for model in models]
        descriptors = [model.provenance.get("descriptor") for model in self.models]
        if any(other != descriptors[0] for other in descriptors):
            raise ValueError("The parts of a sum must share all settings of their descriptor; these differ.")
        sizes = sorted({size for model in self.models for size in model.provenance.get("sizes", [])})
        self.provenance = {"sizes": sizes, "parts": [model.provenance for model in self.models]}
        if descriptors[0] is not None:
            self.provenance["descriptor"] = descriptors[0]
        for part in self.provenance["parts"]:
            if "subtracted" in part:
                self.provenance["subtracted"] = part["subtracted"]

    def __repr__(self):
        return f"<ModelSum: {' + '.join(map(repr, self.models))}>"

    def frozen(self):
        """What a calculator asks for: descriptors of one structure, numbers -> energies of its centres, dE/dD."""
        parts = [model.frozen() for model in self.models]

        def added(descriptors, numbers=None):
            energies, gradients = zip(*(part(descriptors, numbers) for part in parts), strict=True)
            return np.sum(energies, axis=0), np.sum(gradients, axis=0)

        return added

    def predict(self, descriptors, derivatives, numbers=None):
        """Energies and forces; arguments, shapes, units and errors as in `ForceField.predict`."""
        found = [model.predict(descriptors, derivatives, numbers) for model in self.models]
        return tuple(np.sum(part, axis=0) for part in zip(*found, strict=True))

    def predict_structures(self, structures):
        """Energies (n_systems,), eV, and forces (n_systems, n_atoms, 3), eV/Å: a list of arrays if sizes differ."""
        return predict_structures(self, structures)

    def save(self, path):
        """Write all parts to one npz file, numbers and text alone; only if they are complete."""
        metadata, arrays = zip(*(model.contents() for model in self.models), strict=True)
        numbered = {f"{place}_{name}": part[name] for place, part in enumerate(arrays) for name in part}
        save_arrays(path, {"sum": FORMAT, "parts": list(metadata)}, **numbered)

    @classmethod
    def load(cls, path):
        """Read what `save` wrote; one sentence (FileNotFoundError, ValueError) if that cannot be done."""
        (arrays, metadata), name = load_arrays(path), Path(path).name
        try:
            if metadata["sum"] != FORMAT:
                raise KeyError
            parts = []
            for place, part in enumerate(metadata["parts"]):
                own = {key.removeprefix(f"{place}_"): arrays[key] for key in arrays if key.startswith(f"{place}_")}
                parts.append(kind_of(part).from_contents(part, own, name))
            model = cls(parts)
            descriptor_of(model)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise ValueError(f"{name} does not hold a complete sum of force fields of this version: {KEEP}") from None
        return model


def kind_of(metadata):
    """The class whose `contents` have such metadata."""
    if "format" in metadata:
        return ForceField
    if "element_networks" in metadata:
        return ElementNetworks
    return {kind.KIND: kind for kind in (SparseGaussianProcess, GaussianProcess)}[metadata["kind"]]


def force_field(name, model):
    """Something that predicts as a force field does."""
    if isinstance(model, type) or not hasattr(model, "predict_structures") or not hasattr(model, "provenance"):
        raise ValueError(f"{name} must be a force field, such as GaussianProcess; this is {type(model).__name__}.")
    return model

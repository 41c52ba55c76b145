"""Energies and forces of many structures from a model that is asked for one at a time."""

from pathlib import Path

import numpy as np

from forcefield import checks
from forcefield.descriptors import describe, descriptor_from
from forcefield.npz_files import load_arrays, save_arrays
from forcefield.reverse_soap import ReverseSoap
from forcefield.several_sets import PART, chunks, grouped, in_order


def predict_arrays(frozen, n_features, descriptors, derivatives, numbers=None):
    """Energies (n_systems,) and forces (n_systems, n_atoms, 3) from descriptors and derivatives, checked first."""
    descriptors = checks.array("descriptors", descriptors, (None, None, n_features))
    derivatives = checks.array("derivatives", derivatives, (*descriptors.shape[:2], None, 3, n_features), "1/Å")
    energies, forces = np.zeros(len(descriptors)), np.zeros((len(descriptors), derivatives.shape[2], 3))
    for system, (centers, slopes) in enumerate(zip(descriptors, derivatives, strict=True)):
        of_centers, gradients = frozen(centers, numbers)
        energies[system] = of_centers.sum()
        forces[system] = -np.tensordot(gradients, slopes, axes=((0, 1), (0, 3)))
    return energies, forces


def predict_structures(model, structures):
    """Energies (n_systems,) and forces (n_systems, n_atoms, 3) of structures: a list of arrays if sizes differ."""
    soap, centers, attach = descriptor_of(model)
    if centers is None and attach:
        reverse, frozen = ReverseSoap(soap), model.frozen()
        found = [reverse.evaluate(structure, frozen) for structure in checks.structures(structures)]
        rows = list(grouped(structures).values())
        return np.array([one[0].sum() for one in found]), in_order(
            [[found[row][1] for row in part] for part in rows], rows
        )
    energies, forces, rows = [], [], []
    for numbers, places in grouped(structures).items():
        of_centers = np.array(numbers) if centers is None or np.ndim(centers) > 1 else np.array(numbers)[centers]
        n_centers = len(numbers) if centers is None else len(centers)
        for part in chunks(len(places), n_centers * len(numbers) * soap.get_number_of_features(), PART):
            described = describe(soap, [structures[place] for place in places[part]], centers, attach)
            found = model.predict(*described, of_centers)
            energies.append(found[0]), forces.append(found[1]), rows.append(places[part])
    return in_order(energies, rows), in_order(forces, rows)


def descriptor_of(model):
    """Descriptor of a model as `descriptor_from` gives it, or one sentence if the model does not know it."""
    try:
        return descriptor_from(model.provenance["descriptor"])
    except (AttributeError, KeyError, TypeError):
        raise ValueError(
            "This model does not know its descriptor, so it is not complete: fit it to a Dataset whose metadata hold "
            'descriptor_settings(...) under "descriptor", as Dataset.from_structures makes it.'
        ) from None


class SavedModel:
    """What models of several elements share: predicting for whole sets, and their file.

    A model has `provenance`, `n_features`, `frozen()`, `contents()` (metadata and arrays) and the class method
    `from_contents(metadata, arrays, name)`.
    """

    def predict(self, descriptors, derivatives, numbers=None):
        """Energies and forces; arguments, shapes, units and errors as in `ForceField.predict`.

        `numbers`, the atomic numbers of the centres, (n_centers,), are needed by models of several elements.
        """
        return predict_arrays(self.frozen(), self.n_features, descriptors, derivatives, numbers)

    def predict_structures(self, structures):
        """Energies (n_systems,), eV, and forces (n_systems, n_atoms, 3), eV/Å: a list of arrays if sizes differ."""
        return predict_structures(self, structures)

    def save(self, path):
        """Write everything that predicting needs to one npz file, numbers and text alone; only if it is complete."""
        metadata, arrays = self.contents()
        save_arrays(path, metadata, **arrays)

    @classmethod
    def load(cls, path):
        """Read what `save` wrote; one sentence (FileNotFoundError, ValueError) if that cannot be done."""
        arrays, metadata = load_arrays(path)
        return cls.from_contents(metadata, arrays, Path(path).name)

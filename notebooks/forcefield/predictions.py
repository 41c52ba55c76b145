"""Energies and forces of many structures from a model that is asked for one at a time."""

import numpy as np

from forcefield import checks
from forcefield.descriptors import describe
from forcefield.model import descriptor_of
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
    energies, forces, rows = [], [], []
    for numbers, places in grouped(structures).items():
        of_centers = np.array(numbers) if centers is None or np.ndim(centers) > 1 else np.array(numbers)[centers]
        n_centers = len(numbers) if centers is None else len(centers)
        for part in chunks(len(places), n_centers * len(numbers) * soap.get_number_of_features(), PART):
            described = describe(soap, [structures[place] for place in places[part]], centers, attach)
            found = model.predict(*described, of_centers)
            energies.append(found[0]), forces.append(found[1]), rows.append(places[part])
    return in_order(energies, rows), in_order(forces, rows)

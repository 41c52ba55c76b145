"""What a Gaussian process is fitted to: unit vectors of all centres, how they change along every label, the labels."""

import numpy as np

from forcefield.networks import unit_length_derivatives, unit_vectors
from forcefield.several_sets import center_numbers, environments_of, labels_of, sizes_of
from forcefield.strain_derivatives import with_strains


def units_by_element(sets):
    """Unit vectors of all centres of each element, {atomic number (0: all alike): (n, n_features)}."""
    found = {}
    for descriptors, numbers in environments_of(sets):
        of_centers = np.zeros(descriptors.shape[1], int) if numbers is None else numbers
        for element in np.unique(of_centers):
            units = unit_vectors(descriptors[:, of_centers == element])
            found.setdefault(int(element), []).append(units.reshape(-1, units.shape[-1]))
    return {element: np.concatenate(found[element]) for element in sorted(found)}


def unit_labels(data, noise):
    """What a fit needs of a Dataset: how its unit vectors change along every label but the energies, and the labels.

    Returns unit vectors (n, n_centers, n_features), slopes (n, n_centers, n_rows, n_features) with the sign of forces,
    labels (n, 1 + n_rows) and noise (1 + n_rows,): energy, forces, and minus the virials if they have a noise.
    """
    energy_noise, force_noise, virial_noise = noise
    derivatives, labels = data.derivatives, [data.energies[:, None], data.forces.reshape(len(data), -1)]
    if virial_noise is not None:
        if data.virials is None:
            raise ValueError(
                "A virial_noise needs sets with virials: make them with Dataset.from_structures(..., virials=True)."
            )
        derivatives = with_strains(derivatives, data.strain_derivatives)
        labels.append(-data.virials)
    units, slopes = unit_length_derivatives(data.descriptors, derivatives)
    counts = [part.shape[1] for part in labels]
    noise = np.repeat([energy_noise, force_noise, virial_noise or 0.0][: len(labels)], counts)
    return units, -slopes.reshape(*units.shape[:2], -1, units.shape[-1]), np.concatenate(labels, axis=1), noise


def of_kernels(kernels, data):
    """For each centre of a Dataset, (n_centers,), under which number its kernel stands; 0 if all are alike."""
    numbers = center_numbers(data)
    return np.zeros(data.descriptors.shape[1], int) if numbers is None or 0 in kernels else numbers


def provenance_of(sets, settings, sentence):
    """What the model was fitted to and how; `sentence` tells where the energy offsets come from."""
    sizes = {size for data in sets for size in sizes_of(data)}
    provenance = {"sizes": sorted(sizes), "labels": labels_of(sets), "fit": [settings], "offsets": sentence}
    if "descriptor" in sets[0].metadata:
        provenance["descriptor"] = sets[0].metadata["descriptor"]
    return provenance

"""What a Gaussian process is fitted to: unit vectors of all centres, how they change along every label, the labels."""

import numpy as np

from forcefield.networks import unit_length_derivatives, unit_vectors
from forcefield.residuals import independent_directions
from forcefield.several_sets import center_numbers, environments_of, labels_of, sizes_of
from forcefield.strain_derivatives import with_strains

AXES_SHARE = 1e-8
"""Principal axes of the unit vectors that carry less than this share of their squares are left out."""


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
    recorded = {"descriptor", "subtracted"} & set(sets[0].metadata)
    return provenance | {name: sets[0].metadata[name] for name in recorded}


def principal_axes(units, most=None):
    """Directions of feature space, (n_axes, n_features), that carry the squares of unit vectors (n, n_features)."""
    squares, directions = np.linalg.eigh(units.T @ units)
    return np.ascontiguousarray(directions[:, squares > AXES_SHARE * squares.sum()].T[::-1][:most])


class Labels:
    """Labels of one part of the training set, and how its centres change along every label's direction.

    `values` are the labels (n, 1 + m): energies, forces along the directions that change any descriptor, and minus the
    virials; `variances` (1 + m,) those of their noise. `centers` holds for each element the unit vectors along its
    axes (n, c, k) and their changes (n, c, m, k), with the sign of forces.
    """

    def __init__(self, data, axes, offsets, noise):
        units, slopes, labels, noise = unit_labels(data, noise)
        n, _, n_rows, _ = slopes.shape
        numbers, n_forces = of_kernels(axes, data), data.forces[0].size
        labels[:, 0] -= sum(offsets[int(number)] for number in numbers)
        seen, changes = {}, []
        for element in np.unique(numbers):
            rows = np.flatnonzero(numbers == element)
            seen[int(element)] = units[:, rows] @ axes[element].T
            changes.append((slopes[:, rows] @ axes[element].T).transpose(0, 2, 1, 3).reshape(n, n_rows, -1))
        changes = np.concatenate(changes, axis=2)
        kept, forces, _ = independent_directions(changes[:, :n_forces], labels[:, 1 : 1 + n_forces], 1.0)
        kept = np.concatenate([kept, changes[:, n_forces:]], axis=1)
        self.values = np.concatenate([labels[:, :1], forces, labels[:, 1 + n_forces :]], axis=1)
        self.variances = np.concatenate([noise[: 1 + forces.shape[1]], noise[1 + n_forces :]]) ** 2
        self.n_forces, self.n_atoms, self.centers, column = n_forces, data.positions.shape[1], {}, 0
        for element, units in seen.items():
            c, k = units.shape[1:]
            own = kept[:, :, column : (column := column + c * k)].reshape(n, -1, c, k)
            self.centers[element] = units, np.ascontiguousarray(own.transpose(0, 2, 1, 3))

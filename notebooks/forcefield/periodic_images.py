"""Periodic images: distances in a crystal, by a k-d tree over the images that are near enough."""

import itertools

import numpy as np
from scipy.spatial import cKDTree


def images_within(structure, radius):
    """Positions of the wrapped atoms (n_atoms, 3) and of all images within `radius` of any of them (n_images, 3), Å."""
    positions = structure.get_positions(wrap=True)
    widths = 1 / np.linalg.norm(structure.cell.reciprocal().array, axis=1)  # between opposite faces of the cell, Å
    counts = (np.ceil(radius / widths)).astype(int)
    shifts = np.array(list(itertools.product(*(range(-n, n + 1) for n in counts)))) @ structure.cell.array
    return positions, (positions + shifts[:, None]).reshape(-1, 3)


def nearest_neighbours(structure, count):
    """Vectors from every atom to its `count` nearest neighbours, images among them, shape (n_atoms, count, 3), Å."""
    edge = np.cbrt(structure.get_volume() / len(structure))  # of a cube with the volume of one atom
    positions, images = images_within(structure, edge * np.cbrt(count))
    _, found = cKDTree(images).query(positions, count + 1)
    return images[found[:, 1:]] - positions[:, None]

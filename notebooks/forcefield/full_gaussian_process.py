"""A Gaussian process in which every label counts by itself: small sets, several elements, the smallest errors."""

import numpy as np
from scipy.linalg import LinAlgError, cholesky, solve_triangular

from forcefield import checks
from forcefield.descriptors import MEMORY_LIMIT
from forcefield.energy_offsets import energy_offsets
from forcefield.kernel_labels import Labels, principal_axes, provenance_of, units_by_element
from forcefield.kernel_model import ElementKernel, KernelModel
from forcefield.several_sets import listed, parts_of, sizes_of


def plan_labels(sizes, limit=MEMORY_LIMIT):
    """Memory that the kernel matrix of all labels will need, said before it is taken.

    Parameters
    ----------
    sizes : sequence of int
        Number of atoms of every structure.
    limit : float
        Most that is allowed, MB.

    Returns
    -------
    megabytes : float, MB (10^6 bytes)
    sentence : str, the same in words

    Raises
    ------
    ValueError
        If it is more than the limit; the sentence says how many structures would fit.
    """
    sizes = [checks.whole_number("A number of atoms", size, 1) for size in sizes]
    # Turning and moving a cluster change no descriptor: six of its 3 n force components say nothing.
    n_labels = sum(1 + max(3 * size - 6, 1) for size in sizes)
    megabytes, limit = 4e-6 * n_labels**2, checks.positive("limit", limit, "MB")
    sentence = (
        f"{len(sizes)} structures have {n_labels} energies and independent force components; half of "
        f"{n_labels} x {n_labels} x 8 bytes = {megabytes:.{0 if megabytes >= 100 else 2}f} MB"
    )
    if megabytes > limit:
        fitting = int(len(sizes) * (limit / megabytes) ** 0.5)
        raise ValueError(
            f"{sentence}, and the limit is {limit:g} MB: take at most about {fitting} of these structures, or the "
            "SparseGaussianProcess, which needs memory for its sparse points alone."
        )
    return megabytes, sentence


class GaussianProcess(KernelModel):
    """Energies and forces by regression with the kernel (u . u')^power, without sparse points.

    Every energy and every force component of the training set has a weight of its own, so that the model is the most
    probable one of all with this kernel (1 eV for a centre) and this noise: it follows fewer labels more closely than
    the sparse one. Time grows with the cube of the number of labels, memory with its square.

    Parameters
    ----------
    training_set : Dataset, LabelledStructures, or a list of them (one for each size or composition)
    power : int
        Degree of the kernel, at least 1 (zeta in the literature).
    noise, force_noise, virial_noise : float
        Standard deviation expected of the energies, eV, of the forces, eV/Å, and of the virials of crystals, eV (not
        looked at if None).
    isolated : dict of float, optional
        Energies of isolated atoms by symbol, eV, as in `energy_offsets`.
    limit : float
        Most memory for the kernel matrix, MB.

    Raises
    ------
    ValueError
        If a setting is out of range, a centre sees no atom, the matrix would need more memory than the limit, or the
        noise is too small for float64.

    References
    ----------
    A. S. Christensen, O. A. von Lilienfeld, Mach. Learn.: Sci. Technol. 1, 045018 (2020),
    doi:10.1088/2632-2153/abba6f (regression with the kernel's derivatives as basis functions).
    """

    KIND = "Gaussian process"
    ARRAYS = (*KernelModel.ARRAYS, "directions", "axes")

    def __init__(
        self, training_set, power=3, noise=1e-3, force_noise=2e-3, virial_noise=None, isolated=None, limit=MEMORY_LIMIT
    ):
        settings = {
            "power": checks.whole_number("power", power, 1, 20),
            "noise": checks.positive("noise", noise, "eV"),
            "force_noise": checks.positive("force_noise", force_noise, "eV/Å"),
            "virial_noise": None if virial_noise is None else checks.positive("virial_noise", virial_noise, "eV"),
        }
        sets = listed(training_set)
        plan_labels([size for data in sets for size in sizes_of(data)], limit)
        offsets, sentence = energy_offsets(sets, isolated)
        axes = {element: principal_axes(units) for element, units in units_by_element(sets).items()}
        noise = [settings[name] for name in ("noise", "force_noise", "virial_noise")]
        blocks = [Labels(part, axes, offsets, noise) for part in parts_of(sets)]
        weights = solve(blocks, settings["power"])
        kernels = {
            element: ElementKernel(offsets[element], settings["power"], *basis(element, blocks, weights), own)
            for element, own in axes.items()
        }
        super().__init__(kernels, provenance_of(sets, settings, sentence))

    def __repr__(self):
        fit = self.provenance["fit"][0]
        counts = sum(len(kernel.points) for kernel in self.kernels.values())
        return f"<GaussianProcess: {counts} centres, power {fit['power']}, noise {fit['noise']:g} eV>"


def covariance(one, other, power):
    """Covariances of the labels of two parts, (n, 1 + m, n', 1 + m'): the kernel and its derivatives."""
    (n, rows), (n_other, columns) = one.values.shape, other.values.shape
    found = np.zeros((n, rows, n_other, columns))
    for element in set(one.centers) & set(other.centers):
        units, changes = one.centers[element]
        other_units, other_changes = other.centers[element]
        c, k, c_other = units.shape[1], units.shape[2], other_units.shape[1]
        flat, stacked = other_units.reshape(-1, k), other_changes.reshape(n_other, c_other, (columns - 1) * k)
        for system in range(n):
            products = (units[system] @ flat.T).reshape(c, n_other, c_other)
            slopes = power * products ** (power - 1)
            bends = power * (power - 1) * products ** (power - 2) if power > 1 else np.zeros_like(products)
            here = (changes[system].reshape(-1, k) @ flat.T).reshape(c, rows - 1, n_other, c_other)
            there = (other_changes.reshape(-1, k) @ units[system].T).reshape(n_other, c_other, columns - 1, c)
            found[system, 0, :, 0] += (products**power).sum(axis=(0, 2))
            found[system, 1:, :, 0] += np.einsum("imbj,ibj->mb", here, slopes)
            found[system, 0, :, 1:] += np.einsum("bjmi,ibj->bm", there, slopes)
            # d2/dxdx' of (u . u')^p: p (u . u')^(p-1) du . du' + p (p-1) (u . u')^(p-2) (du . u') (u . du').
            mixed = (slopes.transpose(1, 0, 2) @ stacked).reshape(n_other, c, columns - 1, k)
            first = mixed.transpose(0, 2, 1, 3).reshape(-1, c * k) @ changes[system].transpose(0, 2, 1).reshape(
                c * k, -1
            )
            bent = there.transpose(0, 2, 3, 1) * bends.transpose(1, 0, 2)[:, None]  # (n', m', c, c')
            second = bent.reshape(n_other, columns - 1, -1) @ here.transpose(2, 0, 3, 1).reshape(n_other, -1, rows - 1)
            both = first.reshape(n_other, columns - 1, rows - 1) + second
            found[system, 1:, :, 1:] += both.transpose(2, 0, 1)
    return found


def solve(blocks, power):
    """Weights of all labels, a list of (n, 1 + m): (K + noise²) weights = labels, by a Cholesky factor in block rows.

    Only the blocks on and below the diagonal are made, and each becomes its part of the factor in place.
    """
    factor, ends = [], np.cumsum([0] + [block.values.size for block in blocks])
    for place, block in enumerate(blocks):
        row = np.concatenate(
            [covariance(block, other, power).reshape(block.values.size, -1) for other in blocks[: place + 1]], axis=1
        )
        diagonal = np.einsum("ii->i", row[:, ends[place] :])  # a view
        diagonal += np.tile(block.variances, len(block.values))
        for column, above in enumerate(factor):
            part = slice(ends[column], ends[column + 1])
            row[:, part] -= row[:, : ends[column]] @ above[:, : ends[column]].T
            row[:, part] = solve_triangular(above[:, part], row[:, part].T, lower=True, check_finite=False).T
        last = row[:, ends[place] :] - row[:, : ends[place]] @ row[:, : ends[place]].T
        try:
            row[:, ends[place] :] = cholesky(last, lower=True, check_finite=False)
        except LinAlgError:
            raise ValueError("The noise is too small for so many labels: take ten times as much.") from None
        factor.append(row)
    return [
        found.reshape(block.values.shape)
        for found, block in zip(back_solved(factor, blocks, ends), blocks, strict=True)
    ]


def back_solved(factor, blocks, ends):
    """Solution of L L^T x = labels for the factor L in rows of blocks, a list of one array for each block."""
    found = []
    for place, row in enumerate(factor):
        right = blocks[place].values.ravel() - (row[:, : ends[place]] @ np.concatenate(found) if place else 0.0)
        found.append(solve_triangular(row[:, ends[place] :], right, lower=True))
    for place in reversed(range(len(factor))):
        row = factor[place]
        found[place] = solve_triangular(row[:, ends[place] :], found[place], lower=True, trans="T")
        for column in range(place):
            found[column] -= row[:, ends[column] : ends[column + 1]].T @ found[place]
    return found


def basis(element, blocks, weights):
    """Points (n_points, k), weights (n_points,) and directions (n_points, k) of the kernel of one element."""
    points, own, directions = [], [], []
    for block, block_weights in zip(blocks, weights, strict=True):
        if element in block.centers:
            units, changes = block.centers[element]
            points.append(units.reshape(-1, units.shape[-1]))
            own.append(np.repeat(block_weights[:, 0], units.shape[1]))
            directions.append(np.einsum("nm,ncmk->nck", block_weights[:, 1:], changes).reshape(-1, units.shape[-1]))
    return np.concatenate(points), np.concatenate(own), np.concatenate(directions)

"""Real solid harmonics r^l Y_lm and their gradients, by a recursion of gradients."""

import numpy as np
from scipy.linalg import null_space


def gradient_matrices(l_max):
    """Matrices that make the gradients of degree l from the harmonics of degree l - 1.

    Every derivative of a harmonic polynomial of degree l is one of degree l - 1: grad_x Y_l = G[l][x].T @ Y_(l-1). The
    fields of this form without curl and divergence are a null space of 2 l + 1 dimensions. Any orthonormal basis of it
    will do: a power spectrum does not depend on that choice. On the unit sphere the mean of |grad Y_l|^2 is l (2 l + 1)
    times that of Y_l^2, which fixes the length.

    Parameters
    ----------
    l_max : int

    Returns
    -------
    list of ndarray of float64, length l_max + 1
        Number l has shape (3, 2 l - 1, 2 l + 1), no unit; number 0 is empty.
    """
    matrices = [np.zeros((3, 0, 1))]
    for degree in range(1, l_max + 1):
        x, y, z = matrices[-1]
        curl_and_divergence = np.block([[y, -x, 0 * x], [z, 0 * x, -x], [0 * x, z, -y], [x, y, z]])
        basis = null_space(curl_and_divergence) if degree > 1 else np.eye(3)
        matrices.append(np.sqrt(degree * (2 * degree + 1)) * basis.reshape(3, 2 * degree - 1, 2 * degree + 1))
    return matrices


def solid_harmonics(vectors, matrices, values=None, gradients=None):
    """All harmonics of some vectors, up to the degree that the matrices reach.

    Parameters
    ----------
    vectors : ndarray of float64, shape (3, n)
        Å.
    matrices : list of ndarray
        As `gradient_matrices` gives them.
    values, gradients : ndarray of float64, optional
        Written into, if given.

    Returns
    -------
    values : ndarray of float64, shape ((l_max + 1)^2, n)
        Degree l stands in rows l^2 to (l + 1)^2, in Å^l.
    gradients : ndarray of float64, shape (3, (l_max + 1)^2, n)
        Å^(l - 1).
    """
    shape = len(matrices) ** 2, vectors.shape[1]
    values = np.empty(shape) if values is None else values
    gradients = np.empty((3, *shape)) if gradients is None else gradients
    values[0], gradients[:, 0] = np.sqrt(0.25 / np.pi), 0
    shares = vectors / np.arange(1, max(2, len(matrices)))[:, None, None]
    for degree in range(1, len(matrices)):
        lower, own = slice((degree - 1) ** 2, degree**2), slice(degree**2, (degree + 1) ** 2)
        np.matmul(matrices[degree].transpose(0, 2, 1), values[lower], out=gradients[:, own])
        # Euler's theorem for a polynomial of degree l: l Y_l = r . grad Y_l.
        np.einsum("xp,xmp->mp", shares[degree - 1], gradients[:, own], out=values[own])
    return values, gradients

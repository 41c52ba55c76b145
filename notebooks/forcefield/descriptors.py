"""SOAP descriptors and their derivatives as plain arrays."""

import numpy as np
from dscribe.descriptors import SOAP

MIDPOINT = (0.0, 0.0, 0.0)
"""The one centre of the dimer lessons: a fixed point in space, Å."""

MEMORY_LIMIT = 400
"""Most that the derivatives of one set may need, MB (10^6 bytes).

A kernel with the course's packages needs about 400 MB, and a fit keeps its part of the derivatives once more."""


def make_soap(
    species=("H",),
    cutoff_radius=5.0,
    sigma=0.5,
    n_max=3,
    l_max=0,
    radial_basis="gto",
    periodic=False,
):
    """DScribe's SOAP, with its settings checked first.

    The defaults are those of DScribe's tutorial on forces and energies.

    Parameters
    ----------
    species : sequence of str
        Chemical symbols that can occur.
    cutoff_radius : float
        How far a centre sees, Å (`r_cut` in DScribe).
    sigma : float
        Width of the Gaussian put on every atom, Å.
    n_max : int
        Number of radial basis functions.
    l_max : int
        Highest degree of the spherical harmonics.
    radial_basis : {"gto", "polynomial"}
        Kind of radial basis functions. Only "gto" has analytic derivatives.
    periodic : bool
        Whether the structures repeat in space.

    Returns
    -------
    dscribe.descriptors.SOAP

    Raises
    ------
    ValueError
        If DScribe does not allow a setting; the sentence says which one and what it may be.

    References
    ----------
    A. P. Bartók, R. Kondor, G. Csányi, Phys. Rev. B 87, 184115 (2013), doi:10.1103/PhysRevB.87.184115.
    J. Laakso et al., J. Chem. Phys. 158, 234802 (2023), doi:10.1063/5.0151031 (derivatives in DScribe).
    """
    if radial_basis not in ("gto", "polynomial"):
        raise ValueError(f"radial_basis must be 'gto' or 'polynomial', not {radial_basis!r}.")
    if not np.isfinite(cutoff_radius) or cutoff_radius <= (1.0 if radial_basis == "gto" else 0.0):
        bound = "1 Å with the 'gto' basis" if radial_basis == "gto" else "0 Å"
        raise ValueError(f"cutoff_radius must be greater than {bound}; it is {cutoff_radius} Å.")
    if not np.isfinite(sigma) or sigma <= 0:
        raise ValueError(f"sigma must be greater than 0 Å; it is {sigma} Å.")
    if int(n_max) != n_max or n_max < 1:
        raise ValueError(f"n_max must be a whole number of at least 1; it is {n_max}.")
    if int(l_max) != l_max or not 0 <= l_max <= 20:
        raise ValueError(f"l_max must be a whole number from 0 to 20; it is {l_max}.")
    return SOAP(
        species=list(species),
        r_cut=float(cutoff_radius),
        sigma=float(sigma),
        n_max=int(n_max),
        l_max=int(l_max),
        rbf=radial_basis,
        periodic=periodic,
    )


def soap_settings(soap):
    """The settings of a SOAP as plain values, in the names of `make_soap`.

    Parameters
    ----------
    soap : dscribe.descriptors.SOAP

    Returns
    -------
    dict
        Ready for JSON, and for ``make_soap(**settings)``.
    """
    return {
        "species": [str(symbol) for symbol in soap.species],
        "cutoff_radius": float(soap._r_cut),
        "sigma": float(soap._sigma),
        "n_max": int(soap._n_max),
        "l_max": int(soap._l_max),
        "radial_basis": soap._rbf,
        "periodic": bool(soap.periodic),
    }


def plan_memory(n_systems, n_centers, n_atoms, n_features, limit=MEMORY_LIMIT):
    """Memory that derivatives will need, said before they are made.

    Parameters
    ----------
    n_systems, n_centers, n_atoms, n_features : int
        Shape of the derivatives: (n_systems, n_centers, n_atoms, 3, n_features).
    limit : float
        Most that is allowed, MB.

    Returns
    -------
    megabytes : float
        MB (10^6 bytes).
    sentence : str
        The same in words.

    Raises
    ------
    ValueError
        If it is more than the limit; the sentence says how many systems would fit.
    """
    megabytes = 8e-6 * n_systems * n_centers * n_atoms * 3 * n_features
    sentence = (
        f"{n_systems} systems x {n_centers} centres x {n_atoms} atoms x 3 axes x {n_features} features "
        f"x 8 bytes = {megabytes:.{0 if megabytes >= 100 else 2}f} MB"
    )
    if megabytes > limit:
        fitting = int(limit / megabytes * n_systems)
        advice = f"take at most {fitting} of these systems at once" if fitting else "take smaller systems"
        raise ValueError(
            f"The derivatives would need {sentence}, and the limit is {limit:g} MB: {advice}, or fewer features "
            "(smaller n_max or l_max)."
        )
    return megabytes, sentence


def describe(soap, structures, centers=None, attach=False, method="auto"):
    """Descriptors and their derivatives for structures of one size.

    Parameters
    ----------
    soap : dscribe.descriptors.SOAP
    structures : list of ase.Atoms, length n_systems
    centers : sequence, optional
        The same centres for every structure: points of three numbers in Å, or atom indices.
        All atoms if None.
    attach : bool
        Whether a centre moves with its atom when the derivative is taken. Needs atom indices.
    method : {"auto", "analytical", "numerical"}
        How DScribe takes the derivatives. "auto" is analytic where that is possible.

    Returns
    -------
    descriptors : ndarray of float64, shape (n_systems, n_centers, n_features)
        No unit.
    derivatives : ndarray of float64, shape (n_systems, n_centers, n_atoms, 3, n_features)
        Derivative of every feature with respect to every coordinate of every atom, 1/Å.

    Raises
    ------
    ValueError
        If the list is empty, sizes differ, centres are neither points nor atom indices, or if the
        derivatives would need more memory than `MEMORY_LIMIT`.
    """
    sizes = {len(structure) for structure in structures}
    if len(sizes) != 1:
        raise ValueError("Descriptors are stacked in one array: give at least one structure, all of one size.")
    n_atoms = sizes.pop()
    if centers is None:
        centers = range(n_atoms)
    centers = list(centers)
    points = [np.ndim(center) == 1 and len(center) == 3 for center in centers]
    if not centers or (any(points) and not all(points)):
        raise ValueError("Centres must be points of three numbers in Å, or atom indices, and not a mix of both.")
    if all(points):
        if attach:
            raise ValueError("attach=True needs centres given as atom indices: a point in space has no atom to follow.")
        centers = [[float(value) for value in center] for center in centers]
    elif not all(isinstance(center, int | np.integer) and 0 <= center < n_atoms for center in centers):
        raise ValueError(f"A centre given as an atom index must be a whole number from 0 to {n_atoms - 1}.")
    n_systems, n_centers, n_features = len(structures), len(centers), soap.get_number_of_features()
    plan_memory(n_systems, n_centers, n_atoms, n_features)
    derivatives, descriptors = soap.derivatives(
        structures, centers=[centers] * len(structures), attach=attach, method=method
    )
    # DScribe drops the system axis of a list with one structure; the course keeps it.
    return (
        np.asarray(descriptors, dtype=np.float64).reshape(n_systems, n_centers, n_features),
        np.asarray(derivatives, dtype=np.float64).reshape(n_systems, n_centers, n_atoms, 3, n_features),
    )

"""SOAP descriptors and their derivatives as plain arrays."""

import numpy as np
from dscribe.descriptors import SOAP

from forcefield import checks
from forcefield.structure_checks import describable, describable_centers

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
        Radius of the sphere that the radial basis describes, Å (`r_cut` in DScribe). Atoms count up to
        `neighbour_radius`, because their Gaussians reach into that sphere.
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
    checks.one_of("radial_basis", radial_basis, ("gto", "polynomial"))
    checks.between("cutoff_radius", cutoff_radius, 0.1, 50, "Å")
    if radial_basis == "gto" and cutoff_radius <= 1:
        raise ValueError(f"cutoff_radius must be greater than 1 Å with the 'gto' basis; it is {cutoff_radius} Å.")
    return SOAP(
        species=checks.symbols(species),
        r_cut=float(cutoff_radius),
        sigma=checks.between("sigma", sigma, 0.01, 20, "Å"),
        n_max=checks.whole_number("n_max", n_max, 1, 50),
        l_max=checks.whole_number("l_max", l_max, 0, 20),
        rbf=radial_basis,
        periodic=checks.yes_or_no("periodic", periodic),
    )


def soap_settings(soap):
    """The settings of a SOAP as plain values, in the names of `make_soap`.

    Parameters
    ----------
    soap : dscribe.descriptors.SOAP

    Returns
    -------
    dict
        Ready for JSON, and for ``make_soap(**settings)``; a ValueError for what `make_soap` does not know.
    """
    if not isinstance(soap, SOAP):
        raise ValueError(f"soap must be a SOAP of DScribe, as make_soap gives it; it is {type(soap).__name__}.")
    changed = {
        "average": soap.average != "off",
        "weighting": bool(soap._weighting),
        "compression": soap._compression != {"mode": "off", "species_weighting": None},
        "sparse": bool(soap.sparse),
    }
    if any(changed.values()):
        names = ", ".join(name for name, is_changed in changed.items() if is_changed)
        raise ValueError(
            f"This SOAP uses {names}, which the course's force fields do not know: leave it at its default."
        )
    return {
        "species": [str(symbol) for symbol in soap.species],
        "cutoff_radius": float(soap._r_cut),
        "sigma": float(soap._sigma),
        "n_max": int(soap._n_max),
        "l_max": int(soap._l_max),
        "radial_basis": soap._rbf,
        "periodic": bool(soap.periodic),
    }


def descriptor_settings(soap, centers=None, attach=False):
    """All that decides what `describe` gives: the SOAP, the centres, and whether they move with their atoms.

    Parameters
    ----------
    soap : dscribe.descriptors.SOAP
    centers, attach
        As in `describe`.

    Returns
    -------
    dict
        Ready for JSON: "soap", "centers" ("atoms", or points in Å, or atom indices) and "attach".
    """
    if centers is not None:
        points = checks.array("centers", centers, None).ndim == 2
        centers = checks.array("centers", centers, (None, 3) if points else (None,)).tolist()
        centers = centers if points else [checks.whole_number("A centre", center) for center in centers]
    return {
        "soap": soap_settings(soap),
        "centers": "atoms" if centers is None else centers,
        "attach": checks.yes_or_no("attach", attach),
    }


def descriptor_from(settings):
    """What `descriptor_settings` was given: (SOAP, centres or None, attach)."""
    centers = None if settings["centers"] == "atoms" else settings["centers"]
    return make_soap(**settings["soap"]), centers, settings["attach"]


def neighbour_radius(soap):
    """Distance up to which an atom counts for a centre, Å: r_cut + sigma sqrt(-2 ln 0.001), or r_cut + 3.72 sigma.

    There the atom's Gaussian, of height 1, is 0.001 at r_cut. DScribe drops it beyond, so the descriptor jumps.
    """
    settings = soap_settings(soap)
    return settings["cutoff_radius"] + settings["sigma"] * np.sqrt(-2 * np.log(1e-3))


def plan_memory(n_systems, n_centers, n_atoms, n_features, limit=MEMORY_LIMIT):
    """Memory that derivatives will need, said before they are made.

    Parameters
    ----------
    n_systems, n_centers, n_atoms, n_features : int
        Shape of the derivatives: (n_systems, n_centers, n_atoms, 3, n_features).
    limit : float, most that is allowed, MB

    Returns
    -------
    megabytes : float, MB (10^6 bytes)
    sentence : str, the same in words

    Raises
    ------
    ValueError
        If it is more than the limit; the sentence says how many systems would fit.
    """
    for count in (n_systems, n_centers, n_atoms, n_features):
        checks.whole_number("A number of systems, centres, atoms or features", count)
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
        If structures, centres and SOAP do not fit together, or if the derivatives would need more memory than
        `MEMORY_LIMIT`.
    """
    structures, centers = _inputs(soap, structures, centers, attach)
    analytic = soap_settings(soap)["radial_basis"] == "gto" and not soap.periodic
    checks.one_of("method", method, ("auto", "numerical", "analytical")[: 2 + analytic])
    n_systems, n_centers, n_atoms = len(structures), len(centers), len(structures[0])
    n_features = soap.get_number_of_features()
    plan_memory(n_systems, n_centers, n_atoms, n_features)
    derivatives, descriptors = soap.derivatives(structures, centers=[centers] * n_systems, attach=attach, method=method)
    # DScribe drops the system axis of a list with one structure; the course keeps it.
    return (
        np.asarray(descriptors, dtype=np.float64).reshape(n_systems, n_centers, n_features),
        np.asarray(derivatives, dtype=np.float64).reshape(n_systems, n_centers, n_atoms, 3, n_features),
    )


def describe_without_derivatives(soap, structures, centers=None):
    """The descriptors alone, shape (n_systems, n_centers, n_features): all that energies need. As `describe` else."""
    structures, centers = _inputs(soap, structures, centers, attach=False)
    descriptors = soap.create(structures, centers=[centers] * len(structures))
    return np.asarray(descriptors, dtype=np.float64).reshape(len(structures), len(centers), -1)


def _inputs(soap, structures, centers, attach):
    """Structures and centres as DScribe takes them, after every check."""
    settings, structures = soap_settings(soap), checks.structures(structures)
    if len({len(structure) for structure in structures}) != 1 or not len(structures[0]):
        raise ValueError("Descriptors are stacked in one array: the structures must have atoms, all the same number.")
    centers = describable_centers(centers, len(structures[0]), attach, settings["periodic"])
    points = [center for center in centers if np.ndim(center)]
    return [
        describable(structure, settings["species"], settings["periodic"], points) for structure in structures
    ], centers

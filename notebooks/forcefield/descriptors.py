"""SOAP descriptors and their derivatives as plain arrays."""

import numpy as np
from ase.geometry import wrap_positions

from forcefield import checks
from forcefield.forward_soap import ForwardSoap
from forcefield.soaps import make_soap, neighbour_radius, soap_settings
from forcefield.structure_checks import describable, describable_centers

__all__ = (
    "MEMORY_LIMIT",
    "MIDPOINT",
    "describe",
    "describe_strained",
    "describe_without_derivatives",
    "descriptor_from",
    "descriptor_settings",
    "make_soap",
    "neighbour_radius",
    "plan_memory",
    "soap_settings",
)

MIDPOINT = (0.0, 0.0, 0.0)
"""The one centre of the dimer lessons: a fixed point in space, Å."""

MEMORY_LIMIT = 400
"""Most that the derivatives of one set may need, MB (10^6 bytes).

A kernel with the course's packages needs about 400 MB, and a fit keeps its part of the derivatives once more."""


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
        "auto" is analytic where that is possible, which is the "gto" basis. DScribe takes the derivatives of clusters
        and all numerical ones; the analytic ones of periodic structures are the course's own (`ForwardSoap`).

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
    gto = soap_settings(soap)["radial_basis"] == "gto"
    checks.one_of("method", method, ("auto", "numerical", "analytical")[: 2 + gto])
    own = soap.periodic and gto and method != "numerical"
    structures, centers = _inputs(soap, structures, centers, attach, exact=own)
    n_systems, n_centers, n_atoms = len(structures), len(centers), len(structures[0])
    n_features = soap.get_number_of_features()
    plan_memory(n_systems, n_centers, n_atoms, n_features)
    if own:
        return describe_strained(soap, structures, centers, attach)[:2]
    places = [_in_cell(structure, centers) for structure in structures]
    if n_systems == 1:  # alone, DScribe does not copy the derivatives; it drops the system axis, which the course keeps
        structures, places = structures[0], places[0]
    derivatives, descriptors = soap.derivatives(structures, centers=places, attach=attach, method=method)
    return (
        np.asarray(descriptors, dtype=np.float64).reshape(n_systems, n_centers, n_features),
        np.asarray(derivatives, dtype=np.float64).reshape(n_systems, n_centers, n_atoms, 3, n_features),
    )


def describe_strained(soap, structures, centers=None, attach=True):
    """As `describe`, with the derivatives by strain that a fit to stresses needs; analytic, "gto" basis alone.

    Returns
    -------
    descriptors, derivatives
        As in `describe`.
    strain_derivatives : ndarray of float64, shape (n_systems, n_centers, 6, n_features)
        By the strain's entries xx, yy, zz, yz, xz, xy, no unit. With dE/dD (n_centers, n_features) of one system,
        its sum over centres and features is volume x stress in ASE's sign and order, eV.
    """
    structures, centers = _inputs(soap, structures, centers, attach, exact=True)
    forward = ForwardSoap(soap)
    n_systems, n_centers, n_atoms, n_features = len(structures), len(centers), len(structures[0]), forward.n_features
    plan_memory(n_systems, n_centers, n_atoms + 2, n_features)
    descriptors = np.empty((n_systems, n_centers, n_features))
    derivatives = np.empty((n_systems, n_centers, n_atoms, 3, n_features))
    strain_derivatives = np.empty((n_systems, n_centers, 6, n_features))
    for system, structure in enumerate(structures):
        found = forward(structure, centers, attach)
        descriptors[system], derivatives[system], strain_derivatives[system] = found
    return descriptors, derivatives, strain_derivatives


def describe_without_derivatives(soap, structures, centers=None):
    """The descriptors alone, shape (n_systems, n_centers, n_features): all that energies need. As `describe` else."""
    structures, centers = _inputs(soap, structures, centers, attach=False)
    descriptors = soap.create(structures, centers=[_in_cell(structure, centers) for structure in structures])
    return np.asarray(descriptors, dtype=np.float64).reshape(len(structures), len(centers), -1)


def _in_cell(structure, centers):
    """Centres as DScribe takes them: points of a periodic structure inside the cell, from where it counts images."""
    if not structure.pbc.any() or np.ndim(centers) == 1:
        return centers
    return wrap_positions(centers, structure.cell, structure.pbc).tolist()


def _inputs(soap, structures, centers, attach, exact=False):
    """Structures and centres as DScribe takes them, after every check; `exact`: derivatives are not DScribe's."""
    settings, structures = soap_settings(soap), checks.structures(structures)
    if len({len(structure) for structure in structures}) != 1 or not len(structures[0]):
        raise ValueError("Descriptors are stacked in one array: the structures must have atoms, all the same number.")
    centers = describable_centers(centers, len(structures[0]), attach, settings["periodic"] and not exact)
    points = [center for center in centers if np.ndim(center)]
    return [
        describable(structure, settings["species"], settings["periodic"], points) for structure in structures
    ], centers

"""DScribe's SOAP with its settings checked, and read again."""

import numpy as np
from dscribe.descriptors import SOAP

from forcefield import checks

PRIVATE = ("r_cut", "sigma", "n_max", "l_max", "rbf", "weighting", "compression")
"""Settings that DScribe 2.1 keeps for itself, each as an attribute with a leading underscore."""


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
    try:
        private = [getattr(soap, f"_{name}") for name in PRIVATE]
    except AttributeError as missing:
        raise ValueError(
            f"This version of DScribe keeps its settings elsewhere ({missing.name} is not there): take version 2.1.2."
        ) from None
    r_cut, sigma, n_max, l_max, rbf, weighting, compression = private
    changed = {
        "average": soap.average != "off",
        "weighting": bool(weighting),
        "compression": compression != {"mode": "off", "species_weighting": None},
        "sparse": bool(soap.sparse),
        "dtype": soap.dtype != "float64",
    }
    if any(changed.values()):
        names = ", ".join(name for name, is_changed in changed.items() if is_changed)
        raise ValueError(
            f"This SOAP uses {names}, which the course's force fields do not know: leave it at its default."
        )
    return {
        "species": [str(symbol) for symbol in soap.species],
        "cutoff_radius": float(r_cut),
        "sigma": float(sigma),
        "n_max": int(n_max),
        "l_max": int(l_max),
        "radial_basis": rbf,
        "periodic": bool(soap.periodic),
    }


def neighbour_radius(soap):
    """Distance up to which an atom counts for a centre, Å: r_cut + sigma sqrt(-2 ln 0.001), or r_cut + 3.72 sigma.

    There the atom's Gaussian, of height 1, is 0.001 at r_cut. DScribe drops it beyond, so the descriptor jumps.
    """
    settings = soap_settings(soap)
    return settings["cutoff_radius"] + settings["sigma"] * np.sqrt(-2 * np.log(1e-3))

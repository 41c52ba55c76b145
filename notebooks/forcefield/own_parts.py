"""A reader's own structures: in parts, with a descriptor, and with the memory that a fit will take."""

import numpy as np
from ase.data import atomic_numbers, covalent_radii

from forcefield import checks
from forcefield.descriptors import MEMORY_LIMIT, make_soap, soap_settings
from forcefield.splits import rows_of_composition, split_structures

FEWEST_FRAMES = 10
"""With fewer frames no part is left to test on."""

MOST_FEATURES = 500
"""Features that a SOAP for several elements may have before its basis is made smaller."""

BASES = ((4, 4), (4, 3), (3, 4), (3, 3), (2, 3), (2, 2), (2, 1), (1, 1))
"""n_max and l_max, the richest first."""


def own_parts(structures, seed=0, never_trained_on=None, by="time", fractions=(0.6, 0.2), name="group"):
    """Structures in parts that share no block of frames: training, calibration, test, and what is kept apart.

    Parameters
    ----------
    structures : list of ase.Atoms
        As `read_labelled` gives them.
    seed : int
    never_trained_on : str, optional
        A composition of which no frame is trained on, such as "Cu7Au6".
    by, name
        As in `split_structures`; blocks are shorter where frames are few.
    fractions : sequence of two float
        Shares of training and calibration.

    Returns
    -------
    dict of list of ase.Atoms
        "training", "calibration", "test", and the composition that is kept apart under "never trained on".

    Raises
    ------
    ValueError
        If there are too few structures for the parts, or no structure of the composition.
    """
    structures, seen, kept = checks.structures(structures), list(structures), {}
    if never_trained_on is not None:
        apart, others = rows_of_composition(structures, never_trained_on)
        seen = [structures[row] for row in others]
        kept = {"never trained on": [structures[row] for row in apart]}
    if len(seen) < FEWEST_FRAMES:
        raise ValueError(
            f"{len(seen)} frames are too few for training, calibration and test: give at least {FEWEST_FRAMES}."
        )
    fractions = checks.array("fractions", fractions, (2,))
    block_length = min(5, max(1, len(seen) // 30))
    rows = split_structures(seen, fractions, seed, by, name, block_length)
    names = ("training", "calibration", "test")
    return {part: [seen[row] for row in own] for part, own in zip(names, rows, strict=True)} | kept


def own_soap(structures):
    """A SOAP for the elements of the structures: what `make_soap` is given follows from their sizes and number.

    Atoms with short bonds (H, C, N, O, ...) need narrower Gaussians; many elements leave room for fewer functions.

    Parameters
    ----------
    structures : list of ase.Atoms

    Returns
    -------
    dscribe.descriptors.SOAP
        Its sphere has 5 Å, or without small atoms 2.6 covalent radii and at least 3.5 Å; at most 500 features where
        that can be had.

    Raises
    ------
    ValueError
        If periodic and other structures are mixed.
    """
    structures = checks.structures(structures)
    repeats = {bool(structure.pbc.any()) for structure in structures}
    if len(repeats) > 1:
        raise ValueError("Some structures are periodic and others are not: read_labelled(path, periodic=True) helps.")
    species = sorted({symbol for structure in structures for symbol in structure.symbols})
    radii = [covalent_radii[atomic_numbers[symbol]] for symbol in species]
    small = min(radii) < 1
    for n_max, l_max in BASES:
        radial = len(species) * n_max
        if radial * (radial + 1) // 2 * (l_max + 1) <= MOST_FEATURES:
            break
    return make_soap(
        species,
        cutoff_radius=5.0 if small else round(max(3.5, 2.6 * max(radii)), 2),
        sigma=0.4 if small else 0.5,
        n_max=n_max,
        l_max=l_max,
        periodic=repeats.pop(),
    )


def memory_plan(structures, soap, limit=MEMORY_LIMIT):
    """Memory that describing these structures will take, said before it is taken.

    Parameters
    ----------
    structures : list of ase.Atoms
    soap : dscribe.descriptors.SOAP
    limit : float
        Most that the derivatives of one structure may need, MB.

    Returns
    -------
    str
        What the derivatives of all would need, and what those of the largest structure need: they are made a part
        at a time.

    Raises
    ------
    ValueError
        If one structure alone needs more than the limit.
    """
    sizes = np.array([len(structure) for structure in checks.structures(structures)])
    soap_settings(soap)  # refuses what is no SOAP
    limit, n_features = checks.positive("limit", limit, "MB"), soap.get_number_of_features()
    megabytes = 24e-6 * sizes.astype(float) ** 2 * n_features
    if megabytes.max() > limit:
        raise ValueError(
            f"The derivatives of a structure of {sizes.max()} atoms need {megabytes.max():.0f} MB with {n_features} "
            f"features, and the limit is {limit:g} MB: cut smaller pieces, or take a smaller n_max or l_max."
        )
    return (
        f"{len(sizes)} structures, {n_features} features: all derivatives would need {megabytes.sum():.0f} MB; made a "
        f"part at a time they need {max(20, megabytes.max()):.0f} MB."
    )

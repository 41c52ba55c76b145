"""Lesson 6: the binding energy of a structure, and a descriptor of few features."""

from dataclasses import replace

import numpy as np

from forcefield.exercises.answers import NotAnswered, StillWrong, function, number

# ---- 6.3: binding energy -----------------------------------------------------------------------


def structures():
    """Structures by name: single atoms, atoms far apart, a small cluster, and two of these far apart."""
    import ase

    apart = [[0, 0, 0], [30, 0, 0], [0, 30, 0]]
    cluster = 1.8 * np.array([[0, 0, 0], [1, 1, 0], [1, 0, 1], [0, 1, 1]])
    return {
        "one": ase.Atoms("Cu"),
        "gold": ase.Atoms("Au"),
        "three": ase.Atoms("Cu3", apart),
        "alloy": ase.Atoms("CuAu", apart[:2]),
        "cluster": ase.Atoms("Cu4", cluster),
        "two clusters": ase.Atoms("Cu8", np.concatenate([cluster, cluster + [30, 0, 0]])),
    }


def emt_energy(structure):
    """Energy by EMT, eV."""
    from ase.calculators.emt import EMT

    structure = structure.copy()
    structure.calc = EMT()
    return structure.get_potential_energy()


def judge_binding(answer):
    """Energy minus that of the isolated atoms."""
    binding, named = function(answer), structures()
    found = {name: number(binding(one), "binding_energy(structure)", "eV") for name, one in named.items()}
    copper = emt_energy(named["one"])
    if np.isclose(found["one"], copper):
        return f"A single atom has a binding energy of {copper:.2f} eV: EMT counts from the crystal, not from atoms."
    if np.isclose(found["one"], -copper):
        return f"One atom has a binding energy of {-copper:.2f} eV: the isolated atom is subtracted twice."
    if abs(found["one"]) > 1e-6:
        return f"A single atom has a binding energy of {found['one']:.3g} eV: is the isolated atom's energy EMT's own?"
    if abs(found["three"]) > 1e-6:
        return f"Three atoms far apart have a binding energy of {found['three']:.3g} eV: how many atoms are subtracted?"
    if abs(found["gold"]) > 1e-6 or abs(found["alloy"]) > 1e-6:
        return (
            "For a single gold atom, or gold and copper far apart, it is not zero: every element has an energy of its "
            "own."
        )
    if found["cluster"] > 0:
        return "Four atoms that hold together should lie below isolated ones; here their binding energy is positive."
    if np.isclose(found["two clusters"], found["cluster"]):
        return "Two clusters far apart have the binding energy of one: it is divided by the number of atoms."
    if not np.isclose(found["two clusters"], 2 * found["cluster"]):
        return "Two clusters far apart do not have twice the binding energy of one."
    if not np.isclose(found["cluster"], emt_energy(named["cluster"]) - 4 * copper):
        return "The atoms of a cluster are right far apart, but the energy of the cluster itself is not."
    return ""


# ---- 6.5: a descriptor of few features ---------------------------------------------------------

ALLOWED = {"cutoff_radius": (1.5, 8.0), "sigma": (0.1, 2.0), "n_max": (1, 20), "l_max": (0, 20)}
MOST_FEATURES, BOUND = 20, 3.0
"""Features, and what the force error must be below, meV/Å."""


def settings_of(answer):
    """The reader's settings, checked one by one."""
    if answer is Ellipsis:
        raise NotAnswered
    if not isinstance(answer, dict):
        raise StillWrong("The answer should be a dictionary of settings, such as {'n_max': 3, 'l_max': 2}.")
    for name in answer:
        if name not in ALLOWED:
            raise StillWrong(f"There is no setting {name!r}; there are {', '.join(ALLOWED)}.")
    settings = {"cutoff_radius": 5.5, "sigma": 0.5, "n_max": 4, "l_max": 4} | answer
    for name, (low, high) in ALLOWED.items():
        value = number(settings[name], name)
        if not low <= value <= high or (name.endswith("max") and value != round(value)):
            kind = "a whole number" if name.endswith("max") else "a number of Å"
            raise StillWrong(f"{name} should be {kind} from {low:g} to {high:g}; it is {value:g}.")
        settings[name] = int(value) if name.endswith("max") else value
    return settings


def n_features(settings):
    """Number of features of SOAP for one element."""
    return settings["n_max"] * (settings["n_max"] + 1) // 2 * (settings["l_max"] + 1)


def error_with(settings, training, validation):
    """Force error on 50 validation frames of a Gaussian process of 50 training frames, meV/Å."""
    import ase

    from forcefield.descriptors import describe, make_soap
    from forcefield.gaussian_process import SparseGaussianProcess

    soap, sets = make_soap(("Cu",), **settings), []
    for data in (training, validation):
        few = data[:: max(1, len(data) // 50)]
        frames = [ase.Atoms(f"Cu{len(one)}", one) for one in few.positions]
        descriptors, derivatives = describe(soap, frames, attach=True)
        sets.append(replace(few, descriptors=descriptors, derivatives=derivatives, metadata={}))
    process = SparseGaussianProcess(sets[0], n_sparse=250)
    _, forces = process.predict(sets[1].descriptors, sets[1].derivatives)
    return 1000 * float(np.abs(forces - sets[1].forces).mean())


def judge_descriptor(answer, training, validation):
    """Settings with few features and a small error."""
    settings = settings_of(answer)
    if n_features(settings) > MOST_FEATURES:
        return (
            f"These are {n_features(settings)} features; n_max (n_max + 1) / 2 times (l_max + 1) may be "
            f"{MOST_FEATURES} at most."
        )
    error = error_with(settings, training, validation)
    if error < BOUND:
        return ""
    found = f"The force error is {error:.3g} meV/Å with {n_features(settings)} features"
    if settings["n_max"] < 3:
        return f"{found}. With {settings['n_max']} radial functions it knows little of distances."
    if settings["cutoff_radius"] < 2.4:
        return f"{found}. The nearest neighbours are 2.4 Å and more away, at the end of what it sees."
    if settings["sigma"] < 0.35 or settings["sigma"] > 0.65:
        wide = settings["sigma"] > 0.65
        return f"{found}. Atoms are so {'wide that they run into each other' if wide else 'narrow that gaps open'}."
    return f"{found}. Could features be spent on distances instead of angles, or the other way round?"

"""Exercise 7.3: the temperature of a cluster that is at rest as a whole."""

import numpy as np
from ase import Atoms, units
from ase.cluster import Icosahedron
from ase.md.velocitydistribution import Stationary, ZeroRotation
from matplotlib import pyplot as plt

from forcefield.exercises.answers import function, number
from forcefield.plots import LINES, POINTS


def temperature_found(answer, cluster, kelvin):
    """What the answer makes of a cluster at rest at a temperature, as a mean over its momenta, K.

    Kinetic energy is a sum over independent momenta. So the mean over all of them is exactly the sum over states in
    which one atom has its thermal speed along one axis, of which translation and rotation are taken away.
    """
    found = 0.0
    for place in np.ndindex(len(cluster), 3):
        atoms = cluster.copy()
        momenta = np.zeros((len(cluster), 3))
        momenta[place] = np.sqrt(units.kB * kelvin * atoms.get_masses()[place[0]])
        atoms.set_momenta(momenta)
        Stationary(atoms, preserve_temperature=False)
        ZeroRotation(atoms, preserve_temperature=False)
        found += number(answer(atoms), "kinetic_temperature(atoms)", "K")
    return found


def clusters():
    """Four copper atoms, and thirteen."""
    four = Atoms("Cu4", positions=[[0, 0, 0], [2.5, 0, 0], [0, 2.6, 0], [0.3, 0.2, 2.4]])
    return four, Atoms("Cu13", positions=Icosahedron("Cu", 2).positions)


def judge_temperature(answer):
    """The mean over all momenta that a cluster at rest can have."""
    answer = function(answer)
    four, thirteen = (temperature_found(answer, cluster, 400) / 400 for cluster in clusters())

    def like(of_four, of_thirteen):
        return np.allclose([four, thirteen], [of_four, of_thirteen], rtol=1e-3)

    if like(1, 1):
        return ""
    if like(6 / 12, 33 / 39):
        return (
            "A cluster of 13 atoms at 400 K has 338 K with it, one of 4 atoms 200 K: it shares the energy among "
            "motions that a cluster at rest as a whole does not make."
        )
    if like(6 / 9, 33 / 36):
        return (
            "Nearer: 13 atoms at 400 K have 367 K, 4 atoms 267 K. The lesson took away more than the momentum: "
            "which motion keeps the centre where it is?"
        )
    if np.isclose(thirteen, 1, rtol=1e-3):
        return f"Right for 13 atoms, but 4 atoms at 400 K have {400 * four:.0f} K: does it count the atoms?"
    if np.isclose(thirteen / units.kB, 1, rtol=0.2):
        return "This is a thermal energy in eV: divide by Boltzmann's constant, `units.kB`, for a temperature in K."
    if like(0.5, 0.5) or like(0.25, 33 / 78):
        return "It is half of what it should be: each motion holds one half of kB T."
    return f"Thirteen atoms at 400 K have {400 * thirteen:.0f} K with it, four atoms {400 * four:.0f} K."


def published(atoms):
    """As it was published, K."""
    return 2 * atoms.get_kinetic_energy() / (3 * len(atoms) * units.kB)


def draw_temperature(answer):
    """Temperature found for clusters at 400 K, beside counting all 3N motions."""
    answer, (four, thirteen) = function(answer), clusters()
    whole = [four, thirteen[:7], thirteen, Atoms("Cu55", positions=Icosahedron("Cu", 3).positions)]
    sizes = [len(cluster) for cluster in whole]
    figure, axes = plt.subplots(figsize=(5, 3))
    axes.axhline(400, **LINES["truth"])
    axes.plot(
        sizes,
        [temperature_found(published, cluster, 400) for cluster in whole],
        label="published",
        **POINTS["baseline"],
    )
    axes.plot(sizes, [temperature_found(answer, cluster, 400) for cluster in whole], label="yours", **POINTS["model"])
    axes.set(xlabel="number of atoms", ylabel="temperature (K)", xscale="log", ylim=(0, None))
    axes.set_xticks(sizes, [str(n) for n in sizes])
    axes.minorticks_off()
    axes.legend()
    return (
        figure,
        "Temperature of clusters of 4 to 55 atoms at 400 K: the published way is too low, most for the smallest.",
    )

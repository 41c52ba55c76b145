"""Explorer of lesson 01: what sigma and epsilon do to the Lennard-Jones potential."""

from dataclasses import dataclass

import numpy as np

from forcefield.explorers.base import Explorer, Reading, default_figure, slider
from forcefield.plots import COLOURS
from forcefield.systems import EPSILON, SIGMA, lennard_jones

DISTANCES = np.linspace(1.8, 8.0, 400)
"""Where the curves are drawn, Å."""

HEIGHT = 4.0


@dataclass(frozen=True)
class LennardJonesReading:
    """What the Lennard-Jones explorer shows.

    Parameters
    ----------
    energies, forces : ndarray of float64, shape (400,)
        The curves over `DISTANCES`, eV and eV/Å.
    minimum_distance : float
        Where the energy is lowest, 2^(1/6) sigma, Å.
    minimum_energy : float
        Energy there, -epsilon, eV.
    zero_distance : float
        Where the energy crosses zero, sigma, Å.
    energy, force, slope : float
        At the distance asked for: energy in eV, force and dE/dr = -force in eV/Å.
    """

    energies: np.ndarray
    forces: np.ndarray
    minimum_distance: float
    minimum_energy: float
    zero_distance: float
    energy: float
    force: float
    slope: float


def compute(sigma, epsilon, distance):
    """Curves and characteristic points of a Lennard-Jones potential.

    Parameters
    ----------
    sigma : float
        Distance at which the energy crosses zero, Å.
    epsilon : float
        Depth of the well, eV.
    distance : float
        Distance at which energy, force and slope are read, Å.

    Returns
    -------
    LennardJonesReading

    Raises
    ------
    ValueError
        If a value is not a finite number above zero.
    """
    energies, forces = lennard_jones(DISTANCES, sigma, epsilon)
    energy, force = lennard_jones(distance, sigma, epsilon)
    return LennardJonesReading(
        energies=energies,
        forces=forces,
        minimum_distance=float(2 ** (1 / 6) * sigma),
        minimum_energy=-float(epsilon),
        zero_distance=float(sigma),
        energy=float(energy),
        force=float(force),
        slope=-float(force),
    )


def describe_reading(sigma, epsilon, distance, result):
    """Read the picture in words.

    Parameters
    ----------
    sigma, epsilon, distance
        As in `compute`.
    result : LennardJonesReading

    Returns
    -------
    Reading
    """
    if abs(result.force) < 0.005:
        pushed = "is next to nothing"
    else:
        pushed = "pushes the atoms apart" if result.force > 0 else "pulls the atoms together"
    return Reading(
        f"Lennard-Jones potential with σ = {sigma:.2f} Å and ε = {epsilon:.2f} eV: the energy crosses zero at "
        f"{result.zero_distance:.2f} Å and is lowest at {result.minimum_distance:.2f} Å, "
        f"{result.minimum_energy:.2f} eV. At r = {distance:.2f} Å the energy is {result.energy:.2f} eV and its "
        f"slope {result.slope:+.2f} eV/Å, "
        f"so the force is {result.force:+.2f} eV/Å: it {pushed}."
    )


def build(figure):
    """Draw what stays, and return the function that moves the rest.

    Parameters
    ----------
    figure : matplotlib.figure.Figure

    Returns
    -------
    callable
        ``update(sigma, epsilon, distance)``, which returns a `Reading`.
    """
    energy_axes, force_axes = figure.subplots(1, 2)
    figure.subplots_adjust(left=0.08, right=0.99, bottom=0.14, top=0.96, wspace=0.22)
    standard = lennard_jones(DISTANCES)
    for axes, curve, limits, name in (
        (energy_axes, standard[0], (-2.3, 2.6), "energy E (eV)"),
        (force_axes, standard[1], (-2.8, 5.2), "force F (eV/Å), + is apart"),
    ):
        axes.plot(DISTANCES, curve, color=COLOURS["baseline"], linestyle="--", linewidth=1.4, label="default")
        axes.axhline(0, color="0.4", linewidth=0.8)
        axes.set(xlim=(1.8, 8), ylim=limits, xlabel="distance r (Å)", ylabel=name)
    blue, orange, green = COLOURS["model"], COLOURS["training"], COLOURS["validation"]

    def moving(axes, *style, **settings):
        return axes.plot([], [], *style, animated=True, **settings)[0]

    energy_curve = moving(energy_axes, color=blue, label="your σ and ε")
    force_curve = moving(force_axes, color=blue)
    tangent = moving(energy_axes, color=orange, linestyle="-.", label="slope at r")
    minimum = moving(energy_axes, "v", color=blue, markersize=9, label="minimum")
    crossing = moving(energy_axes, "D", color=green, markersize=7, label="zero crossing")
    force_zero = moving(force_axes, "v", color=blue, markersize=9, label="F = 0")
    points = [moving(axes, "o", color=orange, markersize=8, label="at r") for axes in (energy_axes, force_axes)]
    energy_axes.legend(loc="upper right", handlelength=2.4)
    force_axes.legend(handles=[force_zero, points[1]], loc="upper right")

    def update(sigma, epsilon, distance):
        result = compute(sigma, epsilon, distance)
        energy_curve.set_data(DISTANCES, result.energies)
        force_curve.set_data(DISTANCES, result.forces)
        ends = np.array([distance - 0.6, distance + 0.6])
        tangent.set_data(ends, result.energy + result.slope * (ends - distance))
        points[0].set_data([distance], [result.energy])
        points[1].set_data([distance], [result.force])
        minimum.set_data([result.minimum_distance], [result.minimum_energy])
        force_zero.set_data([result.minimum_distance], [0])
        crossing.set_data([result.zero_distance], [0])
        return describe_reading(sigma, epsilon, distance, result)

    return update


def controls():
    """The controls, with the limits of what makes sense to show.

    Returns
    -------
    dict of ipywidgets.Widget
    """
    return {
        "sigma": slider("σ: zero crossing (Å)", SIGMA, 2.0, 4.0, 0.05),
        "epsilon": slider("ε: depth (eV)", EPSILON, 0.1, 2.0, 0.05),
        "distance": slider("r: distance (Å)", 3.0, 2.0, 7.5, 0.05),
    }


def lennard_jones_figure():
    """The figure of the default values and its alt text.

    Returns
    -------
    tuple of matplotlib.figure.Figure and str
    """
    return default_figure(build, {name: control.value for name, control in controls().items()}, HEIGHT)


def lennard_jones_explorer():
    """The explorer.

    Returns
    -------
    Explorer
    """
    return Explorer(build, controls(), HEIGHT)

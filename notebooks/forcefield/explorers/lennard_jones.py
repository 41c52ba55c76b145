"""Explorer of lesson 01: what sigma and epsilon do to the Lennard-Jones potential."""

from dataclasses import dataclass

import numpy as np

from forcefield.explorers.base import Reading, figure_and_explorer
from forcefield.explorers.controls import slider
from forcefield.explorers.drawing import Mark, legend_above, moving, number
from forcefield.plots import COLOURS, LINES
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
    """Curves, their special points, and the values at one distance: sigma in Å, epsilon in eV, distance in Å."""
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
    """Read the picture in words."""
    if abs(result.force) < 0.005:
        pushed = "is close to zero"
    else:
        pushed = "pushes the atoms apart" if result.force > 0 else "pulls the atoms together"
    return Reading(
        f"Lennard-Jones potential with σ = {sigma:.2f} Å and ε = {epsilon:.2f} eV: the energy crosses zero at "
        f"{result.zero_distance:.2f} Å and is lowest at {result.minimum_distance:.2f} Å, "
        f"{result.minimum_energy:.2f} eV. At r = {distance:.2f} Å the energy is {number(result.energy)} eV and its "
        f"slope {number(result.slope, sign='+')} eV/Å, "
        f"so the force is {number(result.force, sign='+')} eV/Å: it {pushed}."
    )


def build(figure):
    """Draw what stays, and return the function that moves the rest."""
    energy_axes, force_axes = figure.subplots(1, 2)
    figure.subplots_adjust(left=0.09, right=0.99, bottom=0.13, top=0.92, wspace=0.22)
    standard = lennard_jones(DISTANCES)
    for axes, curve, limits, name in (
        (energy_axes, standard[0], (-2.3, 2.6), "energy E (eV)"),
        (force_axes, standard[1], (-2.8, 5.2), "force F (eV/Å), + is apart"),
    ):
        axes.plot(DISTANCES, curve, **LINES["baseline"], label="default")
        axes.axhline(0, color="0.4", linewidth=0.8)
        axes.set(xlim=(1.8, 8), ylim=limits, xlabel="distance r (Å)", ylabel=name)
    blue, orange, green = COLOURS["model"], COLOURS["training"], COLOURS["validation"]
    energy_curve = moving(energy_axes, color=blue, label="your σ and ε")
    force_curve = moving(force_axes, color=blue)
    tangent = moving(energy_axes, color=orange, linestyle="-.", label="slope at r")
    minimum = Mark(energy_axes, "v", color=blue, markersize=9, label="minimum")
    force_zero = Mark(force_axes, "v", color=blue, markersize=9)
    crossing = Mark(energy_axes, "D", color=green, markersize=7, label="E = 0")
    points = [Mark(axes, "o", color=orange, markersize=8, label="at r") for axes in (energy_axes, force_axes)]
    named = [energy_axes.lines[0], energy_curve, minimum.line, crossing.line, points[0].line, tangent]
    legend_above(energy_axes, named)

    def update(sigma, epsilon, distance):
        result = compute(sigma, epsilon, distance)
        energy_curve.set_data(DISTANCES, result.energies)
        force_curve.set_data(DISTANCES, result.forces)
        ends = np.array([distance - 0.6, distance + 0.6])
        tangent.set_data(ends, result.energy + result.slope * (ends - distance))
        tangent.set_visible(result.energy < energy_axes.get_ylim()[1])
        points[0].move(distance, result.energy)
        points[1].move(distance, result.force)
        minimum.move(result.minimum_distance, result.minimum_energy)
        force_zero.move(result.minimum_distance, 0)
        crossing.move(result.zero_distance, 0)
        return describe_reading(sigma, epsilon, distance, result)

    return update


def controls():
    """The controls, with the limits of what makes sense to show."""
    return {
        "sigma": slider("σ: zero crossing (Å)", SIGMA, 2.0, 4.0, 0.05),
        "epsilon": slider("ε: depth (eV)", EPSILON, 0.1, 2.0, 0.05),
        "distance": slider("r: distance (Å)", 3.0, 2.0, 7.5, 0.05),
    }


lennard_jones_figure, lennard_jones_explorer = figure_and_explorer(build, controls, HEIGHT)

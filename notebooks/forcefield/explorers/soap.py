"""Explorer of lesson 02: what the SOAP parameters do to the descriptor of a dimer."""

import time
from dataclasses import dataclass

import numpy as np
from matplotlib.collections import LineCollection

from forcefield.descriptors import MIDPOINT, describe, make_soap
from forcefield.explorers.base import Reading, figure_and_explorer
from forcefield.explorers.controls import choice, slider
from forcefield.explorers.drawing import Mark, legend_above, moving, number
from forcefield.plots import COLOURS, TRAINING_RANGE
from forcefield.systems import dimers

DISTANCES = np.linspace(2.0, 7.0, 51)
"""Where the features are drawn, Å."""

RADII = np.linspace(0.0, 8.0, 161)
"""Distances from the centre at which density and radial basis are drawn, Å."""

DATA_RANGE = (2.5, 5.0)
"""Distances of the course's data set, Å."""

STEP = 1e-4
"""Step of the central difference where there are no analytic derivatives, Å."""

HEIGHT = 4.4


@dataclass(frozen=True)
class SoapReading:
    """What the SOAP explorer shows.

    Parameters
    ----------
    density : ndarray of float64, shape (161,)
        Gaussian density of both atoms along the axis, over `RADII`; height 1 at an atom, no unit.
    basis : ndarray of float64, shape (n_max, 161)
        Radial basis functions for l = 0 over `RADII`, each scaled to a largest value of 1, NaN beyond
        the cutoff of a polynomial basis.
    features : ndarray of float64, shape (51, n_features)
        Descriptors over `DISTANCES`, no unit.
    slopes : ndarray of float64, shape (51,)
        Length of dD/dr over `DISTANCES`, 1/Å.
    vector : ndarray of float64, shape (n_features,)
        Descriptor at the distance asked for.
    smallest_slope : float
        The smallest length of dD/dr in the range of the course's data, 1/Å.
    smallest_slope_distance : float
        Where that is, Å.
    largest : float
        The largest length of D over `DISTANCES`, no unit; 1 if the centre sees nothing and every D is zero.
    seconds : float
        Time for descriptors and derivatives of all distances, s.
    """

    density: np.ndarray
    basis: np.ndarray
    features: np.ndarray
    slopes: np.ndarray
    vector: np.ndarray
    smallest_slope: float
    smallest_slope_distance: float
    largest: float
    seconds: float


def radial_basis_functions(soap, cutoff_radius, n_max, radial_basis):
    """The radial basis for l = 0 over `RADII`, each function scaled to a largest value of 1, shape (n_max, 161)."""
    if radial_basis == "gto":
        alphas, betas = soap.get_basis_gto(cutoff_radius, n_max, 0)
        functions = betas[0] @ np.exp(-alphas[0][:, None] * RADII**2)
    else:
        points, values = soap.get_basis_poly(cutoff_radius, n_max)
        functions = np.array([np.interp(RADII, points, value, right=np.nan) for value in values])
    return functions / np.nanmax(np.abs(functions), axis=1, keepdims=True)


def compute(cutoff_radius, n_max, l_max, sigma, radial_basis, distance):
    """Density, basis, descriptor and its slope for dimers, the centre at the midpoint; lengths in Å."""
    soap = make_soap(cutoff_radius=cutoff_radius, sigma=sigma, n_max=n_max, l_max=l_max, radial_basis=radial_basis)
    distances = np.append(DISTANCES, distance)
    start = time.perf_counter()
    if radial_basis == "gto":
        descriptors, derivatives = describe(soap, dimers(distances), [MIDPOINT])
        features = descriptors[:, 0]
        # r grows by 1 when atom 0 moves by -1/2 and atom 1 by +1/2 along x.
        slopes = 0.5 * (derivatives[:, 0, 1, 0] - derivatives[:, 0, 0, 0])
    else:
        below, above = (
            soap.create(dimers(distances + step), centers=[[MIDPOINT]] * len(distances))[:, 0] for step in (-STEP, STEP)
        )
        features, slopes = 0.5 * (below + above), (above - below) / (2 * STEP)
    seconds = time.perf_counter() - start
    slopes = np.linalg.norm(slopes, axis=1)[:-1]
    # The grid may miss an end of the range by a rounding error.
    in_data = np.flatnonzero(np.abs(DISTANCES - np.mean(DATA_RANGE)) < np.ptp(DATA_RANGE) / 2 + 1e-9)
    flattest = in_data[slopes[in_data].argmin()]
    return SoapReading(
        density=sum(np.exp(-((RADII - side * distance / 2) ** 2) / (2 * sigma**2)) for side in (-1, 1)),
        basis=radial_basis_functions(soap, cutoff_radius, n_max, radial_basis),
        features=features[:-1],
        slopes=slopes,
        vector=features[-1],
        smallest_slope=float(slopes[flattest]),
        smallest_slope_distance=float(DISTANCES[flattest]),
        largest=float(np.linalg.norm(features[:-1], axis=1).max()) or 1.0,
        seconds=seconds,
    )


def describe_reading(cutoff_radius, n_max, l_max, sigma, radial_basis, distance, result):
    """Read the picture in words."""
    n_features = len(result.vector)
    percent = 10 * result.smallest_slope / result.largest  # of the largest |D|, for 0.1 Å
    if percent >= 0.5:
        verdict = "are easy to tell apart"
    else:
        verdict = "are hard to tell apart" if percent >= 0.01 else "look the same"
    largest, slope = number(np.abs(result.vector).max(), least=1e-6), number(result.smallest_slope, least=1e-3)
    change = number(percent, 2, least=1e-3)
    return Reading(
        f"SOAP with r_cut = {cutoff_radius:.2f} Å, n_max = {n_max}, l_max = {l_max}, σ = {sigma:.2f} Å and the "
        f"{radial_basis} basis has {n_features} feature{'s' * (n_features > 1)}. At r = {distance:.2f} Å the largest "
        f"of them is {largest}. The smallest |dD/dr| between {DATA_RANGE[0]} and {DATA_RANGE[1]} Å is {slope} per Å, "
        f"at {result.smallest_slope_distance:.1f} Å: there 0.1 Å changes D by {change} % of its largest length, "
        f"and two distances {verdict}.",
        f"D and dD/dr of {len(DISTANCES) + 1} distances took {1e3 * result.seconds:.0f} ms.",
    )


def build(figure):
    """Draw what stays, and return the function that moves the rest."""
    (seen, curves), (bars, slope) = figure.subplots(2, 2)
    figure.subplots_adjust(left=0.09, right=0.99, bottom=0.11, top=0.93, wspace=0.26, hspace=0.5)
    seen.set(xlim=(0, 8), ylim=(-1.1, 2.1), xlabel="distance from the centre (Å)", ylabel="density, basis g$_n$")
    curves.set(xlim=(2, 7), ylim=(-0.8, 1.1), xlabel="distance r (Å)", ylabel="features / max |D|")
    bars.set(xlim=(0, 1), ylim=(-0.8, 1.1), xticks=[], xlabel="first to last feature", ylabel="features / max |D|")
    slope.set(xlim=(2, 7), ylim=(1e-6, 1e2), yscale="log", xlabel="distance r (Å)", ylabel="|dD/dr| / max |D| (1/Å)")
    data = [axes.axvspan(*DATA_RANGE, **TRAINING_RANGE, label="data set") for axes in (curves, slope)]
    bars.axhline(0, color="0.4", linewidth=0.8)

    def lines(axes, **settings):
        return axes.add_collection(LineCollection([], cmap="viridis", clim=(0, 1), animated=True, **settings), False)

    density = seen.fill_between(RADII, np.zeros_like(RADII), color=COLOURS["light"], alpha=0.6, animated=True)
    density.set_label("density")
    basis, features, vector = lines(seen, linewidths=1.4), lines(curves, linewidths=1.4), lines(bars)
    cutoff = seen.axvline(1, color="black", linestyle="--", linewidth=1.4, animated=True, label="r_cut")
    (basis_key,) = seen.plot([], [], color="#21918c", label="g$_n$, scaled")
    slopes = moving(slope, color=COLOURS["model"])
    flattest = Mark(slope, "v", color=COLOURS["model"], markersize=9, label="smallest there")
    look = {"color": COLOURS["training"], "linestyle": "-.", "linewidth": 1.4, "animated": True, "label": "r"}
    here = [axes.axvline(3, **look) for axes in (curves, slope)]
    count = bars.text(0.98, 1.02, "", transform=bars.transAxes, ha="right", va="bottom", animated=True)
    legend_above(seen, [density, basis_key, cutoff])
    legend_above(curves, [data[0], here[0]])
    legend_above(slope, [data[1], flattest.line])

    def update(cutoff_radius, n_max, l_max, sigma, radial_basis, distance):
        settings = (cutoff_radius, n_max, l_max, sigma, radial_basis, distance)
        result = compute(*settings)
        density.set_data(RADII, np.zeros_like(RADII), result.density)
        cutoff.set_xdata([cutoff_radius])
        n_features = len(result.vector)
        positions, heights = (np.arange(n_features) + 0.5) / n_features, result.vector / result.largest
        for collection, xs, ys in (
            (basis, RADII, result.basis),
            (features, DISTANCES, result.features.T / result.largest),
            (vector, np.stack([positions, positions], axis=1), np.stack([0 * heights, heights], axis=1)),
        ):
            collection.set_segments(np.stack([np.broadcast_to(xs, ys.shape), ys], axis=2))
            collection.set_array(np.linspace(0, 0.9, len(ys)))
        vector.set_linewidths(max(0.8, 150 / n_features) if n_features > 8 else 18)
        count.set_text(f"{n_features} feature{'s' * (n_features > 1)}")
        # A logarithmic axis has no zero: what is below its end is drawn there.
        slopes.set_data(DISTANCES, np.maximum(result.slopes / result.largest, 1e-6))
        flattest.move(result.smallest_slope_distance, max(result.smallest_slope / result.largest, 1e-7))
        for line in here:
            line.set_xdata([distance])
        return describe_reading(*settings, result)

    return update


def controls():
    """The controls; a cutoff that DScribe does not allow (1 Å or less with "gto") cannot be set."""
    return {
        "cutoff_radius": slider("r_cut: cutoff (Å)", 5.0, 1.5, 8.0, 0.1),
        "n_max": slider("n_max: radial", 3, 1, 8, 1),
        "l_max": slider("l_max: angular", 0, 0, 8, 1),
        "sigma": slider("σ: width (Å)", 0.5, 0.1, 1.5, 0.05),
        "distance": slider("r: distance (Å)", 3.0, 2.0, 7.0, 0.1),
        "radial_basis": choice("Radial basis", "gto", ("gto", "polynomial")),
    }


soap_figure, soap_explorer = figure_and_explorer(build, controls, HEIGHT)

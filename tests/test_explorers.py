"""The explorers without a browser: what they compute, every setting that can be set, and what they leave behind."""

import base64
import dataclasses
import html
import re

import numpy as np
import psutil
import pytest
from ase import units
from ase.calculators.emt import EMT
from ase.md.velocitydistribution import Stationary, ZeroRotation
from ase.md.verlet import VelocityVerlet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib import pyplot as plt

from forcefield import crystals, descriptors, elasticity, molecule, systems
from forcefield.calculator import ForceFieldCalculator
from forcefield.dataset import Dataset
from forcefield.explorers import (
    committee,
    data_map,
    dynamics,
    extrapolation,
    lennard_jones,
    molecule_map,
    proton,
    soap,
    strain,
)
from forcefield.explorers import training as training_explorer
from forcefield.explorers.base import Explorer, Reading, WordExplorer
from forcefield.explorers.controls import slider
from forcefield.explorers.drawing import Mark, new_figure, number
from forcefield.finite_differences import central_difference
from forcefield.sampling import copper_cluster

MODULES = {
    "lennard_jones": lennard_jones,
    "soap": soap,
    "training": training_explorer,
    "extrapolation": extrapolation,
    "committee": committee,
    "strain": strain,
    "dynamics": dynamics,
    "proton": proton,
    "data_map": data_map,
    "molecule_map": molecule_map,
}
NAMES = tuple(MODULES)
each_explorer = pytest.mark.parametrize("name", NAMES)


@pytest.fixture
def given_to(name, explorers_need):
    """What an explorer needs besides its settings."""
    return {name: explorers_need[name]}


@pytest.fixture
def explorer(name, given_to):
    return getattr(MODULES[name], f"{name}_explorer")(*given_to[name])


def span(control):
    """Lowest and highest value of a control, or all that it offers."""
    return tuple(control.options) if hasattr(control, "options") else (control.min, control.max)


def every_setting(module):
    """Hypothesis draws a value of every control: also between two steps, as a reader may type it."""
    drawn = {}
    for name, control in module.controls().items():
        values = span(control)
        if hasattr(control, "options"):
            drawn[name] = st.sampled_from(values)
        else:
            kind = st.integers if isinstance(values[0], int) else st.floats
            drawn[name] = kind(*values)
    return st.fixed_dictionaries(drawn)


def assert_finite(reading):
    for field in dataclasses.fields(reading):
        value = getattr(reading, field.name)
        if not isinstance(value, str) and field.name != "basis":  # a polynomial basis ends at the cutoff
            assert np.all(np.isfinite(value)), field.name


def assert_readable(reading):
    """No value is missing, and none is written with a power of ten."""
    assert not re.search(r"\b(nan|inf)\b|\de[-+]?\d", " ".join(reading)), reading


def drawn(explorer, axes, label):
    """The line of this name in the explorer's axes of this number."""
    return next(line for line in explorer.figure.axes[axes].lines if line.get_label() == label)


# What they compute


def test_lennard_jones_reads_its_curves():
    result = lennard_jones.compute(3.1, 0.7, 3.4)
    r = np.linspace(2.5, 6, 350_001)
    energies, _ = systems.lennard_jones(r, 3.1, 0.7)
    assert result.minimum_distance == pytest.approx(r[energies.argmin()], abs=2e-5)
    assert result.minimum_energy == pytest.approx(energies.min(), abs=1e-9)
    assert result.zero_distance == pytest.approx(r[np.abs(energies).argmin()], abs=2e-5)
    above, below = (systems.lennard_jones(3.4 + step, 3.1, 0.7)[0] for step in (1e-5, -1e-5))
    assert result.slope == pytest.approx((above - below) / 2e-5, rel=1e-7)
    assert result.force == -result.slope
    np.testing.assert_array_equal(result.energies, systems.lennard_jones(lennard_jones.DISTANCES, 3.1, 0.7)[0])


@pytest.mark.parametrize(("distance", "words"), [(3.0, "apart"), (4.0, "together"), (2 ** (1 / 6) * 2.9, "zero")])
def test_lennard_jones_says_where_the_force_pushes(distance, words):
    reading = lennard_jones.describe_reading(2.9, 1.0, distance, lennard_jones.compute(2.9, 1.0, distance))
    assert reading.sentence.endswith(f"{words}.")


@pytest.mark.parametrize("radial_basis", ["gto", "polynomial"])
def test_soap_shows_the_descriptor_and_its_slope(radial_basis):
    result = soap.compute(4.0, 4, 2, 0.6, radial_basis, 3.3)
    maker = descriptors.make_soap(cutoff_radius=4.0, n_max=4, l_max=2, sigma=0.6, radial_basis=radial_basis)

    def features(distances):
        structures = systems.dimers(distances)
        created = maker.create(structures, centers=[[descriptors.MIDPOINT]] * len(structures))
        return created.reshape(len(structures), -1)

    assert result.vector.shape == (4 * 5 // 2 * 3,)
    np.testing.assert_allclose(result.vector, features([3.3])[0], atol=1e-7)
    np.testing.assert_allclose(result.features, features(soap.DISTANCES), atol=1e-7)
    difference = (features(soap.DISTANCES + 1e-3) - features(soap.DISTANCES - 1e-3)) / 2e-3
    np.testing.assert_allclose(result.slopes, np.linalg.norm(difference, axis=1), rtol=1e-4)
    used = [slope for r, slope in zip(soap.DISTANCES, result.slopes, strict=True) if 2.49 < r < 5.01]
    assert len(used) == 26
    assert result.smallest_slope == min(used)
    assert result.largest == pytest.approx(np.linalg.norm(features(soap.DISTANCES), axis=1).max())


def test_soap_draws_the_basis_that_dscribe_uses():
    radii = soap.RADII
    for radial_basis in ("gto", "polynomial"):
        maker = descriptors.make_soap(radial_basis=radial_basis)
        functions = np.nan_to_num(soap.radial_basis_functions(maker, 5.0, 3, radial_basis))
        # An orthonormal set stays orthogonal when it is scaled: integral of g_n g_m r² dr = 0.
        overlap = np.trapezoid(functions[:, None] * functions[None] * radii**2, radii, axis=-1)
        scale = np.sqrt(np.outer(np.diag(overlap), np.diag(overlap)))
        np.testing.assert_allclose(overlap / scale, np.eye(3), atol=5e-3)
        assert np.abs(functions).max(axis=1) == pytest.approx(1)


def test_soap_knows_when_it_sees_nothing():
    result = soap.compute(1.5, 3, 0, 0.1, "gto", 5.0)
    assert np.all(result.vector == 0)
    assert result.smallest_slope == 0
    assert "look the same" in soap.describe_reading(1.5, 3, 0, 0.1, "gto", 5.0, result).sentence
    result = soap.compute(5.0, 3, 0, 0.5, "gto", 5.0)
    assert "easy" in soap.describe_reading(5.0, 3, 0, 0.5, "gto", 5.0, result).sentence


def test_soap_density_has_its_atoms_in_place():
    result = soap.compute(5.0, 3, 0, 0.2, "gto", 4.0)
    assert soap.RADII[result.density.argmax()] == pytest.approx(2.0)
    assert result.density.max() == pytest.approx(1.0)


def test_training_holds_out_what_it_says(dimer_set):
    result = training_explorer.compute(dimer_set, 12, 0.5, 8, 0)
    assert sorted([*result.labelled_rows, *result.test_rows]) == list(range(200))
    rest = result.test_rows
    assert result.energy_error == pytest.approx(np.abs(result.energies - dimer_set.energies)[rest].mean())
    assert result.force_error == pytest.approx(np.abs(result.forces - dimer_set.forces[:, 0, 0])[rest].mean())
    # Other labels on the held-out points: the same network, larger errors.
    arrays = {name: getattr(dimer_set, name).copy() for name in Dataset.ARRAYS}
    arrays["energies"][rest] += 100
    arrays["forces"][rest] += 100
    other = training_explorer.compute(Dataset(**arrays), 12, 0.5, 8, 0)
    np.testing.assert_array_equal(other.energies, result.energies)
    np.testing.assert_array_equal(other.loss, result.loss)
    assert other.energy_error > 99


def test_training_fits_better_than_500_iterations_of_lbfgs(dimer_set):
    # Those reach 0.2 meV and 3 meV/Å.
    for seed in (0, 1, 2):
        result = training_explorer.compute(dimer_set, 30, 0.5, 16, seed)
        assert result.energy_error < 2e-5
        assert result.force_error < 5e-4


def test_training_weighs_energies_and_forces(dimer_set):
    energies_alone, both, forces_alone = (
        training_explorer.compute(dimer_set, 15, share, 16, 0) for share in (0, 0.5, 1)
    )
    assert both.energy_error < 0.05
    assert both.force_error < 0.5
    # Forces alone leave the energy's constant open.
    assert forces_alone.energy_error > 10 * both.energy_error
    assert energies_alone.force_error > both.force_error


def test_extrapolation_sees_the_truth_and_the_model(dimer_model):
    result = extrapolation.compute(dimer_model, 3.1, 0.2)
    (structure,) = systems.dimers([3.1], 0.2)
    _, (energy,), (forces,) = systems.label([structure], systems.lennard_jones_calculator())
    assert result.true_energy == pytest.approx(energy)
    np.testing.assert_allclose(result.true_forces, forces[:, 0])

    def predicted(positions):
        structure.positions = positions
        described = descriptors.describe(descriptors.make_soap(), [structure], [descriptors.MIDPOINT])
        return dimer_model.predict(*described)[0][0]

    numerical = -central_difference(predicted, structure.positions.copy())[:, 0]
    np.testing.assert_allclose(result.forces, numerical, atol=1e-5 * np.abs(numerical).max())
    assert result.net_force == pytest.approx(result.forces.sum())
    assert abs(result.net_force) > 1
    assert abs(extrapolation.compute(dimer_model, 3.1, 0.0).net_force) < 1e-9


@pytest.mark.parametrize(
    ("distance", "shift", "words"),
    [
        (2.5, 0.0, "inside the training data"),
        (5.0, 0.0, "inside the training data"),
        (2.45, 0.0, "outside the training data: the atoms are closer"),
        (5.05, 0.0, "outside the training data: the atoms are further apart"),
        (3.0, -0.05, "outside the training data: the pair is off the centre"),
        (6.0, 0.5, "further apart than in any training point (5.0 Å) and the pair is off the centre"),
    ],
)
def test_extrapolation_says_whether_a_point_is_inside(dimer_model, distance, shift, words):
    assert words in extrapolation.compute(dimer_model, distance, shift).place


def test_strain_sees_emt_and_the_models(crystal_models):
    result = strain.compute(crystal_models, 4.0, 3.0)
    # By hand: edges 3.6 Å times 1.04, x longer by 3 %, y shorter so that the volume stays.
    crystal = crystals.copper_crystal()
    crystal.set_cell(3.6 * 1.04 * np.array([1.03, 1 / 1.03, 1]), scale_atoms=True)
    crystal.calc = EMT()
    assert result.true_energy == pytest.approx(crystal.get_potential_energy() / 4)
    for model, energy in zip(crystal_models, result.energy, strict=True):
        crystal.calc = ForceFieldCalculator(model)
        assert energy == pytest.approx(crystal.get_potential_energy() / 4)
    calculators, found = [EMT(), *map(ForceFieldCalculator, crystal_models)], (result.true_pressure, *result.pressure)
    for calculator, pressure in zip(calculators, found, strict=True):
        crystal.calc = calculator
        assert pressure == pytest.approx(-np.trace(crystal.get_stress(voigt=False)) / 3 / units.GPa, abs=1e-6)
    assert result.true_pressure < -5  # stretched: it pulls
    at = int(np.flatnonzero(strain.STRETCHES == 4)[0])
    np.testing.assert_allclose(result.energies[:, at], result.energy)
    for shear in (0.0, 12.0):  # the spline between EMT's points
        exact = elasticity.energies_of(EMT(), strain.strained(strain.STRETCHES, shear)) / 4
        np.testing.assert_allclose(strain.true_curve(shear), exact, atol=1e-3)


@pytest.mark.parametrize(
    ("stretch", "shear", "words"),
    [
        (-5.0, 4.0, "inside the training data"),
        (5.0, 0.0, "inside the training data"),
        (5.5, 0.0, "outside the training data: it is stretched more"),
        (-5.5, 0.0, "outside the training data: it is compressed more"),
        (0.0, 4.5, "outside the training data: it is sheared more"),
        (9.0, 9.0, "any training frame (5 %) and it is sheared more than any training frame (4 %)"),
    ],
)
def test_strain_says_whether_a_crystal_is_inside(stretch, shear, words):
    assert words in strain.place(stretch, shear)


def test_proton_sees_dft_and_the_members(proton_committees):
    _, saddle, path = molecule.reaction_path()
    result = proton.compute(proton_committees, path, 80, 50.0, 0.0)
    assert result.way == pytest.approx(0, abs=1e-5)
    assert 1e3 * result.true_energy == pytest.approx(99.85, abs=0.05)
    assert result.true_energy == result.true_energies[7] == result.true_energies.max()
    np.testing.assert_allclose(result.votes[:, 7], result.energies, atol=1e-9)
    for model, energy in zip(proton_committees[80], result.energies, strict=True):
        atoms = saddle.copy()
        atoms.calc = ForceFieldCalculator(model)
        assert energy == pytest.approx(atoms.get_potential_energy() - path[0].get_potential_energy(), abs=1e-4)
    # Between two structures of the path, and off the plane.
    between = proton.compute(proton_committees, path, 80, 100 * 2.5 / 14, 0.0)
    np.testing.assert_allclose(between.positions, (path[2].positions + path[3].positions) / 2)
    off = proton.compute(proton_committees, path, 80, 50.0, 0.4)
    moved = off.positions - result.positions
    assert np.linalg.norm(moved[5]) == pytest.approx(0.4)
    assert np.abs(np.delete(moved, 5, axis=0)).max() == 0
    ring = result.positions[[0, 1, 2]] - result.positions[3]
    np.testing.assert_allclose(ring @ moved[5], 0, atol=1e-4)  # across the plane of the ring


def test_proton_says_where_no_label_is(proton_committees):
    explorer = proton.proton_explorer(proton_committees, molecule.reaction_path()[2])
    assert "DFT gives 99.9 meV" in explorer.reading.sentence
    assert len(drawn(explorer, 0, "DFT").get_xdata()) == 15
    explorer.controls["lift"].value = 0.3
    assert "no DFT label" in explorer.reading.sentence
    assert len(drawn(explorer, 0, "DFT").get_xdata()) == 0
    assert len(drawn(explorer, 0, "members").get_xdata()) == 15


def test_a_map_shows_the_structure_of_the_number(copper_map):
    explorer, errors = data_map.data_map_explorer(copper_map), copper_map.values["error"]
    axes, _, view = explorer.figure.axes
    for row in (1, 117, 300):
        explorer.controls["row"].value = row
        assert [float(line.get_data()[0][0]) for line in axes.lines] == [pytest.approx(copper_map.places[row - 1, 0])]
        assert [float(line.get_data()[1][0]) for line in axes.lines] == [pytest.approx(copper_map.places[row - 1, 1])]
        shown = sorted(tuple(np.round(circle.center, 6)) for circle in view.patches)
        assert shown == sorted(tuple(place) for place in copper_map.structures[row - 1].positions[:, :2].round(6))
        assert f"Structure {row} of 300: frame {row - 1}." in explorer.reading.sentence
        below = sum(error < errors[row - 1] for error in errors)
        assert f"{number(errors[row - 1], 2)} meV/Å, larger than that of {below} of" in explorer.reading.note


@pytest.mark.parametrize("colour", ["error", "energy"])
def test_a_map_is_coloured_by_what_is_asked_for(molecule_map, colour):
    explorer, values = MODULES["molecule_map"].molecule_map_explorer(molecule_map), molecule_map.values[colour]
    explorer.controls["colour"].value = colour
    axes, bar, _ = explorer.figure.axes
    (points,) = axes.collections
    np.testing.assert_array_equal(points.get_array(), values)
    assert bar.get_ylim() == pytest.approx(points.get_clim()) == (values.min(), values.max())
    assert colour in bar.get_ylabel()


# What can be set


@each_explorer
def test_every_slider_to_both_ends(name, explorer):
    for setting, control in explorer.controls.items():
        for end in span(control):
            control.value = end
            assert not explorer.problem, f"{setting} = {end}: {explorer.problem}"
            assert_readable(explorer.reading)
        explorer.reset()


@each_explorer
def test_two_hundred_random_settings(name, given_to, explorer, monkeypatch):
    # Every setting of the training explorer is a training: these are short ones, the ends above are not.
    monkeypatch.setattr(training_explorer, "ITERATIONS", 5)
    # EMT's curve takes 30 ms for every new shear: here it is the same for all.
    monkeypatch.setattr(strain, "true_curve", lambda shear: strain.STRETCHES)

    # Every setting of the dynamics explorer is two runs of 80 steps.
    @settings(
        max_examples=20 if name == "dynamics" else 200,
        derandomize=True,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(every_setting(MODULES[name]))
    def try_them(values):
        assert_finite(MODULES[name].compute(*given_to[name], **values))
        assert_readable(explorer.update(**values))

    try_them()


@pytest.mark.parametrize(
    ("compute", "words"),
    [
        (lambda: lennard_jones.compute(-1, 1, 3), "sigma must be a finite number above 0 Å"),
        (lambda: lennard_jones.compute(2.9, 1, 0), "Every distance must be above 0 Å"),
        (lambda: soap.compute(1.0, 3, 0, 0.5, "gto", 3), "cutoff_radius must be greater than 1 Å with the 'gto' basis"),
        (lambda: soap.compute(5.0, 0, 0, 0.5, "gto", 3), "n_max must be a whole number from 1 to 50"),
        (lambda: soap.compute(5.0, 3, 0, 0.5, "gto", -3), "above 0 Å"),
        (lambda: extrapolation.compute(None, 3.0, np.nan), "The shift must be a finite number"),
        (lambda: strain.compute([], -100, 0), "The stretch must be above -100 %"),
        (lambda: dynamics.compute(None, 300, 0), "The time step must be a finite number above 0 fs"),
        (lambda: strain.compute([], 0, np.nan), "The shear must be a finite number in %"),
    ],
)
def test_bad_settings_are_explained(compute, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        compute()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"n_labels": 200}, "choose fewer labels"),
        ({"n_labels": 1}, "must be a whole number from 2 to 200"),
        ({"force_share": 1.5}, "from 0 to 1"),
        ({"hidden_units": 0}, "a whole number of at least 1"),
    ],
)
def test_bad_training_settings_are_explained(dimer_set, values, words):
    with pytest.raises(ValueError, match=words):
        training_explorer.compute(
            dimer_set, **({"n_labels": 30, "force_share": 0.5, "hidden_units": 4, "seed": 0} | values)
        )


def test_dynamics_keeps_the_energy_at_short_steps_and_tells_when_it_does_not(copper_force_field):
    short, shorter = (dynamics.compute(copper_force_field, 300, step) for step in (10, 5))
    assert shorter.true.shape == shorter.predicted.shape == shorter.times.shape == (61,)
    # The error of velocity Verlet is of order time step squared, for both potentials.
    assert 3 < short.true_swing / shorter.true_swing < 5
    assert 3 < short.predicted_swing / shorter.predicted_swing < 5
    assert dynamics.compute(copper_force_field, 300, 40).true_swing > 100


def test_what_goes_wrong_is_said_and_the_picture_stays():
    def build(figure):
        (line,) = figure.subplots().plot([0, 1], [0, 1], animated=True)

        def update(height):
            if height > 8:
                raise RuntimeError("a <surprise>")
            if height > 5:
                raise ValueError("The height must be at most 5 Å.")
            line.set_ydata([0, height])
            return Reading(f"height {height} & more")

        return update

    tried = Explorer(build, {"height": slider("height (Å)", 1, 0, 10, 1)}, 2.0)
    good = tried.png
    assert 'alt="height 1 &amp; more"' in tried.page.value
    tried.controls["height"].value = 6
    assert tried.problem == "The height must be at most 5 Å."
    assert tried.problem in tried.page.value
    assert tried.png == good
    tried.controls["height"].value = 9
    assert "RuntimeError: a &lt;surprise&gt;" in tried.page.value
    tried.controls["height"].value = 4
    assert not tried.problem
    assert "alert" not in tried.page.value
    assert tried.png != good
    tried.reset_button.click()
    assert tried.controls["height"].value == 1
    assert tried.png == good


# What they show and leave behind


@each_explorer
def test_sentence_and_alt_text_are_those_of_the_picture(name, explorer):
    for setting, control in explorer.controls.items():
        control.value = next(value for value in span(control) if value != control.value)
        for words in explorer.reading:
            page = html.unescape(explorer.page.value)
            assert words in re.search('<img alt="(.*?)"', page, re.DOTALL)[1], setting
            assert words in re.search('<p class="course-reading">(.*?)</p>', page, re.DOTALL)[1], setting
        assert base64.b64encode(explorer.png).decode() in explorer.page.value, setting


def test_lennard_jones_marks_the_minimum_where_it_is():
    explorer = lennard_jones.lennard_jones_explorer()
    explorer.controls["sigma"].value = 3.4
    result = lennard_jones.compute(3.4, 1.0, 3.0)
    minimum, crossing = drawn(explorer, 0, "minimum"), drawn(explorer, 0, "E = 0")
    assert (*minimum.get_xdata(), *minimum.get_ydata()) == pytest.approx((result.minimum_distance, -1.0))
    assert (*crossing.get_xdata(), *crossing.get_ydata()) == pytest.approx((3.4, 0.0))
    assert result.energies.min() == pytest.approx(-1.0, abs=1e-3)
    assert lennard_jones.DISTANCES[result.energies.argmin()] == pytest.approx(result.minimum_distance, abs=0.01)


def test_lennard_jones_tangent_touches_the_curve_at_r():
    explorer = lennard_jones.lennard_jones_explorer()
    explorer.controls["distance"].value = 3.5
    x, y = drawn(explorer, 0, "slope at r").get_data()
    assert x.mean() == pytest.approx(3.5)
    assert y.mean() == pytest.approx(systems.lennard_jones(3.5)[0])
    assert np.diff(y) / np.diff(x) == pytest.approx(-systems.lennard_jones(3.5)[1])


def test_lennard_jones_off_the_scale_stays_at_the_edge():
    explorer = lennard_jones.lennard_jones_explorer()
    explorer.controls["sigma"].value, explorer.controls["distance"].value = 4.0, 3.2
    point = drawn(explorer, 0, "at r")
    assert point.get_xdata() == pytest.approx(3.2)
    assert point.get_ydata() == pytest.approx(2.6, abs=0.15)
    assert point.get_marker() == "^"
    # A slope through a point that is not in the picture would stand beside r.
    assert not drawn(explorer, 0, "slope at r").get_visible()
    assert f"{number(systems.lennard_jones(3.2, 4.0)[1], sign='+')} eV/Å" in explorer.reading.sentence


def test_extrapolation_draws_forces_the_way_they_push(dimer_model):
    explorer = extrapolation.extrapolation_explorer(dimer_model)
    for distance, sign in ((2.6, [-1, 1]), (4.0, [1, -1])):  # pushed apart, pulled together
        explorer.controls["distance"].value = distance
        result = extrapolation.compute(dimer_model, distance, 0.0)
        true_arrows, arrows = explorer.figure.axes[1].collections
        np.testing.assert_array_equal(np.sign(result.true_forces), sign)
        np.testing.assert_array_equal(np.sign(true_arrows.U), sign)
        np.testing.assert_array_equal(np.sign(arrows.U), np.sign(result.forces))
        places = drawn(explorer, 1, "left and right atom").get_xdata()
        np.testing.assert_allclose(places, [-distance / 2, distance / 2])


@pytest.mark.parametrize(("name", "setting"), [("extrapolation", "shift"), ("committee", "along"), ("strain", "shear")])
def test_nothing_is_shaded_as_training_data_outside_of_them(name, explorer, setting):
    def shaded():
        spans = [
            patch for axes in explorer.figure.axes for patch in axes.patches if patch.get_label() == "training data"
        ]
        assert spans
        return [span.get_visible() for span in spans]

    assert all(shaded())
    explorer.controls[setting].value = explorer.controls[setting].max
    assert "outside" in explorer.reading.sentence
    assert not any(shaded())


def test_training_says_its_errors_in_milli_units(dimer_set):
    explorer = training_explorer.training_explorer(dimer_set)
    result = training_explorer.compute(dimer_set, 30, 0.5, 16, 0)
    said = re.search(r"there: ([\d.,]+) meV and ([\d.,]+) meV/Å", explorer.reading.note)
    in_words = [float(number.replace(",", "")) for number in said.groups()]
    assert in_words == pytest.approx([1000 * result.energy_error, 1000 * result.force_error], rel=0.06)
    drawn_errors = drawn(explorer, 2, "energy (meV)").get_ydata()
    errors = np.abs(result.energies - dimer_set.energies)[result.test_rows]
    np.testing.assert_allclose(drawn_errors, np.maximum(1000 * errors, training_explorer.ERROR_LIMITS[0]))


def test_training_with_forces_alone_says_where_the_energies_are(dimer_set):
    explorer = training_explorer.training_explorer(dimer_set)
    explorer.controls["force_share"].value = 1.0
    low, high = explorer.figure.axes[0].get_ylim()
    middle = np.median(drawn(explorer, 0, "network").get_ydata())
    said = explorer.figure.axes[0].texts[0].get_text()
    assert bool(said) == (not low < middle < high)
    if said:
        result = training_explorer.compute(dimer_set, 30, 1.0, 16, 0)
        off = np.median(result.energies - dimer_set.energies)
        assert float(re.search(r"([+-][\d.,]+) eV off", said)[1].replace(",", "")) == pytest.approx(off, rel=0.06)


def test_dynamics_shows_total_energies_in_mev_per_atom(copper_force_field):
    result, atoms = dynamics.compute(copper_force_field, 900, 20), copper_cluster()
    momenta = np.random.default_rng(0).standard_normal((13, 3))
    atoms.set_momenta(momenta * np.sqrt(atoms.get_masses() * units.kB * 900)[:, None])
    Stationary(atoms)
    ZeroRotation(atoms)
    atoms.calc = EMT()
    start = atoms.get_total_energy()
    VelocityVerlet(atoms, 20 * units.fs).run(15)
    assert result.true[15] == pytest.approx(1000 * (atoms.get_total_energy() - start) / 13, abs=1e-3)
    assert result.true_swing == pytest.approx(result.true.max() - result.true.min())
    assert (
        f"{number(result.true_swing, 2, most=1000)} meV/atom with EMT"
        in dynamics.describe_reading(900, 20, result).note
    )


def test_dynamics_counts_time_in_fs_and_shows_every_atom(copper_force_field):
    explorer = dynamics.dynamics_explorer(copper_force_field)
    for step in (4, 40):
        explorer.controls["time_step"].value = step
        for name in ("EMT", "model"):
            assert drawn(explorer, 0, name).get_xdata()[[1, -1]] == pytest.approx([step, step * (300 // step)])
    half = dynamics.VIEW / 2
    for discs in explorer.figure.axes[1].lines:
        assert len(discs.get_xdata()) == 13
        assert np.abs(discs.get_data()).max() < half


def test_strain_draws_the_crystal(crystal_models):
    explorer = strain.strain_explorer(crystal_models)
    explorer.controls["stretch"].value, explorer.controls["shear"].value = 10.0, 5.0
    _, outline, *layers = explorer.figure.axes[1].lines
    width, height = np.ptp(outline.get_xdata()), np.ptp(outline.get_ydata())
    edge = 2 * crystals.LATTICE_CONSTANT * 1.1
    assert (width, height) == pytest.approx((edge * 1.05, edge / 1.05))
    places = np.concatenate([np.transpose(layer.get_data()) for layer in layers])
    assert len(np.unique(places.round(6), axis=0)) == 25
    assert np.ptp(places, axis=0) == pytest.approx((width, height))


def test_strain_draws_energies_in_mev_per_atom(crystal_models):
    explorer = strain.strain_explorer(crystal_models)
    explorer.controls["stretch"].value, explorer.controls["shear"].value = 4.0, 3.0
    result = strain.compute(crystal_models, 4.0, 3.0)
    assert "meV" in explorer.figure.axes[0].get_ylabel()
    for label, energies in [("EMT", result.true_energies), *((f"model {i}", result.energies[i]) for i in range(3))]:
        np.testing.assert_allclose(drawn(explorer, 0, label).get_ydata(), 1000 * energies, err_msg=label)


def test_committee_shows_the_size_of_the_error_beside_the_spread(untrained_members):
    result = committee.compute(untrained_members, 4, 3.0, 0.1, 0.2)
    np.testing.assert_allclose(result.errors, np.abs(result.votes.mean(axis=0) - committee.true_curve()))
    np.testing.assert_allclose(result.spreads, result.votes.std(axis=0, ddof=1))


def test_a_mark_points_out_of_the_picture():
    axes = new_figure(2.0).subplots()
    axes.set(xlim=(0, 10), ylim=(1e-3, 1e3), yscale="log")
    mark = Mark(axes, "o")
    for x, y, shape in ((5, 1, "o"), (5, 1e9, "^"), (5, 1e-9, "v"), (-1, 1, "<"), (11, 1, ">"), (11, 1e9, "^")):
        mark.move(x, y)
        assert mark.line.get_marker() == shape
        (shown_x,), (shown_y,) = mark.line.get_data()
        assert 0 < shown_x < 10
        assert 1e-3 < shown_y < 1e3
    mark.move(5, 1)
    assert mark.line.get_data() == ([pytest.approx(5)], [pytest.approx(1)])


@pytest.mark.parametrize(
    ("value", "digits", "words"),
    [
        (11469.63, 3, "11,500"),
        (-0.6012, 3, "-0.601"),
        (0.000071, 2, "0.000071"),
        (0.0, 3, "0"),
        (-0.0, 3, "0"),
        (9.996, 3, "10.0"),
        (300, 2, "300"),
        (5200, 2, "5,200"),
    ],
)
def test_numbers_in_words(value, digits, words):
    assert number(value, digits) == words
    assert number(abs(value), digits, sign="+") == ("+" + words.lstrip("-"))


def test_what_is_too_small_or_too_large_is_only_said_to_be_so():
    assert number(3e-9, least=1e-6) == "less than 0.000001"
    assert number(-2.4e6, most=1000) == "more than 1,000"
    assert number(0.0, least=1e-6) == "0"


def test_words_follow_controls_without_a_picture():
    explorer = WordExplorer(lambda count: f"{count} < {count + 1}", {"count": slider("how many", 3, 1, 20, 1)})
    assert "3 &lt; 4" in explorer.page.value
    explorer.controls["count"].value = 7
    assert explorer.reading.sentence == "7 < 8"
    bundle = explorer._repr_mimebundle_()
    assert bundle["text/plain"] == "7 < 8"
    assert "7 &lt; 8" in bundle["text/html"]
    assert "<img" not in bundle["text/html"]


@each_explorer
def test_a_reset_draws_once_and_brings_the_defaults_back(name, explorer):
    picture, sentence = explorer.png, explorer.reading.sentence
    controls = [control for control in explorer.controls.values() if not hasattr(control, "options")]
    for control in controls:
        control.value = control.max
    assert explorer.reading.sentence != sentence
    assert explorer.png != picture
    drawn = []
    explorer.page.observe(drawn.append, names="value")
    explorer.reset_button.click()
    assert len(drawn) == 1
    assert explorer.reading.sentence == sentence
    assert explorer.png == picture


@each_explorer
def test_every_control_moves_the_picture(name, explorer):
    for setting, control in explorer.controls.items():
        before = explorer.png
        control.value = next(value for value in span(control) if value != control.value)
        assert explorer.png != before, f"{setting} changes nothing"
        explorer.reset()


@each_explorer
def test_the_output_can_be_read_without_a_kernel(name, explorer, given_to):
    bundle, metadata = explorer._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert len(bundle["image/png"]) > 10_000
    assert bundle["text/plain"] == explorer.reading.sentence == metadata["image/png"]["alt"]
    # One picture with its sentence, and what to do to get the sliders; nothing that an untrusted page would lose.
    page = html.unescape(bundle["text/html"])
    assert page.count("<img") == 1
    assert bundle["image/png"] in page
    assert page.count(explorer.reading.sentence) == 2
    assert "Run All Cells" in page
    assert not re.search("onload|<script|<style|style=", page)
    figure, alt = getattr(MODULES[name], f"{name}_figure")(*given_to[name])
    assert alt == explorer.reading.sentence
    assert len(figure.axes) == len(explorer.figure.axes)


@each_explorer
def test_every_control_has_a_visible_name(name):
    for control in MODULES[name].controls().values():
        assert len(control.description) > 5
    if name != "training":
        units = [control.description for control in MODULES[name].controls().values() if control.description[-1] == ")"]
        assert all(unit.endswith(("(Å)", "(eV)", "(%)", "(K)", "(fs)")) for unit in units)
        assert len(units) >= 2 or name.endswith("map")  # a number and a list


@pytest.mark.parametrize(
    ("name", "moves"),
    [
        ("lennard_jones", 500),
        ("soap", 500),
        ("training", 100),
        ("extrapolation", 500),
        ("committee", 50),
        ("strain", 50),
        ("proton", 50),
        ("data_map", 50),
        ("molecule_map", 50),
        ("dynamics", 20),
    ],
)
def test_many_moves_leave_nothing_behind(explorer, moves, monkeypatch):
    monkeypatch.setattr(training_explorer, "ITERATIONS", 1)
    moved = [control for control in explorer.controls.values() if not hasattr(control, "options")]
    process, drawn = psutil.Process(), []

    def move(times):
        for count in range(times):
            control = moved[count % len(moved)]
            control.value = control.min if control.value > (control.min + control.max) / 2 else control.max

    move(30)  # caches fill once
    explorer.page.observe(lambda _: drawn.append(1), names="value")
    before = process.memory_info().rss
    move(moves)
    assert len(drawn) == moves
    assert process.memory_info().rss - before < 20e6
    assert plt.get_fignums() == []

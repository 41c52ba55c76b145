"""Descriptors, forces and virial in reverse mode, and the derivatives in forward mode, against DScribe and differences.

DScribe gives the reference: its descriptors, its analytic derivatives of clusters, and differences of the energy that a
random model makes of its descriptors. Structures and settings are drawn at random.
"""

import ase
import numpy as np
import pytest
from dscribe.descriptors import SOAP
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from forcefield import descriptors, forward_soap, reverse_soap, soaps
from forcefield.descriptors import (
    describe,
    describe_strained,
    describe_without_derivatives,
    make_soap,
    neighbour_radius,
)
from forcefield.forward_soap import ForwardSoap
from forcefield.pairs import pairs_within
from forcefield.reverse_soap import ReverseSoap

SPECIES = ("Cu", "H", "O")
REPEATS = {"cluster": (False,) * 3, "chain": (False, True, False), "slab": (True, False, True), "crystal": (True,) * 3}


class RandomModel:
    """A frozen model with a network of random weights for each element, energies of about 1 eV."""

    def __init__(self, described, numbers, seed=0):
        generator, self.parts = np.random.default_rng(seed), {}
        mean, scale = described.mean(axis=0), np.abs(described).max()
        for number in np.unique(numbers):
            weights = generator.normal(size=(described.shape[1], 8)) / np.sqrt(described.shape[1]) / scale
            self.parts[number] = mean, weights, generator.normal(size=8)

    def __call__(self, described, numbers):
        energies, gradients = np.empty(len(described)), np.empty_like(described)
        for number in np.unique(numbers):
            mean, weights, last = self.parts[number]
            hidden = np.tanh((described[numbers == number] - mean) @ weights)
            energies[numbers == number] = hidden @ last
            gradients[numbers == number] = ((1 - hidden**2) * last) @ weights.T
        return energies, gradients


def apart(generator, n_atoms, cell, pbc, smallest=1.0):
    """Positions of at most n_atoms atoms, in and outside the cell, that are not too close; at least one."""
    kept = ase.Atoms(cell=cell, pbc=pbc)
    for fractions in generator.uniform(-1.5, 1.5, (40, 3)):
        trial = kept + ase.Atoms("H", [(fractions if any(pbc) else fractions / 2) @ cell])
        if not len(pairs_within(trial, pbc, smallest)[0]):
            kept = trial
        if len(kept) == n_atoms:
            break
    return kept.positions


@st.composite
def cases(draw, kinds=tuple(REPEATS)):
    """A SOAP, a structure and a random model."""
    kind, generator = draw(st.sampled_from(kinds)), np.random.default_rng(draw(st.integers(0, 2**20)))
    species = list(generator.permutation(SPECIES)[: draw(st.integers(1, 3))])
    soap = make_soap(
        species,
        cutoff_radius=draw(st.floats(1.5, 4)),
        sigma=draw(st.floats(0.3, 0.7)),
        n_max=draw(st.integers(1, 5)),
        l_max=draw(st.integers(0, 6)),
        periodic=kind != "cluster",
    )
    # From a cube to a skew, thin cell; a single atom is a crystal, too.
    cell = np.diag(generator.uniform(1.5, 4, 3)) + draw(st.floats(0, 1)) * generator.uniform(-1, 1, (3, 3))
    assume(np.linalg.svd(cell, compute_uv=False).min() > 1)
    positions = apart(generator, draw(st.integers(1, 6)), cell, REPEATS[kind])
    assume(len(positions))
    symbols = generator.choice(species, len(positions))
    structure = ase.Atoms(symbols, positions, cell=cell if kind != "cluster" else None, pbc=REPEATS[kind])
    if kind == "slab" and draw(st.booleans()):
        structure.cell[1] = 0
    described = describe_without_derivatives(soap, [structure])[0]
    return soap, structure, RandomModel(described, structure.numbers)


def stays_clear(structure, radius, margin=0.01):
    """Whether no pair is so near the neighbour radius that a difference would cross the jump."""
    inner, outer = (len(pairs_within(structure, structure.pbc, radius + shift)[0]) for shift in (-margin, margin))
    return inner == outer


def slope(energy, step=1e-3):
    """Derivative at 0 by differences that are right to fourth order."""
    return (8 * (energy(step) - energy(-step)) - energy(2 * step) + energy(-2 * step)) / (12 * step)


def dscribe_energy(soap, structure, model):
    return model(describe_without_derivatives(soap, [structure])[0], structure.numbers)[0].sum()


def moved(structure, atom, axis, step):
    structure = structure.copy()
    structure.positions[atom, axis] += step
    return structure


def strained(structure, row, column, step):
    strain = np.eye(3)
    strain[row, column] += step / 2
    strain[column, row] += step / 2
    structure = structure.copy()
    structure.set_cell(structure.cell.array @ strain)
    structure.positions = structure.positions @ strain
    return structure


draws = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@given(cases())
@draws
def test_descriptors_are_dscribes(case):
    soap, structure, _ = case
    expected = describe_without_derivatives(soap, [structure])[0]
    for found in (ReverseSoap(soap).descriptors(structure), ForwardSoap(soap)(structure)[0]):
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-8 * np.abs(expected).max())


@given(cases(("cluster",)))
@draws
def test_forces_of_clusters_are_those_of_dscribes_analytic_derivatives(case):
    soap, structure, model = case
    described, derivatives = describe(soap, [structure], attach=True)
    energies, gradients = model(described[0], structure.numbers)
    found, forces, _ = ReverseSoap(soap).evaluate(structure, model)
    np.testing.assert_allclose(found, energies, atol=1e-8)
    np.testing.assert_allclose(forces, -np.einsum("cf,caxf->ax", gradients, derivatives[0]), rtol=1e-8, atol=1e-8)


@given(cases(), st.integers(0, 5), st.integers(0, 2), st.integers(0, 2))
@draws
def test_forces_and_virial_are_those_of_the_energy_that_dscribe_gives(case, atom, axis, other):
    soap, structure, model = case
    assume(stays_clear(structure, neighbour_radius(soap)))
    energies, forces, virial = ReverseSoap(soap).evaluate(structure, model)
    assert energies.sum() == pytest.approx(dscribe_energy(soap, structure, model), abs=1e-8)
    atom %= len(structure)
    force = -slope(lambda step: dscribe_energy(soap, moved(structure, atom, axis, step), model))
    np.testing.assert_allclose(forces[atom, axis], force, rtol=1e-7, atol=1e-8)
    by_strain = slope(lambda step: dscribe_energy(soap, strained(structure, axis, other, step), model))
    np.testing.assert_allclose(virial[axis, other], by_strain, rtol=1e-7, atol=1e-7)


@given(cases())
@draws
def test_forward_mode_gives_the_same_forces_and_virial(case):
    soap, structure, model = case
    _, forces, virial = ReverseSoap(soap).evaluate(structure, model)
    described, derivatives, by_strains = (array[0] for array in describe_strained(soap, [structure]))
    gradients = model(described, structure.numbers)[1]
    np.testing.assert_allclose(forces, -np.einsum("cf,caxf->ax", gradients, derivatives), rtol=1e-9, atol=1e-9)
    virials = np.einsum("cf,cvf->v", gradients, by_strains)
    np.testing.assert_allclose(virial[forward_soap.VOIGT], virials, rtol=1e-9, atol=1e-9)


@given(cases(), st.integers(0, 2**20))
@draws
def test_symmetries(case, seed):
    soap, structure, model = case
    energies, forces, virial = ReverseSoap(soap).evaluate(structure, model)
    np.testing.assert_allclose(forces.sum(axis=0), 0, atol=1e-9)
    np.testing.assert_array_equal(virial, virial.T)
    generator = np.random.default_rng(seed)
    rotation, order = Rotation.random(rng=generator).as_matrix(), generator.permutation(len(structure))
    other = structure[order]
    other.positions = (other.positions + generator.uniform(-5, 5, 3)) @ rotation.T
    other.cell = other.cell.array @ rotation.T
    found = ReverseSoap(soap).evaluate(other, model)
    expected = energies[order], forces[order] @ rotation.T, rotation @ virial @ rotation.T
    for one, two in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-8, atol=1e-9)


@given(cases(("chain", "slab", "crystal")), st.integers(0, 2))
@draws
def test_a_repeated_cell_is_the_same_matter(case, axis):
    soap, structure, model = case
    assume(structure.pbc[axis])
    one = ReverseSoap(soap).evaluate(structure, model)
    twice = ReverseSoap(soap).evaluate(structure * [1 + (axis == other) for other in range(3)], model)
    np.testing.assert_allclose(twice[0], np.tile(one[0], 2), atol=1e-9)
    np.testing.assert_allclose(twice[1], np.tile(one[1], (2, 1)), rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(twice[2], 2 * one[2], rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize(
    "cell", [[2, 2, 2], [[0.8, 0, 0], [0, 3, 0], [0.3, 0.2, 4]], [[2, 0, 0], [1.9, 1, 0], [0, 1, 2]]]
)
def test_one_atom_in_a_cell_sees_what_the_middle_of_a_block_sees(cell):
    crystal = ase.Atoms("Cu", [[7.0, -3.0, 0.4]], cell=cell, pbc=True)
    soaps_of = [make_soap(("Cu",), cutoff_radius=2.5, sigma=0.4, n_max=3, l_max=4, periodic=p) for p in (True, False)]
    steps = np.stack(np.meshgrid(*[np.arange(-14, 15)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    vectors = steps @ crystal.cell.array
    block = ase.Atoms(f"Cu{len(vectors)}", vectors)[np.linalg.norm(vectors, axis=1) < 5]
    expected = describe_without_derivatives(soaps_of[1], [block], [(0.0, 0.0, 0.0)])[0]
    found = ReverseSoap(soaps_of[0]).descriptors(crystal)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10 * np.abs(expected).max())


@pytest.mark.parametrize("side", [-1, 1])
@pytest.mark.parametrize("periodic", [False, True])
def test_right_on_both_sides_of_the_jump(side, periodic):
    """A pair 5e-5 Å from the neighbour radius: differences are taken on its side alone."""
    soap = make_soap(("Cu",), cutoff_radius=3.0, sigma=0.5, n_max=3, l_max=2, periodic=periodic)
    distance = neighbour_radius(soap) + 5e-5 * side
    positions = [[0, 0, 0], [distance, 0, 0], [1.3, 1.9, 0.2], [3.1, -0.4, 1.8]]
    atoms = ase.Atoms("Cu4", positions, cell=[30, 30, 30] if periodic else None, pbc=periodic)
    model = RandomModel(describe_without_derivatives(soap, [atoms])[0], atoms.numbers)
    forces = ReverseSoap(soap).evaluate(atoms, model)[1]
    derivatives = describe_strained(soap, [atoms])[1][0]
    gradients = model(describe_without_derivatives(soap, [atoms])[0], atoms.numbers)[1]
    along_x = [dscribe_energy(soap, moved(atoms, 1, 0, 1e-3 * side * k), model) for k in range(5)]
    one_sided = np.dot([-25, 48, -36, 16, -3], along_x) / (12 * 1e-3 * side)
    assert abs(one_sided) > 1e-2
    assert forces[1, 0] == pytest.approx(-one_sided, abs=1e-6)
    np.testing.assert_allclose(-np.einsum("cf,caxf->ax", gradients, derivatives), forces, atol=1e-10)


POINTS = [(0.3, 0.1, -4.0), (1.0, 1.0, 1.0)]


@pytest.mark.parametrize(("centers", "attach"), [([2, 0], True), ([2, 0], False), ([3], True), (POINTS, False)])
@pytest.mark.parametrize("periodic", [True, False])
def test_forward_mode_for_any_centres(centers, attach, periodic):
    generator = np.random.default_rng(3)
    soap = make_soap(("Cu", "O"), cutoff_radius=2.6, sigma=0.4, n_max=3, l_max=2, periodic=periodic)
    cell = np.diag([3.5, 4.0, 4.4]) + generator.uniform(-0.3, 0.3, (3, 3))
    positions = apart(generator, 4, cell, (True,) * 3)
    structure = ase.Atoms("Cu2O2", positions, cell=cell, pbc=periodic)
    assert stays_clear(structure, neighbour_radius(soap))
    described, derivatives = describe(soap, [structure], centers, attach)
    places = np.array(centers) if centers is POINTS else structure.positions[centers]

    def at(atom, axis, step):
        stay = places.copy()
        if attach:
            stay[np.array(centers) == atom, axis] += step
        return describe_without_derivatives(soap, [moved(structure, atom, axis, step)], stay.tolist())[0]

    np.testing.assert_allclose(described[0], at(0, 0, 0.0), rtol=1e-9, atol=1e-9)
    for atom, axis in np.ndindex(4, 3):
        expected = slope(lambda step, one=atom, two=axis: at(one, two, step))
        np.testing.assert_allclose(derivatives[0, :, atom, axis], expected, rtol=1e-6, atol=1e-6)


def test_batches_change_nothing(monkeypatch):
    soap = make_soap(("Cu", "O"), cutoff_radius=3.0, n_max=3, l_max=3, periodic=True)
    generator = np.random.default_rng(5)
    cell = np.diag([5.0, 5.0, 6.0])
    structure = ase.Atoms("Cu4O3", apart(generator, 7, cell, (True,) * 3), cell=cell, pbc=True)
    model = RandomModel(describe_without_derivatives(soap, [structure])[0], structure.numbers)
    whole = [*ReverseSoap(soap).evaluate(structure, model), *ForwardSoap(soap)(structure)]
    for module in (reverse_soap, forward_soap):
        monkeypatch.setattr(module, "BATCH", 1)
    parts = [*ReverseSoap(soap).evaluate(structure, model), *ForwardSoap(soap)(structure)]
    for one, two in zip(whole, parts, strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-10, atol=1e-10)


def test_several_models_at_once_are_each_alone():
    soap = make_soap(("Cu",), cutoff_radius=3.0, n_max=3, l_max=2)
    atoms = ase.Atoms("Cu5", apart(np.random.default_rng(1), 5, 4 * np.eye(3), (False,) * 3))
    described = describe_without_derivatives(soap, [atoms])[0]
    models = [RandomModel(described, atoms.numbers, seed) for seed in range(3)]
    reverse = ReverseSoap(soap)
    for model, *found in zip(models, *reverse.evaluate_all(atoms, models), strict=True):
        for one, two in zip(found, reverse.evaluate(atoms, model), strict=True):
            np.testing.assert_array_equal(one, two)


def test_the_virial_of_a_cluster_is_that_of_its_forces():
    soap = make_soap(("Cu",), cutoff_radius=3.0, n_max=3, l_max=2)
    atoms = ase.Atoms("Cu5", apart(np.random.default_rng(2), 5, 4 * np.eye(3), (False,) * 3))
    model = RandomModel(describe_without_derivatives(soap, [atoms])[0], atoms.numbers)
    _, forces, virial = ReverseSoap(soap).evaluate(atoms, model)
    assert np.abs(virial).max() > 0.01
    np.testing.assert_allclose(virial, -forces.T @ atoms.positions, atol=1e-10)


def other(**changes):
    return SOAP(**{"species": ["Cu"], "r_cut": 3.0, "n_max": 2, "l_max": 1} | changes)


@pytest.mark.parametrize("mode", [ReverseSoap, ForwardSoap])
@pytest.mark.parametrize(
    ("soap", "sentence"),
    [
        (other(rbf="polynomial"), "'gto' basis"),
        (other(average="inner"), "uses average"),
        (other(weighting={"function": "pow", "r0": 2.0, "c": 1, "d": 1, "m": 1}), "uses weighting"),
        (other(species=["Cu", "O"], compression={"mode": "mu1nu1"}), "uses compression"),
        (other(dtype="float32"), "uses dtype"),
        ("soap", "must be a SOAP of DScribe"),
    ],
)
def test_a_soap_that_is_not_followed_is_refused(mode, soap, sentence):
    with pytest.raises(ValueError, match=sentence):
        mode(soap)


def test_a_dscribe_that_keeps_its_settings_elsewhere_is_noticed():
    soap = make_soap()
    del soap._n_max
    with pytest.raises(ValueError, match=r"keeps its settings elsewhere \(_n_max is not there\): take version 2\.1\.2"):
        soaps.soap_settings(soap)


def test_a_dscribe_with_another_definition_is_noticed(monkeypatch):
    soap, create = make_soap(), SOAP.create
    monkeypatch.setattr(SOAP, "create", lambda self, *arguments: 1.001 * create(self, *arguments))
    with pytest.raises(ValueError, match="defines its SOAP differently"):
        ReverseSoap(soap)


def test_memory_for_strains_is_planned():
    soap = make_soap(("Cu",), n_max=9, l_max=9, periodic=True)
    crystal = ase.Atoms("Cu", cell=[4, 4, 4], pbc=True) * (6, 6, 6)
    with pytest.raises(ValueError, match="limit is 400 MB"):
        descriptors.describe_strained(soap, [crystal])

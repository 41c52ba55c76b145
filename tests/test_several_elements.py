"""Several elements and several sizes in one fit: data sets, energies of single atoms, both Gaussian processes."""

import dataclasses

import ase
import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.emt import EMT
from ase.calculators.singlepoint import SinglePointCalculator

from forcefield import full_gaussian_process, several_sets
from forcefield.calculator import CommitteeCalculator, ForceFieldCalculator
from forcefield.dataset import Dataset
from forcefield.descriptors import make_soap
from forcefield.element_fits import train_networks
from forcefield.element_networks import ElementNetworks
from forcefield.energy_offsets import energy_offsets
from forcefield.evaluation import mean_absolute_error
from forcefield.finite_differences import numerical_forces
from forcefield.full_gaussian_process import GaussianProcess, plan_labels
from forcefield.gaussian_process import SparseGaussianProcess
from forcefield.model import ForceField
from forcefield.model_sums import ModelSum
from forcefield.saved_models import load_model
from forcefield.several_sets import LabelledStructures, datasets_of, in_order
from forcefield.strain_derivatives import predict_with_virials

SOAP = make_soap(("Cu", "Au"), cutoff_radius=4.0, sigma=0.5, n_max=3, l_max=2)
SYMBOLS = ("CuCuAuAu", "CuAuAu", "CuCuCuAu", "AuCuAuCu", "AuAuAuAu")
BASE = 1.9 * np.array([[0, 0, 0], [1, 1, 0], [1, 0, 1], [0, 1, 1.0]])


@pytest.fixture(scope="module")
def alloys():
    """Sixty rattled clusters of three or four atoms, five orders of elements one after the other, EMT labels."""
    generator = np.random.default_rng(0)
    structures = []
    for number in range(60):
        symbols = SYMBOLS[number % 5]
        positions = BASE[: len(ase.Atoms(symbols))]
        structures.append(ase.Atoms(symbols, positions + generator.normal(scale=0.12, size=positions.shape)))
        structures[-1].calc = EMT()
        structures[-1].get_forces()
    return structures


FITS = {
    "sparse": lambda sets, **settings: SparseGaussianProcess(
        sets, n_sparse=80, force_noise=1e-3, noise=1e-3, **settings
    ),
    "full": lambda sets, **settings: GaussianProcess(sets, noise=1e-3, force_noise=1e-3, **settings),
}


def networks(sets, **settings):
    """Small networks, fitted for a second."""
    return train_networks(sets, hidden_units=6, n_axes=20, iterations=40, **settings)[0]


@pytest.fixture(scope="module", params=[*FITS, "networks"])
def model(request, alloys):
    """Either Gaussian process, or networks, fitted to 45 of the clusters."""
    return (FITS | {"networks": networks})[request.param](LabelledStructures(alloys[:45], SOAP))


def labels(structures):
    return np.array([one.get_potential_energy() for one in structures]), [one.get_forces() for one in structures]


# Sets


def test_one_set_for_each_order_of_elements_and_the_way_back(alloys):
    sets, rows = datasets_of(alloys, SOAP)
    assert [data.numbers.tolist() for data in sets] == [ase.Atoms(symbols).numbers.tolist() for symbols in SYMBOLS]
    energies, forces = labels(alloys)
    np.testing.assert_array_equal(in_order([data.energies for data in sets], rows), energies)
    for found, expected in zip(in_order([data.forces for data in sets], rows), forces, strict=True):
        np.testing.assert_array_equal(found, expected)
    with pytest.raises(ValueError, match="one list of rows"):
        in_order([data.energies for data in sets[1:]], rows)
    with pytest.raises(ValueError, match="every structure from 0 on once"):
        in_order([sets[0].energies], [rows[0] + 1])


def test_structures_described_in_parts_are_the_same_sets(alloys):
    sets, _ = datasets_of(alloys, SOAP, metadata={"potential": "EMT"})
    later = LabelledStructures(alloys, SOAP, metadata={"potential": "EMT"})
    parts = list(later.parts(megabytes=0.05))
    assert len(parts) > len(sets) and max(part.derivatives.nbytes for part in parts) < 0.05e6  # noqa: PT018
    for numbers, data in zip(later.structures, sets, strict=True):
        own = [part for part in parts if part.numbers.tolist() == numbers[0].numbers.tolist()]
        for name in Dataset.ARRAYS:
            joined = np.concatenate([getattr(part, name) for part in own])
            np.testing.assert_allclose(joined, getattr(data, name), atol=1e-12)
        assert own[0].metadata == data.metadata
    np.testing.assert_array_equal(later.energies, labels(alloys)[0])
    assert len(later) == 60
    assert repr(later) == "<LabelledStructures: 60 of 4 compositions: Au2Cu, Au2Cu2, Au4, AuCu3>"
    assert later.fingerprint() != LabelledStructures(alloys[1:], SOAP).fingerprint()


def test_labels_of_a_potential_are_taken_once(alloys):
    class Counting(EMT):
        counts = 0

        def calculate(self, *arguments):
            Counting.counts += 1
            super().calculate(*arguments)

    bare = [one.copy() for one in alloys[:6]]
    later = LabelledStructures(bare, SOAP, Counting())
    np.testing.assert_allclose(later.energies, labels(alloys[:6])[0])
    list(later.parts()), list(later.parts())
    assert Counting.counts == 6
    assert all(one.calc is None for one in bare)


# Energies of single atoms


def with_energies(structures, energy_of):
    """Copies whose energy is a function of the structure, and whose forces are zero."""
    copies = [one.copy() for one in structures]
    for one in copies:
        one.calc = SinglePointCalculator(one, energy=energy_of(one), forces=np.zeros((len(one), 3)))
    return copies


def single_atoms(structure):
    """-100 eV for each Cu, -7000 eV for each Au."""
    return -100.0 * (structure.numbers == 29).sum() - 7000.0 * (structure.numbers == 79).sum()


def test_offsets_are_found_from_compositions(alloys):
    additive = with_energies(alloys, single_atoms)
    for sets in (LabelledStructures(additive, SOAP), datasets_of(additive, SOAP)[0]):
        offsets, sentence = energy_offsets(sets)
        assert offsets == {29: pytest.approx(-100), 79: pytest.approx(-7000)}
        assert sentence == "The offsets of 2 elements come from least squares over 4 compositions."


def test_one_composition_leaves_them_open_and_says_so(alloys):
    one_composition = with_energies(alloys[::5], single_atoms)
    offsets, sentence = energy_offsets(LabelledStructures(one_composition, SOAP))
    assert 2 * offsets[29] + 2 * offsets[79] == pytest.approx(-14200)
    assert offsets[29] == pytest.approx(offsets[79])  # the smallest
    assert "determine only 1 of them" in sentence
    given = {"Cu": -1, "Au": -2.5}
    assert energy_offsets(LabelledStructures(one_composition, SOAP), given)[0] == {29: -1.0, 79: -2.5}
    for bad, words in (({"Cu": -1}, "lack Au"), ({"Xx": 1}, "dict"), ([1, 2], "dict"), ({"Cu": "a", "Au": 1}, "of Cu")):
        with pytest.raises(ValueError, match=words):
            energy_offsets(LabelledStructures(one_composition, SOAP), bad)


@pytest.mark.parametrize("fit", FITS.values(), ids=FITS)
def test_energies_of_single_atoms_come_back_and_change_no_force(alloys, fit):
    """Large energies of single atoms, as quantum mechanics has them, are taken off before the fit and put back."""
    shifted = [one.copy() for one in alloys]
    for one, original in zip(shifted, alloys, strict=True):
        energy = original.get_potential_energy() + single_atoms(one)
        one.calc = SinglePointCalculator(one, energy=energy, forces=original.get_forces())
    energies, forces = fit(LabelledStructures(alloys[:45], SOAP)).predict_structures(alloys[45:])
    others = fit(LabelledStructures(shifted[:45], SOAP)).predict_structures(alloys[45:])
    np.testing.assert_allclose(others[0] - [single_atoms(one) for one in alloys[45:]], energies, atol=1e-5)
    np.testing.assert_allclose(np.concatenate(others[1]), np.concatenate(forces), atol=1e-4)


# Fits


def test_clusters_that_it_does_not_know_are_predicted(model, alloys):
    energies, forces = model.predict_structures(alloys[45:])
    true_energies, true_forces = labels(alloys[45:])
    spread = np.abs(np.concatenate(true_forces)).mean()
    assert mean_absolute_error(energies, true_energies) < 0.02  # eV
    assert mean_absolute_error(np.concatenate(forces), np.concatenate(true_forces)) < 0.1 * spread


def test_forces_are_minus_the_gradient_of_the_energy(model, alloys):
    for one in alloys[50:54]:

        def energy(positions, one=one):
            return model.predict_structures([ase.Atoms(one.numbers, positions)])[0][0]

        found = model.predict_structures([one])[1][0]
        np.testing.assert_allclose(found, numerical_forces(energy, one.positions, step=1e-3), atol=1e-3)


def test_moved_turned_mirrored_and_like_atoms_exchanged(model, alloys):
    one = alloys[50]  # CuCuAuAu
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))[0]
    energies, forces = model.predict_structures([one])
    changed = {
        "moved": (one.numbers, one.positions + [1, 2, 3], forces[0]),
        "turned": (one.numbers, one.positions @ turn.T, forces[0] @ turn.T),
        "mirrored": (one.numbers, -one.positions, -forces[0]),
        "like atoms exchanged": (one.numbers, one.positions[[1, 0, 2, 3]], forces[0][[1, 0, 2, 3]]),
        "another order": (one.numbers[::-1], one.positions[::-1], forces[0][::-1]),
    }
    for name, (numbers, positions, expected) in changed.items():
        other_energies, other_forces = model.predict_structures([ase.Atoms(numbers, positions)])
        np.testing.assert_allclose(other_energies, energies, atol=1e-6, err_msg=name)
        np.testing.assert_allclose(other_forces[0], expected, atol=1e-5, err_msg=name)
    unlike = model.predict_structures([ase.Atoms(one.numbers[[0, 2, 1, 3]], one.positions)])[0]
    assert abs(unlike - energies)[0] > 1e-3


def test_fragments_far_apart_add_up(model, alloys):
    one, other = alloys[50], alloys[51]
    both = one.copy()
    both.extend(ase.Atoms(other.numbers, other.positions + [50, 0, 0]))
    energies, forces = model.predict_structures([one, other])
    together = model.predict_structures([both])
    np.testing.assert_allclose(together[0], energies.sum(), atol=1e-6)
    np.testing.assert_allclose(together[1][0], np.concatenate(forces), atol=1e-5)


@pytest.mark.parametrize("fit", FITS.values(), ids=FITS)
def test_sets_whole_or_in_parts_give_the_same_model(alloys, fit, monkeypatch):
    sets, _ = datasets_of(alloys[:30], SOAP)
    energies, forces = fit(sets).predict_structures(alloys[45:])
    monkeypatch.setattr(several_sets.LabelledStructures.parts, "__defaults__", (0.05,))
    other_energies, other_forces = fit(LabelledStructures(alloys[:30], SOAP)).predict_structures(alloys[45:])
    np.testing.assert_allclose(other_energies, energies, atol=1e-5)
    np.testing.assert_allclose(np.concatenate(other_forces), np.concatenate(forces), atol=1e-4)


def test_without_sparse_points_no_worse_than_with_many(alloys):
    """On the same labels with the same noise; sparse points restrict what can be fitted."""
    later, (_, true_forces) = LabelledStructures(alloys[:45], SOAP), labels(alloys[45:])
    errors = {}
    for name, fit in FITS.items():
        forces = np.concatenate(fit(later).predict_structures(alloys[45:])[1])
        errors[name] = mean_absolute_error(forces, np.concatenate(true_forces))
    assert errors["full"] < 1.2 * errors["sparse"]


def test_covariances_are_the_derivatives_of_the_kernel():
    """Labels' covariances beside differences of (u . u')³ between displaced points."""
    generator = np.random.default_rng(0)

    class Part:
        def __init__(self, n, c):
            self.values = np.zeros((n, 4))
            self.centers = {1: (generator.normal(size=(n, c, 5)), generator.normal(size=(n, c, 3, 5)))}

    one, other = Part(2, 3), Part(3, 2)
    found = full_gaussian_process.covariance(one, other, 3)

    def kernel(system, step, other_system, other_step):
        (units, changes), (others, other_changes) = one.centers[1], other.centers[1]
        here = units[system] + np.tensordot(changes[system], step, axes=(1, 0))
        there = others[other_system] + np.tensordot(other_changes[other_system], other_step, axes=(1, 0))
        return ((here @ there.T) ** 3).sum()

    h, zero = 1e-4, np.zeros(3)
    for a, b in np.ndindex(2, 3):
        assert found[a, 0, b, 0] == pytest.approx(kernel(a, zero, b, zero))
        for row, step in enumerate(h * np.eye(3)):
            slope = (kernel(a, step, b, zero) - kernel(a, -step, b, zero)) / (2 * h)
            assert found[a, 1 + row, b, 0] == pytest.approx(slope, rel=1e-4, abs=1e-4)
            for column, along in enumerate(h * np.eye(3)):
                signs = [(s, t) for s in (1, -1) for t in (1, -1)]
                bend = sum(s * t * kernel(a, s * step, b, t * along) for s, t in signs) / (4 * h**2)
                assert found[a, 1 + row, b, 1 + column] == pytest.approx(bend, rel=1e-3, abs=1e-2)


def test_memory_is_said_before_it_is_taken(alloys):
    megabytes, sentence = plan_labels([9] * 320)
    assert megabytes == pytest.approx(4e-6 * (320 * 22) ** 2)
    assert sentence.startswith("320 structures have 7040 energies and independent force components")
    with pytest.raises(ValueError, match=r"take at most about \d+ of these structures"):
        plan_labels([55] * 200)
    with pytest.raises(ValueError, match="SparseGaussianProcess"):
        GaussianProcess(LabelledStructures(alloys, SOAP), limit=0.1)


def test_noise_that_float64_cannot_carry_gets_a_sentence(alloys):
    twice = alloys[:10] + alloys[:10]
    with pytest.raises(ValueError, match="noise is too small"):
        GaussianProcess(LabelledStructures(twice, SOAP), noise=1e-12, force_noise=1e-12)


# Elements


def test_elements_must_be_told_and_known(model, alloys):
    sets, _ = datasets_of(alloys[45:], SOAP)
    descriptors, derivatives = sets[0].descriptors, sets[0].derivatives
    energies, _ = model.predict(descriptors, derivatives, sets[0].numbers)
    np.testing.assert_allclose(energies, model.predict_structures(alloys[45::5])[0], atol=1e-9)
    with pytest.raises(ValueError, match="needs the elements of the centres"):
        model.predict(descriptors, derivatives)
    with pytest.raises(ValueError, match="knows Cu, Au and no other element; the structure has H"):
        model.predict(descriptors, derivatives, [29, 29, 1, 79])
    with pytest.raises(ValueError, match="atomic numbers of the centres must have shape"):
        model.predict(descriptors, derivatives, [29, 29])


def test_sets_that_do_not_belong_together_are_refused(alloys):
    sets, _ = datasets_of(alloys[:10], SOAP)
    others, _ = datasets_of(alloys[:10], make_soap(("Cu", "Au"), cutoff_radius=4.5, sigma=0.5, n_max=3, l_max=2))
    metadata = {name: value for name, value in sets[0].metadata.items() if name != "numbers"}
    for bad, words in (
        ([sets[0], others[1]], "one SOAP must describe all"),
        ([sets[0], dataclasses.replace(sets[1], metadata=metadata | {"numbers": [29] * 3}), sets[2]], None),
        ([sets[1], dataclasses.replace(sets[0], metadata=metadata)], "parts that do not"),
        ([], "empty list"),
        ([sets[0], None], "Dataset"),
    ):
        for fit in FITS.values():
            if words is None:
                fit(bad)
            else:
                with pytest.raises(ValueError, match=words):
                    fit(bad)


def test_calculators_take_it_alone_and_as_a_committee(alloys):
    members = [
        FITS["full"](LabelledStructures(alloys[:45:2], SOAP)),
        networks(LabelledStructures(alloys[1:45:2], SOAP)),
    ]
    one = alloys[52].copy()
    predictions = [member.predict_structures([one]) for member in members]
    one.calc = ForceFieldCalculator(members[0])
    assert one.get_potential_energy() == pytest.approx(predictions[0][0][0], abs=1e-6)
    np.testing.assert_allclose(one.get_forces(), predictions[0][1][0], atol=1e-5)
    one.calc = CommitteeCalculator(members)
    assert one.get_potential_energy() == pytest.approx(np.mean([energies[0] for energies, _ in predictions]), abs=1e-6)
    assert one.calc.results["energy_spread"] > 0


def test_a_file_is_all_that_predicting_needs(model, alloys, tmp_path):
    model.save(tmp_path / "model.npz")
    found = type(model).load(tmp_path / "model.npz")
    for found_forces, forces in zip(
        found.predict_structures(alloys[45:])[1], model.predict_structures(alloys[45:])[1], strict=True
    ):
        np.testing.assert_array_equal(found_forces, forces)
    assert (repr(found), found.provenance) == (repr(model), model.provenance)
    for other in {GaussianProcess, SparseGaussianProcess, ElementNetworks, ForceField, ModelSum} - {type(model)}:
        with pytest.raises(ValueError, match="does not hold"):
            other.load(tmp_path / "model.npz")
    assert type(load_model(tmp_path / "model.npz")) is type(model)
    total = ModelSum([model, model])
    np.testing.assert_allclose(total.predict_structures(alloys[45:])[0], 2 * model.predict_structures(alloys[45:])[0])
    total.save(tmp_path / "sum.npz")
    assert repr(load_model(tmp_path / "sum.npz")) == repr(total)


# Crystals


@pytest.mark.parametrize("kind", FITS)
def test_virials_of_crystals_are_labels_too(kind):
    soap, generator, structures = make_soap(("Cu", "Au"), 3.0, 0.5, 3, 2, periodic=True), np.random.default_rng(0), []
    for number in range(24):
        one = bulk("Cu", cubic=True)
        one.symbols[: number % 3] = "Au"
        one.set_cell(one.cell.array @ (np.eye(3) + generator.normal(scale=0.02, size=(3, 3))), scale_atoms=True)
        one.positions += generator.normal(scale=0.05, size=(4, 3))
        structures.append(one)
    training = LabelledStructures(structures[:18], soap, EMT(), virials=True)
    (test, *_), _ = datasets_of(structures[18:], soap, EMT(), virials=True)
    errors = {}
    for virial_noise in (None, 1e-2):
        fitted = FITS[kind](training, virial_noise=virial_noise)
        _, _, virials = predict_with_virials(fitted, test)
        errors[virial_noise] = mean_absolute_error(virials, test.virials)
    assert errors[1e-2] < 0.8 * errors[None]
    one = structures[18]

    def energy(strain):
        copy = one.copy()
        copy.set_cell(copy.cell.array @ (np.eye(3) + strain), scale_atoms=True)
        return fitted.predict_structures([copy])[0][0]

    strains = np.zeros((6, 3, 3))  # a shear by an angle in rad has half of it on each side
    for number, (row, column) in enumerate([(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)]):
        strains[number, row, column] += 0.5
        strains[number, column, row] += 0.5
    numerical = [(energy(1e-4 * strain) - energy(-1e-4 * strain)) / 2e-4 for strain in strains]
    np.testing.assert_allclose(virials[0], numerical, atol=1e-3)
    with pytest.raises(ValueError, match="needs sets with virials"):
        FITS[kind](LabelledStructures(structures[:2], soap, EMT()), virial_noise=0.1)

"""Bad input over the whole package: one sentence each, no library's own error, no wrong number, no dead kernel.

A row is a name, a call on good things of which one is made bad, and a piece of the sentence that must come. Rows in
`DANGEROUS` have ended kernels or filled the memory: they run in a process of their own.
"""

import json
import subprocess
import sys
from functools import cached_property, partial
from pathlib import Path

import ase
import numpy as np
import pytest
from ase.build import bulk, fcc111
from ase.calculators.emt import EMT
from ase.calculators.singlepoint import SinglePointCalculator
from dscribe.descriptors import SOAP
from sentences import fault, refusal

from forcefield import (
    baselines,
    committees,
    crystals,
    data_maps,
    descriptors,
    elasticity,
    evaluation,
    finite_differences,
    molecule,
    own_parts,
    plots,
    prepared,
    repulsion,
    sampling,
    search,
    splits,
    strain_derivatives,
    systems,
    training,
    viewer,
)
from forcefield.calculator import CommitteeCalculator, ForceFieldCalculator
from forcefield.committees import Committee
from forcefield.copper_gold import copper_gold_frames
from forcefield.dataset import Dataset
from forcefield.descriptors import MIDPOINT, describe, describe_without_derivatives, make_soap
from forcefield.element_fits import fit_networks, train_networks
from forcefield.element_networks import ElementNetworks
from forcefield.energy_offsets import energy_offsets
from forcefield.explorers import committee, data_map, dynamics, extrapolation, lennard_jones, proton, soap, strain
from forcefield.explorers import training as training_explorer
from forcefield.exports import export
from forcefield.force_field_checks import check_force_field
from forcefield.full_gaussian_process import GaussianProcess, plan_labels
from forcefield.gaussian_process import SparseGaussianProcess
from forcefield.labelled_files import look_at, read_labelled
from forcefield.model import ForceField
from forcefield.model_sums import ModelSum, minus
from forcefield.pair_potential import PairPotential
from forcefield.reverse_soap import ReverseSoap
from forcefield.saved_models import load_model
from forcefield.several_sets import LabelledStructures, datasets_of, in_order
from forcefield.stop_on_spread import StopOnSpread
from forcefield.structure_files import read_structures
from forcefield.written_files import KeptFrames, with_predictions, write_structures

NAN, INF = float("nan"), float("inf")
TETRAHEDRON = 1.8 * np.array([[0, 0, 0], [1, 1, 0], [1, 0, 1], [0, 1, 1]])


def moved(structure, position, atom=-1):
    """A copy with one atom put elsewhere."""
    structure = structure.copy()
    structure.positions[atom] = position
    return structure


def changed(structure, **settings):
    """A copy with other elements, cell or periodicity."""
    structure = structure.copy()
    for name, value in settings.items():
        setattr(structure, name, value)
    return structure


def six(course):
    """The map of six clusters, with made-up descriptors."""
    return data_maps.data_map(*six_clusters(course).values())


def six_clusters(course):
    """Arguments of `data_map`."""
    return {
        "structures": [course.cluster.copy() for _ in range(6)],
        "descriptors": np.random.default_rng(0).normal(size=(6, len(course.cluster), 4)),
        "energies": np.arange(6.0),
        "errors": np.arange(6.0),
        "labels": list("abcdef"),
    }


class Course:
    """Good things, each made once, from which the rows make bad ones."""

    pair_soap = cached_property(lambda self: make_soap())
    soap = cached_property(lambda self: make_soap(("Cu",), cutoff_radius=3.0, n_max=3, l_max=1))
    crystal_soap = cached_property(lambda self: make_soap(("Cu",), cutoff_radius=3.0, n_max=3, l_max=1, periodic=True))
    pairs = cached_property(lambda self: systems.dimers(np.linspace(2.6, 4.8, 8)))
    crystal = cached_property(lambda self: bulk("Cu", cubic=True))

    @cached_property
    def clusters(self):
        """Eight rattled clusters of four copper atoms."""
        shifts = np.random.default_rng(0).normal(scale=0.1, size=(8, 4, 3))
        return [ase.Atoms("Cu4", TETRAHEDRON + shift) for shift in shifts]

    @cached_property
    def cluster(self):
        return self.clusters[0]

    @cached_property
    def malonaldehyde(self):
        return molecule.reaction_path()[0]

    @cached_property
    def dimers(self):
        potential = systems.lennard_jones_calculator()
        return Dataset.from_structures(self.pairs, self.pair_soap, [MIDPOINT], calculator=potential)

    @cached_property
    def copper(self):
        return Dataset.from_structures(self.clusters, self.soap, attach=True, calculator=EMT())

    @cached_property
    def arrays(self):
        return {name: np.array(getattr(self.copper, name)) for name in Dataset.ARRAYS}

    def copper_with(self, **changes):
        return Dataset(**(self.arrays | changes), metadata=self.copper.metadata)

    @cached_property
    def pair_model(self):
        return training.train(self.dimers, hidden_units=(4,), iterations=2)[0]

    @cached_property
    def models(self):
        """Two force fields for copper clusters."""
        return [training.train(self.copper, hidden_units=(4,), seed=seed, iterations=2)[0] for seed in (0, 1)]

    @cached_property
    def model(self):
        return self.models[0]

    @cached_property
    def strained(self):
        """Four crystals with virials."""
        frames = crystals.crystal_frames(4, 0)
        return Dataset.from_structures(frames, self.crystal_soap, attach=True, calculator=EMT(), virials=True)

    @cached_property
    def crystal_model(self):
        frames = crystals.crystal_frames(4, 0)
        data = Dataset.from_structures(frames, self.crystal_soap, attach=True, calculator=EMT())
        return training.train(data, hidden_units=(4,), iterations=2)[0]

    @cached_property
    def staying_model(self):
        """A force field for copper clusters whose centres do not move along with their atoms."""
        data = Dataset.from_structures(self.clusters, self.soap, attach=False, calculator=EMT())
        return training.train(data, hidden_units=(4,), iterations=2)[0]

    @cached_property
    def labelled(self):
        """The clusters with EMT's labels."""
        return labelled_copies(self.clusters)

    @cached_property
    def file(self):
        """A file of labelled clusters."""
        write_structures(self.folder / "frames.extxyz", self.labelled)
        return self.folder / "frames.extxyz"

    def energy(self, structure, model=None):
        """Energy of a structure by the calculator of a model."""
        structure = structure.copy()
        structure.calc = ForceFieldCalculator(model or self.model)
        return structure.get_potential_energy()

    def dynamics(self):
        return sampling.langevin(self.cluster, EMT(), 300, seed=0)


SLAB = fcc111("Cu", (1, 1, 2), vacuum=8)

TABLE = {
    "ReverseSoap": {
        "another radial basis": (lambda c: ReverseSoap(make_soap(radial_basis="polynomial")), "gto"),
        "no SOAP": (lambda c: ReverseSoap("SOAP"), "SOAP of DScribe"),
        "no structure": (lambda c: ReverseSoap(c.soap).descriptors([c.cluster]), "ase.Atoms"),
        "an unknown element": (lambda c: ReverseSoap(c.soap).descriptors(changed(c.cluster, symbols="Cu3Ni")), "Ni"),
        "a crystal to a SOAP for clusters": (lambda c: ReverseSoap(c.soap).descriptors(c.crystal), "pbc"),
        "a cluster to a SOAP for crystals": (lambda c: ReverseSoap(c.crystal_soap).descriptors(c.cluster), "no axis"),
        "two atoms in one place": (
            lambda c: ReverseSoap(c.soap).descriptors(moved(c.cluster, c.cluster.positions[0])),
            "0.1 Å apart",
        ),
    },
    "describe": {
        "an element that the SOAP does not know": (
            lambda c: describe(c.soap, [changed(c.cluster, symbols="Au4")], attach=True),
            "Au",
        ),
        "one unknown element among known ones": (
            lambda c: describe(c.soap, [changed(c.cluster, symbols="Cu3Ni")], attach=True),
            "Ni",
        ),
        "one structure instead of a list": (lambda c: describe(c.soap, c.cluster, attach=True), "list"),
        "nothing": (lambda c: describe(c.soap, [], attach=True), "the list is empty"),
        "None": (lambda c: describe(c.soap, None, attach=True), "list"),
        "a name of a file": (lambda c: describe(c.soap, "frames.extxyz"), "list"),
        "positions instead of structures": (lambda c: describe(c.soap, c.arrays["positions"]), "ase.Atoms"),
        "None in the list": (lambda c: describe(c.soap, [c.cluster, None], attach=True), "ase.Atoms"),
        "structures without atoms": (lambda c: describe(c.soap, [ase.Atoms()], attach=True), "atom"),
        "two sizes": (lambda c: describe(c.soap, [c.cluster, c.cluster[:3]], attach=True), "the same number"),
        "a crystal with a SOAP for clusters": (lambda c: describe(c.soap, [c.crystal], attach=True), "periodic"),
        "a cluster with a SOAP for crystals": (
            lambda c: describe(c.crystal_soap, [c.cluster], attach=True),
            "periodic",
        ),
        "a slab with a SOAP for clusters": (lambda c: describe(c.soap, [SLAB], attach=True), "periodic"),
        "two atoms in one place": (
            lambda c: describe(c.soap, [moved(c.cluster, c.cluster.positions[0])], attach=True),
            "0.1 Å apart",
        ),
        "an atom on the next cell's atom": (
            lambda c: describe(c.crystal_soap, [moved(c.crystal, [3.61, 0, 0])], attach=True),
            "0.1 Å apart",
        ),
        "an averaged SOAP": (
            lambda c: describe(SOAP(species=["Cu"], r_cut=3, n_max=2, l_max=1, average="inner"), [c.cluster]),
            "average",
        ),
        "a sparse SOAP": (
            lambda c: describe(SOAP(species=["Cu"], r_cut=3, n_max=2, l_max=1, sparse=True), [c.cluster]),
            "sparse",
        ),
        "no SOAP": (lambda c: describe(None, [c.cluster]), "SOAP"),
        "settings instead of a SOAP": (lambda c: describe({"species": ["Cu"]}, [c.cluster]), "SOAP"),
        "an unknown method": (lambda c: describe(c.soap, [c.cluster], method="exact"), "method"),
        "a point as one list of numbers": (lambda c: describe(c.pair_soap, c.pairs, [0, 0, 0]), "twice"),
        "an atom twice": (lambda c: describe(c.soap, [c.cluster], [1, 1]), "twice"),
        "an atom that is not there": (lambda c: describe(c.soap, [c.cluster], [4]), "0 to 3"),
        "an atom counted from the end": (lambda c: describe(c.soap, [c.cluster], [-1]), "0 to 3"),
        "no centre": (lambda c: describe(c.soap, [c.cluster], []), "entre"),
        "one number as centres": (lambda c: describe(c.soap, [c.cluster], 0), "entre"),
        "words as centres": (lambda c: describe(c.soap, [c.cluster], ["0", "1"]), "entre"),
        "a word as centres": (lambda c: describe(c.soap, [c.cluster], "all"), "entre"),
        "yes and no as centres": (lambda c: describe(c.soap, [c.cluster], [True, False]), "entre"),
        "a plane instead of space": (lambda c: describe(c.pair_soap, c.pairs, [(0, 0)]), "entre"),
        "fractional atoms": (lambda c: describe(c.soap, [c.cluster], [0.5, 1.5]), "entre"),
        "points and atoms mixed": (lambda c: describe(c.soap, [c.cluster], [0, MIDPOINT]), "mix"),
        "points that follow atoms": (lambda c: describe(c.pair_soap, c.pairs, [MIDPOINT], attach=True), "attach"),
        "a word for attach": (lambda c: describe(c.soap, [c.cluster], attach="no"), "attach"),
        "some atoms of a crystal, attached": (
            lambda c: describe(c.crystal_soap, [c.crystal], [0, 1], attach=True, method="numerical"),
            "all atoms",
        ),
        "atoms of a crystal in another order, attached": (
            lambda c: describe(c.crystal_soap, [c.crystal], [3, 2, 1, 0], attach=True, method="numerical"),
            "order",
        ),
        "more than the memory holds": (lambda c: describe(c.soap, [c.cluster * (1, 1, 1)] * 200_000), "MB"),
        "without derivatives, an unknown element": (
            lambda c: describe_without_derivatives(c.soap, [changed(c.cluster, symbols="Au4")]),
            "Au",
        ),
        "without derivatives, a crystal with a SOAP for clusters": (
            lambda c: describe_without_derivatives(c.soap, [c.crystal]),
            "periodic",
        ),
        "without derivatives, a point as one list of numbers": (
            lambda c: describe_without_derivatives(c.pair_soap, c.pairs, [0, 0, 0]),
            "twice",
        ),
    },
    "make_soap": {
        "one element as text": (lambda c: make_soap(species="Cu"), '["Cu"]'),
        "carbon monoxide or cobalt": (lambda c: make_soap(species="CO"), "C"),
        "no element": (lambda c: make_soap(species=()), "species"),
        "None": (lambda c: make_soap(species=None), "species"),
        "an element that there is not": (lambda c: make_soap(species=("Cu", "Xx")), "Xx"),
        "an element in small letters": (lambda c: make_soap(species=("cu",)), "cu"),
        "numbers for elements": (lambda c: make_soap(species=(1.5,)), "species"),
        "an element twice": (lambda c: make_soap(species=("Cu", "Cu")), "different"),
        "n_max None": (lambda c: make_soap(n_max=None), "n_max"),
        "n_max infinite": (lambda c: make_soap(n_max=INF), "n_max"),
        "n_max not a number": (lambda c: make_soap(n_max=NAN), "n_max"),
        "n_max a half": (lambda c: make_soap(n_max=2.5), "n_max"),
        "n_max a word": (lambda c: make_soap(n_max="3"), "n_max"),
        "n_max a list": (lambda c: make_soap(n_max=[3]), "n_max"),
        "n_max yes": (lambda c: make_soap(n_max=True), "n_max"),
        "n_max complex": (lambda c: make_soap(n_max=3j), "n_max"),
        "n_max zero": (lambda c: make_soap(n_max=0), "n_max"),
        "l_max None": (lambda c: make_soap(l_max=None), "l_max"),
        "l_max infinite": (lambda c: make_soap(l_max=-INF), "l_max"),
        "l_max beyond DScribe's": (lambda c: make_soap(l_max=21), "l_max"),
        "l_max negative": (lambda c: make_soap(l_max=-1), "l_max"),
        "l_max a word": (lambda c: make_soap(l_max="0"), "l_max"),
        "sigma None": (lambda c: make_soap(sigma=None), "sigma"),
        "sigma a word": (lambda c: make_soap(sigma="0.5"), "sigma"),
        "sigma negative": (lambda c: make_soap(sigma=-0.5), "sigma"),
        "sigma not a number": (lambda c: make_soap(sigma=NAN), "sigma"),
        "cutoff None": (lambda c: make_soap(cutoff_radius=None), "cutoff_radius"),
        "cutoff a word": (lambda c: make_soap(cutoff_radius="5"), "cutoff_radius"),
        "cutoff infinite": (lambda c: make_soap(cutoff_radius=INF), "cutoff_radius"),
        "cutoff complex": (lambda c: make_soap(cutoff_radius=5 + 0j), "cutoff_radius"),
        "cutoff several": (lambda c: make_soap(cutoff_radius=[4.0, 5.0]), "cutoff_radius"),
        "an unknown basis": (lambda c: make_soap(radial_basis="fourier"), "radial_basis"),
        "a list as basis": (lambda c: make_soap(radial_basis=["gto"]), "radial_basis"),
        "a word for periodic": (lambda c: make_soap(periodic="no"), "periodic"),
        "None for periodic": (lambda c: make_soap(periodic=None), "periodic"),
    },
    "lennard_jones and dimers": {
        "a distance of zero": (lambda c: systems.lennard_jones([3.0, 0.0]), "distance"),
        "a word": (lambda c: systems.lennard_jones("3"), "distance"),
        "None": (lambda c: systems.lennard_jones(None), "distance"),
        "a ragged list": (lambda c: systems.lennard_jones([[3.0], [3.0, 4.0]]), "distance"),
        "complex": (lambda c: systems.lennard_jones(3 + 1j), "distance"),
        "sigma None": (lambda c: systems.lennard_jones(3.0, sigma=None), "sigma"),
        "sigma a word": (lambda c: systems.lennard_jones(3.0, sigma="2.9"), "sigma"),
        "epsilon negative": (lambda c: systems.lennard_jones(3.0, epsilon=-1), "epsilon"),
        "epsilon several": (lambda c: systems.lennard_jones([3.0, 3.5, 4.0], epsilon=[1, 2]), "epsilon"),
        "dimers: one number": (lambda c: systems.dimers(3.0), "istance"),
        "dimers: infinite": (lambda c: systems.dimers([INF]), "istance"),
        "dimers: None": (lambda c: systems.dimers(None), "istance"),
        "dimers: words": (lambda c: systems.dimers(["near", "far"]), "istance"),
        "dimers: nested": (lambda c: systems.dimers([[3.0]]), "istance"),
        "dimers: shift not a number": (lambda c: systems.dimers([3.0], shift=NAN), "shift"),
        "dimers: shift infinite": (lambda c: systems.dimers([3.0], shift=INF), "shift"),
        "dimers: shift None": (lambda c: systems.dimers([3.0], shift=None), "shift"),
        "dimers: shift a word": (lambda c: systems.dimers([3.0], shift="0.3"), "shift"),
        "dimers: shift a vector": (lambda c: systems.dimers([3.0], shift=[0.3, 0, 0]), "shift"),
    },
    "label": {
        "no labels and no calculator": (lambda c: systems.label(c.clusters), "calculator"),
        "labels on some structures only": (
            lambda c: systems.label([changed(c.cluster, calc=_finished(c.cluster)), c.cluster]),
            "calculator",
        ),
        "energies without forces": (lambda c: systems.label([_energy_alone(c.cluster)]), "forces"),
        "one structure instead of a list": (lambda c: systems.label(c.cluster, EMT()), "list"),
        "nothing": (lambda c: systems.label([], EMT()), "empty"),
        "None": (lambda c: systems.label(None, EMT()), "list"),
        "None in the list": (lambda c: systems.label([None], EMT()), "ase.Atoms"),
        "two sizes": (lambda c: systems.label([c.cluster, c.cluster[:3]], EMT()), "one size"),
        "two atoms in one place": (
            lambda c: systems.label([moved(c.cluster, c.cluster.positions[0])], EMT()),
            "0.1 Å apart",
        ),
        "two atoms of a pair in one place": (
            lambda c: systems.label([ase.Atoms("H2")], systems.lennard_jones_calculator()),
            "0.1 Å apart",
        ),
        "a position that is no number": (lambda c: systems.label([moved(c.cluster, NAN)], EMT()), "finite"),
        "a calculator by name": (lambda c: systems.label(c.clusters, "EMT"), "calculator"),
        "a calculator's class": (lambda c: systems.label(c.clusters, EMT), "calculator"),
        "an element that the calculator does not know": (
            lambda c: systems.label([changed(c.cluster, symbols="Si4")], EMT()),
            "Si4",
        ),
    },
    "dynamics": {
        "temperature zero": (lambda c: sampling.langevin(c.cluster, EMT(), 0, 0), "temperature"),
        "temperature a word": (lambda c: sampling.langevin(c.cluster, EMT(), "300", 0), "temperature"),
        "temperature None": (lambda c: sampling.langevin(c.cluster, EMT(), None, 0), "temperature"),
        "time step negative": (lambda c: sampling.langevin(c.cluster, EMT(), 300, 0, time_step=-1), "time_step"),
        "friction not a number": (lambda c: sampling.langevin(c.cluster, EMT(), 300, 0, friction=NAN), "friction"),
        "seed negative": (lambda c: sampling.langevin(c.cluster, EMT(), 300, -1), "seed"),
        "seed a half": (lambda c: sampling.langevin(c.cluster, EMT(), 300, 0.5), "seed"),
        "seed a word": (lambda c: sampling.langevin(c.cluster, EMT(), 300, "a"), "seed"),
        "no seed": (lambda c: sampling.langevin(c.cluster, EMT(), 300, None), "seed"),
        "no calculator": (lambda c: sampling.langevin(c.cluster, None, 300, 0), "calculator"),
        "a list instead of one structure": (lambda c: sampling.langevin(c.clusters, EMT(), 300, 0), "ase.Atoms"),
        "two atoms in one place": (
            lambda c: sampling.langevin(moved(c.cluster, c.cluster.positions[0]), EMT(), 300, 0),
            "0.1 Å apart",
        ),
        "no dynamics": (lambda c: sampling.sample_blocks(None, 1, 1), "dynamics"),
        "blocks negative": (lambda c: sampling.sample_blocks(c.dynamics(), -1, 1), "n_blocks"),
        "blocks a half": (lambda c: sampling.sample_blocks(c.dynamics(), 1.5, 1), "n_blocks"),
        "blocks a word": (lambda c: sampling.sample_blocks(c.dynamics(), "2", 1), "n_blocks"),
        "length of a block zero": (lambda c: sampling.sample_blocks(c.dynamics(), 1, 0), "block_length"),
        "interval zero": (lambda c: sampling.sample_blocks(c.dynamics(), 1, 1, interval=0), "interval"),
        "gap negative": (lambda c: sampling.sample_blocks(c.dynamics(), 1, 1, gap=-5), "gap"),
        "equilibration not a number": (
            lambda c: sampling.sample_blocks(c.dynamics(), 1, 1, equilibration=NAN),
            "equilibration",
        ),
        "copper frames of a negative seed": (lambda c: sampling.copper_frames(-1), "seed"),
    },
    "splits": {
        "seed negative": (lambda c: splits.split(10, (0.5,), -1), "seed"),
        "seed None": (lambda c: splits.split(10, (0.5,), None), "seed"),
        "seed a half": (lambda c: splits.split(10, (0.5,), 1.5), "seed"),
        "seed a word": (lambda c: splits.split(10, (0.5,), "0"), "seed"),
        "a part without a system": (lambda c: splits.split(10, (0.01,), 0), "at least one"),
        "nothing left": (lambda c: splits.split(10, (0.5, 0.5), 0), "at least one"),
        "more than all": (lambda c: splits.split(10, (1.5,), 0), "at least one"),
        "a negative share": (lambda c: splits.split(10, (-0.5, 0.5), 0), "share"),
        "a share that is no number": (lambda c: splits.split(10, (NAN,), 0), "share"),
        "a share that is a word": (lambda c: splits.split(10, ("half",), 0), "share"),
        "shares None": (lambda c: splits.split(10, None, 0), "share"),
        "one number as shares": (lambda c: splits.split(10, 0.5, 0), "share"),
        "nested shares": (lambda c: splits.split(10, [[0.5]], 0), "share"),
        "half a system": (lambda c: splits.split(10.5, (0.5,), 0), "whole number"),
        "no system": (lambda c: splits.split(0, (0.5,), 0), "system"),
        "a data set instead of its length": (lambda c: splits.split(c.copper, (0.5,), 0), "whole number"),
        "blocks: nothing": (lambda c: splits.split_blocks([], (0.5,), 0), "number of systems"),
        "blocks: None": (lambda c: splits.split_blocks(None, (0.5,), 0), "block"),
        "blocks: nested": (lambda c: splits.split_blocks([[0, 0], [1, 1]], (0.5,), 0), "block"),
        "blocks: not numbers": (lambda c: splits.split_blocks([NAN, NAN, 1.0, 1.0], (0.5,), 0), "block"),
        "blocks: a block in two groups": (
            lambda c: splits.split_blocks([0, 0, 1, 1], (0.5,), 0, groups=[300, 600, 600, 600]),
            "group",
        ),
        "blocks: fewer groups than systems": (
            lambda c: splits.split_blocks([0, 0, 1, 1], (0.5,), 0, groups=[300, 600]),
            "group",
        ),
        "blocks: seed negative": (lambda c: splits.split_blocks([0, 0, 1, 1], (0.5,), -1), "seed"),
        "equally spaced: a half": (lambda c: splits.equally_spaced(200, 30.5), "30.5"),
        "equally spaced: one": (lambda c: splits.equally_spaced(200, 1), "2 to 200"),
        "equally spaced: more than all": (lambda c: splits.equally_spaced(200, 201), "2 to 200"),
        "equally spaced: a word": (lambda c: splits.equally_spaced(200, "30"), "30"),
        "equally spaced: None": (lambda c: splits.equally_spaced(200, None), "None"),
        "equally spaced: not a number": (lambda c: splits.equally_spaced(200, NAN), "nan"),
        "equally spaced: of infinitely many": (lambda c: splits.equally_spaced(INF, 30), "inf"),
        "equally spaced: of a data set": (lambda c: splits.equally_spaced(c.copper, 3), "whole number"),
    },
    "Dataset": {
        "an energy that is no number": (lambda c: c.copper_with(energies=[NAN] * 8), "energies"),
        "an infinite force": (lambda c: c.copper_with(forces=np.full((8, 4, 3), INF)), "forces"),
        "words": (lambda c: c.copper_with(energies=["a"] * 8), "energies"),
        "numbers as words": (lambda c: c.copper_with(energies=["1"] * 8), "energies"),
        "None": (lambda c: c.copper_with(forces=None), "forces"),
        "complex": (lambda c: c.copper_with(energies=np.ones(8) * 1j), "energies"),
        "yes and no": (lambda c: c.copper_with(energies=[True] * 8), "energies"),
        "ragged": (lambda c: c.copper_with(energies=[[1.0], [1.0, 2.0]]), "energies"),
        "one energy too many": (lambda c: c.copper_with(energies=np.ones(9)), "energies"),
        "energies in a column": (lambda c: c.copper_with(energies=np.ones((8, 1))), "energies"),
        "forces of another size": (lambda c: c.copper_with(forces=np.ones((8, 5, 3))), "forces"),
        "positions in a plane": (lambda c: c.copper_with(positions=np.ones((8, 4, 2))), "positions"),
        "positions of one structure": (lambda c: c.copper_with(positions=np.ones((4, 3))), "positions"),
        "descriptors without centres": (lambda c: c.copper_with(descriptors=np.ones((8, 9))), "descriptors"),
        "derivatives with two axes exchanged": (
            lambda c: c.copper_with(derivatives=np.swapaxes(c.arrays["derivatives"], 3, 4)),
            "derivatives",
        ),
        "metadata a list": (lambda c: Dataset(**c.arrays, metadata=["EMT"]), "metadata"),
        "metadata a word": (lambda c: Dataset(**c.arrays, metadata="EMT"), "metadata"),
        "metadata that JSON cannot hold": (lambda c: Dataset(**c.arrays, metadata={"a": {1, 2}}), "metadata"),
        "a system that is not there": (lambda c: c.copper[[8]], "0 to 7"),
        "a system by name": (lambda c: c.copper["energies"], "Rows"),
        "half a system": (lambda c: c.copper[[0.5]], "Rows"),
        "one system as a number": (lambda c: c.copper[3], "[[3]]"),
        "a mask of another length": (lambda c: c.copper[np.array([True, False])], "mask"),
        "systems as words": (lambda c: c.copper[["0"]], "Rows"),
        "from structures without labels": (lambda c: Dataset.from_structures(c.clusters, c.soap), "calculator"),
        "from one structure": (lambda c: Dataset.from_structures(c.cluster, c.soap, calculator=EMT()), "list"),
        "from structures of an unknown element": (
            lambda c: Dataset.from_structures([changed(c.cluster, symbols="Au4")], c.soap, calculator=EMT()),
            "Au",
        ),
        "from nothing": (lambda c: Dataset.from_structures([], c.soap, calculator=EMT()), "empty"),
        "saved under a number": (lambda c: c.copper.save(3), "path"),
        "saved under None": (lambda c: c.copper.save(None), "path"),
        "saved as a folder": (lambda c: c.copper.save(Path(__file__).parent), "folder"),
        "saved below a file": (lambda c: c.copper.save(Path(__file__) / "set.npz"), "test_bad_input.py"),
    },
    "ForceField": {
        "a number for the layers": (lambda c: ForceField(6, 32), "such as [32, 32]"),
        "a word for the layers": (lambda c: ForceField(6, hidden_units="32"), "hidden_units"),
        "None for the layers": (lambda c: ForceField(6, None), "hidden_units"),
        "no layer": (lambda c: ForceField(6, ()), "hidden_units"),
        "no unit": (lambda c: ForceField(6, (4, 0)), "hidden_units"),
        "half a unit": (lambda c: ForceField(6, (2.5,)), "hidden_units"),
        "yes for a width": (lambda c: ForceField(6, (True,)), "hidden_units"),
        "words for widths": (lambda c: ForceField(6, ("32",)), "hidden_units"),
        "nested widths": (lambda c: ForceField(6, ((32, 32),)), "hidden_units"),
        "infinite width": (lambda c: ForceField(6, (INF,)), "hidden_units"),
        "no feature": (lambda c: ForceField(0), "n_features"),
        "half a feature": (lambda c: ForceField(2.5), "n_features"),
        "features None": (lambda c: ForceField(None), "n_features"),
        "features a word": (lambda c: ForceField("6"), "n_features"),
        "features not a number": (lambda c: ForceField(NAN), "n_features"),
        "a data set instead of features": (lambda c: ForceField(c.dimers), "n_features"),
        "an unknown activation": (lambda c: ForceField(6, activation="relu"), "activation"),
        "a list as activation": (lambda c: ForceField(6, activation=["tanh"]), "activation"),
        "seed negative": (lambda c: ForceField(6, seed=-1), "seed"),
        "seed a half": (lambda c: ForceField(6, seed=0.5), "seed"),
        "seed None": (lambda c: ForceField(6, seed=None), "seed"),
        "seed a word": (lambda c: ForceField(6, seed="0"), "seed"),
        "seed beyond 64 bits": (lambda c: ForceField(6, seed=2**70), "seed"),
        "an unknown scaling": (lambda c: ForceField(6, scaling="minmax"), "scaling"),
        "None as scaling": (lambda c: ForceField(6, scaling=None), "scaling"),
        "a word for unit length": (lambda c: ForceField(6, unit_length="no"), "unit_length"),
        "scaled by nothing": (lambda c: ForceField(6).standardise(None), "Dataset"),
        "scaled by structures": (lambda c: ForceField(6).standardise(c.pairs), "Dataset"),
        "scaled by an empty set": (lambda c: ForceField(6).standardise(c.dimers[:0]), "empty"),
        "scaled by other features": (lambda c: ForceField(6).standardise(c.copper), "features"),
        "predict: centres missing": (
            lambda c: c.model.predict(c.copper.descriptors[:, 0], c.copper.derivatives),
            "descriptors",
        ),
        "predict: other features": (
            lambda c: c.model.predict(c.dimers.descriptors, c.dimers.derivatives),
            "descriptors must have shape",
        ),
        "predict: the two exchanged": (
            lambda c: c.model.predict(c.copper.derivatives, c.copper.descriptors),
            "descriptors",
        ),
        "predict: other systems": (
            lambda c: c.model.predict(c.copper.descriptors, c.copper.derivatives[1:]),
            "derivatives",
        ),
        "predict: not a number": (
            lambda c: c.model.predict(c.copper.descriptors * NAN, c.copper.derivatives),
            "finite",
        ),
        "predict: a derivative that is infinite": (
            lambda c: c.model.predict(c.copper.descriptors, np.full(c.copper.derivatives.shape, INF)),
            "finite",
        ),
        "predict: None": (lambda c: c.model.predict(None, None), "descriptors"),
        "predict: words": (lambda c: c.model.predict("D", "dD/dr"), "descriptors"),
        "predict: complex": (
            lambda c: c.model.predict(c.copper.descriptors * 1j, c.copper.derivatives),
            "descriptors",
        ),
        "predict: a data set": (lambda c: c.model.predict(c.copper, None), "descriptors"),
        "structures of another element": (
            lambda c: c.model.predict_structures([changed(c.cluster, symbols="Au4")]),
            "Au",
        ),
        "one structure instead of a list": (lambda c: c.model.predict_structures(c.cluster), "list"),
        "no structure": (lambda c: c.model.predict_structures([]), "at least one"),
        "a crystal to a model of clusters": (lambda c: c.model.predict_structures([c.crystal]), "periodic"),
        "structures to a model without a descriptor": (
            lambda c: ForceField(6).predict_structures(c.pairs),
            "descriptor",
        ),
        "saved before it is complete": (lambda c: ForceField(6).save("never_written.npz"), "descriptor"),
        "saved under None": (lambda c: c.model.save(None), "path"),
    },
    "train": {
        "iterations not a number": (lambda c: training.train(c.dimers, iterations=NAN), "iterations"),
        "iterations infinite": (lambda c: training.train(c.dimers, iterations=INF), "iterations"),
        "iterations zero": (lambda c: training.train(c.dimers, iterations=0), "iterations"),
        "iterations a half": (lambda c: training.train(c.dimers, iterations=2.5), "iterations"),
        "iterations a word": (lambda c: training.train(c.dimers, iterations="10"), "iterations"),
        "iterations None": (lambda c: training.train(c.dimers, iterations=None), "iterations"),
        "weight negative": (lambda c: training.train(c.dimers, energy_weight=-1.0), "weight"),
        "weight not a number": (lambda c: training.train(c.dimers, force_weight=NAN), "weight"),
        "weight infinite": (lambda c: training.train(c.dimers, force_weight=INF), "weight"),
        "weight a word": (lambda c: training.train(c.dimers, energy_weight="1"), "weight"),
        "weight None": (lambda c: training.train(c.dimers, energy_weight=None), "weight"),
        "no weight at all": (lambda c: training.train(c.dimers, energy_weight=0, force_weight=0), "weight"),
        "an unknown method": (lambda c: training.train(c.dimers, method="adam"), "method"),
        "None as method": (lambda c: training.train(c.dimers, method=None), "method"),
        "no set": (lambda c: training.train(None), "Dataset"),
        "structures instead of a set": (lambda c: training.train(c.pairs), "Dataset"),
        "an empty set": (lambda c: training.train(c.dimers[[]]), "empty"),
        "one system": (lambda c: training.train(c.dimers[[0]]), "vary"),
        "labels that do not vary": (
            lambda c: training.train(c.copper_with(energies=np.ones(8)), iterations=2),
            "vary",
        ),
        "a validation set with other centres": (
            lambda c: training.train(
                c.dimers,
                Dataset.from_structures(
                    c.pairs, c.pair_soap, attach=True, calculator=systems.lennard_jones_calculator()
                ),
                iterations=2,
            ),
            "centre",
        ),
        "a validation set with another descriptor": (
            lambda c: training.train(
                c.dimers,
                Dataset.from_structures(
                    c.pairs, make_soap(sigma=0.4), [MIDPOINT], calculator=systems.lennard_jones_calculator()
                ),
                iterations=2,
            ),
            "SOAP",
        ),
        "a validation set with other features": (
            lambda c: training.train(c.dimers, c.copper, iterations=2),
            "alidation",
        ),
        "an empty validation set": (lambda c: training.train(c.dimers, c.dimers[[]], iterations=2), "empty"),
        "structures for validation": (lambda c: training.train(c.dimers, c.pairs, iterations=2), "Dataset"),
        "a model of other features": (lambda c: training.fit(ForceField(12), c.dimers, iterations=2), "feature"),
        "no model": (lambda c: training.fit(None, c.dimers, iterations=2), "ForceField"),
        "the two exchanged": (lambda c: training.fit(c.dimers, c.pair_model, iterations=2), "ForceField"),
        "progress that cannot be called": (
            lambda c: training.train(c.dimers, iterations=2, progress="yes"),
            "progress",
        ),
        "Levenberg-Marquardt for two layers": (
            lambda c: training.train(c.dimers, hidden_units=(4, 4), method="levenberg_marquardt", iterations=2),
            "one hidden layer",
        ),
        "Levenberg-Marquardt, iterations not a number": (
            lambda c: training.train(c.dimers, method="levenberg_marquardt", iterations=NAN),
            "iterations",
        ),
    },
    "Gaussian process": {
        "no set": (lambda c: SparseGaussianProcess(None), "Dataset"),
        "an empty set": (lambda c: SparseGaussianProcess(c.copper[:0]), "empty"),
        "structures instead of a set": (lambda c: SparseGaussianProcess(c.clusters), "Dataset"),
        "no sparse point": (lambda c: SparseGaussianProcess(c.copper, n_sparse=0), "n_sparse"),
        "half a sparse point": (lambda c: SparseGaussianProcess(c.copper, n_sparse=2.5), "n_sparse"),
        "sparse points a word": (lambda c: SparseGaussianProcess(c.copper, n_sparse="10"), "n_sparse"),
        "power zero": (lambda c: SparseGaussianProcess(c.copper, power=0), "power"),
        "power not a number": (lambda c: SparseGaussianProcess(c.copper, power=NAN), "power"),
        "power None": (lambda c: SparseGaussianProcess(c.copper, power=None), "power"),
        "noise zero": (lambda c: SparseGaussianProcess(c.copper, noise=0), "noise"),
        "noise negative": (lambda c: SparseGaussianProcess(c.copper, noise=-1e-4), "noise"),
        "noise not a number": (lambda c: SparseGaussianProcess(c.copper, noise=NAN), "noise"),
        "seed negative": (lambda c: SparseGaussianProcess(c.copper, seed=-1), "seed"),
        "force noise negative": (lambda c: SparseGaussianProcess(c.copper, force_noise=-1), "force_noise"),
        "virial noise without virials": (lambda c: SparseGaussianProcess(c.copper, virial_noise=1.0), "virials"),
        "virial noise a word": (lambda c: SparseGaussianProcess(c.copper, virial_noise="1"), "virial_noise"),
        "single atoms of another element": (lambda c: SparseGaussianProcess(c.copper, isolated={"Au": 0}), "Cu"),
        "single atoms without names": (lambda c: SparseGaussianProcess(c.copper, isolated=[0.0]), "dict"),
        "single atoms without a number": (lambda c: SparseGaussianProcess(c.copper, isolated={"Cu": NAN}), "Cu"),
        "a list with None": (lambda c: SparseGaussianProcess([c.copper, None]), "Dataset"),
        "sets of two descriptors": (lambda c: SparseGaussianProcess([c.copper, c.dimers]), "one SOAP"),
        "full: no set": (lambda c: GaussianProcess(None), "Dataset"),
        "full: an empty list": (lambda c: GaussianProcess([]), "empty"),
        "full: structures instead of a set": (lambda c: GaussianProcess(c.clusters), "Dataset"),
        "full: power half": (lambda c: GaussianProcess(c.copper, power=2.5), "power"),
        "full: noise zero": (lambda c: GaussianProcess(c.copper, noise=0), "noise"),
        "full: force noise not a number": (lambda c: GaussianProcess(c.copper, force_noise=NAN), "force_noise"),
        "full: virials missing": (lambda c: GaussianProcess(c.copper, virial_noise=1.0), "virials"),
        "full: more than the memory": (lambda c: GaussianProcess(c.copper, limit=1e-3), "at most about"),
        "full: noise too small": (
            lambda c: GaussianProcess([c.copper, c.copper], noise=1e-14, force_noise=1e-14),
            "noise is too small",
        ),
        "full: memory of no atoms": (lambda c: plan_labels([3, 0]), "number of atoms"),
        "full: an element that it does not know": (
            lambda c: GaussianProcess(c.copper).predict(c.copper.descriptors, c.copper.derivatives, [29, 29, 29, 79]),
            "Au",
        ),
        "full: numbers of too few centres": (
            lambda c: GaussianProcess(c.copper).predict(c.copper.descriptors, c.copper.derivatives, [29]),
            "atomic numbers",
        ),
    },
    "several sizes": {
        "no structures": (lambda c: datasets_of([], c.soap, EMT()), "empty"),
        "one structure": (lambda c: datasets_of(c.cluster, c.soap, EMT()), "list"),
        "no labels": (lambda c: datasets_of(c.clusters, c.soap), "labels"),
        "later: no labels": (lambda c: LabelledStructures(c.clusters, c.soap), "labels"),
        "later: no SOAP": (lambda c: LabelledStructures(c.clusters, None, EMT()), "SOAP"),
        "later: a word": (lambda c: LabelledStructures(["Cu4"], c.soap, EMT()), "ase.Atoms"),
        "later: virials of clusters": (
            lambda c: LabelledStructures(c.clusters, c.soap, EMT(), virials=True),
            "crystals",
        ),
        "later: virials perhaps": (lambda c: LabelledStructures(c.clusters, c.soap, EMT(), virials=1), "True or False"),
        "rows of another list": (lambda c: in_order([[1.0, 2.0]], [np.array([0])]), "one list of rows"),
        "offsets of nothing": (lambda c: energy_offsets([]), "empty"),
        "minus no model": (lambda c: minus(c.clusters, None), "force field"),
        "minus a model of structures without labels": (lambda c: minus(c.clusters, c.model), "labels"),
        "minus a model of another descriptor": (lambda c: minus(c.dimers, c.model), "descriptors"),
        "a sum of one": (lambda c: ModelSum([c.model]), "two"),
        "a sum of two descriptors": (lambda c: ModelSum([c.model, c.pair_model]), "descriptor"),
        "a sum with None": (lambda c: ModelSum([c.model, None]), "force field"),
        "a sum without brackets": (lambda c: ModelSum(c.model), "list"),
        "a model from a number": (lambda c: load_model(3), "path"),
        "a model from a folder": (lambda c: load_model(Path(__file__).parent), "folder"),
        "a model from another file": (lambda c: load_model(__file__), "ase.io.read"),
        "a model from a file that is not there": (lambda c: load_model("nothing.npz"), "nothing.npz"),
        "networks of nothing": (lambda c: ElementNetworks([]), "empty"),
        "networks of structures": (lambda c: train_networks(c.clusters), "Dataset"),
        "networks with half a unit": (lambda c: ElementNetworks(c.copper, hidden_units=0.5), "hidden_units"),
        "networks with two layers": (lambda c: ElementNetworks(c.copper, hidden_units=(4, 4)), "hidden_units"),
        "networks without axes": (lambda c: ElementNetworks(c.copper, n_axes=0), "n_axes"),
        "networks of another activation": (lambda c: ElementNetworks(c.copper, activation="relu"), "activation"),
        "networks without iterations": (lambda c: train_networks(c.copper, iterations=0), "iterations"),
        "networks with forces of no weight": (lambda c: train_networks(c.copper, force_weight=0), "force_weight"),
        "networks of one frame": (lambda c: train_networks(c.copper[:1]), "do not vary"),
        "networks: an unknown setting": (lambda c: train_networks(c.copper, method="lbfgs"), "method"),
        "networks: fit of another model": (lambda c: fit_networks(c.model, c.copper), "ElementNetworks"),
        "networks: fit to another descriptor": (lambda c: fit_networks(ElementNetworks(c.copper), c.dimers), "SOAP"),
        "networks: validation of another descriptor": (
            lambda c: train_networks(c.copper, c.dimers, iterations=1),
            "SOAP",
        ),
        "networks: progress that cannot be called": (lambda c: train_networks(c.copper, progress=3), "progress"),
        "offsets of structures": (lambda c: energy_offsets(c.clusters), "Dataset"),
        "predict: other features": (
            lambda c: SparseGaussianProcess(c.copper).predict(c.dimers.descriptors, c.dimers.derivatives),
            "descriptors must have shape",
        ),
        "predict: other systems": (
            lambda c: SparseGaussianProcess(c.copper).predict(c.copper.descriptors, c.copper.derivatives[1:]),
            "derivatives",
        ),
        "structures of another element": (
            lambda c: SparseGaussianProcess(c.copper).predict_structures([changed(c.cluster, symbols="Au4")]),
            "Au",
        ),
    },
    "baselines": {
        "kernel ridge on four points": (lambda c: baselines.KernelRidgeBaseline(c.dimers[:4]), "at least"),
        "kernel ridge on nothing": (lambda c: baselines.KernelRidgeBaseline(c.dimers[:0]), "at least"),
        "kernel ridge on several centres": (lambda c: baselines.KernelRidgeBaseline(c.copper), "one centre"),
        "kernel ridge without a set": (lambda c: baselines.KernelRidgeBaseline(None), "Dataset"),
        "kernel ridge: other features": (
            lambda c: baselines.KernelRidgeBaseline(c.dimers).predict(c.copper.descriptors, c.copper.derivatives),
            "descriptors",
        ),
        "kernel ridge: a word for the forces": (lambda c: baselines.KernelRidgeBaseline(c.dimers, "no"), "forces"),
        "polynomial: four labels": (
            lambda c: baselines.polynomial_baseline([2, 3, 4, 5], [0] * 4, [0] * 4, [2.5]),
            "at least 5",
        ),
        "polynomial: distances not in order": (
            lambda c: baselines.polynomial_baseline([3, 2, 4, 5, 6], [0] * 5, [0] * 5, [2.5]),
            "increas",
        ),
        "Hermite: distances not in order": (
            lambda c: baselines.hermite_baseline([3.0, 2.0], [0, 1], [0, 1], [2.5]),
            "increas",
        ),
        "Hermite: a distance twice": (
            lambda c: baselines.hermite_baseline([2.0, 2.0], [0, 1], [0, 1], [2.5]),
            "increas",
        ),
        "Hermite: fewer forces": (lambda c: baselines.hermite_baseline([2.0, 3.0], [0, 1], [0], [2.5]), "shape"),
        "Hermite: one label": (lambda c: baselines.hermite_baseline([2.0], [0], [0], [2.5]), "at least 2"),
        "Hermite: not a number": (
            lambda c: baselines.hermite_baseline([2.0, 3.0], [0, NAN], [0, 1], [2.5]),
            "finite",
        ),
        "Hermite: words": (lambda c: baselines.hermite_baseline(["a", "b"], [0, 1], [0, 1], [2.5]), "number"),
        "Hermite: asked for None": (lambda c: baselines.hermite_baseline([2.0, 3.0], [0, 1], [0, 1], None), "number"),
        "Hermite: asked for what is outside": (
            lambda c: baselines.hermite_baseline([2.0, 3.0], [0, 1], [0, 1], [NAN]),
            "finite",
        ),
    },
    "calculator": {
        "another sigma": (
            lambda c: ForceFieldCalculator(c.model, make_soap(("Cu",), 3.0, 0.4, 3, 1)),
            "sigma",
        ),
        "another cutoff": (
            lambda c: ForceFieldCalculator(c.model, make_soap(("Cu",), 5.0, 0.5, 3, 1)),
            "cutoff_radius",
        ),
        "another basis": (
            lambda c: ForceFieldCalculator(c.model, make_soap(("Cu",), 3.0, 0.5, 3, 1, "polynomial")),
            "radial_basis",
        ),
        "a SOAP for crystals": (lambda c: ForceFieldCalculator(c.model, c.crystal_soap), "periodic"),
        "another element": (
            lambda c: ForceFieldCalculator(c.model, make_soap(("Au",), 3.0, 0.5, 3, 1)),
            "species",
        ),
        "a weighted SOAP": (
            lambda c: ForceFieldCalculator(
                c.model,
                SOAP(
                    species=["Cu"],
                    r_cut=3.0,
                    sigma=0.5,
                    n_max=3,
                    l_max=1,
                    weighting={"function": "poly", "r0": 3.0, "c": 1, "m": 1},
                ),
            ),
            "weighting",
        ),
        "other features": (lambda c: ForceFieldCalculator(c.model, c.pair_soap), "cutoff_radius"),
        "no SOAP at all": (lambda c: ForceFieldCalculator(c.model, "SOAP"), "SOAP"),
        "a model of the midpoint": (lambda c: ForceFieldCalculator(c.pair_model), "centre"),
        "a model that is not complete": (lambda c: ForceFieldCalculator(ForceField(6)), "descriptor"),
        "a model of centres that stay behind": (lambda c: ForceFieldCalculator(c.staying_model), "stay where they are"),
        "a committee": (lambda c: ForceFieldCalculator(Committee(c.models)), "CommitteeCalculator"),
        "no model": (lambda c: ForceFieldCalculator(None), "ForceField"),
        "a file instead of a model": (lambda c: ForceFieldCalculator("model.npz"), "ForceFieldCalculator.load"),
        "a number of atoms as a word": (lambda c: ForceFieldCalculator(c.model, n_atoms="13"), "n_atoms"),
        "half an atom": (lambda c: ForceFieldCalculator(c.model, n_atoms=2.5), "n_atoms"),
        "no atom allowed": (lambda c: ForceFieldCalculator(c.model, n_atoms=0), "n_atoms"),
        "yes for the number of atoms": (lambda c: ForceFieldCalculator(c.model, n_atoms=True), "n_atoms"),
        "a file that is not there": (lambda c: ForceFieldCalculator.load("nothing.npz"), "There is no file"),
        "an unknown element": (lambda c: c.energy(changed(c.cluster, symbols="Au4")), "Au"),
        "no atoms": (lambda c: c.energy(ase.Atoms()), "must have atoms"),
        "a crystal": (lambda c: c.energy(c.crystal), "periodic"),
        "a slab": (lambda c: c.energy(SLAB), "periodic"),
        "a cluster to a model of crystals": (lambda c: c.energy(c.cluster, c.crystal_model), "periodic"),
        "two atoms in one place": (lambda c: c.energy(moved(c.cluster, c.cluster.positions[0])), "0.1 Å apart"),
    },
    "committees": {
        "one member": (lambda c: Committee(c.models[:1]), "at least 2"),
        "no member": (lambda c: Committee([]), "at least 2"),
        "None": (lambda c: Committee(None), "member"),
        "one model instead of a list": (lambda c: Committee(c.model), "member"),
        "words": (lambda c: Committee(["a", "b"]), "member"),
        "members of two descriptors": (lambda c: Committee([c.model, c.pair_model]), "descriptor"),
        "a member that is a committee": (lambda c: Committee([c.model, Committee(c.models)]), "member"),
        "calculator of one member": (lambda c: CommitteeCalculator(c.models[:1]), "at least 2"),
        "calculator of None": (lambda c: CommitteeCalculator(None), "at least 2"),
        "calculator of two descriptors": (lambda c: CommitteeCalculator([c.model, c.crystal_model]), "descriptor"),
        "calculator of midpoint models": (lambda c: CommitteeCalculator([c.pair_model, c.pair_model]), "centre"),
        "votes on other features": (
            lambda c: Committee(c.models).votes(c.dimers.descriptors, c.dimers.derivatives),
            "descriptors must have shape",
        ),
        "spread of one": (lambda c: committees.energy_spread(np.ones((1, 4))), "at least 2"),
        "spread of nothing": (lambda c: committees.energy_spread([]), "at least 2"),
        "spread of a number": (lambda c: committees.energy_spread(3.0), "at least 2"),
        "spread of what is no number": (lambda c: committees.energy_spread([[1.0], [NAN]]), "finite"),
        "spread of words": (lambda c: committees.energy_spread([["a"], ["b"]]), "number"),
        "force spread of energies": (lambda c: committees.force_spread(np.ones((2, 4))), "shape"),
        "calibration: nothing": (lambda c: committees.calibration_factor([], []), "no errors"),
        "calibration: an error that is no number": (lambda c: committees.calibration_factor([NAN], [1]), "finite"),
        "calibration: a spread of zero": (lambda c: committees.calibration_factor([1.0], [0.0]), "above 0"),
        "calibration: an infinite spread": (lambda c: committees.calibration_factor([1.0], [INF]), "finite"),
        "calibration: two shapes": (lambda c: committees.calibration_factor([1.0, 2.0], [1.0]), "shape"),
        "calibration: words": (lambda c: committees.calibration_factor(["a"], ["b"]), "number"),
        "calibration: None": (lambda c: committees.calibration_factor(None, None), "number"),
        "a perfect committee of one": (lambda c: committees.perfect_calibration_factor(1), "n_members"),
        "a perfect committee of words": (lambda c: committees.perfect_calibration_factor("5"), "n_members"),
        "a perfect committee too small": (lambda c: committees.perfect_calibration_factor(3, 1), "more members"),
        "conformal: an error that is no number": (
            lambda c: committees.conformal_factor([1.0, NAN, 1.0], [1.0, 1.0, 1.0], 0.5),
            "finite",
        ),
        "conformal: nothing": (lambda c: committees.conformal_factor([], [], 0.5), "no errors"),
        "conformal: too few points": (lambda c: committees.conformal_factor([1.0] * 8, [1.0] * 8, 0.9), "at least 9"),
        "conformal: per cent": (lambda c: committees.conformal_factor([1.0], [1.0], 90), "between 0 and 1"),
        "conformal: a word": (lambda c: committees.conformal_factor([1.0], [1.0], "0.9"), "coverage"),
        "conformal: None": (lambda c: committees.conformal_factor([1.0], [1.0], None), "coverage"),
        "conformal: coverage not a number": (lambda c: committees.conformal_factor([1.0], [1.0], NAN), "coverage"),
    },
    "crystals": {
        "lattice constant zero": (lambda c: crystals.copper_crystal(0), "from 1 to 20 Å"),
        "lattice constant a word": (lambda c: crystals.copper_crystal("3.6"), "lattice constant"),
        "lattice constant None": (lambda c: crystals.copper_crystal(None), "lattice constant"),
        "a strain of one number": (lambda c: crystals.deform(c.crystal, 0.01), "(3, 3)"),
        "a strain that turns": (
            lambda c: crystals.deform(c.crystal, [[0, 0.1, 0], [0, 0, 0], [0, 0, 0]]),
            "symmetric",
        ),
        "a strain inside out": (lambda c: crystals.deform(c.crystal, -np.eye(3)), "inside out"),
        "a strain that is no number": (lambda c: crystals.deform(c.crystal, NAN * np.eye(3)), "finite"),
        "no strain": (lambda c: crystals.deform(c.crystal, None), "strain"),
        "a strain in words": (lambda c: crystals.deform(c.crystal, "stretch"), "strain"),
        "a complex strain": (lambda c: crystals.deform(c.crystal, 0.01j * np.eye(3)), "strain"),
        "a structure without a cell": (lambda c: crystals.deform(c.cluster, 0.01 * np.eye(3)), "cell"),
        "no structure": (lambda c: crystals.deform(None, 0.01 * np.eye(3)), "ase.Atoms"),
        "frames: a negative number": (lambda c: crystals.crystal_frames(-1, 0), "n_frames"),
        "frames: half a frame": (lambda c: crystals.crystal_frames(1.5, 0), "n_frames"),
        "frames: infinitely many": (lambda c: crystals.crystal_frames(INF, 0), "n_frames"),
        "frames: a negative seed": (lambda c: crystals.crystal_frames(1, -1), "seed"),
        "frames: repeated no time": (lambda c: crystals.crystal_frames(1, 0, repeat=0), "repeat"),
        "shears: beyond one half": (lambda c: elasticity.volume_conserving_strains(1.5), "0.5"),
        "shears: not a number": (lambda c: elasticity.volume_conserving_strains(NAN), "shear"),
        "shears: a word": (lambda c: elasticity.volume_conserving_strains("small"), "shear"),
        "equation of state: three points": (
            lambda c: elasticity.equation_of_state(EMT(), n_points=3),
            "n_points",
        ),
        "equation of state: no stretch": (lambda c: elasticity.equation_of_state(EMT(), largest=0), "largest"),
        "equation of state: stretch beyond all": (
            lambda c: elasticity.equation_of_state(EMT(), largest=1.5),
            "largest",
        ),
        "equation of state: no calculator": (lambda c: elasticity.equation_of_state(None), "calculator"),
        "shear moduli: three points": (lambda c: elasticity.shear_moduli(EMT(), 3.6, n_points=3), "n_points"),
        "shear moduli: no lattice constant": (lambda c: elasticity.shear_moduli(EMT(), None), "lattice constant"),
        "shear moduli: shear not a number": (lambda c: elasticity.shear_moduli(EMT(), 3.6, largest=NAN), "largest"),
        "phonons: no calculator": (lambda c: elasticity.phonon_frequencies(None, 3.6), "calculator"),
        "phonons: no step": (lambda c: elasticity.phonon_frequencies(EMT(), 3.6, step=0), "step"),
        "energies of one structure": (lambda c: elasticity.energies_of(EMT(), c.crystal), "list"),
    },
    "repulsion": {
        "two atoms in one place": (lambda c: repulsion.zbl([0.0], 29, 29), "above 0"),
        "a distance that is no number": (lambda c: repulsion.zbl([NAN], 29, 29), "distance"),
        "a word": (lambda c: repulsion.zbl(["near"], 29, 29), "distance"),
        "an element by name": (lambda c: repulsion.zbl([1.0], "Cu", "Cu"), "atomic number"),
        "no element": (lambda c: repulsion.zbl([1.0], 0, 29), "atomic number"),
        "a length of zero": (lambda c: repulsion.born_mayer([1.0], 1.0, 0.0), "length"),
        "a strength that is no number": (lambda c: repulsion.born_mayer([1.0], NAN, 1.0), "strength"),
        "tangent to a force that pulls": (lambda c: repulsion.tangent_born_mayer(2.5, 14.0, -1.0), "above 0"),
        "tangent to words": (lambda c: repulsion.tangent_born_mayer("2.5", 14.0, 1.0), "number"),
        "a cutoff of zero": (lambda c: repulsion.Repulsion(cutoff=0), "cutoff"),
        "a cutoff that is no number": (lambda c: repulsion.Repulsion(cutoff=NAN), "cutoff"),
        "a cutoff in words": (lambda c: repulsion.Repulsion(cutoff="3"), "cutoff"),
        "a pair that is no function": (lambda c: repulsion.Repulsion(2.0, pair="zbl"), "function"),
        "a class taken from a potential": (
            lambda c: repulsion.without_repulsion(EMT(), repulsion.Repulsion),
            "Repulsion",
        ),
        "a repulsion taken from no potential": (
            lambda c: repulsion.without_repulsion("EMT", repulsion.Repulsion(2.0)),
            "calculator",
        ),
        "a pair in one place": (lambda c: systems.label([ase.Atoms("Cu2")], repulsion.Repulsion(2.0)), "0.1 Å apart"),
        "an endless crystal": (
            lambda c: systems.label([c.crystal], repulsion.Repulsion(cutoff=INF)),
            "finite cutoff",
        ),
    },
    "search and stop": {
        "relax a list": (lambda c: search.relax(c.clusters, EMT()), "ase.Atoms"),
        "relax without a calculator": (lambda c: search.relax(c.cluster, None), "calculator"),
        "relax no step": (lambda c: search.relax(c.cluster, EMT(), steps=0), "steps"),
        "relax to forces of zero": (lambda c: search.relax(c.cluster, EMT(), fmax=0), "fmax"),
        "relax two atoms in one place": (
            lambda c: search.relax(moved(c.cluster, c.cluster.positions[0]), EMT()),
            "0.1 Å apart",
        ),
        "hop no time": (lambda c: search.basin_hopping(c.cluster, EMT(), 0, 0), "n_hops"),
        "hop half a time": (lambda c: search.basin_hopping(c.cluster, EMT(), 1.5, 0), "n_hops"),
        "hop with a negative seed": (lambda c: search.basin_hopping(c.cluster, EMT(), 1, -1), "seed"),
        "hop by no distance": (lambda c: search.basin_hopping(c.cluster, EMT(), 1, 0, step=0), "step"),
        "hop without a temperature": (
            lambda c: search.basin_hopping(c.cluster, EMT(), 1, 0, thermal_energy=0),
            "thermal_energy",
        ),
        "stop at no limit": (lambda c: StopOnSpread(c.dynamics(), 0), "limit"),
        "stop at a limit that is no number": (lambda c: StopOnSpread(c.dynamics(), NAN), "limit"),
        "stop at a limit in words": (lambda c: StopOnSpread(c.dynamics(), "0.3"), "limit"),
        "stop without a committee": (lambda c: StopOnSpread(c.dynamics(), 0.3), "CommitteeCalculator"),
        "stop what is no run": (lambda c: StopOnSpread(c.cluster, 0.3), "run"),
    },
    "prepared": {
        "a copper model of no data": (lambda c: prepared.copper_model(None), "Dataset"),
        "a copper model of eight clusters": (lambda c: prepared.copper_model(c.copper), "Rows"),
        "a dimer model of no data": (lambda c: prepared.dimer_model(None), "Dataset"),
        "a crystal model of no data": (lambda c: crystals.crystal_model(None), "Dataset"),
        "a crystal model of a negative seed": (lambda c: crystals.crystal_model(c.copper, -1), "seed"),
        "a copper model of half a seed": (lambda c: prepared.copper_model(c.copper, 0.5), "seed"),
    },
    "evaluation": {
        "mean of nothing": (lambda c: evaluation.mean_absolute_error([], []), "empty"),
        "two shapes": (lambda c: evaluation.mean_absolute_error(np.zeros((3, 1)), np.zeros(3)), "shape"),
        "words": (lambda c: evaluation.mean_absolute_error(["1", "2"], [1, 2]), "number"),
        "None": (lambda c: evaluation.mean_absolute_error(None, None), "number"),
        "not a number": (lambda c: evaluation.mean_absolute_error([NAN], [1.0]), "finite"),
        "complex": (lambda c: evaluation.mean_absolute_error([1j], [1.0]), "number"),
        "ragged": (lambda c: evaluation.mean_absolute_error([[1.0], [1.0, 2.0]], [1.0, 2.0]), "number"),
        "a report without a bound": (lambda c: evaluation.report("error", 0.5), "bound"),
        "a report of a word": (lambda c: evaluation.report("error", "0.5", at_most=1), "number"),
        "a report of None": (lambda c: evaluation.report("error", None, at_most=1), "number"),
        "a report of several": (lambda c: evaluation.report("error", [0.1, 0.2], at_most=1), "number"),
        "a report with a bound that is no number": (lambda c: evaluation.report("error", 0.5, at_most=NAN), "bound"),
        "a report with bounds the wrong way round": (
            lambda c: evaluation.report("error", 0.5, at_most=0.1, at_least=1),
            "at_least",
        ),
    },
    "finite differences": {
        "positions of one atom as a row": (
            lambda c: finite_differences.central_difference(np.sum, np.zeros(3)),
            "positions",
        ),
        "words": (lambda c: finite_differences.central_difference(np.sum, [["a", "b", "c"]]), "positions"),
        "None": (lambda c: finite_differences.central_difference(np.sum, None), "positions"),
        "no atom": (lambda c: finite_differences.central_difference(np.sum, np.zeros((0, 3))), "atoms"),
        "not a number": (lambda c: finite_differences.central_difference(np.sum, np.full((2, 3), NAN)), "finite"),
        "a step of zero": (lambda c: finite_differences.central_difference(np.sum, np.zeros((1, 3)), step=0), "step"),
        "an infinite step": (
            lambda c: finite_differences.central_difference(np.sum, np.zeros((1, 3)), step=INF),
            "step",
        ),
        "a step in words": (
            lambda c: finite_differences.central_difference(np.sum, np.zeros((1, 3)), step="1e-4"),
            "step",
        ),
        "a number instead of a function": (
            lambda c: finite_differences.numerical_forces(3.0, np.zeros((1, 3))),
            "function",
        ),
    },
    "pictures": {
        "a film of nothing": (lambda c: viewer.film([], [], "turn", "atoms"), "structure"),
        "a film of one structure": (lambda c: viewer.film(c.cluster, ["a"], "turn", "atoms"), "list"),
        "fewer captions than structures": (lambda c: viewer.film(c.clusters, ["a"], "turn", "atoms"), "caption"),
        "a film without words": (lambda c: viewer.film([c.cluster], ["a"], "turn", " "), "alt"),
        "a window of no width": (lambda c: viewer.film([c.cluster], ["a"], "turn", "atoms", window=0), "window"),
        "a film of what is no number": (lambda c: viewer.film([moved(c.cluster, NAN)], ["a"], "turn", "x"), "finite"),
        "turned by a word": (lambda c: viewer.turned(c.cluster, ["half"]), "degrees"),
        "turned by one number": (lambda c: viewer.turned(c.cluster, 30), "degrees"),
        "a list turned": (lambda c: viewer.turned(c.clusters, [30]), "ase.Atoms"),
        "a figure without words": (lambda c: plots.show(None, " "), "alt"),
        "words that are none": (lambda c: plots.show(None, None), "alt"),
        "no figure": (lambda c: plots.show(None, "A curve."), "figure"),
    },
    "molecule": {
        "coordinate: another molecule": (lambda c: molecule.proton_coordinate([c.cluster]), "OOCCCHHHH"),
        "coordinate: no list": (lambda c: molecule.proton_coordinate(None), "list"),
        "rows: no test": (lambda c: molecule.rows_in_time([c.malonaldehyde], 0), "n_test"),
        "rows: all test": (lambda c: molecule.rows_in_time([c.malonaldehyde], 1), "smaller"),
        "vibrations: masses of other atoms": (lambda c: molecule.vibrations(np.eye(9), [1.0, 2.0]), "(6, 6)"),
        "vibrations: no mass": (lambda c: molecule.vibrations(np.eye(9), [1.0, 0.0, 1.0]), "above 0"),
        "vibrations: not a number": (lambda c: molecule.vibrations(NAN * np.eye(9), [1.0, 1.0, 1.0]), "finite"),
    },
    "explorers": {
        "Lennard-Jones: sigma negative": (lambda c: lennard_jones.compute(-1, 1, 3), "sigma"),
        "Lennard-Jones: a word": (lambda c: lennard_jones.compute(2.9, "1", 3), "epsilon"),
        "SOAP: cutoff too small": (lambda c: soap.compute(1.0, 3, 0, 0.5, "gto", 3), "cutoff_radius"),
        "SOAP: distance negative": (lambda c: soap.compute(5.0, 3, 0, 0.5, "gto", -3), "istance"),
        "SOAP: distance None": (lambda c: soap.compute(5.0, 3, 0, 0.5, "gto", None), "istance"),
        "training: too many labels": (
            lambda c: training_explorer.compute(c.dimers, 8, 0.5, 4, 0),
            "fewer labels",
        ),
        "training: share beyond one": (lambda c: training_explorer.compute(c.dimers, 5, 1.5, 4, 0), "0 to 1"),
        "training: share not a number": (lambda c: training_explorer.compute(c.dimers, 5, NAN, 4, 0), "share"),
        "training: no unit": (lambda c: training_explorer.compute(c.dimers, 5, 0.5, 0, 0), "unit"),
        "training: seed negative": (lambda c: training_explorer.compute(c.dimers, 5, 0.5, 4, -1), "seed"),
        "extrapolation: shift not a number": (lambda c: extrapolation.compute(c.pair_model, 3.0, NAN), "shift"),
        "extrapolation: distance zero": (lambda c: extrapolation.compute(c.pair_model, 0.0, 0.0), "istance"),
        "committee: more than there are": (lambda c: committee.compute([c.pair_model] * 2, 3, 3.0, 0, 0), "members"),
        "committee: shift infinite": (lambda c: committee.compute([c.pair_model] * 2, 2, 3.0, INF, 0), "finite"),
        "committee: shift a word": (lambda c: committee.compute([c.pair_model] * 2, 2, 3.0, "0", 0), "finite"),
        "dynamics: no step": (lambda c: dynamics.compute(c.model, 300, 0), "ime step"),
        "dynamics: temperature not a number": (lambda c: dynamics.compute(c.model, NAN, 5), "emperature"),
        "dynamics: temperature a word": (lambda c: dynamics.compute(c.model, "300", 5), "emperature"),
        "proton: no such committee": (lambda c: proton.compute({40: c.models}, [c.cluster] * 2, 41, 50, 0), "40"),
        "proton: beyond the path": (lambda c: proton.compute({40: c.models}, [c.cluster] * 2, 40, 101, 0), "path"),
        "proton: a lift that is no number": (
            lambda c: proton.compute({40: c.models}, [c.cluster] * 2, 40, 50, NAN),
            "lift",
        ),
        "map: no such structure": (lambda c: data_map.compute(six(c), 7, "error"), "from 1 to 6"),
        "map: no such colour": (lambda c: data_map.compute(six(c), 1, "red"), "error or by energy"),
        "strain: pressed to nothing": (lambda c: strain.compute([c.crystal_model], -100, 0), "stretch"),
        "strain: shear not a number": (lambda c: strain.compute([c.crystal_model], 0, NAN), "shear"),
        "strain: shear a word": (lambda c: strain.compute([c.crystal_model], 0, "4"), "shear"),
    },
}

DANGEROUS = {
    "describe: a position that is no number": (
        lambda c: describe(c.soap, [moved(c.cluster, NAN)], attach=True),
        "finite",
    ),
    "describe: a position at infinity": (lambda c: describe(c.soap, [moved(c.cluster, INF)], attach=True), "finite"),
    "describe: a centre that is no number": (lambda c: describe(c.pair_soap, c.pairs, [(NAN, 0, 0)]), "finite"),
    "describe: a centre at infinity": (lambda c: describe(c.pair_soap, c.pairs, [(0, INF, 0)]), "finite"),
    "describe: a centre far away": (lambda c: describe(c.pair_soap, c.pairs, [(1e9, 0, 0)]), "300 Å"),
    "describe: an atom 3000 Å away": (
        lambda c: describe(c.soap, [moved(c.cluster, [3000, 3000, 3000])], attach=True),
        "300 Å",
    ),
    "describe: an atom beyond all numbers": (
        lambda c: describe(c.soap, [moved(c.cluster, 1e300)], attach=True),
        "300 Å",
    ),
    "describe: a cell without a volume": (
        lambda c: describe(c.crystal_soap, [changed(c.crystal, cell=np.diag([3.6, 3.6, 0]))], attach=True),
        "cell",
    ),
    "describe: a cell with two equal edges": (
        lambda c: describe(
            c.crystal_soap, [changed(c.crystal, cell=[[3.6, 0, 0], [3.6, 0, 0], [0, 0, 3.6]])], attach=True
        ),
        "cell",
    ),
    "describe: a cell that is no number": (
        lambda c: describe(c.crystal_soap, [changed(c.crystal, cell=np.diag([3.6, NAN, 3.6]))], attach=True),
        "cell",
    ),
    "describe: a cell of a thousandth of an atom": (
        lambda c: describe(c.crystal_soap, [changed(c.crystal[:1], cell=0.01 * np.eye(3))], attach=True),
        "cell",
    ),
    "describe_without_derivatives: a position that is no number": (
        lambda c: describe_without_derivatives(c.soap, [moved(c.cluster, NAN)]),
        "finite",
    ),
    "describe_without_derivatives: an atom 3000 Å away": (
        lambda c: describe_without_derivatives(c.soap, [moved(c.cluster, [3000, 3000, 3000])]),
        "300 Å",
    ),
    "describe_without_derivatives: a centre that is no number": (
        lambda c: describe_without_derivatives(c.pair_soap, c.pairs, [(NAN, 0, 0)]),
        "finite",
    ),
    "make_soap: a million radial functions": (lambda c: make_soap(n_max=10**6), "n_max"),
    "make_soap: a cutoff of a kilometre": (lambda c: make_soap(cutoff_radius=1e13), "cutoff_radius"),
    "ForceField: a trillion units": (lambda c: ForceField(6, (10**6, 10**6)), "hidden_units"),
    "calculator: a position that is no number": (lambda c: c.energy(moved(c.cluster, NAN)), "finite"),
    "calculator: an atom 3000 Å away": (lambda c: c.energy(moved(c.cluster, [3000, 3000, 3000])), "300 Å"),
    "calculator: a crystal without a volume": (
        lambda c: c.energy(changed(c.crystal, cell=np.diag([3.6, 3.6, 0])), c.crystal_model),
        "cell",
    ),
    "predict_structures: a position that is no number": (
        lambda c: c.model.predict_structures([moved(c.cluster, NAN)]),
        "finite",
    ),
    "crystals: a cell that is no number": (
        lambda c: crystals.deform(changed(c.crystal, cell=np.diag([3.6, NAN, 3.6])), 0.01 * np.eye(3)),
        "cell",
    ),
    "crystals: infinitely many points": (lambda c: elasticity.equation_of_state(EMT(), n_points=INF), "n_points"),
    "strain explorer: pressed to a hundredth": (
        lambda c: strain.compute([c.crystal_model], -99, 0),
        "lattice constant",
    ),
    "extrapolation explorer: a pair far from its centre": (
        lambda c: extrapolation.compute(c.pair_model, 3.0, 1e6),
        "300 Å",
    ),
}

HARMLESS = {
    "dynamics explorer: atoms that fly apart": lambda c: dynamics.compute(c.model, 1e7, 40).predicted,
    "calculator: a pair at the end of what can be described": lambda c: c.energy(moved(c.cluster, [250, 0, 0])),
    "describe: a crystal of one atom": lambda c: describe(c.crystal_soap, [bulk("Cu")], attach=True)[1],
    "describe: atoms many cells outside": lambda c: describe(
        c.crystal_soap, [moved(c.crystal, c.crystal.positions[-1] + [3610, -361, 36.1])], attach=True
    )[1],
}
"""What looks dangerous and is not: it gives finite numbers, in a process of its own too."""

ROWS = {f"{part}: {name}": row for part, rows in TABLE.items() for name, row in rows.items()}


def _finished(structure):
    """The calculator of a structure whose energy and forces have been taken."""
    structure = changed(structure, calc=EMT())
    structure.get_forces()
    return structure.calc


def _energy_alone(structure):
    """A structure that carries an energy and no forces."""
    from ase.calculators.singlepoint import SinglePointCalculator

    structure = structure.copy()
    structure.calc = SinglePointCalculator(structure, energy=1.0)
    return structure


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    course = Course()
    course.folder = tmp_path_factory.mktemp("files")
    return course


@pytest.mark.parametrize("name", ROWS)
def test_bad_input_gets_one_sentence(name, course):
    call, words = ROWS[name]
    assert words in refusal(lambda: call(course))


def test_there_are_many_rows():
    assert len(ROWS) + len(DANGEROUS) >= 80
    assert not set(ROWS) & set(DANGEROUS)


# What may end the process


def try_dangerous(places):
    """Run rows one after the other, and print of each, at once, its name and what is wrong with the answer."""
    if sys.platform == "linux":
        import resource

        # A process with the package takes about 3 GB of addresses; the atom 3000 Å away takes 5 GB of memory more.
        resource.setrlimit(resource.RLIMIT_DATA, (3_000_000_000, 3_000_000_000))
    course = Course()
    for place in places:
        name = (list(DANGEROUS) + list(HARMLESS))[place]
        call, words = DANGEROUS.get(name, (None, None))
        try:
            if name in HARMLESS:
                finite = np.all(np.isfinite(HARMLESS[name](course)))
                print(json.dumps([name, "" if finite else "not finite"]), flush=True)
                continue
            answer = f"taken without a word; the result begins with {str(call(course))[:80]!r}"
        except Exception as problem:
            answer = fault(problem) or ("" if words and words in str(problem) else f"does not say {words!r}: {problem}")
        print(json.dumps([name, answer]), flush=True)


@pytest.fixture(scope="module")
def answers():
    """What is wrong with the answer to each dangerous row; where the process ends, the next goes on after it."""
    told, left, names = {}, list(DANGEROUS) + list(HARMLESS), list(DANGEROUS) + list(HARMLESS)
    folders = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "notebooks")]
    while left:
        places = [names.index(name) for name in left]  # numbers: a name may not survive a command line
        program = f"import sys; sys.path[:0] = {folders!r}; import test_bad_input as t; t.try_dangerous({places})"
        try:
            result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
            output, end = result.stdout, f"the process ended with {result.returncode}: {result.stderr[-300:]}"
        except subprocess.TimeoutExpired as late:
            output, end = (late.stdout or b"").decode(), "no answer within two minutes"
        told |= dict(map(json.loads, output.splitlines()))
        left = [name for name in left if name not in told]
        if left:
            told[left.pop(0)] = end
    return told


@pytest.mark.parametrize("name", DANGEROUS)
def test_dangerous_input_gets_one_sentence_and_ends_nothing(name, answers):
    assert not answers[name], answers[name]


# Every argument in turn, with what does not belong there


def labelled_copies(structures):
    """Structures with EMT's labels in a SinglePointCalculator."""
    copies = []
    for structure in structures:
        copies.append(structure.copy())
        copies[-1].calc = EMT()
        labels = {"energy": copies[-1].get_potential_energy(), "forces": copies[-1].get_forces()}
        copies[-1].calc = SinglePointCalculator(copies[-1], **labels)
    return copies


GARBAGE = {
    "None": None,
    "a word": "three",
    "a number as text": "3",
    "nothing as text": "",
    "bytes": b"3",
    "yes": True,
    "zero": 0,
    "minus one": -1,
    "a half": 0.5,
    "not a number": NAN,
    "tiny": 1e-300,
    "infinite": INF,
    "minus infinity": -INF,
    "complex": 3j,
    "an empty list": [],
    "a list": [1, 2, 3],
    "a nested list": [[1.0], [2.0, 3.0]],
    "a dict": {"a": 1},
    "an array": np.ones((2, 3)),
    "an empty array": np.zeros((0, 3)),
    "an object": object(),
    "a function": lambda *_, **__: None,
    "a class": type("TakesAnything", (), {"__init__": lambda *_, **__: None}),
    "atoms": ase.Atoms("Cu4", TETRAHEDRON),
}

CALLS = {
    "make_soap": lambda c: (
        make_soap,
        {
            "species": ("Cu",),
            "cutoff_radius": 3.0,
            "sigma": 0.5,
            "n_max": 2,
            "l_max": 1,
            "radial_basis": "gto",
            "periodic": False,
        },
    ),
    "plan_memory": lambda c: (
        descriptors.plan_memory,
        {"n_systems": 1, "n_centers": 1, "n_atoms": 1, "n_features": 1},
    ),
    "describe": lambda c: (
        describe,
        {"soap": c.soap, "structures": c.clusters, "centers": None, "attach": True, "method": "auto"},
    ),
    "describe_without_derivatives": lambda c: (
        describe_without_derivatives,
        {"soap": c.soap, "structures": c.clusters, "centers": None},
    ),
    "descriptor_settings": lambda c: (
        descriptors.descriptor_settings,
        {"soap": c.soap, "centers": None, "attach": True},
    ),
    "neighbour_radius": lambda c: (descriptors.neighbour_radius, {"soap": c.soap}),
    "lennard_jones": lambda c: (systems.lennard_jones, {"distances": [3.0], "sigma": 2.9, "epsilon": 1.0}),
    "dimers": lambda c: (systems.dimers, {"distances": [3.0], "shift": 0.0}),
    "label": lambda c: (systems.label, {"structures": c.clusters, "calculator": EMT(), "virials": False}),
    "label with virials": lambda c: (
        systems.label,
        {"structures": [c.crystal], "calculator": EMT(), "virials": True},
    ),
    "describe_strained": lambda c: (
        descriptors.describe_strained,
        {"soap": c.crystal_soap, "structures": [c.crystal], "centers": None, "attach": True},
    ),
    "predict_with_virials": lambda c: (
        strain_derivatives.predict_with_virials,
        {"model": c.crystal_model, "dataset": c.strained},
    ),
    "langevin": lambda c: (
        sampling.langevin,
        {
            "structure": c.cluster,
            "calculator": EMT(),
            "temperature": 300,
            "seed": 0,
            "time_step": 5.0,
            "friction": 0.02,
        },
    ),
    "sample_blocks": lambda c: (
        sampling.sample_blocks,
        {"dynamics": c.dynamics(), "n_blocks": 1, "block_length": 1, "interval": 1, "gap": 0, "equilibration": 0},
    ),
    "split": lambda c: (splits.split, {"n_systems": 10, "fractions": (0.5,), "seed": 0}),
    "split_blocks": lambda c: (
        splits.split_blocks,
        {"blocks": [0, 0, 1, 1], "fractions": (0.5,), "seed": 0, "groups": None},
    ),
    "equally_spaced": lambda c: (splits.equally_spaced, {"n_systems": 10, "n_chosen": 3}),
    "Dataset": lambda c: (Dataset, c.arrays | {"metadata": {}}),
    "Dataset[...]": lambda c: (c.copper.__getitem__, {"rows": [0]}),
    "Dataset.from_structures": lambda c: (
        Dataset.from_structures,
        {
            "structures": c.clusters,
            "soap": c.soap,
            "centers": None,
            "attach": True,
            "calculator": EMT(),
            "virials": False,
        },
    ),
    "ForceField": lambda c: (
        ForceField,
        {
            "n_features": 6,
            "hidden_units": (4,),
            "activation": "tanh",
            "seed": 0,
            "scaling": "standard",
            "unit_length": False,
        },
    ),
    "descriptor": lambda c: (ForceField(12).standardise, {"training_set": c.copper}),
    "predict": lambda c: (
        c.model.predict,
        {"descriptors": c.copper.descriptors, "derivatives": c.copper.derivatives},
    ),
    "predict_structures": lambda c: (c.model.predict_structures, {"structures": c.clusters}),
    "train": lambda c: (
        training.train,
        {
            "training_set": c.dimers,
            "validation_set": None,
            "hidden_units": (2,),
            "activation": "tanh",
            "seed": 0,
            "scaling": "standard",
            "unit_length": False,
            "method": "lbfgs",
            "iterations": 1,
            "energy_weight": 1.0,
            "force_weight": 1.0,
            "virial_weight": 0.0,
            "progress": None,
        },
    ),
    "fit": lambda c: (
        training.fit,
        {"model": ForceField(6, (2,)).standardise(c.dimers), "training_set": c.dimers, "iterations": 1},
    ),
    "SparseGaussianProcess": lambda c: (
        SparseGaussianProcess,
        {"training_set": c.copper, "n_sparse": 5, "power": 3, "noise": 1e-4, "seed": 0},
    ),
    "GaussianProcess": lambda c: (
        GaussianProcess,
        {"training_set": c.copper, "power": 3, "noise": 1e-3, "force_noise": 1e-3, "limit": 400},
    ),
    "LabelledStructures": lambda c: (
        LabelledStructures,
        {"structures": c.clusters, "soap": c.soap, "calculator": EMT(), "virials": False},
    ),
    "minus": lambda c: (minus, {"labelled": c.copper, "model": c.model}),
    "ModelSum": lambda c: (ModelSum, {"models": c.models}),
    "ElementNetworks": lambda c: (
        ElementNetworks,
        {"training_set": c.copper, "hidden_units": 2, "n_axes": 4, "seed": 0, "activation": "tanh"},
    ),
    "fit_networks": lambda c: (
        fit_networks,
        {
            "model": ElementNetworks(c.copper, 2, 4),
            "training_set": c.copper,
            "validation_set": c.copper,
            "iterations": 1,
            "energy_weight": 1.0,
            "force_weight": 1.0,
            "regularisation": 0.0,
        },
    ),
    "energy_offsets": lambda c: (energy_offsets, {"sets": c.copper, "isolated": {"Cu": 0.0}}),
    "KernelRidgeBaseline": lambda c: (baselines.KernelRidgeBaseline, {"training_set": c.dimers}),
    "hermite_baseline": lambda c: (
        baselines.hermite_baseline,
        {
            "training_distances": [2.0, 3.0],
            "training_energies": [1.0, 0.0],
            "training_forces": [-1.0, -1.0],
            "distances": [2.5],
        },
    ),
    "ForceFieldCalculator": lambda c: (ForceFieldCalculator, {"model": c.model, "soap": None, "n_atoms": None}),
    "Committee": lambda c: (Committee, {"members": c.models}),
    "CommitteeCalculator": lambda c: (CommitteeCalculator, {"members": c.models}),
    "StopOnSpread": lambda c: (
        StopOnSpread,
        {"dynamics": sampling.langevin(c.cluster, CommitteeCalculator(c.models), 300, 0), "limit": 0.3},
    ),
    "KeptFrames": lambda c: (KeptFrames, {"dynamics": c.dynamics()}),
    "relax": lambda c: (search.relax, {"structure": c.cluster, "calculator": EMT(), "fmax": 0.5, "steps": 1}),
    "basin_hopping": lambda c: (
        search.basin_hopping,
        {"structure": c.cluster, "calculator": EMT(), "n_hops": 1, "seed": 0, "step": 0.1, "thermal_energy": 0.1},
    ),
    "perfect_calibration_factor": lambda c: (
        committees.perfect_calibration_factor,
        {"n_members": 5, "n_components": 3},
    ),
    "energy_spread": lambda c: (committees.energy_spread, {"energies": np.ones((2, 3))}),
    "force_spread": lambda c: (committees.force_spread, {"forces": np.ones((2, 1, 2, 3))}),
    "calibration_factor": lambda c: (committees.calibration_factor, {"errors": [1.0, 2.0], "spreads": [1.0, 1.0]}),
    "conformal_factor": lambda c: (
        committees.conformal_factor,
        {"errors": [1.0, 2.0], "spreads": [1.0, 1.0], "coverage": 0.5},
    ),
    "copper_crystal": lambda c: (crystals.copper_crystal, {"lattice_constant": 3.6}),
    "proton_coordinate": lambda c: (molecule.proton_coordinate, {"structures": [c.malonaldehyde]}),
    "rows_in_time": lambda c: (molecule.rows_in_time, {"frames": [c.malonaldehyde] * 2, "n_test": 1}),
    "vibrations": lambda c: (molecule.vibrations, {"hessian": np.eye(9), "masses": np.ones(3)}),
    "deform": lambda c: (crystals.deform, {"structure": c.crystal, "strain": np.zeros((3, 3))}),
    "crystal_frames": lambda c: (crystals.crystal_frames, {"n_frames": 1, "seed": 0, "repeat": 1}),
    "volume_conserving_strains": lambda c: (elasticity.volume_conserving_strains, {"shear": 0.01}),
    "equation_of_state": lambda c: (
        elasticity.equation_of_state,
        {"calculator": EMT(), "largest": 0.03, "n_points": 7},
    ),
    "shear_moduli": lambda c: (
        elasticity.shear_moduli,
        {"calculator": EMT(), "lattice_constant": 3.6, "largest": 0.03, "n_points": 7},
    ),
    "mean_absolute_error": lambda c: (evaluation.mean_absolute_error, {"predicted": [1.0], "true": [2.0]}),
    "report": lambda c: (evaluation.report, {"name": "error", "value": 0.5, "unit": "eV", "at_most": 1}),
    "phonon_frequencies": lambda c: (
        elasticity.phonon_frequencies,
        {"calculator": EMT(), "lattice_constant": 3.6, "step": 0.01},
    ),
    "polynomial_baseline": lambda c: (
        baselines.polynomial_baseline,
        {
            "training_distances": [2.0, 3.0, 4.0, 5.0, 6.0],
            "training_energies": [1.0, 0.0, 0.0, 0.0, 0.0],
            "training_forces": [-1.0, -1.0, 0.0, 0.0, 0.0],
            "distances": [2.5],
        },
    ),
    "central_difference": lambda c: (
        partial(finite_differences.central_difference, np.sum),
        {"positions": np.zeros((1, 3)), "step": 1e-4},
    ),
    "film": lambda c: (
        viewer.film,
        {"structures": [c.cluster], "captions": ["a"], "label": "turn", "alt": "atoms", "window": 9.0},
    ),
    "turned": lambda c: (viewer.turned, {"structure": c.cluster, "degrees": [30]}),
    "zbl": lambda c: (repulsion.zbl, {"distances": [1.0], "first": 29, "second": 29}),
    "born_mayer": lambda c: (repulsion.born_mayer, {"distances": [1.0], "strength": 1.0, "length": 1.0}),
    "tangent_born_mayer": lambda c: (repulsion.tangent_born_mayer, {"distance": 2.5, "energy": 14.0, "force": 90.0}),
    "read_structures": lambda c: (read_structures, {"path": c.file, "index": ":"}),
    "read_labelled": lambda c: (
        read_labelled,
        {
            "path": c.file,
            "energy": "energy",
            "forces": "forces",
            "energy_unit": "eV",
            "force_unit": "eV/Å",
            "length_unit": "Å",
            "gradients": False,
            "periodic": False,
            "skip": ["duplicates"],
            "accept": ["units"],
            "index": ":",
        },
    ),
    "look_at": lambda c: (look_at, {"structures": c.labelled}),
    "write_structures": lambda c: (
        write_structures,
        {"path": c.folder / "written.extxyz", "structures": c.labelled, "replace": True},
    ),
    "with_predictions": lambda c: (
        with_predictions,
        {
            "structures": c.labelled[:1],
            "energies": [1.0],
            "forces": [np.zeros((4, 3))],
            "energy_spreads": [0.1],
            "force_spreads": [np.full(4, 0.1)],
        },
    ),
    "export": lambda c: (
        export,
        {
            "path": c.folder / "input.data",
            "structures": c.labelled,
            "program": "n2p2",
            "n2p2_energy": "eV",
            "replace": True,
        },
    ),
    "PairPotential": lambda c: (
        PairPotential,
        {"structures": c.labelled, "cutoff": 5.0, "n_functions": 4, "force_weight": 1.0},
    ),
    "check_force_field": lambda c: (
        check_force_field,
        {"structure": c.cluster, "calculator": EMT(), "seed": 0, "n_gradient_atoms": 1},
    ),
    "own_parts": lambda c: (
        own_parts.own_parts,
        {
            "structures": c.labelled + [ase.Atoms("Cu3Au", TETRAHEDRON)] * 4,
            "seed": 0,
            "by": "time",
            "fractions": (0.5, 0.25),
            "name": "group",
        },
    ),
    "own_soap": lambda c: (own_parts.own_soap, {"structures": c.labelled}),
    "memory_plan": lambda c: (own_parts.memory_plan, {"structures": c.labelled, "soap": c.soap, "limit": 400}),
    "copper_gold_frames": lambda c: (copper_gold_frames, {"compositions": ((13, 3, 1, 1),), "seed": 0}),
    "split_structures": lambda c: (
        splits.split_structures,
        {
            "structures": c.clusters,
            "fractions": (0.5,),
            "seed": 0,
            "by": "time",
            "name": "group",
            "block_length": 2,
        },
    ),
    "rows_of_composition": lambda c: (
        splits.rows_of_composition,
        {"structures": [c.cluster, ase.Atoms("Cu3Au", TETRAHEDRON)], "formula": "Cu3Au"},
    ),
    "data_map": lambda c: (data_maps.data_map, six_clusters(c)),
    "emptiness": lambda c: (data_maps.emptiness, {"places": np.eye(6)[:, :2], "n_neighbours": 2}),
    "Repulsion": lambda c: (repulsion.Repulsion, {"cutoff": 2.0, "pair": repulsion.zbl}),
}


@pytest.mark.parametrize("name", CALLS)
def test_what_does_not_belong_there_is_taken_in_good_order_or_gets_one_sentence(name, course, tmp_path, monkeypatch):
    """No argument of any function lets a library's own error through, whatever is given."""
    monkeypatch.chdir(tmp_path)  # some words are good names of files to write
    function, good = CALLS[name](course)
    function(*good.values()) if name == "Dataset[...]" else function(**good)
    faults = []
    for argument in good:
        for kind, value in GARBAGE.items():
            arguments = good | {argument: value}
            try:
                function(*arguments.values()) if name == "Dataset[...]" else function(**arguments)
            except Exception as problem:
                broken = name == "report" and isinstance(problem, AssertionError)  # a bound that is not kept
                if fault(problem) and not broken:
                    faults.append(f"{argument} is {kind}: {fault(problem)}")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("name", HARMLESS)
def test_what_looks_dangerous_and_is_not_gives_finite_numbers(name, answers):
    assert not answers[name], answers[name]

"""The data set: labels, descriptors and derivatives that belong together."""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from forcefield import checks
from forcefield.descriptors import describe, describe_strained, descriptor_settings
from forcefield.npz_files import KEEP, load_arrays, save_arrays
from forcefield.systems import label


def read_only(values):
    """The same array, which cannot be written to any more."""
    values.flags.writeable = False
    return values


def fingerprint(positions, energies, forces, virials=None):
    """A short text that changes with any position or label, and not with the last digits of a rounding."""
    digest = hashlib.sha256()
    for values in (positions, energies, forces, *(() if virials is None else (virials,))):
        # Adding 0.0 turns -0.0 into 0.0.
        digest.update(np.ascontiguousarray(values.round(7) + 0.0).tobytes())
    return digest.hexdigest()[:16]


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Labelled structures with their descriptors; shapes are checked when it is made, and nothing changes later.

    Parameters
    ----------
    positions : ndarray of float64, shape (n_systems, n_atoms, 3), Å
    energies : ndarray of float64, shape (n_systems,), eV
    forces : ndarray of float64, shape (n_systems, n_atoms, 3), eV/Å
    descriptors : ndarray of float64, shape (n_systems, n_centers, n_features)
    derivatives : ndarray of float64, shape (n_systems, n_centers, n_atoms, 3, n_features), 1/Å
    metadata : dict
        What JSON can hold: the potential, the units, and under "descriptor" what `descriptor_settings` gives, which
        makes a force field of this set complete. "numbers" are the atomic numbers of the n_atoms atoms, if all
        systems share them in one order: models of several elements need them.
    virials : ndarray of float64, shape (n_systems, 6), optional, eV
        Labels of crystals: dE/dstrain, which is volume times stress, in the order xx, yy, zz, yz, xz, xy.
    strain_derivatives : ndarray of float64, shape (n_systems, n_centers, 6, n_features), optional
        As `forcefield.descriptors.describe_strained` gives them. Virials and these are there together or not.

    Raises
    ------
    ValueError
        If a shape does not fit the others or a value is not finite.
    """

    positions: np.ndarray
    energies: np.ndarray
    forces: np.ndarray
    descriptors: np.ndarray
    derivatives: np.ndarray
    metadata: dict = field(default_factory=dict)
    virials: np.ndarray | None = None
    strain_derivatives: np.ndarray | None = None

    ARRAYS = ("positions", "energies", "forces", "descriptors", "derivatives")
    OPTIONAL = ("virials", "strain_derivatives")

    def __post_init__(self):
        try:
            if not isinstance(self.metadata, dict):
                raise TypeError
            json.dumps(self.metadata)
        except (TypeError, ValueError):
            raise ValueError(
                "metadata must be a dict of what JSON can hold: texts, numbers, lists and dicts."
            ) from None
        positions = checks.array("positions", self.positions, (None, None, 3), "Å")
        descriptors = checks.array("descriptors", self.descriptors, (None, None, None))
        (n_systems, n_atoms, _), (_, n_centers, n_features) = positions.shape, descriptors.shape
        shapes = {
            "positions": (n_systems, n_atoms, 3),
            "energies": (n_systems,),
            "forces": (n_systems, n_atoms, 3),
            "descriptors": (n_systems, n_centers, n_features),
            "derivatives": (n_systems, n_centers, n_atoms, 3, n_features),
        }
        if (self.virials is None) != (self.strain_derivatives is None):
            raise ValueError("virials and strain_derivatives belong together: give both, or none of them.")
        if self.virials is not None:
            shapes |= {"virials": (n_systems, 6), "strain_derivatives": (n_systems, n_centers, 6, n_features)}
        for name, shape in shapes.items():
            values = checks.array(name, getattr(self, name), shape)
            # What the caller can still write to is copied: a set stays what it was checked to be.
            object.__setattr__(self, name, read_only(values.copy() if values.flags.writeable else values))
        if "numbers" in self.metadata:
            numbers = checks.array('The "numbers" of metadata', self.metadata["numbers"], (n_atoms,))
            for number in numbers:
                checks.whole_number("An atomic number", number, 1, 118)

    @property
    def numbers(self):
        """Atomic numbers of the atoms, shape (n_atoms,), that all systems share; None if the set does not know them."""
        numbers = self.metadata.get("numbers")
        return None if numbers is None else np.array(numbers, dtype=int)

    @classmethod
    def from_structures(
        cls, structures, soap, centers=None, attach=False, calculator=None, metadata=None, virials=False
    ):
        """Label structures, describe them, and record how, in one call.

        Parameters
        ----------
        structures : list of ase.Atoms, length n_systems
            Of one size.
        soap : dscribe.descriptors.SOAP
        centers, attach
            As in `forcefield.descriptors.describe`.
        calculator : ase calculator, optional
            The potential; None takes the labels that the structures carry.
        metadata : dict, optional
            More to record, such as the name of the potential.
        virials : bool
            Whether crystals are labelled with their virials too, and described under strain.

        Returns
        -------
        Dataset

        Raises
        ------
        ValueError
            As `label` and `describe`.
        """
        if checks.yes_or_no("virials", virials) and not (centers is None and checks.yes_or_no("attach", attach)):
            raise ValueError("A strain moves all atoms: with virials, centers must be None and attach True.")
        labels = label(structures, calculator, virials)
        described = map(read_only, (describe_strained if virials else describe)(soap, structures, centers, attach))
        metadata = {**(metadata or {}), "descriptor": descriptor_settings(soap, centers, attach)}
        if hasattr(calculator, "subtracted"):
            metadata["subtracted"] = calculator.subtracted
        if len({tuple(structure.numbers) for structure in structures}) == 1:
            metadata["numbers"] = structures[0].numbers.tolist()
        labels = dict(zip(("positions", "energies", "forces", "virials"), labels, strict=False))
        described = dict(zip(("descriptors", "derivatives", "strain_derivatives"), described, strict=False))
        return cls(**labels, **described, metadata=metadata)

    def __len__(self):
        return len(self.energies)

    def __repr__(self):
        n_systems, n_centers, n_atoms, _, n_features = self.derivatives.shape
        return (
            f"<Dataset: {n_systems} systems, {n_atoms} atoms, {n_centers} centre{'s' * (n_centers != 1)}, "
            f"{n_features} features, energies from {self.energies.min():.2f} to {self.energies.max():.2f} eV>"
            if n_systems
            else "<Dataset: empty>"
        )

    def __getitem__(self, rows):
        """A part of the set: an array of rows, a mask or a slice over the systems."""
        try:
            if np.arange(len(self))[rows].ndim != 1:
                raise IndexError
        except (IndexError, TypeError, ValueError):
            raise ValueError(
                f"Rows must be a list of whole numbers from 0 to {len(self) - 1} such as [[3]], a mask or a slice."
            ) from None
        parts = {name: read_only(values[rows]) for name, values in self.arrays().items()}
        return Dataset(**parts, metadata=self.metadata)

    def arrays(self):
        """All arrays that this set holds, by name."""
        names = self.ARRAYS if self.virials is None else self.ARRAYS + self.OPTIONAL
        return {name: getattr(self, name) for name in names}

    def fingerprint(self):
        """A short text that tells these labels from all others."""
        return fingerprint(self.positions, self.energies, self.forces, self.virials)

    def save(self, path):
        """Write one npz file; an older file stays whole until the new one is complete.

        Parameters
        ----------
        path : str or pathlib.Path
        """
        save_arrays(path, self.metadata, **self.arrays())

    @classmethod
    def load(cls, path):
        """Read what `save` wrote.

        Parameters
        ----------
        path : str or pathlib.Path

        Returns
        -------
        Dataset

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If the file is damaged, lacks an array, or holds arrays that do not fit together.
        """
        arrays, metadata = load_arrays(path, cls.ARRAYS, cls.OPTIONAL)
        try:
            return cls(**{name: read_only(values) for name, values in arrays.items()}, metadata=metadata)
        except ValueError as problem:
            raise ValueError(f"{Path(path).name} does not hold a data set ({problem}): {KEEP}") from None

"""The force field: energies and forces from descriptors and derivatives, complete in one file."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import torch

from forcefield import checks
from forcefield.activations import ACTIVATIONS
from forcefield.networks import FrozenNetwork
from forcefield.npz_files import KEEP, load_arrays, save_arrays
from forcefield.predictions import descriptor_of, predict_structures

FORMAT = 2
"""Version of the file that `ForceField.save` writes."""

SCALINGS = ("standard", "square_root")


class ForceField(torch.nn.Module):
    """Energy as a sum over centres of a network of the scaled descriptor.

    E = sum over centres of (energy_shift + energy_scale * network((D - mean) / scale)) and
    F = -dE/dr = -(dE/dD) (dD/dr), with dE/dD by automatic differentiation.

    Parameters
    ----------
    n_features : int
        Number of features of one descriptor.
    hidden_units : sequence of int
        Width of every hidden layer.
    activation : {"tanh", "sigmoid", "silu"}
    seed : int
        Draws the initial weights.
    scaling : {"standard", "square_root"}
        How `standardise` chooses the scale of a feature from its standard deviation: itself, or
        sqrt(deviation * largest deviation), which enlarges features that hardly vary less.
    unit_length : bool
        Whether every descriptor is divided by its length first: D / abs(D) in place of D.

    Raises
    ------
    ValueError
        If a setting is out of range.

    References
    ----------
    J. Behler, M. Parrinello, Phys. Rev. Lett. 98, 146401 (2007), doi:10.1103/PhysRevLett.98.146401
    (energy as a sum of atomic networks).
    """

    def __init__(
        self, n_features, hidden_units=(32,), activation="tanh", seed=0, scaling="standard", unit_length=False
    ):
        super().__init__()
        if isinstance(hidden_units, str) or not np.iterable(hidden_units):
            raise ValueError(f"hidden_units must be a list of whole numbers such as [32, 32]; it is {hidden_units!r}.")
        hidden_units = [checks.whole_number("Every entry of hidden_units", units, 1) for units in hidden_units]
        if not hidden_units:
            raise ValueError("hidden_units must name at least one hidden layer, such as [32].")
        self.settings = {
            "n_features": checks.whole_number("n_features", n_features, 1),
            "hidden_units": hidden_units,
            "activation": checks.one_of("activation", activation, ACTIVATIONS),
            "seed": checks.seed(seed),
            "scaling": checks.one_of("scaling", scaling, SCALINGS),
            "unit_length": checks.yes_or_no("unit_length", unit_length),
        }
        widths = [self.settings["n_features"], *hidden_units, 1]
        if sum(before * after for before, after in pairwise(widths)) > 2e7:
            raise ValueError(f"hidden_units {hidden_units} make more than 20 million weights: take fewer.")
        self.provenance = {}
        layers = []
        # fork_rng: the weights depend on the seed alone, and the reader's own draws are left alone.
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.settings["seed"])
            for before, after in pairwise(widths):
                layers += [torch.nn.Linear(before, after, dtype=torch.float64), ACTIVATIONS[activation].module()]
        self.network = torch.nn.Sequential(*layers[:-1])
        for name, value in (
            ("descriptor_mean", torch.zeros(self.settings["n_features"])),
            ("descriptor_scale", torch.ones(self.settings["n_features"])),
            ("energy_shift", torch.zeros(())),
            ("energy_scale", torch.ones(())),
        ):
            self.register_buffer(name, value.to(torch.float64))

    def __repr__(self):
        widths = "-".join(str(units) for units in [self.settings["n_features"], *self.settings["hidden_units"], 1])
        state = "fitted" if "fit" in self.provenance else "not fitted yet"
        return f"<ForceField: network {widths}, {self.settings['activation']}, {state}>"

    def standardise(self, training_set):
        """Take mean and scale of descriptors and energies from the training set, and how it was made; return self."""
        n_features = checks.data_set("The training set", training_set).descriptors.shape[-1]
        if n_features != self.settings["n_features"]:
            raise ValueError(
                f"The model takes {self.settings['n_features']} features; the training set has {n_features}."
            )
        descriptors = training_set.descriptors.reshape(-1, training_set.descriptors.shape[-1])
        if self.settings["unit_length"]:
            descriptors = descriptors / np.linalg.norm(descriptors, axis=-1, keepdims=True)
        scale = descriptors.std(axis=0)
        constant = scale < 1e-12 * max(1.0, np.abs(descriptors).max())
        if self.settings["scaling"] == "square_root":
            scale = np.sqrt(scale * scale.max())
        # A feature that never varies carries nothing; dividing by its zero would carry NaN.
        scale[constant] = 1.0
        n_centers = training_set.descriptors.shape[1]
        energy_scale = training_set.energies.std() if len(training_set) > 1 else 1.0
        self.descriptor_mean.copy_(torch.from_numpy(descriptors.mean(axis=0)))
        self.descriptor_scale.copy_(torch.from_numpy(scale))
        self.energy_shift.fill_(float(training_set.energies.mean()) / n_centers)
        self.energy_scale.fill_(float(energy_scale) or 1.0)
        self.provenance = {"sizes": [training_set.positions.shape[1]], "labels": training_set.fingerprint()}
        recorded = {"descriptor", "subtracted"} & set(training_set.metadata)
        self.provenance |= {name: training_set.metadata[name] for name in recorded}
        return self

    def center_energies(self, descriptors):
        """Energy of every centre, eV: descriptors (n_systems, n_centers, n_features) -> (n_systems, n_centers)."""
        if self.settings["unit_length"]:
            descriptors = descriptors / torch.linalg.vector_norm(descriptors, dim=-1, keepdim=True)
        scaled = (descriptors - self.descriptor_mean) / self.descriptor_scale
        return self.energy_shift + self.energy_scale * self.network(scaled).squeeze(-1)

    def forward(self, descriptors, derivatives, create_graph=False):
        """Energies (n_systems,) in eV and forces (n_systems, n_atoms, 3) in eV/Å as tensors; arguments as in `predict`.

        `create_graph` keeps what is needed to differentiate the forces once more; training on forces needs it.
        """
        if not descriptors.requires_grad:
            descriptors = descriptors.detach().requires_grad_(True)
        energies = self.center_energies(descriptors).sum(dim=1)
        # The sum over systems is a trick: no system's energy depends on another's descriptors,
        # so one gradient of the sum holds dE/dD of every system.
        (gradient,) = torch.autograd.grad(energies.sum(), descriptors, create_graph=create_graph)
        # F = -sum over centres c and features k of dE/dD[c, k] * dD[c, k]/dr: for each system a row of
        # c*k numbers times a matrix of (c*k) x (a*3). No copy is made of `derivatives` that lie in memory as
        # `loss.contraction_order` puts them, and the products in this order are several times faster than einsum.
        n_systems, n_centers, n_atoms, _, n_features = derivatives.shape
        matrices = derivatives.permute(0, 2, 3, 1, 4).reshape(n_systems, n_atoms * 3, n_centers * n_features)
        rows = gradient.reshape(n_systems, 1, n_centers * n_features)
        forces = -torch.bmm(rows, matrices.transpose(1, 2))
        return energies, forces.reshape(n_systems, n_atoms, 3)

    def predict(self, descriptors, derivatives, numbers=None):
        """Energies and forces as numpy arrays; a ValueError if a shape does not fit or a value is not finite.

        Parameters
        ----------
        descriptors : ndarray of float64, shape (n_systems, n_centers, n_features)
        derivatives : ndarray of float64, shape (n_systems, n_centers, n_atoms, 3, n_features), 1/Å
        numbers : ndarray of int, shape (n_centers,), optional
            Atomic numbers of the centres, which this model of one network does not look at.

        Returns
        -------
        energies : ndarray of float64, shape (n_systems,), eV
        forces : ndarray of float64, shape (n_systems, n_atoms, 3), eV/Å
        """
        n_features = self.settings["n_features"]
        descriptors = checks.array("descriptors", descriptors, (None, None, n_features))
        derivatives = checks.array("derivatives", derivatives, (*descriptors.shape[:2], None, 3, n_features), "1/Å")
        # A part at a time: the product of forces copies the derivatives of what it works on.
        parts = [slice(start, start + 32) for start in range(0, max(len(descriptors), 1), 32)]
        energies, forces = zip(
            *(self(torch.tensor(descriptors[part]), torch.tensor(derivatives[part])) for part in parts), strict=True
        )
        return torch.cat(energies).detach().numpy(), torch.cat(forces).detach().numpy()

    def predict_structures(self, structures):
        """Energies (n_systems,), eV, and forces (n_systems, n_atoms, 3), eV/Å: a list of arrays if sizes differ."""
        return predict_structures(self, structures)

    def frozen(self):
        """The network as it is now in numpy: descriptors of one structure -> energies of its centres, dE/dD."""
        layers = [(layer.weight.detach().numpy(), layer.bias.detach().numpy()) for layer in self.network[::2]]
        return FrozenNetwork(
            layers,
            self.settings["activation"],
            self.descriptor_mean.numpy(),
            self.descriptor_scale.numpy(),
            self.energy_shift.item(),
            self.energy_scale.item(),
            self.settings["unit_length"],
        )

    def save(self, path):
        """Write everything that predicting needs to one npz file, numbers and text alone; only if it is complete."""
        metadata, arrays = self.contents()
        save_arrays(path, metadata, **arrays)

    def contents(self):
        """Metadata and arrays of the file, if the model is complete."""
        descriptor_of(self)
        state = {name.replace(".", "__"): value.numpy() for name, value in self.state_dict().items()}
        return {"format": FORMAT, "model": self.settings, "provenance": self.provenance}, state

    @classmethod
    def load(cls, path):
        """Read what `save` wrote, which is all that predicting needs.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If the file is damaged, of another version, or does not hold a complete force field.
        """
        arrays, metadata = load_arrays(path)
        return cls.from_contents(metadata, arrays, Path(path).name)

    @classmethod
    def from_contents(cls, metadata, arrays, name):
        """The force field of a file's metadata and arrays; a ValueError with the file's name if it is not complete."""
        if metadata.get("format") != FORMAT:
            found = f"format {metadata['format']!r}" if "format" in metadata else "no format"
            raise ValueError(f"{name} does not hold a complete force field of format {FORMAT}, it has {found}: {KEEP}")
        try:
            model = cls(**metadata["model"])
            model.load_arrays(arrays)
            model.provenance = metadata["provenance"]
            descriptor_of(model)
        except (KeyError, TypeError, ValueError, RuntimeError, AttributeError):
            raise ValueError(f"{name} does not hold a complete force field: {KEEP}") from None
        if not model.is_finite():
            raise ValueError(
                f"{name} holds a weight that is not a finite number, or a scale that is not above 0: {KEEP}"
            )
        return model

    def load_arrays(self, arrays):
        """Take weights, mean and scale from the arrays of a file; a TypeError if kind or shape is another."""
        state = {key.replace("__", "."): torch.from_numpy(value) for key, value in arrays.items()}
        # Torch itself would take other kinds of numbers, and an array of one for a number.
        own = {key: (value.dtype, value.shape) for key, value in self.state_dict().items()}
        if any((value.dtype, value.shape) != own[key] for key, value in state.items()):
            raise TypeError
        self.load_state_dict(state)

    def is_finite(self):
        """Whether all weights are finite numbers and all scales above zero."""
        finite = all(bool(torch.isfinite(value).all()) for value in self.state_dict().values())
        return finite and bool((self.descriptor_scale > 0).all())

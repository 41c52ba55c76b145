"""The network and the force field: energies and forces from D and dD/dr."""

from pathlib import Path

import numpy as np
import torch

from forcefield.dataset import MAKE_AGAIN, load_arrays, save_arrays

ACTIVATIONS = {"tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid, "silu": torch.nn.SiLU}


def contraction_order(derivatives):
    """Derivatives with the same shape and values, laid out in memory as forces read them.

    Worth one copy where the same derivatives are used again and again, as in a fit. With one centre
    they lie so already, and no copy is made.

    Parameters
    ----------
    derivatives : torch.Tensor of float64, shape (n_systems, n_centers, n_atoms, 3, n_features), 1/Å

    Returns
    -------
    torch.Tensor of float64, shape (n_systems, n_centers, n_atoms, 3, n_features), 1/Å
        In memory centre and feature of one coordinate lie side by side.
    """
    return derivatives.permute(0, 2, 3, 1, 4).contiguous().permute(0, 3, 1, 2, 4)


class ForceField(torch.nn.Module):
    """Energy as a sum over centres of a network of the standardised descriptor.

    E = sum over centres of (energy_shift + energy_scale * network((D - mean) / scale)) and
    F = -dE/dr = -(dE/dD) (dD/dr), with dE/dD by automatic differentiation.

    Parameters
    ----------
    n_features : int
        Number of features of one descriptor.
    hidden_units : sequence of int
        Width of every hidden layer.
    activation : {"tanh", "sigmoid", "silu"}
        A smooth function, because forces are derivatives and training needs theirs too.
    seed : int
        Draws the initial weights.

    Raises
    ------
    ValueError
        If a setting is out of range.

    References
    ----------
    J. Behler, M. Parrinello, Phys. Rev. Lett. 98, 146401 (2007), doi:10.1103/PhysRevLett.98.146401
    (energy as a sum of atomic networks).
    """

    def __init__(self, n_features, hidden_units=(32,), activation="tanh", seed=0):
        super().__init__()
        hidden_units = tuple(int(units) for units in hidden_units)
        if activation not in ACTIVATIONS:
            raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}; it is {activation!r}.")
        if int(n_features) < 1 or not hidden_units or min(hidden_units) < 1:
            raise ValueError("A network needs at least one feature and at least one unit in every hidden layer.")
        self.settings = {
            "n_features": int(n_features),
            "hidden_units": list(hidden_units),
            "activation": activation,
            "seed": int(seed),
        }
        layers, width = [], int(n_features)
        # fork_rng: the weights depend on the seed alone, and the reader's own draws are left alone.
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(seed))
            for units in hidden_units:
                layers += [torch.nn.Linear(width, units, dtype=torch.float64), ACTIVATIONS[activation]()]
                width = units
            layers.append(torch.nn.Linear(width, 1, dtype=torch.float64))
        self.network = torch.nn.Sequential(*layers)
        for name, value in (
            ("descriptor_mean", torch.zeros(n_features)),
            ("descriptor_scale", torch.ones(n_features)),
            ("energy_shift", torch.zeros(())),
            ("energy_scale", torch.ones(())),
        ):
            self.register_buffer(name, value.to(torch.float64))

    def standardise(self, dataset):
        """Take mean and scale of descriptors and energies from the training set, and from no other.

        Parameters
        ----------
        dataset : Dataset
            The training set.

        Returns
        -------
        ForceField
            Itself.
        """
        descriptors = dataset.descriptors.reshape(-1, dataset.descriptors.shape[-1])
        scale = descriptors.std(axis=0)
        # A feature that never varies carries nothing; dividing by its zero would carry NaN.
        scale[scale < 1e-12 * max(1.0, np.abs(descriptors).max())] = 1.0
        n_centers = dataset.descriptors.shape[1]
        energy_scale = dataset.energies.std() if len(dataset) > 1 else 1.0
        self.descriptor_mean.copy_(torch.from_numpy(descriptors.mean(axis=0)))
        self.descriptor_scale.copy_(torch.from_numpy(scale))
        self.energy_shift.fill_(float(dataset.energies.mean()) / n_centers)
        self.energy_scale.fill_(float(energy_scale) or 1.0)
        return self

    def center_energies(self, descriptors):
        """Energy of every centre.

        Parameters
        ----------
        descriptors : torch.Tensor of float64, shape (n_systems, n_centers, n_features)

        Returns
        -------
        torch.Tensor of float64, shape (n_systems, n_centers), eV
        """
        standardised = (descriptors - self.descriptor_mean) / self.descriptor_scale
        return self.energy_shift + self.energy_scale * self.network(standardised).squeeze(-1)

    def forward(self, descriptors, derivatives, create_graph=False):
        """Energies and forces as tensors.

        Parameters
        ----------
        descriptors : torch.Tensor of float64, shape (n_systems, n_centers, n_features)
        derivatives : torch.Tensor of float64, shape (n_systems, n_centers, n_atoms, 3, n_features), 1/Å
        create_graph : bool
            Keep what is needed to differentiate the forces once more; training on forces needs it.

        Returns
        -------
        energies : torch.Tensor of float64, shape (n_systems,), eV
        forces : torch.Tensor of float64, shape (n_systems, n_atoms, 3), eV/Å
        """
        if not descriptors.requires_grad:
            descriptors = descriptors.detach().requires_grad_(True)
        energies = self.center_energies(descriptors).sum(dim=1)
        # The sum over systems is a trick: no system's energy depends on another's descriptors,
        # so one gradient of the sum holds dE/dD of every system.
        (gradient,) = torch.autograd.grad(energies.sum(), descriptors, create_graph=create_graph)
        # F = -sum over centres c and features k of dE/dD[c, k] * dD[c, k]/dr: for each system a row of
        # c*k numbers times a matrix of (c*k) x (a*3). No copy is made of `derivatives` that lie in memory as
        # `contraction_order` puts them, and the products in this order are several times faster than einsum.
        n_systems, n_centers, n_atoms, _, n_features = derivatives.shape
        matrices = derivatives.permute(0, 2, 3, 1, 4).reshape(n_systems, n_atoms * 3, n_centers * n_features)
        rows = gradient.reshape(n_systems, 1, n_centers * n_features)
        forces = -torch.bmm(rows, matrices.transpose(1, 2))
        return energies, forces.reshape(n_systems, n_atoms, 3)

    def predict(self, descriptors, derivatives):
        """Energies and forces as numpy arrays.

        Parameters
        ----------
        descriptors : ndarray of float64, shape (n_systems, n_centers, n_features)
        derivatives : ndarray of float64, shape (n_systems, n_centers, n_atoms, 3, n_features), 1/Å

        Returns
        -------
        energies : ndarray of float64, shape (n_systems,), eV
        forces : ndarray of float64, shape (n_systems, n_atoms, 3), eV/Å

        Raises
        ------
        ValueError
            If a shape does not fit the model.
        """
        descriptors = np.asarray(descriptors, dtype=np.float64)
        derivatives = np.asarray(derivatives, dtype=np.float64)
        n_features = self.settings["n_features"]
        if descriptors.ndim != 3 or descriptors.shape[-1] != n_features:
            raise ValueError(
                f"descriptors must have shape (n_systems, n_centers, {n_features}) for this model; "
                f"they have {descriptors.shape}."
            )
        if (
            derivatives.ndim != 5
            or derivatives.shape[:2] != descriptors.shape[:2]
            or derivatives.shape[3:] != (3, n_features)
        ):
            raise ValueError(
                "derivatives must have shape (n_systems, n_centers, n_atoms, 3, n_features) "
                f"to fit descriptors of shape {descriptors.shape}; they have {derivatives.shape}."
            )
        # A part at a time: the product of forces copies the derivatives of what it works on.
        parts = [slice(start, start + 32) for start in range(0, max(len(descriptors), 1), 32)]
        energies, forces = zip(
            *(self(torch.from_numpy(descriptors[part]), torch.from_numpy(derivatives[part])) for part in parts),
            strict=True,
        )
        return torch.cat(energies).detach().numpy(), torch.cat(forces).detach().numpy()

    def save(self, path, metadata=None):
        """Write weights and settings to one npz file: numbers and text, no code.

        Parameters
        ----------
        path : str or pathlib.Path
        metadata : dict, optional
            What JSON can hold, such as the SOAP settings.
        """
        state = {name.replace(".", "__"): value.numpy() for name, value in self.state_dict().items()}
        save_arrays(path, {"model": self.settings, **(metadata or {})}, **state)

    @classmethod
    def load(cls, path):
        """Read what `save` wrote.

        Parameters
        ----------
        path : str or pathlib.Path

        Returns
        -------
        model : ForceField
        metadata : dict
            What was saved with it.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If the file is damaged or does not hold a model.
        """
        arrays, metadata = load_arrays(path, None)
        try:
            model = cls(**metadata.pop("model"))
            model.load_state_dict({name.replace("__", "."): torch.from_numpy(value) for name, value in arrays.items()})
        except (KeyError, TypeError, ValueError, RuntimeError) as problem:
            raise ValueError(f"{Path(path).name} does not hold a force field. {MAKE_AGAIN}") from problem
        return model, metadata

"""Networks for several elements: one for each, on the principal axes of its centres' unit vectors."""

import numpy as np
import torch

from forcefield import checks
from forcefield.energy_offsets import energy_offsets
from forcefield.kernel_labels import principal_axes, provenance_of, units_by_element
from forcefield.kernel_model import centers_by_element
from forcefield.model import ForceField
from forcefield.networks import through_unit_length, unit_vectors
from forcefield.npz_files import KEEP
from forcefield.predictions import SavedModel, descriptor_of
from forcefield.several_sets import listed

FORMAT = 1
"""Version of the file that `ElementNetworks.save` writes."""


class ElementNetworks(SavedModel):
    """Energy as a sum over centres of the network of their element; each has its own axes, scaling and offset.

    The descriptor of a centre is divided by its length, taken along the principal axes of the training set's centres
    of its element, and scaled there by sqrt(deviation * largest deviation); the network is a `ForceField` of these
    numbers.

    Parameters
    ----------
    training_set : Dataset, LabelledStructures, or a list of them (one for each size or composition)
        Scales and offsets are taken from it.
    hidden_units : int
        Units of the one hidden layer of each network.
    n_axes : int
        Number of axes of each element, at most.
    seed : int
        Draws the initial weights.
    activation : {"tanh", "sigmoid", "silu"}
    isolated : dict of float, optional
        Energies of isolated atoms by symbol, eV, as in `energy_offsets`.

    Raises
    ------
    ValueError
        If a setting is out of range, or a centre sees no atom.
    """

    def __init__(self, training_set, hidden_units=12, n_axes=60, seed=0, activation="tanh", isolated=None):
        hidden_units = checks.whole_number("hidden_units", hidden_units, 1, 1000)
        sets, seed = listed(training_set), checks.seed(seed)
        n_axes = checks.whole_number("n_axes", n_axes, 1)
        offsets, sentence = energy_offsets(sets, isolated)
        self.axes, self.networks = {}, {}
        for element, units in units_by_element(sets).items():
            self.axes[element] = principal_axes(units, n_axes)
            seen = units @ self.axes[element].T
            own = (seed + 1000 * element) % 2**32  # not the same draw for all elements
            network = ForceField(seen.shape[1], (hidden_units,), activation, own, "square_root")
            deviations = seen.std(axis=0)
            scale = np.sqrt(deviations * deviations.max())
            network.descriptor_mean.copy_(torch.from_numpy(seen.mean(axis=0)))
            network.descriptor_scale.copy_(torch.from_numpy(np.where(scale > 0, scale, 1.0)))
            self.networks[element] = network
        self.take_offsets(offsets)
        settings = {"hidden_units": hidden_units, "n_axes": n_axes, "seed": seed, "activation": activation}
        self.provenance = provenance_of(sets, settings, sentence)

    def __repr__(self):
        sizes = ", ".join(
            f"{network.settings['n_features']}-{network.settings['hidden_units'][0]}-1"
            for network in self.networks.values()
        )
        return f"<ElementNetworks: {sizes}>"

    def take_offsets(self, offsets):
        """Set the energies of single atoms, eV, by element; others stay."""
        for element in set(self.networks) & set(offsets):
            self.networks[element].energy_shift.fill_(offsets[element])

    def parameters(self):
        """Weights of all networks, one after the other."""
        return [values for network in self.networks.values() for values in network.parameters()]

    def frozen(self):
        """The networks as they are, in numpy: descriptors of one structure, numbers -> energies of centres, dE/dD."""
        axes, networks = dict(self.axes), {element: network.frozen() for element, network in self.networks.items()}

        def energies_and_gradients(descriptors, numbers=None):
            energies, gradients = np.zeros(len(descriptors)), np.zeros(np.shape(descriptors))
            for element, centers in centers_by_element(networks, len(descriptors), numbers):
                units = unit_vectors(descriptors[centers])
                energies[centers], slopes = networks[element](units @ axes[element].T)
                gradients[centers] = through_unit_length(slopes @ axes[element], units, descriptors[centers])
            return energies, gradients

        return energies_and_gradients

    @property
    def n_features(self):
        """Number of features of the descriptor."""
        return next(iter(self.axes.values())).shape[1]

    def contents(self):
        """Metadata and arrays of the file, if the model is complete."""
        descriptor_of(self)
        arrays = {f"{element}_axes": axes for element, axes in self.axes.items()}
        for element, network in self.networks.items():
            state = {name.replace(".", "__"): value.numpy() for name, value in network.state_dict().items()}
            arrays |= {f"{element}_{name}": value for name, value in state.items()}
        settings = {str(element): network.settings for element, network in self.networks.items()}
        return {"element_networks": FORMAT, "networks": settings, "provenance": self.provenance}, arrays

    @classmethod
    def from_contents(cls, metadata, arrays, name):
        """The model of a file's metadata and arrays; a ValueError with the file's name if it is not complete."""
        model = cls.__new__(cls)
        try:
            if metadata["element_networks"] != FORMAT or not metadata["networks"]:
                raise KeyError
            model.provenance, model.axes, model.networks = metadata["provenance"], {}, {}
            n_features = descriptor_of(model)[0].get_number_of_features()
            for key, settings in metadata["networks"].items():
                own = {one.removeprefix(f"{key}_"): arrays[one] for one in arrays if one.startswith(f"{key}_")}
                element, network = checks.whole_number("An atomic number", int(key), 0, 118), ForceField(**settings)
                axes = checks.array("axes", own.pop("axes"), (settings["n_features"], n_features))
                network.load_arrays(own)
                if str(element) != key or not network.is_finite():
                    raise ValueError
                model.axes[element], model.networks[element] = axes, network
            if len(arrays) != sum(1 + len(network.state_dict()) for network in model.networks.values()):
                raise ValueError
        except (AttributeError, KeyError, TypeError, ValueError, RuntimeError):
            raise ValueError(f"{name} does not hold complete networks of elements of this version: {KEEP}") from None
        return model

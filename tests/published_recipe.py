"""The training of DScribe's tutorial as published, to measure beside the course's."""

import numpy as np
import torch
from sklearn.model_selection import train_test_split


class PublishedRecipe:
    """The training of DScribe's tutorial "forces and energies", step by step as published.

    float32, 5 sigmoid units, weights drawn with standard deviation 1, Adam with learning rate 1e-2
    on mini-batches of 2, at most 5000 epochs, 24 points to fit and 6 to validate. It stops when
    the validation loss was not below that of the epoch before for more than 20 epochs in a row, and goes
    back to the weights with the lowest validation loss.

    Parameters
    ----------
    labelled : Dataset
        The 30 labelled systems, one centre each.
    seed : int
        Seed of torch: initial weights and order of the batches. The published one is 7.

    References
    ----------
    DScribe 2.1, examples/forces_and_energies/training_pytorch.py, https://github.com/SINGROUP/dscribe.
    """

    def __init__(self, labelled, seed=7):
        torch.manual_seed(seed)
        features = labelled.descriptors[:, 0]
        self.mean, self.scale = features.mean(axis=0), features.std(axis=0)
        self.energy_variance, self.force_variance = labelled.energies.var(), labelled.forces.var()
        fitted, validation = (labelled[part] for part in train_test_split(range(30), test_size=0.2, random_state=7))
        # Each layer is drawn by torch's default before it is drawn anew: the published seed counts on it.
        hidden = torch.nn.Linear(features.shape[1], 5)
        torch.nn.init.normal_(hidden.weight)
        output = torch.nn.Linear(5, 1)
        torch.nn.init.normal_(output.weight)
        self.network = torch.nn.Sequential(hidden, torch.nn.Sigmoid(), output)
        self.epochs = self._fit(self._tensors(fitted), self._tensors(validation))

    def _inputs(self, dataset):
        """Standardised descriptors (n_systems, n_features) and their derivatives (1/Å), float32."""
        values = (dataset.descriptors[:, 0] - self.mean) / self.scale, dataset.derivatives[:, 0] / self.scale
        return tuple(torch.tensor(value, dtype=torch.float32) for value in values)

    def _tensors(self, dataset):
        """Inputs and labels: energies (n_systems, 1) in eV and forces (n_systems, n_atoms, 3) in eV/Å, float32."""
        labels = dataset.energies[:, None], dataset.forces
        return *self._inputs(dataset), *(torch.tensor(label, dtype=torch.float32) for label in labels)

    def _forward(self, features, derivatives, create_graph=False):
        """Energies (n_systems, 1) in eV and forces (n_systems, n_atoms, 3) in eV/Å."""
        features = features.detach().requires_grad_(True)
        energies = self.network(features)
        (gradient,) = torch.autograd.grad(energies.sum(), features, create_graph=create_graph)
        return energies, -torch.einsum("saxk,sk->sax", derivatives, gradient)

    def _loss(self, features, derivatives, true_energies, true_forces, create_graph=False):
        """Mean squared errors over the variances of the 30 labels, no unit."""
        energies, forces = self._forward(features, derivatives, create_graph)
        energy_part = ((energies - true_energies) ** 2).mean() / self.energy_variance
        return energy_part + ((forces - true_forces) ** 2).mean() / self.force_variance

    def _fit(self, fitted, validation):
        """Find the weights; returns the number of epochs."""
        optimizer = torch.optim.Adam(self.network.parameters(), lr=1e-2)
        best, before, not_better, best_weights = np.inf, np.inf, 0, None
        epochs = 0
        while epochs < 5000 and not_better <= 20:
            epochs += 1
            for batch in torch.randperm(24).split(2):
                optimizer.zero_grad()
                self._loss(*(values[batch] for values in fitted), create_graph=True).backward()
                optimizer.step()
            now = self._loss(*validation).item()
            if now < best:
                best = now
                best_weights = {name: value.clone() for name, value in self.network.state_dict().items()}
            # As published: beside the epoch before, not beside the best one.
            not_better = not_better + 1 if now >= before else 0
            before = now
        self.network.load_state_dict(best_weights)
        return epochs

    def predict(self, dataset):
        """Energies and forces of a set.

        Parameters
        ----------
        dataset : Dataset

        Returns
        -------
        energies : ndarray of float32, shape (n_systems,), eV
        forces : ndarray of float32, shape (n_systems, n_atoms, 3), eV/Å
        """
        energies, forces = self._forward(*self._inputs(dataset))
        return energies.detach().numpy()[:, 0], forces.detach().numpy()

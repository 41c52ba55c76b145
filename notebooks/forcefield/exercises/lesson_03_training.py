"""Exercises 3.1 and 3.2: labels that are forces or gradients, and the gradient of a loss."""

import numpy as np
import torch
from matplotlib import pyplot as plt

from forcefield.exercises.answers import function, yes_or_no
from forcefield.plots import COLOURS, LINES, POINTS

# ---- 3.1 ---------------------------------------------------------------------------------------


def pair_labels(distances, depth=1.0, size=2.9):
    """Energies (n,) in eV and forces on atom 0 along x (n,) in eV/Å of Lennard-Jones pairs on the x axis."""
    power = (size / distances) ** 6
    return 4 * depth * (power**2 - power), 4 * depth * (6 * power - 12 * power**2) / distances


def label_sets():
    """Distances, energies and forces of five files, by what is special about each."""
    generator = np.random.default_rng(3)
    grids = {
        "the lesson's distances": np.linspace(2.5, 5.0, 200),
        "pairs that only repel": np.linspace(2.5, 3.0, 30),
        "pairs that only attract": np.linspace(3.6, 5.5, 40),
        "distances with unequal gaps": np.sort(generator.uniform(2.6, 5.5, 60)),
        "pairs in no order": generator.uniform(3.27, 3.58, 60),
    }
    return {name: (distances, *pair_labels(distances)) for name, distances in grids.items()}


def answers_to_labels(answer):
    """What the reader's function says to each file, with its forces and with its gradients, as bool."""
    are_forces = function(answer)
    said = {}
    for name, (distances, energies, forces) in label_sets().items():
        said[name] = [yes_or_no(are_forces(distances, energies, sign * forces), "are_forces(...)") for sign in (1, -1)]
    return said


def judge_labels(answer):
    """The sign of labels, told from energies alone."""
    said = answers_to_labels(answer)
    values = np.array(list(said.values()))  # (files, 2): forces, gradients
    if (values == values[0, 0]).all():
        return f"It says {bool(values[0, 0])} to every file, also after all labels have changed their sign."
    if (values == [False, True]).all():
        return (
            "It is the wrong way round for every file. Atom 0 is the left one: what happens to the distance, "
            "and so to the energy, when it moves to the right?"
        )
    wrong = [name for name, (of_forces, of_gradients) in said.items() if not of_forces or of_gradients]
    if wrong == ["pairs in no order"]:
        return "It fails when the pairs come in no order: neighbours in the file need not be neighbours in distance."
    if {"pairs that only attract", "pairs that only repel"} & set(wrong) and (values.sum(axis=1) == 1).all():
        return (
            "It looks at the sign of the labels alone: forces push at short distances and pull at long ones, and a "
            "file may hold only one of the two. Compare them with how the energies change."
        )
    if wrong:
        return (
            f"It fails for {wrong[0]}. A slope from differences is only roughly the label: ask which sign fits better, "
            "not whether the numbers agree."
        )
    return ""


def draw_labels(answer):
    """Labels of both signs beside the slope of the energies, and what the answer says to each."""
    distances, energies, forces = label_sets()["the lesson's distances"]
    said = answers_to_labels(answer)["the lesson's distances"]
    figure, axes = plt.subplots(1, 2, figsize=(7.4, 3.2), sharey=True)
    for axis, sign, words in zip(axes, (1, -1), said, strict=True):
        axis.plot(distances, np.gradient(energies, distances), **LINES["truth"], label="dE/dr, from energies")
        axis.plot(distances[::6], sign * forces[::6], **POINTS["training"], label="label, x on atom 0")
        axis.set(ylim=(-3, 3), xlabel="distance r (Å)", title=f"are_forces: {words}")
    axes[0].set_ylabel("eV/Å")
    axes[0].legend()
    alt = (
        "Two files of labels beside the slope of their energies. Left: the labels lie on the slope. "
        "Right: they are its mirror image, with the opposite sign at every distance."
    )
    return figure, alt


# ---- 3.2 ---------------------------------------------------------------------------------------

WEIGHTS = torch.tensor([0.7, -1.1, 0.4], dtype=torch.float64)


def small_loss(weights, size=1.0, lost=None):
    """Loss of w0 tanh(w1 x + w2), energies and forces, as a tensor; `lost` says which part has no graph."""
    if lost == "last weight":
        weights = torch.cat([weights[:2], weights[2:].detach()])
    x = torch.linspace(-2, 2, 9, dtype=torch.float64)
    inner = torch.tanh(weights[1] * x + weights[2])
    energies, forces = weights[0] * inner, -weights[0] * weights[1] * (1 - inner**2)
    if lost == "forces":
        forces = forces.detach()
    return size * (((energies - x.cos()) ** 2).mean() + ((forces - x.sin()) ** 2).mean())


LOSSES = {
    "energies and forces": ({}, True),
    "forces without a graph": ({"lost": "forces"}, False),
    "the last weight without a graph": ({"lost": "last weight"}, False),
    "a right loss of small numbers": ({"size": 1e-9}, True),
    "a wrong loss of small numbers": ({"size": 1e-9, "lost": "forces"}, False),
    "a right loss of large numbers": ({"size": 1e6}, True),
}
"""Losses by their name: the settings of `small_loss`, and whether torch's gradient is right."""


def answers_to_losses(answer):
    """What the reader's function says to each loss, as dict of bool."""
    is_right = function(answer)
    return {
        name: yes_or_no(
            is_right(lambda weights, settings=settings: small_loss(weights, **settings), WEIGHTS.clone()),
            "gradient_is_right(...)",
        )
        for name, (settings, _) in LOSSES.items()
    }


def judge_gradient(answer):
    """A test of torch's gradient by finite differences."""
    said = answers_to_losses(answer)
    if len(set(said.values())) == 1 and all(said.values()):
        return (
            "It says True to every loss, also where the forces have no graph. That torch finds a gradient is not "
            "enough: the energies give one by themselves. Compare it with how the loss changes."
        )
    if not any(said.values()):
        return (
            "It says False to every loss, also the right one. Is the difference divided by twice the step, "
            "and the step neither too short nor too long?"
        )
    wrong = [name for name, (_, right) in LOSSES.items() if said[name] != right]
    if "the last weight without a graph" in wrong and "forces without a graph" not in wrong:
        return "It misses a loss that has lost one of its weights: move each weight in turn, not the first one alone."
    if wrong and all("numbers" in name for name in wrong):
        return (
            f"It is wrong for {wrong[0]}: what counts as a small difference depends on the size of the gradient itself."
        )
    return f"It is wrong for this loss: {wrong[0]}." if wrong else ""


def draw_gradient(answer):
    """Both gradients for each weight, with and without a graph, and what the answer says."""
    said = answers_to_losses(answer)
    figure, axes = plt.subplots(1, 2, figsize=(7.4, 3.0), sharey=True)
    for axis, name in zip(axes, list(LOSSES)[:2], strict=True):
        settings, _ = LOSSES[name]
        weights = WEIGHTS.clone().requires_grad_(True)
        (gradient,) = torch.autograd.grad(small_loss(weights, **settings), weights)
        steps = 1e-5 * torch.eye(3, dtype=torch.float64)
        changes = [small_loss(WEIGHTS + h) - small_loss(WEIGHTS - h) for h in steps]
        axis.plot(range(3), [float(change) / 2e-5 for change in changes], "o", color=COLOURS["truth"], markersize=9)
        axis.plot(range(3), gradient, **POINTS["model"])
        axis.set(xticks=range(3), xlim=(-0.4, 2.4), xlabel="weight", title=f"{name}:\n{said[name]}")
    axes[0].set_ylabel("slope of the loss")
    axes[0].legend(["finite difference", "torch"])
    alt = (
        "Slopes of the loss for three weights. Left, with a graph: torch's squares lie on the finite differences. "
        "Right, without: they lie elsewhere."
    )
    return figure, alt

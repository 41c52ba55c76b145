"""Activations: torch's module, and value, first and second derivative written out in numpy."""

from typing import NamedTuple

import numpy as np
import torch
from scipy.special import expit


def _tanh(z):
    h = np.tanh(z)
    return h, 1 - h * h, -2 * h * (1 - h * h)


def _sigmoid(z):
    s = expit(z)
    return s, s * (1 - s), s * (1 - s) * (1 - 2 * s)


def _silu(z):
    s = expit(z)
    slope = s * (1 - s)
    return z * s, s + z * slope, slope * (2 + z * (1 - 2 * s))


class Activation(NamedTuple):
    """One activation: torch's module, and a function that gives value, first and second derivative in numpy."""

    module: type
    derivatives: callable


ACTIVATIONS = {
    "tanh": Activation(torch.nn.Tanh, _tanh),
    "sigmoid": Activation(torch.nn.Sigmoid, _sigmoid),
    "silu": Activation(torch.nn.SiLU, _silu),
}
"""Smooth functions only: forces are derivatives, and training needs theirs too."""

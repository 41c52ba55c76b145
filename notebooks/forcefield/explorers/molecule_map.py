"""Explorer of lesson 10: the map of lesson 6, of the test frames of a molecule of three elements."""

from forcefield.explorers import data_map
from forcefield.explorers.base import figure_and_explorer
from forcefield.explorers.data_map import HEIGHT, build, compute, describe_reading

__all__ = ["HEIGHT", "build", "compute", "controls", "describe_reading", "molecule_map_explorer", "molecule_map_figure"]

N_SHOWN = 120
"""Structures that the slider reaches: the lesson's test frames."""


def controls():
    """The controls."""
    return data_map.controls(N_SHOWN)


molecule_map_figure, molecule_map_explorer = figure_and_explorer(build, controls, HEIGHT)

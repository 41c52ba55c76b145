"""What several test files need."""

import numpy as np
import pytest
import torch
from forcefield import descriptors, prepared, systems
from forcefield.dataset import Dataset, equally_spaced

torch.set_num_threads(1)


@pytest.fixture(scope="session")
def dimer_set():
    """The course's 200 dimers, made here: no test reads what a lesson saved."""
    structures = systems.dimers(np.linspace(2.5, 5.0, 200))
    described = descriptors.describe(descriptors.make_soap(), structures, [descriptors.MIDPOINT])
    return Dataset(*systems.label(structures), *described, prepared.dimer_metadata())


@pytest.fixture(scope="session")
def thirty(dimer_set):
    """The 30 labelled dimers and the 170 others."""
    chosen, others = equally_spaced(len(dimer_set), 30)
    return dimer_set[chosen], dimer_set[others]

"""Any force field from its file."""

from pathlib import Path

from forcefield.model_sums import ModelSum, kind_of
from forcefield.npz_files import KEEP, load_arrays


def load_model(path):
    """Read a force field of any kind that the package saves.

    Parameters
    ----------
    path : str or pathlib.Path

    Returns
    -------
    ForceField, ElementNetworks, SparseGaussianProcess, GaussianProcess or ModelSum

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is damaged or holds no complete force field.
    """
    (arrays, metadata), name = load_arrays(path), Path(path).name
    if "sum" in metadata:
        return ModelSum.load(path)
    try:
        kind = kind_of(metadata)
    except (KeyError, TypeError):
        raise ValueError(f"{name} does not hold a force field: {KEEP}") from None
    return kind.from_contents(metadata, arrays, name)

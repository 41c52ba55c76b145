"""Errors, and numbers printed beside the bound that they must keep."""

import json
import numbers
import os

import numpy as np

from forcefield import checks


def mean_absolute_error(predicted, true):
    """Mean absolute error over all entries.

    Parameters
    ----------
    predicted, true : array_like of float, one shape

    Returns
    -------
    float
        In the unit of the arrays.

    Raises
    ------
    ValueError
        If the shapes differ: numpy would stretch one of them and average over nonsense.
    """
    true = checks.array("The true values", true, None)
    predicted = checks.array("The predicted values", predicted, true.shape)
    if not true.size:
        raise ValueError("There are no values to compare: the arrays are empty.")
    return float(np.abs(predicted - true).mean())


def report(name, value, unit="", at_most=None, at_least=None):
    """Print a number that varies a little from machine to machine beside the bounds that it must keep.

    Parameters
    ----------
    name : str
        What the number is.
    value : float
    unit : str
        Its unit, if it has one.
    at_most, at_least : float
        The bounds: one of them, or both where a mistake could also make the number smaller.

    Raises
    ------
    AssertionError
        If a bound is broken.
    ValueError
        If there is no bound, or the value is not a number.
    """
    if at_most is None and at_least is None:
        raise ValueError("Give a bound: at_most, at_least or both.")
    if not isinstance(value, numbers.Real | np.ndarray) or np.ndim(value):
        raise ValueError(f"The value of a report must be one number; it is of type {type(value).__name__}.")
    name = checks.words("The name of a report", name)
    if not isinstance(unit, str):
        raise ValueError(f"The unit of a report must be a text; it is of type {type(unit).__name__}.")
    value = float(value)
    at_most, at_least = (None if bound is None else checks.finite("A bound", bound) for bound in (at_most, at_least))
    if at_most is not None and at_least is not None and at_least > at_most:
        raise ValueError(f"at_least must not be above at_most; they are {at_least:g} and {at_most:g}.")
    if at_most is None:
        words = f"at least {at_least:g}"
    else:
        words = f"at most {at_most:g}" if at_least is None else f"from {at_least:g} to {at_most:g}"
    number = f"{value:.2g}" if 1e-3 <= abs(value) < 100 else f"{value:.1e}" if abs(value) < 1e-3 else f"{value:.0f}"
    print(f"{name}: {number}{' ' * bool(unit)}{unit} ({words})")
    if os.environ.get("COURSE_BOUNDS"):  # `course.py test --processors` looks for the bounds nearest to breaking
        line = {"name": name, "value": value, "unit": unit, "at_most": at_most, "at_least": at_least}
        with open(os.environ["COURSE_BOUNDS"], "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
    kept = (at_most is None or value <= at_most) and (at_least is None or value >= at_least)
    assert kept, (
        f"{name} is {value:.3g} {unit} here and should be {words} {unit}. "
        "If you changed something above, this is what it did; undo it to go on."
    )

"""What a reader's answer may be: each function returns it, or says in one sentence what is wrong with it."""

import sys
import traceback
import warnings

import numpy as np


class NotAnswered(Exception):
    """The three dots of the stub are still there."""


class StillWrong(Exception):
    """One sentence: what is wrong, and where to look."""


def number(value, name="The answer", unit=""):
    """A finite real number, as float.

    Parameters
    ----------
    value : object
        What the reader gave, or what the reader's function returned.
    name : str
        How the sentences call it.
    unit : str

    Returns
    -------
    float

    Raises
    ------
    NotAnswered, StillWrong
    """
    given = array(value, (), name, unit)
    return float(given)


def array(value, shape, name="The answer", unit=""):
    """Finite real numbers in an array of float64 with this shape; None in `shape` allows any length.

    Lists and torch's tensors are taken too. Parameters, `Returns` and `Raises` as for `number`.
    """
    wanted = ("one number" if shape == () else f"an array of shape {_words(shape)}") + (f", in {unit}" if unit else "")
    if value is Ellipsis:
        raise NotAnswered
    if value is None:
        raise StillWrong(f"{name} is None, and should be {wanted}. Does the function end with `return`?")
    if isinstance(value, _loaded("torch", "Tensor")):
        value = value.detach().cpu().numpy()
    try:
        given = np.asarray(value)
        if given.dtype.kind not in "fiu":
            raise TypeError
        given = given.astype(np.float64)
    except (TypeError, ValueError):
        kind = "list of unequal parts" if isinstance(value, list | tuple) else type(value).__name__
        raise StillWrong(f"{name} is of type {kind}, and should be {wanted}.") from None
    if shape == () and given.size == 1:
        given = given.reshape(())
    if given.ndim != len(shape) or any(want not in (None, got) for want, got in zip(shape, given.shape, strict=True)):
        raise StillWrong(f"{name} has the shape {given.shape}, and should be {wanted}.")
    if not np.isfinite(given).all():
        raise StillWrong(f"{name} holds NaN or infinity: is something divided by zero, or never filled in?")
    return given


def _words(shape):
    return f"({', '.join('any' if n is None else str(n) for n in shape)}{',' if len(shape) == 1 else ''})"


def letter(value, allowed="ABCD", name="The answer"):
    """One of the letters, as an upper-case str."""
    if value is Ellipsis:
        raise NotAnswered
    given = value.strip().strip(".").upper() if isinstance(value, str) else ""
    if len(given) != 1 or given not in allowed:
        listed = ", ".join(f'"{one}"' for one in allowed)
        raise StillWrong(f"{name} should be one letter in quotes, of {listed}; it is {value!r:.40}.")
    return given


def yes_or_no(value, name="The answer"):
    """True or False."""
    if value is Ellipsis:
        raise NotAnswered
    if not isinstance(value, bool | np.bool_):
        raise StillWrong(f"{name} should be True or False; it is {value!r:.40}.")
    return bool(value)


def each_of(value, keys, read, what):
    """A dictionary with an answer for each of these keys.

    Parameters
    ----------
    value : object
    keys : sequence of str
    read : callable
        ``read(answer, name)``: one of the functions above.
    what : str
        What each answer should be, in words.

    Returns
    -------
    dict

    Raises
    ------
    NotAnswered, StillWrong
    """
    if value is Ellipsis:
        raise NotAnswered
    if not isinstance(value, dict) or set(value) != set(keys):
        listed = ", ".join(f'"{key}"' for key in keys)
        raise StillWrong(f"The answer should be a dictionary with {what} for each of {listed}.")
    return {key: read(value[key], f"The answer for {key}") for key in keys}


def function(value):
    """A reader's function, made safe to call.

    The function that comes back gives copies of arrays and structures to the reader's, so that those of the lesson
    stay as they are. If the reader's fails, a sentence says how and in which line; warnings are not shown, because a
    number that is not finite is found by `number` and `array`. Dots that it returns mean that it is not written yet.
    """
    if value is Ellipsis:
        raise NotAnswered
    if not callable(value):
        raise StillWrong(f"The answer should be a function, without brackets behind its name; it is {value!r:.40}.")

    def safely(*inputs, **named):
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                result = value(*map(_copy, inputs), **{name: _copy(given) for name, given in named.items()})
        except (NotAnswered, StillWrong):
            raise
        except Exception as problem:
            raise StillWrong(_what_failed(value, problem)) from None
        if result is Ellipsis:
            raise NotAnswered
        return result

    return safely


def _loaded(library, name):
    """A class of a slow library; without the library nothing can be of this class, and () stands for it."""
    return getattr(sys.modules.get(library), name, ())


def _copy(given):
    if isinstance(given, np.ndarray):
        return given.copy()
    if isinstance(given, _loaded("ase", "Atoms")):
        copied = given.copy()
        copied.calc = given.calc
        return copied
    if type(given) in (list, tuple):
        return type(given)(map(_copy, given))
    if type(given) is dict:
        return {key: _copy(one) for key, one in given.items()}
    return given


def _what_failed(value, problem):
    """The sentence for an exception of the reader's function, with the last line of it that ran."""
    where = ""
    file = getattr(getattr(value, "__code__", None), "co_filename", None)
    for frame in traceback.extract_tb(problem.__traceback__):
        if frame.filename == file and frame.line:
            where = f" in its line `{frame.line}`"
    said = str(problem).strip().split("\n")[0]
    return f"The function stopped with {type(problem).__name__}{where}" + (f": {said}" if said else "") + "."

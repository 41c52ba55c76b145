"""What a refusal must look like: one sentence of the package's own, and nothing from inside a library."""

import re
import traceback
from pathlib import Path

import pytest

import forcefield

PACKAGE = Path(forcefield.__file__).resolve().parent


def fault(problem):
    """What is wrong with a refusal, in words; nothing if it is as it should be."""
    sentence, raised_in = str(problem), Path(traceback.extract_tb(problem.__traceback__)[-1].filename)
    if type(problem) not in (ValueError, FileNotFoundError):
        return f"{type(problem).__name__} instead of ValueError: {sentence}"
    if PACKAGE not in raised_in.resolve().parents:
        return f"raised inside {raised_in}: {sentence}"
    if problem.__cause__ is not None or (problem.__context__ is not None and not problem.__suppress_context__):
        return f"shows a second traceback (raise ... from None hides it): {sentence}"
    if not re.fullmatch(r"\S[^\n]{15,400}\.", sentence):
        return f"is not one sentence that ends with a full stop: {sentence!r}"
    if re.search(r"\b(delete|remove)\b", sentence, re.IGNORECASE):
        return f"advises to delete what may not be made again: {sentence}"
    return ""


def refusal(call):
    """The sentence with which a call is refused; fails where it is not, or not properly."""
    try:
        result = call()
    except Exception as problem:
        wrong, sentence = fault(problem), str(problem)
    else:
        wrong = f"taken without a word; the result begins with {str(result)[:80]!r}"
    if wrong:
        pytest.fail(wrong)
    return sentence

"""The package as a reader finds it: short modules, each named in the map, more code than docstrings."""

import ast
import pkgutil
import re
from importlib.util import find_spec

import pytest

import forcefield

MODULES = sorted(module.name for module in pkgutil.walk_packages(forcefield.__path__, "forcefield."))


def source_of(name):
    return find_spec(name).loader.get_source(name)


def docstring_lines(tree):
    """Lines taken by docstrings, those of constants included."""
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)]
    texts = [child for node in nodes for child in node.body if isinstance(child, ast.Expr)]
    texts = [text for text in texts if isinstance(text.value, ast.Constant) and isinstance(text.value.value, str)]
    return sum(text.end_lineno - text.lineno + 1 for text in texts)


def code_lines(source):
    """Lines that are neither blank nor comment; docstrings included."""
    return len([line for line in source.splitlines() if line.strip() and not line.strip().startswith("#")])


@pytest.mark.parametrize("name", MODULES)
def test_no_module_is_too_long(name):
    assert len(source_of(name).splitlines()) <= 250


def test_docstrings_are_shorter_than_code():
    docstrings = sum(docstring_lines(ast.parse(source_of(name))) for name in MODULES)
    code = sum(code_lines(source_of(name)) for name in MODULES) - docstrings
    print(f"{docstrings} lines of docstrings, {code} of code")
    assert docstrings < code


def test_the_map_names_every_module_and_no_other():
    named = re.findall(r"^  ([a-z_]+)  ", forcefield.__doc__, re.MULTILINE)
    assert sorted(named) == sorted({name.split(".")[1] for name in MODULES})

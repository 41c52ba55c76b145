"""A learner's answer to one exercise, found in the cells of a notebook and judged. Runs in a process of its own."""

import ast
import builtins
import copy
import linecache
import re

CELL_SECONDS = 30


def same(one, other):
    """Whether two cells hold the same code, but for blanks at ends of lines."""
    return [line.rstrip() for line in one.strip().splitlines()] == [
        line.rstrip() for line in other.strip().splitlines()
    ]


def candidates(stub, cells):
    """The places of the cells that check this exercise, or have its id."""
    called = re.compile(r"\bcheck\(\s*[\"']" + re.escape(stub["number"]) + r"[\"']")
    found = [place for place, cell in enumerate(cells) if called.search(cell["source"])]
    return found or [place for place, cell in enumerate(cells) if cell["id"] == stub["id"]]


def judge_answer(stub, cells, lesson_cells, variables):
    """Run a learner's cell beside the lesson's variables, and put its answer through the exercise's check.

    Of the notebook, only the cell of this exercise is run, and the definitions in the learner's own cells that it
    needs. What the check takes from the lesson is the lesson's own.

    Parameters
    ----------
    stub : dict
        The lesson's cell: "number", "id" and "source".
    cells : list of dict
        The code cells that were handed in.
    lesson_cells : list of dict
        All code cells of the lesson, in the same form.
    variables : dict
        The lesson's variables where the exercise stands.

    Returns
    -------
    state, said : str
    """
    from forcefield.exercises import base, checking  # only the environment's Python has the course's package
    from forcefield.exercises.time_limit import TookTooLong, time_limit

    number = stub["number"]
    places = candidates(stub, cells)
    changed = [place for place in places if not same(cells[place]["source"], stub["source"])] or places
    note = f" ({len(changed)} cells answer it: the last one counts.)" if len(changed) > 1 else ""
    place = changed[-1]

    unseen = dict(variables, check=nothing)
    exec(compile(stub["source"], f"<exercise {number}>", "exec"), unseen)
    call = _check_call(ast.parse(stub["source"]), number)
    about = [_copied(eval(_expression(part), unseen)) for part in call.args[2:]]
    stubs = [node for cell in lesson_cells if cell["number"] for node in ast.parse(cell["source"]).body]
    known = set(variables).difference(*map(_defined, stubs))  # what a learner may use as the lesson has it
    sources = [cell["source"] for cell in lesson_cells]
    exercises = base.exercises_of(int(number.split(".")[0]))
    exercises[number] = exercises[number]._replace(draw=None)  # no table shows its picture

    own = dict(unseen)  # also what the lesson's own cell imports or sets
    try:
        tree = _parsed(cells[place]["source"])
        theirs = _check_call(tree, number) or call
        code = _needed(tree, theirs, cells, place, sources, known) + [_source(cells[place]["source"])]
        with time_limit(CELL_SECONDS):
            for part, text in enumerate(code):
                name = f"<cell {part} of exercise {number}>"
                linecache.cache[name] = len(text), None, text.splitlines(True), name
                exec(compile(text, name, "exec"), own)
            answer = eval(_expression(theirs.args[1] if len(theirs.args) > 1 else call.args[1]), own)
    except SyntaxError as problem:
        return "wrong", f"The cell is no Python: {problem.msg}, in its line {problem.lineno}.{note}"
    except TookTooLong:
        return "stopped", f"The cell was stopped after {CELL_SECONDS} s: does a loop in it never end?{note}"
    except (Exception, SystemExit, KeyboardInterrupt) as problem:
        return "wrong", f"The cell stopped with {type(problem).__name__}: {problem}{note}"
    state, said, _ = checking.judged(number, answer, *about)
    return state, ("right." if state == "right" else said) + note


def nothing(*arguments, **named):
    """Stand in for `check` while a learner's cell runs."""


def _copied(given):
    """A copy that the learner's cell cannot change; the thing itself, if there is no way to copy it."""
    try:
        return copy.deepcopy(given)
    except Exception:
        return given


def _source(text):
    """A cell without the lines that only IPython understands."""
    return "\n".join("" if re.match(r"\s*[%!?]", line) else line for line in text.splitlines()) + "\n"


def _parsed(text):
    return ast.parse(_source(text))


def _expression(node):
    return compile(ast.fix_missing_locations(ast.Expression(body=node)), "<argument>", "eval")


def _check_call(tree, number):
    """The last call of check with this number, or None."""
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "check"
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and node.args[0].value == number
    ]
    return found[-1] if found else None


def _defined(node):
    """Names that a statement defines."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return {node.name}
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return {(name.asname or name.name).split(".")[0] for name in node.names}
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}


def _read(node):
    """Names that some code reads and does not set itself."""
    names = [part for part in ast.walk(node) if isinstance(part, ast.Name)]
    arguments = {part.arg for part in ast.walk(node) if isinstance(part, ast.arg)}
    stored = {name.id for name in names if isinstance(name.ctx, ast.Store)}
    return {name.id for name in names if isinstance(name.ctx, ast.Load)} - stored - arguments


def _needed(tree, call, cells, place, lesson_sources, known):
    """Definitions of other cells of the learner's own that the answer needs, in the order of the notebook."""
    found = {}  # name: (cell, statement, node, text), of the last cell before the answer's, else of the first after it
    for where in sorted(range(len(cells)), key=lambda where: (where <= place, where if where <= place else -where)):
        text = cells[where]["source"]
        if where == place or any(same(text, source) for source in lesson_sources):
            continue
        try:
            statements = _parsed(text).body
        except (SyntaxError, ValueError):
            continue
        for count, node in enumerate(statements):
            for name in _defined(node):
                found[name] = where, count, node, _source(text)
    missing = (_read(tree) | _read(call)) - known - set(dir(builtins))
    for node in tree.body:
        missing -= _defined(node)
    chosen, looked = {}, set()
    while missing:
        name = missing.pop()
        looked.add(name)
        if name in found:
            where, count, node, text = found[name]
            chosen[where, count] = ast.get_source_segment(text, node)
            missing |= _read(node) - known - looked - set(dir(builtins))
    return [chosen[key] + "\n" for key in sorted(chosen)]

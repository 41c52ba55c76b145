"""The Terminology of lesson 1 as a glossary: one row there is one entry here, or several."""

import re
from typing import NamedTuple

COLUMNS = ("symbol", "name in the code", "shape", "unit")


class Term(NamedTuple):
    """One entry of the glossary.

    Parameters
    ----------
    name : str
        As one finds it, without symbols.
    meaning : str
        Markdown: what it is; may be empty.
    details : dict of str to str
        Markdown of the columns that say something: symbol, name in the code, shape, unit.
    lesson : str
        Markdown link to the lesson that uses it first.
    """

    name: str
    meaning: str
    details: dict
    lesson: str

    @property
    def anchor(self):
        """The entry's id on the glossary's page, as Sphinx makes it."""
        return "term-" + re.sub(r"[^a-zA-Z0-9._]+", "-", self.name).strip("-")


def cells_of(row):
    """Cells of a row of a markdown table; a bar inside a formula does not end one."""
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip().strip("|"))]


def entries_of(text):
    """Names and meanings in the first cell of a row: "mini-batch: points of one step; epoch: one pass" are two."""
    entries = []
    for piece in text.split("; "):
        name, colon, meaning = piece.partition(": ")
        if entries and (not colon or len(name.split()) > 4):
            entries[-1][1] += "; " + piece
        else:
            entries.append([name, meaning])
    return entries


def terms(notebook):
    """All entries, in the order of the tables, from the notebook (a dict) of lesson 1."""
    text = "\n".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    section = re.split(r"^## ", text.split("\n## Terminology\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    rows = [cells_of(line) for line in section.splitlines() if line.startswith("|")]
    rows = [row for row in rows if row[0] != "term" and not set(row[0]) <= set("-: ")]
    repeated = [row[0].partition(": ")[0] for row in rows]
    found = {}
    for first, *columns, lesson in rows:
        details = {name: cell for name, cell in zip(COLUMNS, columns, strict=True) if cell}
        split = repeated.count(first.partition(": ")[0]) == 1  # several rows on SOAP are told apart by what follows
        for name, meaning in entries_of(first) if split else [[first, ""]]:
            name = re.sub(r"[,(]*\s*\$.*", "", name).strip()
            found.setdefault(name, Term(name, meaning, details, lesson))
    return list(found.values())


def page(entries):
    """The glossary's page in Markdown."""
    lines = [
        "# Terminology",
        "",
        "The terms of the course in the order of the alphabet, from the tables of "
        "[lesson 1](01_principle.ipynb#Terminology), with the lesson that uses each first. "
        "Shapes use n_systems (structures in a set), n_atoms, n_centers and n_features.",
        "",
        ":::{glossary}",
    ]
    for term in sorted(entries, key=lambda entry: entry.name.lower()):
        said = [f"{term.meaning}."] if term.meaning else []
        said += ["; ".join(f"{name}: {cell}" for name, cell in term.details.items()) + "."] if term.details else []
        lines += [term.name.replace(":", r"\:"), f"  {' '.join(said)} Lesson {term.lesson}.", ""]
    return "\n".join([*lines, ":::", ""])

"""Words of the lessons that lead to the glossary, and headings that are found by their names in a notebook."""

import re

from docutils import nodes

SKIPPED = (nodes.reference, nodes.title, nodes.literal, nodes.math, nodes.raw, nodes.table, nodes.literal_block)


def slug(title):
    """The name by which JupyterLab knows a heading: `01_principle.ipynb#Terminology`."""
    return title.replace(" ", "-")


def name_headings(app, document):
    """Give every section the id that JupyterLab gives it, beside the one that Sphinx gives."""
    for section in document.findall(nodes.section):
        name = section.get("slug")
        if name and name not in document.ids:
            section["ids"].append(name)
            document.ids[name] = section


def link_terms(app, document, name):
    """Where a lesson first uses a term in its text, lead to its entry; links to the Terminology lead to the entry."""
    if not re.match(r"\d\d_", name):
        return
    entries = {term.name.lower(): term.anchor for term in app.config.course_terms}
    for reference in document.findall(nodes.reference):
        word = singular(reference.astext().lower(), entries)
        if reference.get("refuri", "").lower().endswith("01_principle.html#terminology") and word in entries:
            reference["refuri"] = f"terminology.html#{entries[word]}"
    words = {word for word in entries if re.fullmatch(r"[a-z][a-z -]{3,}", word)}
    pattern = re.compile(r"\b(" + "|".join(sorted(words, key=len, reverse=True)) + r")s?\b", re.IGNORECASE)
    for text in list(document.findall(nodes.Text)):
        if not any(isinstance(parent, SKIPPED) for parent in parents(text)):
            replace_first(text, pattern, entries, words)


def parents(node):
    """Everything that holds a node."""
    while node.parent is not None:
        node = node.parent
        yield node


def singular(word, entries):
    """A word as the glossary has it."""
    return word[:-1] if word not in entries and word.endswith("s") else word


def replace_first(text, pattern, entries, words):
    """Make the terms in a text node that have not been met before into links; they are removed from `words`."""
    made, end, source = [], 0, text.astext()
    for match in pattern.finditer(source):
        word = match.group(1).lower()
        if word not in words:
            continue
        words.discard(word)
        link = nodes.reference("", match.group(), internal=True, refuri=f"terminology.html#{entries[word]}")
        link["classes"].append("course-term")
        made += [nodes.Text(source[end : match.start()]), link]
        end = match.end()
    if made:
        text.parent.replace(text, [*made, nodes.Text(source[end:])])

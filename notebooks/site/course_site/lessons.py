"""A stored notebook as a page: what is folded stays folded, and nothing on it asks for a kernel."""

import copy
import html
import json
import re

from course_site.pictures import moved_out

SLIDERS = re.compile(r"<p><b>The sliders appear here when the notebook runs:</b>.*?</p>")
"""What a stored notebook says where a reader without a kernel sees no sliders."""

EXPLORER = re.compile(r"^(\w+)_explorer\(", re.MULTILINE)
"""The cell that shows an explorer."""


def links_of(name, repository):
    """HTML of the links at the top of a lesson: Binder, and the notebook to take away."""
    places = [
        ("Open in Binder", repository.binder(f"notebooks/{name}.ipynb"), ""),
        ("Download the notebook", f"notebooks/{name}.ipynb", " download"),
        ("Without solutions", f"student/{name}.ipynb", " download"),
        ("Cite", "cite.html", ""),
    ]
    made = (f'<li><a href="{html.escape(address)}"{how}>{words}</a></li>' for words, address, how in places)
    return f'<ul class="course-open" aria-label="This lesson elsewhere">{"".join(made)}</ul>'


def page(notebook, name, folder, repository, explorers=()):
    """The notebook that Sphinx makes the page of.

    Parameters
    ----------
    notebook : dict
        As it is stored; it is not changed.
    name : str
        Without ending.
    folder : pathlib.Path
        The site's top, for pictures.
    repository : course_site.addresses.Repository
    explorers : dict of str to str
        HTML for every explorer that the site has, by the name of its module.

    Returns
    -------
    dict
    """
    notebook = copy.deepcopy(notebook)
    title, *rest = "".join(notebook["cells"][0]["source"]).split("\n")
    notebook["cells"][0]["source"] = "\n".join([title, "", links_of(name, repository), "", *rest])
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            fold(cell)
            said = EXPLORER.search("".join(cell["source"]))
            still = dict(explorers).get(said.group(1)) if said else None
            cell["outputs"] = [output_for(output, folder, still) for output in cell["outputs"]]
    return notebook


def fold(cell):
    """A solution is folded with what it shows; other cells are folded where the notebook folds them."""
    tags = cell["metadata"].get("tags", [])
    if "solution" in tags:
        cell["metadata"]["tags"] = [tag for tag in tags if tag != "hide-input"] + ["hide-cell"]
        cell["metadata"]["mystnb"] = {"code_prompt_show": "Solution", "code_prompt_hide": "Hide the solution"}


def output_for(output, folder, still):
    """An output for the page: pictures are files, an explorer is the one without a kernel."""
    source = "".join(output.get("data", {}).get("text/html", ""))
    if not source:
        return output
    if SLIDERS.search(source):
        said = '<p class="course-fixed">The sliders are in the notebook; this is what it shows first.</p>'
        source = still or SLIDERS.sub(said, source)
    kept = {"text/html": moved_out(source, folder), "text/plain": output["data"].get("text/plain", "")}
    return {**output, "data": kept, "metadata": {}}


def read(path):
    """A notebook as a dict."""
    return json.loads(path.read_text(encoding="utf-8"))

"""Build the site: pages from stored notebooks, nothing run, nothing fetched, every warning an error."""

import importlib.util
import json
import shutil
import tempfile
import time
from pathlib import Path

from sphinx.cmd.build import build_main

from course_site import kept, lessons, readme, stills, terms
from course_site.addresses import ROOT, repository
from edition_lessons import student_lesson

NOTEBOOKS = ROOT / "notebooks"
SETTINGS = NOTEBOOKS / "site"
MATHJAX = ("tex-chtml.js", "input/tex/extensions", "output/chtml/fonts/woff-v2")
"""What pages need of MathJax: formulas from TeX, rarer commands, and the fonts."""


def sources(folder, site, explorers=None):
    """Write what Sphinx reads into one folder, and files that are published as they are into another."""
    sections, place, made = readme.sections(), repository(), kept.explorers(explorers)
    for name, explorer in made.items():
        stills.write(name, explorer, site)
    table = readme.table_of_lessons(sections["The map"])
    start = (SETTINGS / "start.md").read_text(encoding="utf-8")
    filled = {"map": table, "toctrees": toctrees(readme.parts(table)), "whom": whom()}
    filled["moving"] = stills.page("proton", made["proton"], plays="place")
    for name, text in filled.items():
        start = start.replace("{{" + name + "}}", text)
    write(folder / "index.md", start)
    write(folder / "install.md", f"# Run it yourself\n\n{sections['Two commands']}\n")
    write(folder / "cite.md", f"# Cite and share\n\n{sections['Cite']}\n\n## Licence\n\n{sections['Licence']}\n")
    entries = terms.terms(lessons.read(NOTEBOOKS / "01_principle.ipynb"))
    write(folder / "terminology.md", terms.page(entries))
    pages = {name: stills.page(name, explorer) for name, explorer in made.items()}
    for path in sorted(NOTEBOOKS.glob("[0-9]*.ipynb")):
        notebook = lessons.read(path)
        write(folder / path.name, json.dumps(lessons.page(notebook, path.stem, site, place, pages)))
        for edition, text in (("notebooks", notebook), ("student", student_lesson(notebook))):
            write(site / edition / path.name, json.dumps(text, ensure_ascii=False, indent=1) + "\n")
    es5 = Path(importlib.util.find_spec("mathjax").submodule_search_locations[0]) / "static" / "mathjax" / "es5"
    for name in MATHJAX:
        copy = shutil.copytree if (es5 / name).is_dir() else shutil.copy
        target = site / "_static" / "mathjax" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        copy(es5 / name, target)


def whom():
    """For whom the course is: a paragraph of the README's first section."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return next(part for part in text.split("\n\n") if part.startswith("**For whom.**"))


def toctrees(parts):
    """The navigation: a hidden list of pages for each part of the course."""
    made = []
    for heading, names in [*parts.items(), ("Look up", ["terminology", "install", "cite"])]:
        caption = [f":caption: {heading}"] if heading else []
        made.append("\n".join(["```{toctree}", ":hidden:", *caption, "", *names, "```"]))
    return "\n\n".join(made)


def write(path, text):
    """Write a text file, and its folder if there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def build(target, explorers=None):
    """Build the site into a folder; what was there goes. Returns Sphinx's return code.

    `explorers` may be a folder of explorers that were made before, as `kept.explorers` takes it.
    """
    start = time.perf_counter()
    target = Path(target).resolve()
    with tempfile.TemporaryDirectory() as made:
        source, site, pages = (Path(made) / name for name in ("source", "site", "pages"))
        sources(source, site, explorers)
        options = ["-W", "--keep-going", "-q", "-b", "html", "-c", str(SETTINGS)]
        failed = build_main([*options, "-d", str(Path(made) / "doctrees"), str(source), str(pages)])
        if failed:
            return failed
        shutil.copytree(site, pages, dirs_exist_ok=True)
        shutil.rmtree(pages / "_sources", ignore_errors=True)
        shutil.rmtree(target, ignore_errors=True)
        shutil.move(pages, target)
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    print(
        f"{target}: {len(list(target.glob('*.html')))} pages, {size / 1e6:.1f} MB, {time.perf_counter() - start:.0f} s"
    )
    return 0

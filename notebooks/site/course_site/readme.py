"""Sections of the README that are pages of the site too, so that nothing is written twice."""

import re

from course_site.addresses import ROOT, repository


def sections():
    """Text of every section of the README, without its heading, by heading."""
    parts = re.split(r"^## (.+)\n", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {heading: for_site(text) for heading, text in zip(parts[1::2], parts[2::2], strict=True)}


def for_site(text):
    """Text with links that hold on the site: lessons are pages, other files are in the repository."""
    place = repository()
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r"^\[[^\]]+\]: .*\n?", "", text, flags=re.MULTILINE)  # where a link in the first section leads
    text = re.sub(r"\]\(notebooks/(\d\d_\w+\.ipynb)\)", r"](\1)", text)
    return re.sub(r"\]\((?!https?://|\d\d_)([^)#]+)\)", rf"]({place.page()}/blob/{place.branch}/\1)", text).strip()


def table_of_lessons(text):
    """The map: the table alone, from the section "The map"."""
    return "\n".join(line for line in text.splitlines() if line.startswith("|"))


def parts(text):
    """Names of the lessons by part of the course, from the table of the map; what comes first belongs to no part."""
    found = {"": []}
    for line in text.splitlines():
        if heading := re.match(r"\| \*\*(.+?)\*\*", line):
            found[heading.group(1)] = []
        elif lesson := re.match(r"\| \[[^\]]+\]\((?:notebooks/)?(\d\d_\w+)\.ipynb\)", line):
            found[list(found)[-1]].append(lesson.group(1))
    return found

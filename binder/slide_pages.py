"""Slides as pages for reveal.js. Started by slides.py with the environment's Python.

What does not fit on a slide, the page itself lays out (slides_look/layout.js): fonts differ from machine to machine.
"""

import html
import importlib.util
import json
import os
import re
import shutil
import sys

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from slide_rules import slides_of

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "slides_look")
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<link rel="stylesheet" href="reveal/reset.css">
<link rel="stylesheet" href="reveal/reveal.css">
<link rel="stylesheet" href="look.css">
</head>
<body>
<div class="reveal"><div class="slides">
{slides}
</div></div>
<script src="reveal/reveal.js"></script>
<script src="reveal/notes.js"></script>
<script src="layout.js"></script>
<script src="mathjax/tex-chtml.js"></script>
</body>
</html>
"""


def make(target, notebooks):
    """Write the pages of these notebooks to a folder, and what they need."""
    os.makedirs(target)
    copy_libraries(target)
    entries = []
    for path in notebooks:
        with open(path, encoding="utf-8") as file:
            slides = slides_of(json.load(file))
        name = os.path.splitext(os.path.basename(path))[0] + ".html"
        title = slides[0].title
        body = "\n".join(section(slide, os.path.dirname(path)) for slide in slides)
        write(os.path.join(target, name), PAGE.format(title=html.escape(title), slides=body))
        entries.append(f'<li><a href="{name}">{html.escape(title)}</a></li>')
    listed = f"<h1>Slides of the course</h1>\n<ul>\n{chr(10).join(entries)}\n</ul>\n"
    keys = "<p>Arrow keys turn the slides, S opens the speaker's notes, O shows all slides, F fills the screen.</p>\n"
    head = '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>Slides of the course</title>\n'
    write(
        os.path.join(target, "index.html"),
        f'{head}<link rel="stylesheet" href="look.css"></head>\n<body class="index">\n{listed}{keys}</body>\n</html>\n',
    )


def copy_libraries(target):
    """Copy reveal.js and MathJax from the packages that bring them, and this course's look."""
    reveal = os.path.join(folder_of("sphinx_revealjs"), "_static", "revealjs")
    mathjax = os.path.join(folder_of("mathjax"), "static", "mathjax", "es5")
    os.makedirs(os.path.join(target, "reveal"))
    for name in ("dist/reset.css", "dist/reveal.css", "dist/reveal.js", "plugin/notes/notes.js"):
        shutil.copy(os.path.join(reveal, *name.split("/")), os.path.join(target, "reveal"))
    for name in ("tex-chtml.js", "input/tex/extensions", "output/chtml/fonts/woff-v2"):
        source, copied = os.path.join(mathjax, *name.split("/")), os.path.join(target, "mathjax", *name.split("/"))
        if os.path.isdir(source):
            shutil.copytree(source, copied)
        else:
            os.makedirs(os.path.dirname(copied))
            shutil.copy(source, copied)
    for name in ("look.css", "layout.js"):
        shutil.copy(os.path.join(HERE, name), target)
    with open(os.path.join(target, "look.css"), "a", encoding="utf-8") as file:
        file.write(HtmlFormatter(style="default").get_style_defs(".code") + "\n")


def folder_of(package):
    """Return the folder of an installed package, without importing it."""
    return os.path.dirname(importlib.util.find_spec(package).origin)


def section(slide, folder):
    """Return a slide as reveal.js takes it."""
    level = "h1" if slide.kind == "title" else "h2"
    title = rendered(re.sub(r"^(\d+)\.", r"\1\.", slide.title), folder).strip()  # "3." begins no list
    heading = re.sub(r"^<p>(.*)</p>$", rf"<{level}>\1</{level}>", title, flags=re.DOTALL)
    notes = "".join(rendered(note, folder) for note in slide.notes)
    aside = f'<aside class="notes">{notes}</aside>' if notes else ""
    blocks = "\n".join(block_html(kind, held, folder) for kind, held in slide.blocks)
    return f'<section class="{slide.kind}">\n{heading}\n<div class="body">\n{blocks}\n</div>{aside}\n</section>'


def block_html(kind, held, folder):
    """Return a block of a slide."""
    if kind == "code":
        return f'<div class="code">{highlight(held, PythonLexer(), HtmlFormatter(nowrap=False))}</div>'
    if kind == "text":
        return f'<div class="printed"><pre>{html.escape(held)}</pre></div>'
    if kind == "figure":
        picture, alt, caption = held
        words = f"<figcaption>{rendered(caption, folder)}</figcaption>" if caption else ""
        return f'<figure><img alt="{html.escape(alt)}" src="data:image/png;base64,{picture}">{words}</figure>'
    return rendered(held, folder) if kind == "markdown" else held


def rendered(text, folder):
    """Return Markdown as HTML; formulas stay as they are, links to lessons lead to their slides."""
    text = re.sub(r"\]\((\d\d_\w+)\.ipynb(#[^)]*)?\)", r"](\1.html)", text)
    renderer = IPythonRenderer(escape=False, embed_images=True, path=folder)
    return MarkdownWithMath(renderer=renderer).render(text)


def write(path, text):
    """Write a page."""
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)


if __name__ == "__main__":
    make(sys.argv[1], sys.argv[2:])

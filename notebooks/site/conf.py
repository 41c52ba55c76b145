"""Settings of Sphinx for the site; `course_site.build` starts it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from course_site import lessons, links, terms, theme
from course_site.addresses import ROOT

project = "Machine-learned force fields"
html_title = project
language = "en"
extensions = ["myst_nb"]
exclude_patterns = []

nb_execution_mode = "off"
nb_merge_streams = True
nb_code_prompt_show = "Code"
nb_code_prompt_hide = "Hide the code"
myst_enable_extensions = ["dollarmath", "colon_fence", "deflist"]
myst_heading_anchors = 4
myst_html_meta = {  # what a search engine shows
    "description": "A course in Jupyter notebooks: predict the energies and forces of atoms with a neural network, "
    "from two atoms to your own data, and know how far to trust it."
}
myst_heading_slug_func = "course_site.links.slug"

html_theme = "furo"
templates_path = ["templates"]
html_static_path = ["static"]
html_favicon = "static/atoms.svg"
html_css_files = ["course.css"]
html_js_files = [(name, {"defer": "defer"}) for name in ("course.js", "explorer.js")]
html_show_sphinx = False
html_show_copyright = False  # the licences are on the page on citing
html_use_index = False
html_domain_indices = False
html_copy_source = False
mathjax_path = "mathjax/tex-chtml.js"
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"


def setup(app):
    """What the course adds to Sphinx."""
    entries = terms.terms(lessons.read(ROOT / "notebooks" / "01_principle.ipynb"))
    app.add_config_value("course_terms", entries, "", types=[list])
    app.connect("doctree-read", links.name_headings)
    app.connect("doctree-resolved", links.link_terms)
    app.connect("html-page-context", theme.name_folds)

"""Build the site: `python notebooks/site/build_site.py FOLDER`; tests name a folder of small explorers as well."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parents[1] / "binder")]

from course_site.build import build  # noqa: E402 (the lines above say where it is)

if __name__ == "__main__":
    sys.exit(build(*sys.argv[1:]))

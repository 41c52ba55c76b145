"""How JupyterLab reads and writes notebooks here: opening one does not modify it, and a save adds nothing by itself.

And where memory is limited, how it keeps below that: see room_for_lessons.py beside this file.
"""

import platform
import sys
from pathlib import Path

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager

WIDGETS = "application/vnd.jupyter.widget-state+json"


class SteadyNotebooks(AsyncLargeFileManager):
    """JupyterLab's usual way to files, but for two entries in a notebook's metadata."""

    async def get(self, path, *arguments, **options):
        """Read a file; a notebook gets the version of Python that JupyterLab would otherwise add, as a change."""
        model = await super().get(path, *arguments, **options)
        if model["type"] == "notebook" and model["content"]:
            language = model["content"]["metadata"].get("language_info", {})
            if language.get("name") == "python":
                language["version"] = platform.python_version()
        return model

    async def save(self, model, path=""):
        """Write a file; a notebook without that version, and without the state of widgets if it has none."""
        if model.get("type") == "notebook" and model.get("content"):
            metadata = model["content"]["metadata"]
            metadata.get("language_info", {}).pop("version", None)
            if not metadata.get("widgets", {}).get(WIDGETS, {}).get("state"):
                metadata.pop("widgets", None)
        return await super().save(model, path)


sys.path.insert(0, str(Path(__file__).parent))
from room_for_lessons import RoomForLessons  # noqa: E402

c = get_config()  # noqa: F821 (Jupyter's own function, there while it reads this file)
c.ServerApp.contents_manager_class = SteadyNotebooks
c.ServerApp.kernel_manager_class = RoomForLessons

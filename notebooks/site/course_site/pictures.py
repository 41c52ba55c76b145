"""Pictures of a notebook as files of their own: a page is read before they are there, and keeps its shape."""

import base64
import hashlib
import io
import re

from PIL import Image

PICTURE = re.compile(r'src="data:image/png;base64,([A-Za-z0-9+/=]+)"')
FOLDER = "pictures"


def moved_out(source, folder):
    """HTML whose PNG pictures are files now.

    Parameters
    ----------
    source : str
        HTML with pictures written into it.
    folder : pathlib.Path
        The site's top; the files come into its folder `FOLDER`.

    Returns
    -------
    str
    """
    return re.sub(r"<img [^>]*>", lambda image: picture_file(image.group(), folder), source)


def picture_file(image, folder):
    """One element `img`: its picture is saved, and loaded when it comes into sight."""
    found = PICTURE.search(image)
    if not found:
        return image
    data = base64.b64decode(found.group(1))
    width, height = Image.open(io.BytesIO(data)).size
    path = folder / FOLDER / f"{hashlib.sha256(data).hexdigest()[:16]}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    shown = re.search(r' width="(\d+)"', image)
    if shown:  # the notebook says how wide: the height follows, and the page need not move when the picture comes
        image = image.replace(shown.group(), "")
        width, height = int(shown.group(1)), round(height * int(shown.group(1)) / width)
    size = f'width="{width}" height="{height}" loading="lazy" decoding="async"'
    return PICTURE.sub(f'{size} src="{FOLDER}/{path.name}"', image)

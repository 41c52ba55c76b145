"""On a computer with a memory limit, such as Binder: what a lesson says before memory runs out."""

import os

import psutil

HIGH = 0.75
"""Part of the limit above which a reader is warned."""


def memory_note():
    """What a reader should know of the memory, as a lesson begins.

    The limit is in the environment variable MEM_LIMIT (bytes), which Binder and JupyterHub set; and
    binder/jupyter/room_for_lessons.py, which stops lessons that rest, names them in COURSE_STOPPED.

    Returns
    -------
    str
        Empty if there is no limit, or enough room.
    """
    notes = []
    stopped = os.environ.pop("COURSE_STOPPED", "")
    if stopped:
        notes.append(
            f"To make room for this lesson, the one that had rested longest was stopped: {stopped}. "
            "Its page stays; run its cells again to go on there."
        )
    try:
        limit = float(os.environ.get("MEM_LIMIT", ""))
    except ValueError:
        return "\n".join(notes)
    used = _used_by_the_server_and_its_lessons()
    if limit > 0 and used > HIGH * limit:
        notes.append(
            f"Memory: {used / 1e9:.1f} of {limit / 1e9:.1f} GB are used. Close lessons that you have finished "
            "(Kernel > Shut Down Kernel): when memory is full, a running lesson loses its variables."
        )
    return "\n".join(notes)


def _used_by_the_server_and_its_lessons():
    """Bytes, with what several processes share counted once where the system tells (PSS)."""
    used, server = 0, psutil.Process().parent()
    for process in [server, *server.children(recursive=True)] if server else []:
        try:
            memory = process.memory_full_info()
            used += getattr(memory, "pss", memory.rss)
        except psutil.Error:  # it has just ended, or is somebody else's
            continue
    return used

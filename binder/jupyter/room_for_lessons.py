"""On a computer with a memory limit, such as Binder, a lesson finds room: the one that rested longest is stopped.

The limit is what Binder and JupyterHub write into the environment variable MEM_LIMIT, in bytes. Without it, as on a
reader's own computer, nothing is ever stopped.
"""

import os
from pathlib import Path

import psutil
from jupyter_core.utils import ensure_async
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.ioloop import PeriodicCallback

LESSON = 900e6  # bytes that the largest lesson takes while it runs
RESERVE = 250e6  # bytes that are left free while lessons run
INTERVAL = 2.0  # seconds between two looks
STOPPED = "COURSE_STOPPED"  # tells a new lesson which others were stopped for it


def memory_limit():
    """Bytes that all lessons together may take; None if there is no limit."""
    try:
        return float(os.environ.get("MEM_LIMIT", "")) or None
    except ValueError:
        return None


def memory_used(server=None):
    """Bytes of a server (this one) and of everything that it started; what several of them share counts once (PSS).

    Where the system does not tell shares (outside Linux), shared memory counts several times.
    """
    server, used = server or psutil.Process(), 0
    for process in [server, *server.children(recursive=True)]:
        try:
            memory = process.memory_full_info()
            used += getattr(memory, "pss", memory.rss)
        except psutil.Error:  # it has just ended
            continue
    return used


class RoomForLessons(AsyncMappingKernelManager):
    """Jupyter's usual kernels; before memory runs out, those that rested longest are shut down."""

    looker = None

    async def _async_start_kernel(self, **options):
        """Start a kernel; if it is one more than there is room for, stop others first."""
        stopped = await self.make_room(LESSON)
        if stopped:
            options["env"] = {**os.environ, **(options.get("env") or {}), STOPPED: ", ".join(stopped)}
        return await super()._async_start_kernel(**options)

    start_kernel = _async_start_kernel

    def initialize_culler(self):
        """Begin to look at the memory every few seconds, if it has a limit."""
        super().initialize_culler()
        if memory_limit() and self.looker is None:
            self.looker = PeriodicCallback(self.look, 1000 * INTERVAL)
            self.looker.start()

    async def look(self):
        """Stop a lesson that rests if memory is nearly used up."""
        await self.make_room(RESERVE, at_most=1)

    async def make_room(self, needed, at_most=None):
        """Shut down kernels that rest, the longest first, until this many bytes are free.

        The kernel that was used last stays. Returns the names of the notebooks whose kernels were shut down.
        """
        stopped, limit = [], memory_limit()
        resting = [one for one in self._kernels if getattr(self._kernels[one], "execution_state", "") == "idle"]
        resting.sort(key=lambda one: self._kernels[one].last_activity)
        last = max(self._kernels, key=lambda one: self._kernels[one].last_activity, default=None)
        for kernel_id in resting:
            if limit is None or limit - memory_used() > needed or len(stopped) == at_most:
                break
            if kernel_id == last and at_most is not None:
                continue
            stopped.append(self.name_of(kernel_id))
            self.log.warning("Memory is nearly used up: stopped %s, which had rested longest.", stopped[-1])
            await ensure_async(self.shutdown_kernel(kernel_id))
        return stopped

    def name_of(self, kernel_id):
        """Name of the notebook that a kernel runs."""
        rows = self.parent.session_manager.cursor.execute("SELECT path FROM session WHERE kernel_id=?", (kernel_id,))
        row = rows.fetchone()
        return Path(row[0]).stem if row else "a notebook"

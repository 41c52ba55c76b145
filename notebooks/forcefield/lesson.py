"""What every lesson begins with."""

import os
import sys

from threadpoolctl import threadpool_limits

from forcefield.memory import memory_note
from forcefield.plots import use_course_style

THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")
"""What libraries that are not loaded yet will read; processes that a lesson starts inherit it."""


def start_lesson():
    """Compute on one thread, and draw in the course's style.

    The course's matrices are small: more threads gain nothing, and the computer may be shared. torch is not imported
    here; if it is loaded later, it starts with one thread. Where memory is limited and nearly used up, it says so.
    """
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))
    threadpool_limits(1)  # for libraries that are loaded already: they do not read the variables again
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
    use_course_style()
    note = memory_note()
    if note:
        print(note)

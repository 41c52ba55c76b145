"""A limit on how long a reader's function may take."""

import _thread
import contextlib
import signal
import threading


class TookTooLong(Exception):
    """The time is over."""


def _interrupt(thread):
    """Raise KeyboardInterrupt in the main thread."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(thread, signal.SIGINT)  # wakes a thread that sleeps, too
    else:
        _thread.interrupt_main()


@contextlib.contextmanager
def time_limit(seconds):
    """Stop what runs inside after this many seconds.

    It works on every system, for Python code in the main thread, where notebooks run theirs; in any other thread there
    is no limit. A single call of a compiled function is stopped when it returns.

    Parameters
    ----------
    seconds : float

    Raises
    ------
    TookTooLong
        If the time was over. An interruption by the reader stays a KeyboardInterrupt.
    """
    main = threading.main_thread().ident
    if threading.get_ident() != main:
        yield
        return
    # A program that was started in the background may ignore interruptions: not while this runs.
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    ended, expired = threading.Event(), threading.Event()

    def watch():
        if not ended.wait(seconds):
            expired.set()
            _interrupt(main)
            while not ended.wait(1.0):  # again, if the code caught the first one and went on
                _interrupt(main)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    except KeyboardInterrupt:
        if not expired.is_set():
            raise
        raise TookTooLong from None
    finally:
        _join(ended, watcher)
        signal.signal(signal.SIGINT, signal.SIG_DFL if handler is None else handler)


def _join(ended, watcher):
    """End the watcher; an interruption that is under way is spent here."""
    while watcher.is_alive():
        try:
            ended.set()
            watcher.join()
        except KeyboardInterrupt:
            continue

"""Run a lesson without answers, and judge those of all learners where their exercise stands.

Started by grading.py with the environment's Python. What to do comes as JSON in a file; each answer's grade goes out as
a line of JSON. Where processes can be forked, every answer is run in one of its own, which starts with the lesson's
variables: a lesson runs once for a whole class, and nothing that an answer does reaches another one.
"""

import contextlib
import json
import os
import select
import shutil
import signal
import sys
import tempfile
import time

from grading_answer import candidates, judge_answer, nothing, same

STATES = ("right", "wrong", "open", "stopped")
MEMORY = 2 * 1024**3  # bytes that an answer may take besides the lesson's
LARGEST_FILE = 100 * 1024**2
LONGEST = 600  # characters of what is said


def main(task):
    """Run the lesson's cells; at each exercise, judge its answers."""
    say = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what lessons and answers print goes nowhere
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    variables = {"__name__": "__main__"}
    wanted = {number for job in task["jobs"] for number in job["numbers"]}
    for cell in task["cells"]:
        if cell["number"] in wanted:
            judge_all(cell, variables, task, say)
            wanted.discard(cell["number"])
        if not wanted:
            break
        try:
            # As it came, an exercise's cell has no answer, and may import what later cells use.
            own = variables.pop("check", None) if cell["number"] else None
            variables.update({"check": nothing} if own else {})
            exec(compile(cell["source"], "<lesson>", "exec"), variables)
            variables.update({"check": own} if own else {})
        except Exception as problem:
            say.write(json.dumps({"failed": f"The lesson itself stopped with {type(problem).__name__}: {problem}"}))
            return 1
    return 0


def judge_all(stub, variables, task, say):
    """Judge every learner's answer to one exercise, some at a time."""
    waiting = [job for job in task["jobs"] if stub["number"] in job["numbers"]]
    running = {}  # by the end of the pipe from which the grade comes: job, process, when it must end
    while waiting or running:
        while waiting and len(running) < task["at_once"]:
            job = waiting.pop(0)
            places = candidates(stub, job["cells"])
            if not places:
                tell(say, job, stub, "missing", "The notebook has no cell for this exercise.")
            elif all(same(job["cells"][place]["source"], stub["source"]) for place in places):
                tell(say, job, stub, "open", "not answered.")
            elif task["fork"]:
                tell(say, job, stub, "begun", "")
                end, process = start(stub, job, task["cells"], variables, say)
                running[end] = job, process, time.monotonic() + task["seconds"], []
            else:
                tell(say, job, stub, *judge_answer(stub, job["cells"], task["cells"], variables))
        if running:
            collect(running, stub, task["seconds"], say)


def start(stub, job, lesson_cells, variables, say):
    """Fork a process for one answer; return the end of the pipe from which its grade comes, and its number."""
    end, far_end = os.pipe()
    process = os.fork()
    if process:
        os.close(far_end)
        return end, process
    try:
        say.close()
        os.close(end)
        shut_in()
        state, said = judge_answer(stub, job["cells"], lesson_cells, variables)
        os.write(far_end, json.dumps([state, said[:LONGEST]]).encode())
        os._exit(0)
    finally:
        os._exit(70)


def shut_in():
    """Give this process a session and a folder of its own, and limits."""
    import ctypes
    import resource

    os.setsid()
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: it ends when the one that watches it does
    signal.signal(signal.SIGINT, signal.default_int_handler)
    folder = tempfile.mkdtemp(dir=os.getcwd())
    for name in os.listdir("."):
        if name == "data":
            shutil.copytree(name, os.path.join(folder, name))
        elif not name.startswith("tmp"):
            os.symlink(os.path.abspath(name), os.path.join(folder, name))
    os.chdir(folder)
    with open("/proc/self/statm", encoding="ascii") as file:
        used = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write("1000")


def collect(running, stub, seconds, say):
    """Wait for something to happen; tell the grades of processes that have ended or whose time is over."""
    ready, _, _ = select.select(list(running), [], [], 0.2)
    for end in list(running):
        job, process, limit, parts = running[end]
        late = time.monotonic() > limit
        if end in ready and not late:
            part = os.read(end, 65536)
            parts.append(part)
            if part:
                continue
        elif not late:
            continue
        for kill, number in ((os.killpg, process), (os.kill, process)):  # also what the answer has started
            with contextlib.suppress(OSError):
                kill(number, signal.SIGKILL)
        _, status = os.waitpid(process, 0)
        os.close(end)
        del running[end]
        tell(say, job, stub, *grade_of(b"".join(parts), status, late, seconds))


def grade_of(answer, status, late, seconds):
    """Return state and sentence from what a process wrote, or from how it ended."""
    if late:
        return "stopped", f"It was stopped after {seconds:g} s: does a loop in it never end?"
    try:
        state, said = json.loads(answer.decode("utf-8"))
        if state in STATES and isinstance(said, str):
            return state, said
    except (ValueError, TypeError):
        pass
    how = f"by signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else f"with code {os.WEXITSTATUS(status)}"
    return "stopped", f"Python itself ended, {how}: does the cell end it, or take more than 2 GB of memory?"


def tell(say, job, stub, state, said):
    """Write a grade."""
    said = " ".join(said.split())[:LONGEST]
    say.write(json.dumps({"key": job["key"], "number": stub["number"], "state": state, "said": said}) + "\n")
    say.flush()


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        sys.exit(main(json.load(file)))

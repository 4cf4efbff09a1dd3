"""What grades one notebook, in a process of its own: runs its cells, then the installed package's check, and tells the result.

`grading` starts it with a job on standard input, as one line of JSON, and keeps the other end open: when that closes, the
grader is gone, and this process ends. The result goes to a file. What the cells print is counted and dropped.

What a check is made of is remembered before any cell is run, looked at afterwards, and put back, so a notebook that rebinds
the check or the points earns what it would have earned without, and the result says so. This is a lock on a drawer, no safe:
whoever reads this file can write a notebook that gets around it, as all of it happens in one process.
"""

import contextlib
import io
import json
import os
import signal
import sys
import threading
import types
from pathlib import Path

GUARDED = ("builtins", "json", "numpy", "os", "pathlib", "srlib")
_ALLOWED = {
    "_",
    "copyright",
    "credits",
    "display",
    "exit",
    "get_ipython",
    "license",
    "quit",
}  # IPython's own, in builtins
_OWN, _EXIT = os.getpid(), os._exit


class TimeUp(BaseException):
    """A cell, or the check, took longer than it may. No `except Exception` of an answer takes it away."""


class Counted(io.TextIOBase):
    """Stands for standard output: counts the characters."""

    def __init__(self):
        self.count = 0

    def writable(self):
        return True

    def write(self, text):
        self.count += len(text)
        return len(text)


# -- what a check is made of --------------------------------------------------------------------------------------------------


def remember() -> list[tuple]:
    """Every function, class and module that can be reached by a name in the packages that a check is made of."""
    owners = [m for name, m in list(sys.modules.items()) if name.partition(".")[0] in GUARDED and m is not None]
    classes = {
        id(value): value
        for module in owners
        for value in list(vars(module).values())
        if isinstance(value, type) and str(value.__module__).partition(".")[0] in ("numpy", "srlib")
    }
    found = []
    for owner in [*owners, *classes.values()]:
        for name, value in list(vars(owner).items()):
            if callable(value) or isinstance(value, (types.ModuleType, property, staticmethod, classmethod)):
                body = getattr(value, "fget", getattr(value, "__func__", value))
                found.append((owner, name, value, body, _inside(body)))
    return found


def _inside(function):
    if not isinstance(function, types.FunctionType):
        return None
    return function.__code__, function.__defaults__, function.__kwdefaults__


def put_back(remembered: list[tuple]) -> list[str]:
    """Undo what has been rebound since; its full names."""
    changed = []
    for owner, name, value, body, inside in remembered:
        if vars(owner).get(name) is value and _inside(body) == inside or name in _ALLOWED:
            continue
        where = owner.__name__ if isinstance(owner, types.ModuleType) else f"{owner.__module__}.{owner.__name__}"
        try:
            setattr(owner, name, value)
            if inside:
                body.__code__, body.__defaults__, body.__kwdefaults__ = inside
            changed.append(f"{where}.{name}")
        except (AttributeError, TypeError):  # a type written in C, which nobody can change either
            continue
    return changed


# -- one notebook ---------------------------------------------------------------------------------------------------------------


class Session:
    """A notebook that is run cell by cell."""

    def __init__(self, seconds: float):
        from IPython.core.interactiveshell import InteractiveShell

        self.seconds, self.printed, self.told, self.stopped = seconds, Counted(), [], []
        # what a kernel of Jupyter has and IPython by itself has not: exit() and %matplotlib
        InteractiveShell.ask_exit = lambda shell: None
        InteractiveShell.enable_gui = lambda shell, gui=None: None
        InteractiveShell.enable_matplotlib = lambda shell, gui=None: (None, "agg")
        self.shell = InteractiveShell.instance()
        self.shell.display_formatter.active_types = ["text/plain"]
        self.shell.history_manager.enabled = False
        sys.stdout = sys.stderr = self.printed
        os._exit, os.abort = self._no_exit("os._exit"), self._no_exit("os.abort")
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_parent=lambda: self.say("starts processes of its own"))
        if hasattr(signal, "setitimer"):
            signal.signal(signal.SIGPROF, _time_is_up)
            signal.signal(signal.SIGALRM, _time_is_up)

    def say(self, remark: str) -> None:
        """Keep a remark for the teacher, once."""
        if remark not in self.told:
            self.told.append(remark)

    def _no_exit(self, name: str):
        def ends(code=0):
            if os.getpid() != _OWN:
                _EXIT(code)
            self.say(f"calls {name}, which ends Python; here it only stops the cell")
            raise SystemExit(f"{name} is not for notebooks")

        return ends

    def within_time(self, work):
        """What some work returns; TimeUp when it computes too long, or waits for more than twice that and ten seconds.

        Computing is what counts, as a machine may be busy with others. On Windows, which has no such clocks, the grader
        waits for the whole notebook.
        """
        if not hasattr(signal, "setitimer"):
            return work()
        clocks = {signal.ITIMER_PROF: self.seconds, signal.ITIMER_REAL: 2 * self.seconds + 10}
        try:
            for clock, seconds in clocks.items():
                signal.setitimer(clock, seconds)
            return work()
        finally:
            for clock in clocks:
                signal.setitimer(clock, 0)

    def run(self, number: int, source: str) -> None:
        """Run a cell; an error stops the cell, not the notebook."""
        if "InlineBackend" in source:  # `%config InlineBackend...`; only then, as it loads all of matplotlib
            with contextlib.suppress(ImportError):
                from matplotlib_inline.config import InlineBackend

                self.shell.configurables.append(InlineBackend.instance(parent=self.shell))
        try:
            done = self.within_time(lambda: self.shell.run_cell(source, store_history=False))
        except TimeUp as late:
            done = types.SimpleNamespace(error_before_exec=None, error_in_exec=late)
        if os.getpid() != _OWN:  # the copy that os.fork made has got here, too
            _EXIT(0)
        error = done.error_before_exec or done.error_in_exec
        if isinstance(error, TimeUp):
            self.stopped.append(
                f"code cell {number} did not end within its time ({self.seconds:g} seconds of computing)"
            )
        elif error is not None:
            text = f"{error.msg}, line {error.lineno}" if isinstance(error, SyntaxError) else str(error)
            self.stopped.append(
                f"code cell {number} stops with {type(error).__name__}: {text.partition(chr(10))[0][:200]}"
            )


def _time_is_up(*_):
    raise TimeUp


def graded(job: dict) -> dict:
    """Run the cells of a job and check the answer."""
    import numpy
    import psutil  # noqa: F401  IPython loads it later, where a module of the notebook's folder could take its place

    import srlib.checks

    session = Session(job["seconds"])
    session.shell.run_cell("", store_history=False)
    remembered = remember()
    sys.path.append(os.getcwd())  # modules beside the notebook, behind all others
    for number, source in enumerate(job["cells"], 1):
        session.run(number, source)
    result = {"told": session.told, "stopped": session.stopped}
    if changed := put_back(remembered):
        session.say(f"rebinds {', '.join(changed[:5])}, which was put back")
    answer = session.shell.user_ns.get(job["answer"], ...)
    if answer is ... and job["answer"] not in session.shell.user_ns:
        result["missing"] = True
    else:
        space = {"np": numpy, "srlib": types.SimpleNamespace(checks=srlib.checks), job["answer"]: answer}
        result["says"] = _says(session, lambda: eval(job["check"], space), srlib.checks.Answer)
        if during := put_back(remembered):
            session.say(f"rebinds {', '.join(during[:5])} while it is checked: graded 0")
            result["says"] = None
    result["printed"] = session.printed.count
    return result


def _says(session: Session, check, kind) -> dict | None:
    """What the check says, as plain values; None where it did not come to an end."""
    try:
        answer = session.within_time(check)
    except TimeUp:
        session.say(f"did not end within its time when it was checked ({session.seconds:g} seconds of computing)")
        return None
    except BaseException as error:  # such as KeyboardInterrupt, which an answer may raise
        session.say(f"stops the check with {type(error).__name__}")
        return None
    if os.getpid() != _OWN:
        _EXIT(0)
    return _plain(answer) if type(answer) is kind else None


def _plain(answer) -> dict:
    texts = {name: str(getattr(answer, name)) for name in ("name", "told", "hint", "note")}
    return texts | {"passed": [str(step) for step in answer.passed], "of": int(answer.of)}


def project(job: dict) -> dict:
    """Check a trained network; no code of the student's is run."""
    import srlib

    return {"told": [], "stopped": [], "printed": 0, "says": _plain(srlib.checks.check_project(job["network"]))}


def main() -> None:
    """Read a job, do it, write the result."""
    job = json.loads(sys.stdin.buffer.readline())
    sys.path[0] = job["package"]  # instead of the folder of this file
    grader = os.dup(0)
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    sys.stdin = open(os.devnull)  # noqa: SIM115  what asks for input gets its end
    threading.Thread(target=lambda: (os.read(grader, 1), _EXIT(1)), daemon=True).start()
    result = project(job) if "network" in job else graded(job)
    out = Path(job["result"])
    out.with_suffix(".part").write_text(json.dumps(result | {"secret": job["secret"]}), "utf-8")
    os.replace(out.with_suffix(".part"), out)
    _EXIT(0)  # threads and processes of the notebook are not waited for


if __name__ == "__main__":
    main()

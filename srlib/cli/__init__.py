"""The command line: one job each command, one file each command, its arguments beside its work; failures in one line."""

import signal
import sys
import warnings

from .. import __version__
from .process import begin_process, drop_output, one_line, open_streams, set_signals, stoppable, tell


def main(argv: list[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv : list of str, optional
        The words after ``srlib``. Unless given, those of the process, which then is this command's alone: a signal before
        it begins ends it without a word.

    Returns
    -------
    int
        The exit status: 0; 1 after a failure, told in one line on standard error; 2 for a command line that makes no sense;
        128 and the number of the signal that ended it.

    Examples
    --------
    >>> from srlib.cli import main
    >>> main(["evaluate", "--model", "bicubic", "--data", "sample"])  # doctest: +ELLIPSIS
    sample/test, ...
    0
    """
    if argv is not None:
        return _main(argv)
    try:
        set_signals(signal.SIG_DFL)  # nothing is to be removed yet, and importing takes its time
        begin_process()
        return _main(sys.argv[1:])
    except KeyboardInterrupt:  # in the moment before that
        return 130
    finally:
        set_signals(signal.SIG_DFL)


def _main(argv: list[str]) -> int:
    open_streams()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a name that the console's code cannot say is no reason to lose a result
            stream.reconfigure(errors="backslashreplace")
    args = _parser().parse_args(argv)
    with stoppable():
        return _run(args)


def _run(args) -> int:
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=DeprecationWarning)  # for programmers, and not of this one
            warnings.showwarning = lambda message, *_: tell(one_line(message))
            status = args.run(args) or 0
        if sys.stdout is not None:  # closed from the start
            sys.stdout.flush()  # that nobody reads any more, or that the disk is full, shows only here
        return status
    except BrokenPipeError:  # as in `srlib models | head -1`: no fault, but what a shell counts as one
        drop_output()
        return 141
    except (ValueError, TypeError, OSError, ImportError, MemoryError) as error:
        drop_output()
        tell(one_line(error))
        return 1
    except KeyboardInterrupt as stop:
        set_signals(signal.SIG_IGN)  # a second Ctrl-C has nothing to stop any more
        number = getattr(stop, "number", signal.SIGINT)
        drop_output()
        cause = "interrupted" if number == signal.SIGINT else f"stopped by {signal.Signals(number).name}"
        tell(f"{cause}; {args.interrupted}.")
        return 128 + number


def _parser():
    from . import degrading, evaluation, exporting, image_sets, models, training, upscaling
    from .common import Parser

    parser = Parser(prog="srlib", description="Image super-resolution: get images, train, judge, upscale.")
    parser.add_argument("--version", action="version", version=f"srlib {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    # in the order of the help
    for module in (image_sets, models, degrading, training, evaluation, upscaling, exporting):
        module.add_to(commands)
    return parser

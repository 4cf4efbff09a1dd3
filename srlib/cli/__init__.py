"""The command line: one job each command, one file each command, its arguments beside its work; failures in one line."""

import contextlib
import os
import sys
import warnings

from .. import __version__
from . import evaluation, image_sets, models, training, upscaling
from .common import Parser, one_line, tell

COMMANDS = (image_sets, models, training, evaluation, upscaling)  # in the order of the help


def main(argv: list[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv : list of str, optional
        The words after ``srlib``; those of the process unless given.

    Returns
    -------
    int
        The exit status: 0; 1 after a failure, told in one line on standard error; 2 for a command line that makes no sense.

    Examples
    --------
    >>> from srlib.cli import main
    >>> main(["evaluate", "--model", "bicubic", "--data", "sample"])  # doctest: +ELLIPSIS
    sample/test, ...
    0
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a name that the console's code cannot say is no reason to lose a result
            stream.reconfigure(errors="backslashreplace")
    args = _parser().parse_args(argv)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=DeprecationWarning)  # for programmers, and not of this one
            warnings.showwarning = lambda message, *_: tell(one_line(message))
            status = args.run(args) or 0
        if sys.stdout is not None:  # closed from the start
            sys.stdout.flush()  # that nobody reads any more, or that the disk is full, shows only here
        return status
    except BrokenPipeError:  # as in `srlib models | head -1`: no fault, but what a shell counts as one
        _drop_output()
        return 141
    except (ValueError, TypeError, OSError, ImportError, MemoryError) as error:
        _drop_output()
        tell(one_line(error))
        return 1
    except KeyboardInterrupt:
        tell(f"interrupted; {args.interrupted}.")
        return 130


def _parser() -> Parser:
    parser = Parser(prog="srlib", description="Image super-resolution: get images, train, judge, upscale.")
    parser.add_argument("--version", action="version", version=f"srlib {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in COMMANDS:
        module.add_to(commands)
    return parser


def _drop_output() -> None:
    """What could not be written to standard output shall not be tried again, and told of again, when Python ends."""
    try:
        sys.stdout.flush()
    except OSError:
        with contextlib.suppress(OSError, ValueError):  # not a real file
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

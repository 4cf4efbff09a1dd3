"""The process of a command: signals from the first moment, streams that are closed or that nobody reads, users without a home."""

import os
import pwd
import signal
import subprocess
import sys
import time

import pytest
from _command_line import contents, failed, is_upscaled, run

from srlib.cli import main, process

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and closed streams are those of Unix")
COMMAND = [sys.executable, "-c", "import sys; from srlib.cli import main; sys.exit(main())"]
UPSCALE = "upscale one.png -o large.png --model bicubic"

# -- signals ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_while_a_command_is_imported_is_no_traceback(number, here):
    """The importing stops at NumPy until the signal comes."""
    stop = "import sys, time, importlib.abc\n"
    stop += "class Stop(importlib.abc.MetaPathFinder):\n"
    stop += "    def find_spec(self, name, path, target=None):\n"
    stop += "        if name == 'numpy': print('now', flush=True); time.sleep(60)\n"
    stop += "sys.meta_path.insert(0, Stop()); from srlib.cli import main; sys.exit(main())"
    with subprocess.Popen(
        [sys.executable, "-c", stop, *UPSCALE.split()], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as started:
        assert started.stdout.readline() == b"now\n"
        started.send_signal(number)
        assert started.stderr.read() == b""
    assert started.returncode == -number  # 128 + number in a shell


@pytest.mark.slow
def test_ctrl_c_at_any_moment_is_at_most_one_line(here):
    for model in ("bicubic", "net"):
        for i in range(10):
            words = f"upscale one.png -o large.png --force --model {model}".split()
            begun = COMMAND[-1].replace(
                "sys.exit", "print('now', flush=True); sys.exit"
            )  # before, Python itself starts
            command = [sys.executable, "-c", begun, *words]
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as started:
                started.stdout.readline()
                time.sleep(0.1 + i * (0.08 if model == "bicubic" else 0.45))
                started.send_signal(signal.SIGINT)
                err = started.stderr.read()
            assert err.count("\n") <= 1 and "Traceback" not in err, err
            assert started.returncode in (0, 130, -2)


def test_signals_are_as_they_were_afterwards(here):
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    for line in (UPSCALE, "upscale nowhere.png -o x.png"):
        run(line)
        assert [signal.getsignal(number) for number in numbers] == before


@pytest.mark.parametrize("number, told", [(signal.SIGTERM, "stopped by SIGTERM"), (signal.SIGINT, "interrupted")])
def test_a_signal_that_other_code_swallows_stops_the_next_image(number, told, here, capsys, monkeypatch):
    """As some of TensorFlow's imports do."""

    made = []

    def upscale_file(source, target, **_):
        try:
            signal.raise_signal(number)
        except KeyboardInterrupt:
            made.append(source.name)

    monkeypatch.setattr("srlib.upscaling.upscale_file", upscale_file)
    assert run("upscale images -o new --model bicubic") == 128 + number
    assert made == ["0.png"]
    failed(capsys, told, "finished are kept")


# -- streams ------------------------------------------------------------------------------------------------------------------


def shell(line, here):
    quoted = " ".join(f"'{word}'" for word in COMMAND)
    return subprocess.run(["bash", "-c", line.replace("srlib", quoted)], cwd=here, capture_output=True, text=True)


@pytest.mark.parametrize("closed", ["2>&-", "<&- >&- 2>&-", "2>/dev/full", "2> >(exec 0<&-; true)"])
def test_standard_error_that_takes_nothing_loses_nothing(closed, here):
    if "full" in closed and not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    ended = shell(f"srlib upscale mixed one.png -o new --model bicubic {closed}", here)
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", "")  # one image is refused
    assert set(contents(here / "new")) == {"a.png", "c.png", "one.png"}
    is_upscaled(here / "new" / "one.png", here / "one.png")


def test_messages_never_go_to_standard_output_instead(here):
    for line in ("srlib upscale nowhere.png -o x.png 2>&-", "srlib upscale bad.png -o - 2>&-"):
        ended = shell(line, here)
        assert ended.returncode in (1, 2) and ended.stdout == "" and ended.stderr == ""


def test_what_a_name_hides_is_told_escaped(capsys):
    process.tell("a\x1b]0;title\x07b\nc\u202e")
    assert capsys.readouterr().err == "srlib: a\\x1b]0;title\\x07b\\nc\\u202e\n"


# -- a user without a home ----------------------------------------------------------------------------------------------------


@pytest.fixture
def homeless(monkeypatch):
    """As in a container that is run under a number."""

    def unknown(who):
        raise KeyError(who)

    for name in ("HOME", "XDG_CACHE_HOME", "SRLIB_DATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.setattr(pwd, "getpwnam", unknown)


@pytest.mark.parametrize("named", [None, "~/images", "~nobody/images"])
def test_a_user_without_a_home_is_told_what_to_do(named, homeless, here, capsys, monkeypatch):
    if named:
        monkeypatch.setenv("SRLIB_DATA", named)
    before = contents(here)
    assert main(["data", "fetch", "set5"]) == 1
    failed(capsys, "has no home folder", "expected", "SRLIB_DATA")
    assert main(["data", "list"]) == 0 and contents(here) == before
    assert run(UPSCALE) == 0

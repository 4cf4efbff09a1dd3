"""Files are written whole or not at all, killed processes leave nothing for long, and text of strangers is safe to print."""

import os
import signal
import stat
import subprocess
import sys
import time

import pytest

from srlib import scratch_files
from srlib.safe_files import check_file, check_folder, printable, write_text, write_whole
from srlib.scratch_files import is_scratch, sweep

unix = pytest.mark.skipif(os.name == "nt", reason="links, pipes and rights are those of Unix")

# -- where it is written ------------------------------------------------------------------------------------------------------


@unix
def test_a_link_is_written_through(tmp_path):
    real, link = tmp_path / "far" / "real.json", tmp_path / "link.json"
    real.parent.mkdir()
    real.write_text("old")
    link.symlink_to(real)
    check_file(link)
    write_text(link, "new")
    assert link.is_symlink() and real.read_text() == "new"
    assert os.listdir(real.parent) == ["real.json"] and sorted(os.listdir(tmp_path)) == ["far", "link.json"]


@unix
def test_a_link_to_nothing_yet_is_written_through(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "new")
    write_text(tmp_path / "link", "here")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "new").read_text() == "here"


@unix
@pytest.mark.parametrize("rights", [0o600, 0o640])
def test_a_file_that_is_replaced_keeps_its_rights(rights, tmp_path):
    path = tmp_path / "mine"
    path.write_text("old")
    path.chmod(rights)
    write_text(path, "new")
    assert path.read_text() == "new" and stat.S_IMODE(path.stat().st_mode) == rights


@unix
def test_a_new_file_has_the_usual_rights(tmp_path):
    (tmp_path / "usual").touch()
    write_text(tmp_path / "new", "")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "usual").stat().st_mode


@unix
@pytest.mark.parametrize("work", [check_file, lambda path: write_text(path, "x")], ids=["check_file", "write_text"])
def test_a_pipe_stays_a_pipe(work, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    for name in ("pipe", "link"):
        with pytest.raises(OSError, match="is a pipe or a device; expected an ordinary file"):
            work(tmp_path / name)
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode) and len(os.listdir(tmp_path)) == 2


# -- whole or not at all ------------------------------------------------------------------------------------------------------


def fail_halfway(scratch):
    scratch.write_text("half")
    raise KeyboardInterrupt


def test_a_failure_leaves_what_was_there_and_nothing_else(tmp_path):
    (tmp_path / "a.txt").write_text("precious")
    for path in (tmp_path / "a.txt", tmp_path / "new" / "deep" / "b.txt"):
        with pytest.raises(KeyboardInterrupt):
            write_whole(path, fail_halfway)
    assert os.listdir(tmp_path) == ["a.txt"] and (tmp_path / "a.txt").read_text() == "precious"


def test_a_file_that_is_there_is_kept_unless_it_may_be_replaced(tmp_path):
    write_text(tmp_path / "a", "old")
    with pytest.raises(FileExistsError, match="was created by another process meanwhile; expected a free name"):
        write_text(tmp_path / "a", "new", replace=False)
    assert (tmp_path / "a").read_text() == "old" and os.listdir(tmp_path) == ["a"]
    write_text(tmp_path / "a", "new")
    assert (tmp_path / "a").read_text() == "new"


def test_line_ends_and_letters_are_the_same_on_every_system(tmp_path):
    write_text(tmp_path / "a", "Zürich\n")
    assert (tmp_path / "a").read_bytes() == b"Z\xc3\xbcrich\n"


@pytest.mark.parametrize("name", ["a.weights.h5", "checkpoint.npz", "no suffix", "x" * 251 + ".png"])
def test_a_scratch_file_ends_like_the_file(name, tmp_path):
    """Some libraries go by the suffix, or add their own."""
    seen = []
    write_whole(tmp_path / name, seen.append)
    assert is_scratch(seen[0]) and seen[0].parent == tmp_path and seen[0].name.endswith(name[-11:])
    assert os.listdir(tmp_path) == [name]


# -- killed processes -----------------------------------------------------------------------------------------------------------

WRITE_FOR_EVER = """
import sys, time
from pathlib import Path
from srlib.safe_files import write_whole

def fill(scratch):
    scratch.write_text("half")
    print("writing", flush=True)
    time.sleep(600)

write_whole(Path(sys.argv[1]), fill)
"""


@pytest.mark.skipif(os.name == "nt", reason="signals are those of Unix")
def test_what_a_killed_process_leaves_is_swept_by_the_next_and_not_before(tmp_path):
    with subprocess.Popen([sys.executable, "-c", WRITE_FOR_EVER, tmp_path / "a"], stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"writing\n"
        sweep(tmp_path)
        (left,) = tmp_path.iterdir()
        assert is_scratch(left) and left.read_text() == "half"
        process.send_signal(signal.SIGKILL)
    assert left.exists()
    write_text(tmp_path / "b", "whole")  # a new process would look through the folder at its first writing
    assert os.listdir(tmp_path) == ["b"]


def test_only_what_is_abandoned_is_swept(tmp_path):
    here, there, dead = scratch_files._machine(), "0badcafe", 2**31 - 1
    assert here != there
    began = scratch_files._start_of(os.getppid()) or "00000000"
    names = {
        "of a process that is gone": (f".srlib-{dead}-{here}-x-a.png", False),
        "of this process, but not in work": (f".srlib-{os.getpid()}-{here}-x-a.png", False),
        "of a running process": (f".srlib-{os.getppid()}-{here}-x-a.png", True),
        "of a running process that began then": (f".srlib-{os.getppid()}-{here}-{began}-x-a.png", True),
        "of another machine": (f".srlib-{dead}-{there}-x-a.png", True),
        "of another machine, days ago": (f".srlib-{dead}-{there}-x-b.png", False),
        "of somebody else": (".srlib-notes", True),
        "not hidden": (f"srlib-{dead}-{here}-x-a.png", True),
    }
    for name, _ in names.values():
        (tmp_path / name).touch()
    os.utime(tmp_path / names["of another machine, days ago"][0], (time.time() - 2 * 86400,) * 2)
    write_whole(tmp_path / "a", lambda scratch: sweep(tmp_path))  # its own, in work, is kept
    assert {p.name for p in tmp_path.iterdir()} == {"a", *(name for name, kept in names.values() if kept)}


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="the system does not tell when a process began")
def test_the_number_of_a_dead_process_may_be_given_again(tmp_path):
    """To this very process, to one that runs, to one that is dead while its parent has not asked how it ended."""
    here, began = scratch_files._machine(), scratch_files._start_of(os.getpid())
    (tmp_path / f".srlib-{os.getpid()}-{here}-{began}-x-a.png").touch()
    for pid in (os.getpid(), os.getppid()):
        (tmp_path / f".srlib-{pid}-{here}-0badcafe-x-a.png").touch()
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:
        os.waitid(os.P_PID, dead.pid, os.WEXITED | os.WNOWAIT)
        (tmp_path / f".srlib-{dead.pid}-{here}-{scratch_files._start_of(dead.pid)}-x-a.png").touch()
        sweep(tmp_path)
        assert os.listdir(tmp_path) == [f".srlib-{os.getpid()}-{here}-{began}-x-a.png"]


def test_a_folder_is_swept_before_it_is_known_whether_there_is_anything_to_write(tmp_path):
    for _ in range(2):  # the first time in this process, or not
        (tmp_path / f".srlib-{2**31 - 1}-{scratch_files._machine()}-x-a.png").touch()
        check_folder(tmp_path)
        assert os.listdir(tmp_path) == []


@unix
def test_a_loop_of_links_is_one_sentence(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    for path in (tmp_path / "loop", tmp_path / "loop" / "a"):
        for work in (check_file, lambda path: write_text(path, "x")):
            with pytest.raises(OSError, match="is a loop of links, and leads nowhere; expected"):
                work(path)
    assert os.listdir(tmp_path) == ["loop"]


def test_a_folder_is_looked_through_once(tmp_path, monkeypatch):
    """A folder of ten thousand results would take minutes else."""
    calls = []
    monkeypatch.setattr(scratch_files, "sweep", calls.append)
    for i in range(3):
        write_text(tmp_path / str(i), "")
    assert calls == [tmp_path]


# -- text of strangers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, printed",
    [
        ("a.png", "a.png"),
        (
            "Zürich 東京 \U0001f469\u200d\U0001f52c می\u200cخواهم",
            "Zürich 東京 \U0001f469\u200d\U0001f52c می\u200cخواهم",
        ),
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("\x9b2J", "\\x9b2J"),
        ("two\nlines\r\t", "two\\nlines\\r\\t"),
        ("\u2028\u2029\x85", "\\u2028\\u2029\\x85"),
        ("gnp.\u202eexe\u2066", "gnp.\\u202eexe\\u2066"),
        ("\udcff\ud800", "\\udcff\\ud800"),
        ("a\ufeff\u200bb\U000e0041", "a\\ufeff\\u200bb\\U000e0041"),
        (ValueError("7\x00"), "7\\x00"),
    ],
)
def test_what_steers_a_terminal_is_escaped(text, printed):
    assert printable(text) == printed
    printable(text).encode("utf-8")

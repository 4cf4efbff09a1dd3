"""What is too much for the memory is refused in a sentence, before a process is killed for it without one."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from srlib.image_files import kind_of
from srlib.upscaling import room, upscale_file
from srlib.upscaling.room import check_room, memory_left

GROUP = Path("/sys/fs/cgroup/memory")


def system(root, groups, **files):
    """The files of a system below `root`, as Linux has them."""
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text(groups)
    (root / "proc/self/statm").write_text("30000 20000 0 0 0 0 0")
    for name, text in files.items():
        path = root / "sys/fs/cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(text))
    return root


STAT2 = "anon 5\ninactive_file 1000\nactive_file 200\n"
STAT1 = "cache 5\ntotal_inactive_file 1000\ntotal_active_file 200\n"


@pytest.mark.parametrize("groups, files, left", [
    # a container's own group, as it sees it
    ("0::/\n", {"memory.max": 2**20, "memory.current": 5000, "memory.stat": STAT2}, 2**20 - 5000 + 1200),
    # a service without a limit in a slice with one
    ("0::/a.slice/b.service\n", {
        "a.slice/memory.max": 2**20, "a.slice/memory.current": 5000, "a.slice/memory.stat": STAT2,
        "a.slice/b.service/memory.max": "max\n", "a.slice/b.service/memory.current": 10, "a.slice/b.service/memory.stat": "",
    }, 2**20 - 3800),
    # the least of two
    ("0::/a/b\n", {
        "a/memory.max": 2**20, "a/memory.current": 0, "a/memory.stat": "",
        "a/b/memory.max": 2**18, "a/b/memory.current": 0, "a/b/memory.stat": "",
    }, 2**18),
    # the first kind
    ("5:cpu,memory:/x\n1:cpuset:/\n", {
        "memory/x/memory.limit_in_bytes": 2**20, "memory/x/memory.usage_in_bytes": 5000, "memory/x/memory.stat": STAT1,
        "memory/memory.limit_in_bytes": 9223372036854771712, "memory/memory.usage_in_bytes": 1, "memory/memory.stat": "",
    }, 2**20 - 3800),
    # in a container of the first kind, whose path is the host's
    ("4:memory:/docker/0badcafe\n", {
        "memory/memory.limit_in_bytes": 2**20, "memory/memory.usage_in_bytes": 5000, "memory/memory.stat": STAT1,
    }, 2**20 - 3800),
    # the second kind beside the first
    ("0::/s\n", {
        "unified/s/memory.max": 2**20, "unified/s/memory.current": 0, "unified/s/memory.stat": "",
    }, 2**20),
])  # fmt: skip
def test_the_limit_that_holds_is_read(groups, files, left, tmp_path):
    assert memory_left(system(tmp_path, groups, **files)) == left


def test_without_groups_the_machine_is_the_limit(tmp_path):
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert memory_left(system(tmp_path, "")) == whole - 20000 * os.sysconf("SC_PAGE_SIZE")
    assert 0.5 * whole < memory_left(tmp_path / "no such system") <= whole


def test_the_limit_of_addresses_is_read(monkeypatch, tmp_path):
    monkeypatch.setattr(resource, "getrlimit", lambda which: (10**9, 10**9) if which == resource.RLIMIT_AS else None)
    assert memory_left(system(tmp_path, "")) == 10**9 - 30000 * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.parametrize("mode, ending", [("RGB", ".jpg"), ("L", ".png"), ("RGBA", ".png"), ("I;16", ".tif")])
def test_what_does_not_fit_is_refused_before_the_work(mode, ending, tmp_path, monkeypatch):
    source = tmp_path / f"small{ending}"
    Image.new(mode, (60, 40)).save(source)
    monkeypatch.setattr(room, "memory_left", lambda: 2e5)
    monkeypatch.setattr("srlib.upscaling.files.decode", lambda *_, **__: pytest.fail("decoded"))
    with pytest.raises(
        MemoryError, match=r"small.* would become 240x160, which takes .*; expected more: give a smaller"
    ):
        upscale_file(source, tmp_path / "large.png", "bicubic", 4)
    assert not (tmp_path / "large.png").exists()


def test_what_is_no_image_is_left_to_the_decoder(tmp_path):
    (tmp_path / "a.png").write_bytes(b"\x89PNG not")
    check_room(tmp_path / "a.png", kind_of(Path("b.png")), (2, None, None), network=False)
    check_room(tmp_path / "none.png", kind_of(Path("b.png")), (2, None, None), network=False)


def saved(kind, side, path):
    """An image file of stripes; some of them are transparent, others half."""
    dtype, channels = (np.uint16 if "16" in kind else np.uint8), {"G": 1, "R": 3, "A": 4}[kind[0]]
    import cv2

    stripe = np.linspace(0, np.iinfo(dtype).max, side).astype(dtype)
    cv2.imwrite(str(path), np.broadcast_to(stripe[:, None], (side, side, channels)).copy())
    return path


MEASURE = """
import sys
from pathlib import Path
import srlib
from srlib.upscaling import room
memory = lambda what: next(int(line.split()[1]) * 1024 for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(what))
method = sys.argv[3] if sys.argv[3] == "bicubic" else srlib.load_model(sys.argv[3])
limit = []
room.memory_left = lambda: -1
try:
    srlib.upscale_file(sys.argv[1], sys.argv[2], method, 2)
except MemoryError as error:
    limit.append(float(str(error).partition("which takes ")[2].split()[0]) * 2**30)
room.memory_left = lambda: 1e15
before = memory("VmRSS")
srlib.upscale_file(sys.argv[1], sys.argv[2], method, 2)
print(memory("VmHWM") - before, limit[0])
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc, which Linux alone has")
@pytest.mark.parametrize("ending", [".png", ".webp"])  # the others take no more
@pytest.mark.parametrize("kind", ["G8", "R8", "A8", "G16", "R16", "A16"])
def test_as_much_is_asked_for_as_is_used(kind, ending, tmp_path):
    """Never less, and not much more."""
    if kind[0] == "A" and ending in (".jpg", ".bmp"):
        pytest.skip("cannot be transparent")
    source = saved(kind, 3000, tmp_path / "small.png")
    words = [sys.executable, "-c", MEASURE, str(source), str(tmp_path / f"large{ending}"), "bicubic"]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    used, asked = map(float, done.stdout.split())
    print(f"{kind} {ending}: {used / 1e6:.0f} MB used, {asked / 1e6:.0f} asked for")
    assert used <= asked <= 2.5 * used + 100e6


@pytest.fixture
def group_of_2_gib():
    """A control group, where this process may make one."""
    folder = GROUP / f"srlib-test-{os.getpid()}"
    try:
        folder.mkdir()
        (folder / "memory.limit_in_bytes").write_text(str(2 * 2**30))
    except OSError:
        pytest.skip("no control group can be made here")
    yield folder
    folder.rmdir()


@pytest.mark.slow
@pytest.mark.parametrize("kind, megapixels", [("R8", 100), ("A16", 100), ("R8", 30)])
@pytest.mark.parametrize("method", ["bicubic", "small_x2"])
def test_in_a_group_of_2_gib_nothing_is_killed(kind, megapixels, method, group_of_2_gib, tmp_path):
    """It is done, or refused in a sentence."""
    if method != "bicubic" and (kind, megapixels) not in (("R8", 100), ("A16", 100)):
        pytest.skip("it fits, and a network takes minutes for it")
    source = saved(kind, int((megapixels * 1e6) ** 0.5), tmp_path / "small.png")
    script = (
        f"import os, pathlib; pathlib.Path('{group_of_2_gib}/cgroup.procs').write_text(str(os.getpid()))\n"
        f"import sys; from srlib.cli import main; sys.exit(main(['upscale', {str(source)!r}, '-o', {str(tmp_path / 'large.png')!r}, '--model', {method!r}]))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    print(kind, megapixels, method, done.returncode, done.stderr[-300:])
    if done.returncode != 0:
        assert done.returncode == 1 and "expected more: give a smaller scale" in done.stderr
        assert done.stderr.count("\n") == 1 and not (tmp_path / "large.png").exists()

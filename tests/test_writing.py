"""Files are written whole: through a link to what it points to, with the rights that were there, never over a pipe."""

import os
import stat

import pytest

from srlib._writing import check_file, write_text

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links, pipes and rights are those of Unix")


def test_a_link_is_written_through(tmp_path):
    real, link = tmp_path / "far" / "real.json", tmp_path / "link.json"
    real.parent.mkdir()
    real.write_text("old")
    link.symlink_to(real)
    check_file(link)
    write_text(link, "new")
    assert link.is_symlink() and real.read_text() == "new"
    assert os.listdir(real.parent) == ["real.json"] and sorted(os.listdir(tmp_path)) == ["far", "link.json"]


def test_a_link_to_nothing_yet_is_written_through(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "new")
    write_text(tmp_path / "link", "here")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "new").read_text() == "here"


@pytest.mark.parametrize("rights", [0o600, 0o640])
def test_a_file_that_is_replaced_keeps_its_rights(rights, tmp_path):
    path = tmp_path / "mine"
    path.write_text("old")
    path.chmod(rights)
    write_text(path, "new")
    assert path.read_text() == "new" and stat.S_IMODE(path.stat().st_mode) == rights


def test_a_new_file_has_the_usual_rights(tmp_path):
    (tmp_path / "usual").touch()
    write_text(tmp_path / "new", "")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "usual").stat().st_mode


@pytest.mark.parametrize("work", [check_file, lambda path: write_text(path, "x")], ids=["check_file", "write_text"])
def test_a_pipe_stays_a_pipe(work, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    for name in ("pipe", "link"):
        with pytest.raises(OSError, match="is a pipe or a device; expected an ordinary file"):
            work(tmp_path / name)
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode) and len(os.listdir(tmp_path)) == 2

"""``srlib data``: what sets there are."""

from _command_line import run

from srlib.data import CATALOGUE


def test_data_list_names_every_set_with_its_licence(capsys):
    assert run("data", "list") == 0
    out, err = capsys.readouterr()
    head, *rows = out.splitlines()
    assert all(word in head.split() for word in ("name", "images", "download", "licence", "what"))
    assert [row.split()[0] for row in rows] == list(CATALOGUE)
    for source, row in zip(CATALOGUE.values(), rows):
        assert source.licence in row and source.what in row and source.download in row
    assert err == ""


def test_data_fetch_of_what_needs_no_fetching(capsys):
    assert run("data", "fetch", "sample") == 0
    assert "nothing to fetch" in capsys.readouterr().out

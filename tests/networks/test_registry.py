"""Networks by name: what is registered, and which options a builder takes."""

import numpy as np
import pytest

from srlib.networks import NETWORKS, complete_options, register_network


@pytest.fixture
def nothing_stays(monkeypatch):
    for name in list(NETWORKS):
        monkeypatch.setitem(NETWORKS, name, NETWORKS[name])
    yield
    NETWORKS.pop("mine", None)


def test_the_networks_are_those_of_the_course():
    promised = {"autoencoder", "residual_autoencoder", "subpixel", "srcnn", "fsrcnn", "espcn", "edsr"}
    assert promised <= set(NETWORKS)


def test_a_name_that_is_taken_is_refused(nothing_stays):
    def edsr(lr, scale):
        return lr

    with pytest.raises(ValueError, match="'edsr' already, in srlib.networks.edsr; expected a new name"):
        register_network(edsr)


def test_a_cell_may_run_again(nothing_stays):
    for _ in range(2):

        @register_network
        def mine(lr, scale):
            return lr

    assert NETWORKS["mine"] is mine and complete_options("mine", {}) == {}


def test_an_option_without_a_default_is_refused(nothing_stays):
    def mine(lr, scale, *, width):
        return lr

    with pytest.raises(ValueError, match="Option width of 'mine' has no default; expected one"):
        register_network(mine)
    assert "mine" not in NETWORKS


def test_options_are_of_the_kind_of_their_defaults(nothing_stays):
    @register_network
    def mine(lr, scale, *, width: int = 4, share: float = 0.1, skip: bool = True, kernel: str = "bicubic"):
        return lr

    assert complete_options("mine", {"share": 1, "width": np.int64(3)}) == {
        "width": 3, "share": 1.0, "skip": True, "kernel": "bicubic",
    }  # fmt: skip
    assert [type(value) for value in complete_options("mine", {"width": np.int64(3)}).values()] == [
        int,
        float,
        bool,
        str,
    ]
    for wrong, told in (
        ({"width": 0.5}, "width is 0.5; expected a whole number of at least 1: the usual width is 4"),
        ({"share": "much"}, "share is 'much'; expected a number"),
        ({"skip": 1}, "skip is 1; expected True or False"),
        ({"kernel": None}, "kernel is None; expected a word"),
        ({"depth": 3}, "option of mine is 'depth'; expected one of width, share, skip, kernel"),
    ):
        with pytest.raises(ValueError, match=told):
            complete_options("mine", wrong)

"""ESPCN against its paper."""

from srlib import build_model


def test_espcn_by_hand():
    assert build_model("espcn", 3).count_params() == (75 * 64 + 64) + (9 * 64 * 32 + 32) + (9 * 32 * 27 + 27)

"""EDSR against its paper."""

from srlib import build_model


def test_edsr_baseline_has_the_papers_parameters():
    model = build_model("edsr")
    assert model.count_params() == 1_369_859  # 1.37 M; RGB in the paper too
    assert build_model("edsr", 4).count_params() == 1_369_859 + 9 * 64 * 256 + 256

"""The outline of Keras: the same ONNX files without Keras, to the last byte, and a sentence for what cannot be done so.

What the base installation lacks is hidden from a fresh process here; `tests/test_online.py` installs one.
"""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from _networks import noise, shaken, small

import srlib
from srlib.checkpoints import CARD, WEIGHTS_FILE, shipped
from srlib.cli import main
from srlib.layers import EquivariantConv2D
from srlib.networks import NETWORKS
from srlib.onnx_export import encoded
from srlib.outline import stored_name

BASE = """
import sys
for name in ("onnx", "keras", "tensorflow", "jax", "skimage", "scipy", "matplotlib", "ipywidgets", "visualkeras"):
    sys.modules[name] = None  # importing it fails
"""
OPTIONS = (
    {"symmetry": "d4", "border": "mirror", "width": 16}, {"symmetry": "d4_inversion", "channels": 1, "width": 16}, {"border": "mirror", "expand": 2}, {"wide": 3},
)  # fmt: skip


def in_base(code, *words):
    """What a process prints that has what the base installation has."""
    done = subprocess.run([sys.executable, "-c", BASE + code, *map(str, words)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    assert not done.stderr, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def networks(tmp_path_factory):
    """Name or folder -> the network: all that are shipped, and of every builder one at every scale, saved."""
    place = tmp_path_factory.mktemp("networks")
    made = [small(name, scale) for name in NETWORKS for scale in (1, 2, 3, 4)]
    made += [small("subpixel", **options) for options in OPTIONS]
    for model in made:
        if not any(isinstance(layer, EquivariantConv2D) for layer in model.layers):
            shaken(model)
        for layer in model.layers:
            if isinstance(layer, EquivariantConv2D):
                for weights, constraint in layer._with_constraints():
                    weights.assign(constraint(noise(*weights.shape, seed=2) - 0.5))
    saved = {str(place / str(i)): model for i, model in enumerate(made)}
    for folder, model in saved.items():
        Path(folder).mkdir()
        model.save_weights(Path(folder, WEIGHTS_FILE))
        Path(folder, CARD).write_text(json.dumps(model.card.to_dict()))
    ensemble = next(folder for folder, model in saved.items() if model.name == "fsrcnn")
    return saved | {f"{ensemble}+": srlib.self_ensemble(saved[ensemble])} | {n: srlib.load_model(n) for n in shipped()}


def test_every_network_is_written_without_keras_as_with_it(networks, tmp_path):
    code = """
import json
from pathlib import Path
from srlib import export
for i, name in enumerate(json.loads(sys.argv[1])):
    export(name, Path(sys.argv[2]) / f"{i}.onnx")
"""
    in_base(code, json.dumps([*networks]), tmp_path)
    for i, model in enumerate(networks.values()):
        assert (tmp_path / f"{i}.onnx").read_bytes() == encoded(model), model.card.architecture


def test_the_list_of_networks_is_the_same_without_keras(capsys):
    assert main(["models"]) == 0
    *rows, _ = capsys.readouterr().out.splitlines()
    *bare, without = in_base("from srlib.cli import main; main(['models'])").splitlines()
    assert bare == rows and len(rows) > len(shipped())
    assert without == "engines: keras (not installed), onnx (installed)"


@pytest.mark.parametrize("kind, name", [
    ("Conv2DTranspose", "conv2d_transpose"), ("PReLU", "p_re_lu"), ("MirroredEquivariantConv2D", "mirrored_equivariant_conv2d"),
])  # fmt: skip
def test_a_kind_of_layers_is_called_in_a_file_as_keras_calls_it(kind, name):
    from keras.src.utils.naming import to_snake_case

    assert stored_name(type(kind, (), {})) == name == to_snake_case(kind)


# -- what cannot be done ------------------------------------------------------------------------------------------------

WORKS = (
    "srlib.psnr(a, a)", "srlib.upscale(a, 'lanczos')", "srlib.make_pairs(a, srlib.preset('web', 2))", "srlib.leaderboard(4)", "srlib.checks.check_psnr(srlib.psnr)",
    "srlib.Recipe(steps=3, loss='psnr_y', optimizer='muon')", "srlib.make_pairs(a, (srlib.Blur(1), srlib.AnisotropicBlur(2, 1), srlib.Defocus(1)))",
)  # fmt: skip
FAILS = {
    "srlib.build_model('espcn')": "tensorflow", "srlib.load_model('small_x2')": "tensorflow", "srlib.fit": "tensorflow",
    "srlib.ssim(a, a)": "course",
    "srlib.evaluate({'b': 'bicubic'}, a[None])": "course", "srlib.load_images('dead_leaves', count=1)": "course",
    "srlib.show.images({'a': a})": "course", "srlib.show.zoom(a, {}, box=(0, 0, 4))": "course", "srlib.show.curves({})": "course",
    "srlib.upscale_file('a.png', 'b.png', 'small_x2', engine='keras')": "tensorflow",
    "srlib.upscale(a, read_model('small_x2'))": "tensorflow", "read_model('small_x2')(a[None])": "tensorflow",
}  # fmt: skip


def test_each_public_name_works_or_says_what_to_install():
    code = """
import json
import numpy as np, srlib
from srlib.checkpoints import read_model
a = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
for words in json.loads(sys.argv[1]):
    try:
        eval(words)
        print("works")
    except ImportError as error:
        print(error)
"""
    told = dict(zip((*WORKS, *FAILS), in_base(code, json.dumps([*WORKS, *FAILS])).splitlines(), strict=True))
    assert {told[words] for words in WORKS} == {"works"}
    for words, extra in FAILS.items():
        assert told[words].endswith(f": pip install 'srlib[{extra}]'."), (words, told[words])
        assert "is not installed; expected it for" in told[words]


def test_a_command_that_needs_more_says_what_to_install(make_image, tmp_path):
    from PIL import Image

    Image.fromarray(make_image(20, 30)).save(tmp_path / "a.png")
    code = """
import json, os
from srlib.cli import main
os.chdir(sys.argv[2])
sys.stderr = sys.stdout
for words in json.loads(sys.argv[1]):
    print(main(words.split()))
"""
    lines = in_base(code, json.dumps([
        "upscale a.png -o b.png", "degrade a.png -o c.png --preset web", "train --model espcn --data sample --steps 1 --out run",
        "evaluate --model bicubic --data sample", "evaluate --model small_x2 --data sample", "upscale a.png -o d.png --engine keras --model small_x2",
    ]), tmp_path).splitlines()  # fmt: skip
    results = [line for line in lines if line.isdigit()]
    assert results == ["0", "0", "1", "1", "1", "1"], lines
    told = [line for line in lines if "is not installed" in line]
    assert len(told) == 4 and all(line.startswith("srlib: ") and "pip install 'srlib[" in line for line in told)
    assert len(lines) == 6 + 4 + 2  # and two that say what was taken, and what was drawn
    expected = 255 * srlib.upscale(make_image(20, 30), srlib.load_model("small_x2"))
    assert np.abs(np.asarray(Image.open(tmp_path / "b.png")) - expected).max() <= 1
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.png", "b.png", "c.png"]

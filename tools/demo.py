"""Fill the live demo, docs/demo/, with what it shows: the shipped networks and an embedded photograph.

    python tools/demo.py                 # into docs/demo/made/, which is not tracked
    python tools/demo.py --out FOLDER    # the whole demo as a folder of its own, for any static host
    python tools/demo.py --compile       # conv.c into WebAssembly, after a change; needs the package ziglang

A network becomes one binary file of weights, in half precision, and its convolutions in made/networks.json. Equivariant
convolutions become plain ones. The page must be served, as browsers load no modules from files:
python -m http.server --directory docs/demo
"""

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np

from srlib.data.cache import sha256_of
from srlib.data.sample import FOLDER as PHOTOGRAPHS
from srlib.network_files import shipped_names

DEMO = Path(__file__).parents[1] / "docs" / "demo"
MADE = "made"
FAMILIES = ("small", "photo", "sharp")  # in the order in which the page offers them, each where it ships
SCALES = (2, 4)
PHOTOGRAPH = "osprey"  # of the split `test`: no network has learnt from it
COMPILED = "conv.sha256"  # beside the compiled files: of which conv.c they were made
_FLAGS = {"conv.wasm": ["-msimd128"], "conv-fma.wasm": ["-msimd128", "-mrelaxed-simd"]}


def steps_of(model) -> tuple[list[dict], np.ndarray]:
    """What the browser computes of a network of the kind `subpixel`, and its weights in a row.

    Parameters
    ----------
    model : keras.Model
        From :func:`srlib.load_model`.

    Returns
    -------
    steps : list of dict
        Each with ``op``; result number 0 is the LR image, and step n makes result n + 1. ``luminance``, and ``shift`` by a
        ``value``, of the result before; ``conv`` of the result ``of``, with the result ``add`` added if that is no null; at
        the end ``pixels``: the result before, as pixels, added to the interpolation ``kernel``.
    weights : ndarray of float16
        Of each convolution its kernel, (3, 3, inputs, outputs), and its bias.

    Raises
    ------
    ValueError
        A network of another kind.
    """
    from srlib.backend import keras
    from srlib.layers import Interpolation, Luminance, PixelShuffle
    from srlib.layers.traits import calls_of

    array, layers = keras.ops.convert_to_numpy, keras.layers
    steps, weights, known = (
        [],
        [],
        {},
    )  # known: number of the result that each tensor of Keras is; None for the LR image scaled
    for call in calls_of(model):
        layer, taken, made = call.operation, [known.get(id(x)) for x in call.input_tensors], call.output_tensors[0]
        if isinstance(layer, layers.InputLayer):
            known[id(made)] = 0
            continue
        if isinstance(layer, Interpolation) and taken == [0]:
            interpolation = layer.kernel
            continue
        if isinstance(layer, PixelShuffle) and taken == [len(steps)] and layer.scale == model.card.scale:
            known[id(made)] = taken[0]
            continue
        if isinstance(layer, Luminance) and taken == [0]:
            steps.append({"op": "luminance"})
        elif isinstance(layer, layers.Rescaling) and layer.scale == 1 and taken == [len(steps)]:
            steps.append({"op": "shift", "value": float(layer.offset)})
        elif isinstance(layer, layers.Conv2D) and layer.kernel_size == (3, 3) and layer.dilation_rate == (1, 1):
            relu = layer.activation is keras.activations.relu
            if layer.padding != "same" or layer.strides != (1, 1) or layer.groups != 1 or not layer.use_bias:
                raise _refused(model, layer)
            if not relu and layer.activation is not keras.activations.linear:
                raise _refused(model, layer)
            inputs, outputs = layer.kernel.shape[-2:]
            border = getattr(layer, "border", "zeros")
            steps.append({"op": "conv", "of": taken[0], "add": None, "relu": relu, "border": border, "inputs": inputs, "outputs": outputs})  # fmt: skip
            weights += [array(layer.kernel).ravel(), array(layer.bias)]
        elif isinstance(layer, layers.Add) and None in taken and len(taken) == 2:  # with the interpolation, at the end
            steps.append({"op": "pixels", "kernel": interpolation})
        elif isinstance(layer, layers.Add) and len(taken) == 2 and len(steps) in taken and steps[-1]["op"] == "conv":
            (steps[-1]["add"],) = {*taken} - {len(steps)}  # the convolution adds it itself
        else:
            raise _refused(model, layer)
        known[id(made)] = len(steps)
    if not steps or steps[-1]["op"] != "pixels":
        raise _refused(model, model)
    return steps, np.concatenate(weights).astype(np.float16)


def _refused(model, layer) -> ValueError:
    return ValueError(
        f"{model.name} holds {layer.name} ({type(layer).__name__}), which the demo does not compute there; expected a network of the kind subpixel: offer another, or teach docs/demo/network.js."
    )


def make(folder: Path) -> list[str]:
    """Write the networks and the photograph; the names of the networks.

    Parameters
    ----------
    folder : Path
        Where the page looks for them: ``made`` beside index.html. Made anew.

    Returns
    -------
    list of str
    """
    from srlib import load_model
    from srlib.layers import traits_of

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    told = []
    for scale in SCALES:
        for family in FAMILIES:
            name = f"{family}_x{scale}"
            if name not in shipped_names():
                continue
            model = load_model(name)
            steps, weights = steps_of(model)
            (folder / f"{name}.bin").write_bytes(weights.astype("<f2").tobytes())
            told.append(
                {
                    "name": name, "family": family, "scale": scale, "reach": int(traits_of(model).reach),
                    "licence": model.card.licence, "not_for": model.card.not_for, "steps": steps,
                }
            )  # fmt: skip
    (folder / "networks.json").write_text(json.dumps(told), "utf-8")
    shutil.copy(PHOTOGRAPHS / f"{PHOTOGRAPH}.webp", folder / "photograph.webp")
    return [network["name"] for network in told]


def compile_convolutions() -> None:
    """Make both WebAssembly files of conv.c, one for every browser and one with fused multiply-add, and note its checksum."""
    folder = DEMO / "wasm"
    for name, flags in _FLAGS.items():
        subprocess.run(
            [sys.executable, "-m", "ziglang", "cc", "-target", "wasm32-freestanding", "-O3", "-nostdlib", *flags,
             "-Wl,--no-entry,--import-memory,--strip-all,-z,stack-size=16384", "-o", folder / name, DEMO / "wasm" / "conv.c"],
            check=True,
        )  # fmt: skip
        (folder / name).chmod(0o644)
    (folder / COMPILED).write_text(f"{sha256_of(folder / 'conv.c')}  conv.c\n", "utf-8")


def main(argv: list[str] | None = None) -> int:
    """Fill the demo."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--out", type=Path, default=DEMO, help="a folder for the whole demo; docs/demo itself unless given"
    )
    parser.add_argument("--compile", action="store_true", help="first compile conv.c")
    args = parser.parse_args(argv)
    if args.compile:
        compile_convolutions()
    if args.out.resolve() != DEMO.resolve():
        shutil.copytree(DEMO, args.out, ignore=shutil.ignore_patterns(MADE, "*.c", COMPILED), dirs_exist_ok=True)
    for name in make(args.out / MADE):
        print(f"{name:<10} {(args.out / MADE / f'{name}.bin').stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The live demo beside UpscalerJS, in one page of headless Chromium: time for one photograph, and PSNR of ten.

    python benchmarks/browser.py        # needs npm with a registry, Chromium, and pip install -e ".[browser]"

UpscalerJS (`upscaler`) runs its network `@upscalerjs/esrgan-slim` on TensorFlow.js; without a graphics card WebAssembly is its
fastest backend. Both run on one thread, on the same picture, in turn. The ten test photographs of `sample` are made smaller
by 2 (bicubic), rounded to 8 bits, and enlarged.
"""

import functools
import gzip
import http.server
import json
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import numpy as np
from PIL import Image

import srlib

ROOT = Path(__file__).parents[1]
PACKAGES = {
    "upscaler": "1.0.0", "@upscalerjs/esrgan-slim": "1.0.0", "@tensorflow/tfjs": "4.11.0",
    "@tensorflow/tfjs-backend-wasm": "4.11.0", "esbuild": "0.28.2",
}  # fmt: skip
TIMES = 5  # that each enlarges the photograph, after a first one that is not counted
ENTRY = """
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import Upscaler from "upscaler";
import model from "@upscalerjs/esrgan-slim/2x";
Object.assign(window, { tf, setWasmPaths, Upscaler, model });
"""
PAGE = """<!doctype html><script src="theirs.js"></script><script type="module">
import { Network } from "./demo/network.js";
import { listNetworks, loadNetwork } from "./demo/networks.js";
import { tiles } from "./demo/tiles.js";

async function pixels(path) {
  const bitmap = await createImageBitmap(await (await fetch(path)).blob());
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d", { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  return context.getImageData(0, 0, bitmap.width, bitmap.height);
}
const networks = {};
window.ours = async (path, name) => {
  const told = (await listNetworks()).find((one) => one.name === name);
  const { halves, module } = await loadNetwork(told);
  const network = (networks[name] ??= new Network(told, halves, module));
  const { data, width, height } = await pixels(path);
  const begun = performance.now();
  const [s, made] = [told.scale, new Uint8Array(3 * width * height * told.scale ** 2)];
  for (const { down, side } of tiles(height, width, told.reach)) {
    const [x, y] = [side.seen[0], down.seen[0]], [w, h] = [side.seen[1] - x, down.seen[1] - y];
    const lr = Float32Array.from({ length: 3 * w * h }, (_, i) => {
      const pixel = Math.floor(i / 3);
      return data[4 * ((y + Math.floor(pixel / w)) * width + x + (pixel % w)) + (i % 3)] / 255;
    });
    const kept = { top: down.kept[0] - y, bottom: down.kept[1] - y, left: side.kept[0] - x, right: side.kept[1] - x };
    const sr = network.enlarge(lr, h, w, kept).network, across = (kept.right - kept.left) * s;
    for (let i = 0; i < sr.length / 4; i++)
      for (let c = 0; c < 3; c++)
        made[3 * ((down.kept[0] * s + Math.floor(i / across)) * width * s + side.kept[0] * s + (i % across)) + c] = sr[4 * i + c];
  }
  return { ms: performance.now() - begun, made };
};
let upscaler;
window.theirs = async (path) => {
  setWasmPaths("./");
  await tf.setBackend("wasm");
  upscaler ??= new Upscaler({ model: { ...model, path: "models/x2/model.json" } });
  const { data, width, height } = await pixels(path);
  const lr = tf.tensor(Float32Array.from(data.filter((_, i) => i % 4 < 3)), [height, width, 3]);
  const begun = performance.now();
  const sr = await upscaler.upscale(lr, { output: "tensor" });
  const made = Uint8ClampedArray.from(await sr.data());
  return { ms: performance.now() - begun, made };
};
document.body.dataset.ready = "yes";
</script><body></body>"""


def make(folder: Path) -> int:
    """Fill a folder with the page, both programs and their networks; the bytes of theirs, compressed, for enlarging by 2."""
    (folder / "package.json").write_text(json.dumps({"private": True, "dependencies": PACKAGES}))
    (folder / "entry.js").write_text(ENTRY)
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--loglevel=error"], cwd=folder, check=True)
    bundled = [
        "npx",
        "esbuild",
        "entry.js",
        "--bundle",
        "--minify",
        "--format=iife",
        "--outfile=theirs.js",
        "--log-level=error",
    ]
    subprocess.run(bundled, cwd=folder, check=True)
    modules = folder / "node_modules"
    shutil.copytree(modules / "@upscalerjs" / "esrgan-slim" / "models", folder / "models")
    for file in (modules / "@tensorflow" / "tfjs-backend-wasm" / "dist").glob("*.wasm"):
        shutil.copy(file, folder)
    (folder / "index.html").write_text(PAGE)
    subprocess.run(
        [sys.executable, ROOT / "tools" / "demo.py", "--out", folder / "demo"], check=True, capture_output=True
    )
    loaded = [folder / "theirs.js", folder / "tfjs-backend-wasm-simd.wasm", *(folder / "models" / "x2").iterdir()]
    return sum(len(gzip.compress(file.read_bytes())) for file in loaded)


def measure(page, folder: Path) -> None:
    """Print time and PSNR of both."""
    methods = {"UpscalerJS, esrgan-slim": "path => theirs(path)"}
    methods |= {f"the demo, {name}": f"path => ours(path, '{name}')" for name in ("small_x2", "photo_x2")}
    called = lambda code, path, part: page.evaluate(f"async (path) => {{ const run = {code}; return {part}(await run(path)) }}", path)  # fmt: skip
    times = {method: [] for method in methods}
    for _ in range(1 + TIMES):  # in turn, so that what else the machine does meets both
        for method, code in methods.items():
            times[method].append(called(code, "demo/made/photograph.webp", "(({ ms }) => ms)"))
    scores = {method: [] for method in ("bicubic", *methods)}
    for i, hr in enumerate(srlib.load_images("sample", split="test")):
        lr = np.rint(255 * srlib.downscale(hr, 2, "bicubic")).astype(np.uint8)
        Image.fromarray(lr).save(folder / f"{i}.png")
        scores["bicubic"].append(srlib.psnr(srlib.upscale(lr, "bicubic", 2), hr))
        for method, code in methods.items():
            sr = np.array(called(code, f"{i}.png", "(({ made }) => Array.from(made))"), np.uint8).reshape(np.shape(hr))
            scores[method].append(srlib.psnr(sr, hr))
    for method, values in scores.items():
        took = f"  {np.median(times[method][1:]):5.0f} ms for 256x256" if method in times else ""
        print(f"{method:<24} {np.mean(values):.2f} dB{took}")


def main() -> None:
    """Measure and print."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        print(f"UpscalerJS, its TensorFlow.js and its network are {make(folder) / 1e6:.2f} MB compressed")
        handler = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler, directory=place))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{server.server_port}/")
            page.locator("body[data-ready]").wait_for(state="attached")
            measure(page, folder)
            browser.close()
        server.shutdown()


if __name__ == "__main__":
    main()

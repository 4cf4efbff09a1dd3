"""Measure on this machine, our way beside what one would pick instead, and write RESULTS.md and results.json.

Every measurement runs alone in a fresh process (tasks.py), so that its memory is its own. Results that are not measured
again are kept, each with the date and the machine it is from.

    python benchmarks/run.py                    all of it, about 20 minutes on two cores; quality wants SRLIB_DATA
    python benchmarks/run.py --quick            the same with little of everything, 4 minutes: a rehearsal, no result
    python benchmarks/run.py --only upscaling
"""

import argparse
import datetime
import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
BACKENDS = {"tensorflow": "TensorFlow", "jax": "JAX"}


def task(name: str, backend: str = "tensorflow", **settings):
    """Run a task of tasks.py in a process of its own."""
    env = {**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "2"}
    print(f"  {name} {json.dumps(settings)}", file=sys.stderr, flush=True)
    words = [sys.executable, HERE / "tasks.py", name, json.dumps(settings)]
    done = subprocess.run(words, capture_output=True, text=True, env=env)
    if done.returncode:
        raise SystemExit(
            f"{done.stderr}\nbenchmarks: {name} {settings} failed with status {done.returncode}; see above."
        )
    return json.loads(done.stdout.splitlines()[-1])


# -- what is measured: one function for each section; it gives what goes into results.json -----------------------------------


def preprocessing(quick: bool) -> dict:
    import preprocessing as script

    return script.measure(*((200, 128, 2, 3) if quick else (2000, 128, 2, 5)))


def training(quick: bool) -> dict:
    batch, steps = (8, 2) if quick else (32, 4)
    ways = {"reference": steps, "autoencoder": steps, "subpixel": 3 * steps}
    return {"batch": batch, **{way: task("train", way=way, batch=batch, steps=n) for way, n in ways.items()}}


def feeding(quick: bool) -> dict:
    """Pairs of runs, without workers and with two, so that a machine that changes its pace spoils neither."""
    pairs = [
        [task("fast_device", workers=n, steps=30 if quick else 150)["milliseconds_per_step"] for n in (1, 2)]
        for _ in range(1 if quick else 5)
    ]
    ways = ("bare", "1", "2")
    steps = [
        {way: task("network_step", way=way, steps=20 if quick else 60)["milliseconds_per_step"] for way in ways}
        for _ in range(1 if quick else 3)
    ]
    return {"pairs": pairs, "network": steps}


def memory(quick: bool) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        task("write_images", folder=folder, count=1000 if quick else 6000)
        return {way: task("feed", way=way, folder=folder) for way in ("reference", "ours")}


def streaming(quick: bool) -> dict:
    """Pairs of runs on few files and on all, so that a machine that changes its pace spoils neither."""
    few, many, steps, pairs = (50, 500, 40, 1) if quick else (200, 20_000, 100, 3)
    with tempfile.TemporaryDirectory() as folder:
        task("write_photographs", folder=folder, count=many)
        runs = [[task("stream", folder=folder, count=n, steps=steps) for n in (few, many)] for _ in range(pairs)]
    return {"pairs": runs}


def devices(quick: bool) -> dict | None:
    if importlib.util.find_spec("jax") is None:
        return None
    runs, steps, batch = [], 10 if quick else 50, 16
    for count in (1, 2, 4):
        os.environ["XLA_FLAGS"] = f"--xla_force_host_platform_device_count={count}"
        runs.append(task("devices", backend="jax", steps=steps, batch=batch))
    del os.environ["XLA_FLAGS"]
    return {"runs": runs, "batch": batch}


WAYS = {  # batch, workers, precision of a step on an accelerator; one patch first, then sixteen
    "one patch, the same again and again": (1, 0, "float32"),
    "16 patches, the same again and again": (16, 0, "float32"),
    "the same in bfloat16": (16, 0, "bfloat16"),
    "64 patches, the same again and again": (64, 0, "float32"),
    "16 patches, cut on the thread that trains": (16, 1, "float32"),
    "cut by two workers": (16, 2, "float32"),
    "cut by four workers": (16, 4, "float32"),
    "cut by eight workers": (16, 8, "float32"),
}


def accelerator(quick: bool) -> dict | None:
    """All ways in turn, several times, each time in a process of its own; nothing where JAX knows no accelerator."""
    if importlib.util.find_spec("jax") is None or not (about := task("accelerator", backend="jax"))["device"]:
        return None
    steps, size = (25, (200, 300)) if quick else (320, (4000, 6000))
    runs = [
        task("accelerator_steps", backend="jax", ways=list(WAYS.values()), steps=steps)
        for _ in range(1 if quick else 3)
    ]
    return {
        **about,
        "steps": steps,
        "runs": runs,
        "photograph": task("photograph", backend="jax", height=size[0], width=size[1]),
    }


def upscaling(quick: bool) -> dict:
    from srlib.networks import NETWORKS

    side, repeat = (128, 2) if quick else (512, 5)
    names = ("bicubic", *NETWORKS, "small_bilinear", "best_bilinear")
    if quick:  # those that the text tells of
        names = ("bicubic", "autoencoder", "small_bilinear")
    return {"side": side, "methods": {name: task("upscaling", method=name, side=side, repeat=repeat) for name in names}}


def backends(quick: bool) -> dict:
    return {
        name: task("backend", backend=name, steps=10 if quick else 60) if importlib.util.find_spec(name) else None
        for name in BACKENDS
    }


def photographs(quick: bool) -> dict:
    sizes = ((200, 300), (400, 600), (600, 900)) if quick else ((2000, 3000), (2828, 4243), (4000, 6000))
    repeat = 1 if quick else 3
    return {
        "tensorflow": [task("command", words=["-c", "import tensorflow"]) for _ in range(repeat)],
        "cold": [task("photograph", height=512, width=512, suffix=".png") for _ in range(repeat)],
        "start": [task("photograph", height=16, width=16) for _ in range(repeat)],
        "sizes": [task("photograph", height=height, width=width) for height, width in sizes],
    }


def quality(quick: bool) -> dict | None:
    if not os.environ.get("SRLIB_DATA"):
        print("  SRLIB_DATA is not set, so there is no BSDS500: quality is left out.", file=sys.stderr)
        return None
    ours, looks = (10, [20, 60]) if quick else (30, [60, 150, 300, 600])
    return {
        **{name: task("quality_interpolation", method=name) for name in ("bilinear", "bicubic")},
        "ours": task("quality_ours", seconds=ours),
        "reference": task("quality_reference", looks=looks, batch=16),
        "seconds": ours,
    }


# -- what is written ------------------------------------------------------------------------------------------------------


def mb(count: float) -> str:
    return f"{count / 1e6:,.0f} MB"


def table(head: list, *rows: list) -> list[str]:
    rule = ["---"] + ["---:"] * (len(head) - 1)
    return ["| " + " | ".join(map(str, row)) + " |" for row in (head, rule, *rows)] + [""]


def tell_preprocessing(found: dict) -> list[str]:
    rows = [
        [name, f"{statistics.median(t):.3f}", f"{min(t):.3f}", f"{max(t):.3f}"] for name, t in found["seconds"].items()
    ]
    return [
        f"{found['count']:,} float32 images of {found['side']}x{found['side']} downscaled by 2 and upscaled again, bilinear. "
        f"srlib takes {found['ratio']:.1f} times as long as the loop of OpenCV's resize; the largest difference is {found['difference']:.0e}.",
        "",
        *table(["", "median (s)", "fastest", "slowest"], *rows),
    ]


def tell_training(found: dict) -> list[str]:
    told = {
        "reference": "reference network, float arrays to `model.fit`",
        "autoencoder": "the same network, `srlib.fit` from `uint8`",
        "subpixel": "`subpixel`, `srlib.fit` from `uint8`",
    }
    rows = [
        [
            words,
            f"{found[way]['parameters']:,}",
            f"{found[way]['images_per_second']:.1f}",
            mb(found[way]["peak_bytes"]),
        ]
        for way, words in told.items()
    ]
    ratio = found["subpixel"]["images_per_second"] / found["reference"]["images_per_second"]
    return [
        f"Training on whole images of 128x128, batches of {found['batch']}, MSE, 400 images; the first step is not counted. "
        f"`subpixel` trains on {ratio:.0f} times as many images a second as the reference. Memory is the peak of the whole process.",
        "",
        *table(["", "parameters", "images a second", "peak memory"], *rows),
    ]


def tell_feeding(found: dict) -> list[str]:
    ratios = sorted(alone / fed for alone, fed in found["pairs"])
    alone, fed = (statistics.median(column) for column in zip(*found["pairs"]))
    steps, names = found["network"], {"bare": "the bare step", "1": "`fit`", "2": "`fit`, two workers"}
    median = lambda way: statistics.median(run[way] for run in steps)
    ratio = lambda way: statistics.median(run[way] / run["bare"] for run in steps)
    return [
        f"Batches of 16 patches of 192x192 at x4 for a stand-in of a fast device, whose step takes 2 ms, taken on the thread that trains. (Keras on TensorFlow adds a thread of its own in any case.) Two workers give {statistics.median(ratios):.2f} times the pace ({ratios[0]:.2f} to {ratios[-1]:.2f} in {len(ratios)} pairs of runs).",
        "",
        *table(["", "ms a step"], ["no workers", f"{alone:.1f}"], ["two workers", f"{fed:.1f}"]),
        f"And the training of `small_x4` (97 thousand parameters) with such batches on the processor, against the bare step, which is made on one batch again and again. Nothing waits there: `fit` takes {ratio('1'):.2f} times as long as the bare step, with two workers {ratio('2'):.2f} times (medians of {len(steps)} runs in turn). On an accelerator the batches are what counts: see below.",
        "",
        *table(["", "ms a step"], *([words, f"{median(way):.0f}"] for way, words in names.items())),
    ]


def tell_memory(found: dict) -> list[str]:
    ours, theirs = found["ours"], found["reference"]
    share = ours["added_bytes"] / theirs["added_bytes"]
    rows = [
        [words, mb(x["added_bytes"]), mb(x["peak_bytes"]), f"{x['seconds']:.1f}"]
        for words, x in (("reference's way", theirs), ("`load_images` and `srlib.fit`", ours))
    ]
    return [
        f"Loading {ours['images']:,} JPEG images of 128x128 from a folder and feeding each of them once, to a network so small that the images are all that counts. "
        f"Ours takes {share:.3f} of the reference's memory ({1 / share:.0f} times less; at most a fifth wanted: {'yes' if share <= 0.2 else 'NO'}). "
        "Added is the peak over what the same process held after training on 32 images, which is Python and TensorFlow.",
        "",
        *table(["", "added by the images", "peak of the process", "seconds"], *rows),
    ]


def tell_streaming(found: dict) -> list[str]:
    few, many = (list(runs) for runs in zip(*found["pairs"]))
    ratios = sorted(b["seconds_per_step"] / a["seconds_per_step"] for a, b in found["pairs"])
    ratio, peak = statistics.median(ratios), max(x["peak_bytes"] for x in many)
    row = lambda runs: [
        f"{runs[0]['files']:,} files",
        *(f"{1e3 * statistics.median(x[key] for x in runs):.1f}" for key in ("seconds_per_step", "processor_seconds_per_step")),
        mb(max(x["peak_bytes"] for x in runs)),
    ]  # fmt: skip
    return [
        f"JPEG photographs of 512x512 that stay on disk (`stream=True`), the usual `subpixel`, 16 patches of 64x64 a step, with the window that a recipe has unless given. Many files take {ratio:.2f} times as long a step as few ({ratios[0]:.2f} to {ratios[-1]:.2f} in {len(ratios)} pairs of runs; at most 1.10 wanted: {'yes' if ratio <= 1.1 else 'NO'}), and the peak of the whole process is {mb(peak)} (at most 1,500 wanted: {'yes' if peak <= 1.5e9 else 'NO'}).",
        "",
        *table(["", "ms a step, the median", "processor ms a step", "peak memory"], row(few), row(many)),
    ]


def tell_devices(found: dict) -> list[str]:
    first, *others = found["runs"]
    apart = max(abs(a - b) for x in others for a, b in zip(x["loss"], first["loss"]))
    rows = [
        [x["devices"], f"{1e3 * x['seconds_per_step']:.0f}", f"{found['batch'] / x['seconds_per_step']:.0f}", mb(x["peak_bytes"])]
        for x in found["runs"]
    ]  # fmt: skip
    return [
        f'`subpixel` on JAX, {found["batch"]} patches of 64x64 a step, shared by virtual devices of one processor (`devices="all"`). They share its cores, so the table says what sharing costs, not what a second device brings. The losses of {len(first["loss"])} steps differ by at most {apart:.0e} (1e-06 wanted: {"yes" if apart <= 1e-6 else "NO"}). Several accelerators were not at hand.',
        "",
        *table(["devices", "ms a step", "patches a second", "peak memory"], *rows),
    ]


def tell_accelerator(found: dict) -> list[str]:
    each = dict(zip(WAYS, zip(*(run["milliseconds_per_step"] for run in found["runs"]))))
    median = {way: statistics.median(times) for way, times in each.items()}
    one, sixteen = [*median.values()][:2]
    cutting = statistics.median(run["cutting"] for run in found["runs"])
    photograph = found["photograph"]
    rows = [[way, f"{median[way]:.1f}", f"{min(times):.1f} to {max(times):.1f}"] for way, times in each.items()]
    return [
        f"`fit` for `small_x4` (97 thousand parameters) on one {found['device']}, JAX {found['jax']}, patches of 192x192, {found['steps']} steps, the first fifth left out. A step of 16 patches takes {sixteen / one:.1f} times as long as a step of one. Cutting 16 patches takes {cutting:.1f} ms of one processor core.",
        "",
        *table(["", "ms a step, the median", f"of {len(found['runs'])} runs"], *rows),
        f"`srlib upscale` of a JPEG photograph of {photograph['width']}x{photograph['height']} by `small_x2` takes {photograph['seconds']:.0f} s there from a cold start, {photograph['processor_seconds']:.0f} s of processor time.",
        "",
    ]


def tell_upscale(found: dict) -> list[str]:
    side = found["side"]
    rows = [
        [
            f"`{name}`" + (" (the reference network)" if name == "autoencoder" else ""),
            "-" if x["parameters"] is None else f"{x['parameters']:,}",
            "-" if x["gmacs"] is None else f"{x['gmacs']:.1f}",
            f"{x['seconds']:.2f}",
            f"{x['seconds'] / (4 * side**2 / 1e6):.2f}",
            mb(x["peak_bytes"]),
        ]
        for name, x in sorted(found["methods"].items(), key=lambda item: item[1]["seconds"])
    ]
    head = ["", "parameters", "GMACs for 1280x720", "seconds", "seconds a megapixel made", "peak memory"]
    times = found["methods"]["autoencoder"]["seconds"] / found["methods"]["small_bilinear"]["seconds"]
    return [
        f"An image of {side}x{side} to {2 * side}x{2 * side} by `srlib.upscale(image, method)`, the same call for all, warm, the median. Builders at their usual sizes with fresh weights, which do not change the time, and two shipped networks. "
        f"The reference network takes {times:.1f} times as long as `small_bilinear` (at least 10 wanted: {'yes' if times >= 10 else 'NO'}).",
        "",
        *table(head, *rows),
    ]


def tell_backends(found: dict) -> list[str]:
    rows = []
    for name, words in BACKENDS.items():
        x = found[name]
        if x is None:
            rows.append([words, "not installed here", "-", "-", "-"])
            continue
        about = f"{words} {x['versions'][name]}, Keras {x['versions']['keras']}"
        seconds = [f"{x[key]:.3f}" for key in ("step_seconds", "first_step_seconds", "upscale_seconds")]
        rows.append([about, *seconds, mb(x["peak_bytes"])])
    return [
        "`subpixel`: one training step (16 patches of 64x64, the median), the first step, which compiles, and an image of 512x512 upscaled by 2.",
        "",
        *table(["", "step (s)", "first step (s)", "upscaling (s)", "peak memory"], *rows),
    ]


def tell_photographs(found: dict) -> list[str]:
    least = lambda runs, key: min(run[key] for run in runs)
    about = [
        f"{least(found['cold'], key) - least(found['tensorflow'], key):.1f} s {words}"
        for key, words in (("seconds", "by the clock"), ("processor_seconds", "of processor time"))
    ]
    start = least(found["start"], "processor_seconds")
    rates = [(x["processor_seconds"] - start) / (x["made"][0] * x["made"][1] / 1e6) for x in found["sizes"]]
    apart = max(rates) / min(rates) - 1
    rows = [
        [
            f"{x['width']}x{x['height']}",
            f"{x['made'][1]}x{x['made'][0]}",
            f"{x['seconds']:.0f}",
            f"{x['processor_seconds']:.0f}",
            f"{rate:.2f}",
            mb(x["peak_bytes"]),
        ]
        for x, rate in zip(found["sizes"], rates)
    ]
    peak = max(x["peak_bytes"] for x in found["sizes"])
    return [
        f"`srlib upscale` with the small network, each in a fresh process. A PNG of 512x512, from a cold start, takes {' and '.join(about)} longer than `import tensorflow` "
        f"(the least of {len(found['cold'])}; at most 4 s wanted). JPEG photographs of three sizes are below: the time for a megapixel, the start of {start:.1f} s left out, differs by {100 * apart:.0f} % "
        f"(at most 20 wanted: {'yes' if apart <= 0.2 else 'NO'}), and the peak memory of the whole process is {mb(peak)} (below 3,000 wanted: {'yes' if peak < 3e9 else 'NO'}).",
        "",
        *table(["image", "becomes", "seconds", "processor seconds", "of these a megapixel made", "peak memory"], *rows),
    ]


def tell_quality(found: dict) -> list[str]:
    score = lambda x: [f"{x['psnr']:.2f}", f"{x['ssim']:.4f}"]
    ours, looks = found["ours"], found["reference"]["looks"]
    rows = [[f"{name} upscaling", "-", "-", "-", *score(found[name])] for name in ("bilinear", "bicubic")]
    rows += [
        [
            "reference network",
            f"{found['reference']['parameters']:,}",
            f"{x['training_seconds']:.0f}",
            x["steps"],
            *score(x),
        ]
        for x in looks
    ]
    rows.append(
        ["**`subpixel`**", f"{ours['parameters']:,}", f"{ours['training_seconds']:.1f}", ours["steps"], *score(ours)]
    )
    gain = ours["psnr"] - looks[-1]["psnr"]
    settings = ", ".join(f"{key} {value}" for key, value in ours["settings"].items())
    return [
        "The same 400 training images (BSDS500 `train` and `test`, the square in the middle downscaled to 128x128 by Pillow's Lanczos), scored on 100 others (`val`, prepared alike); bilinear degradation x2, protocol `rgb`. "
        f"The reference network trains as the reference does: whole images, upscaled, MSE, Adam at 0.001, batches of {found['reference']['batch']}. "
        f"Ours: {settings}, cosine over a number of steps that was fixed beforehand to fit into {found['seconds']} s; the timing for that ({ours['timing_seconds']:.0f} s) is not counted, the downscaling of the images is ({ours['with_preparation_seconds']:.1f} s with it). "
        f"These settings were chosen on 40 of the 400. Ours in {ours['training_seconds']:.0f} s against the reference in {looks[-1]['training_seconds']:.0f} s: {gain:+.2f} dB.",
        "",
        *table(["", "parameters", "seconds of training", "steps", "PSNR (dB)", "SSIM"], *rows),
    ]


SECTIONS = {
    "preprocessing": ("Preprocessing against OpenCV", preprocessing, tell_preprocessing),
    "training": ("Training speed", training, tell_training),
    "feeding": ("Patches for a fast device", feeding, tell_feeding),
    "memory": ("Memory for the images", memory, tell_memory),
    "streaming": ("A folder larger than memory", streaming, tell_streaming),
    "devices": ("One training on several devices", devices, tell_devices),
    "accelerator": ("On an accelerator", accelerator, tell_accelerator),
    "upscaling": ("Upscaling", upscaling, tell_upscale),
    "photographs": ("Photographs", photographs, tell_photographs),
    "backends": ("TensorFlow against JAX", backends, tell_backends),
    "quality": ("Quality for time", quality, tell_quality),
}


def machine() -> dict:
    """What a number depends on, and how busy the machine was when the measuring began."""
    import srlib

    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        processor = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        processor = platform.machine()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    from importlib.metadata import version

    packages = {name: version(name) for name in ("keras", "numpy", "tensorflow") if importlib.util.find_spec(name)}
    return {
        "date": datetime.date.today().isoformat(),
        "processor": processor,
        "cores": cores,
        "system": platform.system(),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        "srlib": srlib.__version__,
        **packages,
    }


def markdown(results: dict) -> str:
    lines = [
        "# Measured",
        "",
        "Written by `python benchmarks/run.py`, from `results.json`; do not edit.",
        "",
    ]
    for name, (title, _, tell) in SECTIONS.items():
        if name in results:
            about = results[name]["machine"]
            quick = " **A rehearsal (--quick), not a result.**" if results[name]["quick"] else ""
            where = f"{about['date']}, {about['processor']}, {about['cores']} cores, load {about['load']} at the start; Python {about['python']}, TensorFlow {about.get('tensorflow', '-')}, Keras {about['keras']}, NumPy {about['numpy']}."
            lines += [f"## {title}", "", *tell(results[name]["found"]), f"*{where}*{quick}", ""]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="little of everything: a rehearsal")
    parser.add_argument(
        "--only", nargs="+", choices=SECTIONS, default=list(SECTIONS), metavar="NAME", help=", ".join(SECTIONS)
    )
    parser.add_argument("--out", type=Path, default=HERE, help="folder for RESULTS.md and results.json (this one)")
    args = parser.parse_args()

    args.out.mkdir(parents=True, exist_ok=True)
    file = args.out / "results.json"
    results = json.loads(file.read_text()) if file.exists() else {}
    for name in args.only:
        print(name, file=sys.stderr, flush=True)
        about = machine()
        found = SECTIONS[name][1](args.quick)
        if found is None:
            continue
        results[name] = {"quick": args.quick, "machine": about, "found": found}
        file.write_text(json.dumps(results, indent=1) + "\n")
        (args.out / "RESULTS.md").write_text(markdown(results))
        print("\n".join(SECTIONS[name][2](found)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

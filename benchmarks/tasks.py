"""What is measured: each task runs alone in a fresh process, and prints what it found as JSON.

python benchmarks/tasks.py upscaling '{"method": "subpixel"}'
"""

import io
import json
import os
import statistics
import sys
import time
from pathlib import Path

import numpy as np


def peak() -> int:
    """The most memory that this process has held, in bytes."""
    return _status("VmHWM")


def held() -> int:
    """The memory that it holds now."""
    return _status("VmRSS")


def _status(what: str) -> int:
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(what))
    except (OSError, StopIteration):  # no Linux: the peak since the process began
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def made_up(count: int, side: int = 128):
    """Smooth images with an edge, none like another; one at a time."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[0:side, 0:side].astype(np.float32)
    for _ in range(count):
        a, b, c, d = rng.uniform(0.02, 0.4, 4)
        waves = np.stack([np.sin(a * x + b * y), np.cos(c * x - d * y), np.sin(a * y)], -1)
        yield (127 + 80 * waves + 40 * (x > rng.integers(side))[..., None]).astype(np.uint8)


# -- training, and what it takes to feed it -----------------------------------------------------------------------------


def train(way: str, batch: int, steps: int, count: int = 400) -> dict:
    """Images a second and peak memory of a training on whole images of 128x128; the first step is not timed."""
    images = np.stack(list(made_up(count)))
    if way == "reference":
        import reference

        model = reference.network()
        model.compile("adam", "mean_squared_error")
        low, high = reference.pairs(images, count)
        fit = lambda n: model.fit(low, high, batch_size=batch, steps_per_epoch=n, epochs=1, verbose=0)
        fit(1)
        start = time.perf_counter()
        fit(steps)
        seconds = time.perf_counter() - start
    else:
        import srlib

        model = srlib.build_model(way)
        history = srlib.fit(
            model, images, steps=steps + 1, batch_size=batch, patch_size=128, loss="mse", validate_every=1
        )
        seconds = history.seconds[-1] - history.seconds[0]
    return {"images_per_second": steps * batch / seconds, "peak_bytes": peak(), "parameters": model.count_params()}


def write_images(folder: str, count: int) -> dict:
    """Image files for :func:`feed`."""
    from PIL import Image

    for i, image in enumerate(made_up(count)):
        Image.fromarray(image).save(Path(folder) / f"{i:05}.jpg", quality=95)
    return {"count": count}


def feed(way: str, folder: str, batch: int = 32) -> dict:
    """Memory for loading and feeding a folder of images once, to the smallest network there is, so that images are all that counts.

    Counted is what comes on top of the same process when it has trained on the first 32 of them.
    """
    files = sorted(Path(folder).glob("*.jpg"))
    if way == "reference":
        import cv2
        import keras
        import reference

        large = keras.Input((128, 128, 3))
        model = keras.Model(large, keras.layers.Conv2D(3, 1)(large))
        model.compile("adam", "mean_squared_error")

        def go(chosen):
            low, high = reference.pairs((cv2.imread(str(file)) for file in chosen), len(chosen))
            model.fit(low, high, batch_size=batch, epochs=1, verbose=0)

        warm, everything = lambda: go(files[:32]), lambda: go(files)
    else:
        import srlib

        def go(images):
            model = srlib.build_model("subpixel", width=1, blocks=1)
            recipe = srlib.Recipe(batch_size=batch, patch_size=128, loss="mse", augment=False)
            srlib.fit(model, images, recipe, steps=len(images) // batch)

        first = np.stack([image for image, _ in zip(made_up(32), range(32))])
        warm, everything = lambda: go(first), lambda: go(srlib.load_images(folder))
    warm()
    base = held()
    start = time.perf_counter()
    everything()
    return {
        "images": len(files),
        "base_bytes": base,
        "peak_bytes": peak(),
        "added_bytes": peak() - base,
        "seconds": time.perf_counter() - start,
    }


# -- beyond one machine ---------------------------------------------------------------------------------------------------


def write_photographs(folder: str, count: int, side: int = 512) -> dict:
    """JPEG files with grain, of which every two hundredth is alike: each is a file of its own to the disk."""
    from PIL import Image

    rng, kinds = np.random.default_rng(0), []
    for image in made_up(min(count, 200), side):
        file = io.BytesIO()
        grain = image + rng.normal(0, 6, image.shape)
        Image.fromarray(np.clip(grain, 0, 255).astype(np.uint8)).save(file, "JPEG", quality=90)
        kinds.append(file.getvalue())
    for i in range(count):
        Path(folder, f"{i:06}.jpg").write_bytes(kinds[i % len(kinds)])
    return {"bytes": sum(map(len, kinds)) / len(kinds) * count}


def stream(folder: str, count: int, steps: int) -> dict:
    """The pace and the peak memory of a training on some of the files of a folder, which stay on disk."""
    import srlib

    images = srlib.load_images(folder, stream=True)[:count]
    before = time.process_time()
    history = srlib.fit(srlib.build_model("subpixel"), images, steps=steps, validate_every=1)
    each = np.diff(history.seconds)[len(history.seconds) // 5 :]  # the first fill the window
    return {
        "files": len(images), "seconds_per_step": float(np.median(each)), "peak_bytes": peak(),
        "processor_seconds_per_step": (time.process_time() - before) / steps,
    }  # fmt: skip


def devices(steps: int, batch: int) -> dict:
    """Seconds a step on all devices that there are; on the CPU they are virtual and share its cores."""
    import jax

    import srlib

    images = np.stack(list(made_up(40)))
    model = srlib.build_model("subpixel")
    history = srlib.fit(model, images, steps=steps, batch_size=batch, validate_every=1, devices="all")
    return {
        "devices": len(jax.devices()), "loss": history.loss, "peak_bytes": peak(),
        "seconds_per_step": float(np.median(np.diff(history.seconds))),
    }  # fmt: skip


# -- upscaling --------------------------------------------------------------------------------------------------------------


def upscaling(method: str, side: int = 512, repeat: int = 5) -> dict:
    """Seconds for one image, warm, the median; the same call for all."""
    import srlib

    parameters = work = None
    if method not in ("nearest", "bilinear", "bicubic", "lanczos"):
        from srlib.checkpoints import shipped
        from srlib.models import gmacs

        method = srlib.load_model(method) if method in shipped() else srlib.build_model(method)
        parameters, work = method.count_params(), gmacs(method)
    image = next(made_up(1, side))
    seconds = []
    for _ in range(repeat + 1):
        start = time.perf_counter()
        srlib.upscale(image, method, 2)
        seconds.append(time.perf_counter() - start)
    return {
        "seconds": statistics.median(seconds[1:]),
        "first_seconds": seconds[0],
        "peak_bytes": peak(),
        "parameters": parameters,
        "gmacs": work,
    }


def backend(steps: int = 60) -> dict:
    """The same training and the same upscaling on whatever backend Keras was told to take."""
    import srlib
    from srlib.backend import versions

    images = np.stack(list(made_up(64)))
    history = srlib.fit(srlib.build_model("subpixel"), images, steps=steps, validate_every=1)
    return {
        "versions": versions(),
        "first_step_seconds": history.seconds[0],
        "step_seconds": statistics.median(np.diff(history.seconds)),
        "upscale_seconds": upscaling("subpixel", repeat=3)["seconds"],
        "peak_bytes": peak(),
    }


def command(words: list[str]) -> dict:
    """Seconds, processor seconds and peak memory of a command in a process of its own; no Windows."""
    import subprocess

    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, *words])
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{words} ended with status {status}")
    return {
        "seconds": time.perf_counter() - start,
        "processor_seconds": used.ru_utime + used.ru_stime,
        "peak_bytes": used.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
    }


def photograph(height: int, width: int, method: str = "small_x2", suffix: str = ".jpg") -> dict:
    """`srlib upscale` of an image file, from a cold start."""
    import tempfile

    from PIL import Image

    with tempfile.TemporaryDirectory() as folder:
        source, target = (Path(folder) / f"{name}{suffix}" for name in ("small", "large"))
        small = next(made_up(1, 500))  # what it shows does not change the work
        Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC).save(source)
        found = command(["-m", "srlib", "upscale", str(source), "-o", str(target), "--model", method])
        with Image.open(target) as large:
            found["made"] = [large.height, large.width]
    return {"height": height, "width": width, **found}


# -- quality for time -------------------------------------------------------------------------------------------------------


def squares(*folders: str) -> np.ndarray:
    """BSDS500's images in these folders: the square in the middle, 321x321, downscaled to 128x128; uint8 (N, 128, 128, 3)."""
    from srlib.data import ImageSet
    from srlib.image_files import read_image

    root = Path(os.environ["SRLIB_DATA"]) / "BSDS500" / "BSDS500" / "data" / "images"
    files = [file for folder in folders for file in sorted((root / folder).glob("*.jpg"))]
    return ImageSet([read_image(file) for file in files], [file.stem for file in files]).squares(128).images


def _scores(method) -> dict:
    import srlib

    table = srlib.evaluate({"it": method}, squares("val"))
    return {metric: table.mean("it", metric) for metric in ("psnr", "ssim")}


def quality_interpolation(method: str) -> dict:
    return _scores(method)


# Chosen on 40 of the 400 training images, which were held back for it
OURS = {"batch_size": 8, "patch_size": 48, "loss": "mse", "learning_rate": 2e-3}


def quality_ours(seconds: float, seed: int = 0) -> dict:
    """As many steps as fit into the time, compiling included, with a twentieth to spare; fixed before the first."""
    import srlib
    from srlib.training import steps_within

    images = squares("train", "test")
    start = time.perf_counter()
    model = srlib.build_model("subpixel", seed=seed)
    compiling = srlib.fit(model, images[:16], steps=1, **OURS).seconds[0]
    steps = steps_within((0.95 * seconds - compiling) / 60, model, images, srlib.Recipe(**OURS))
    model = srlib.build_model("subpixel", seed=seed)
    timed = time.perf_counter()
    history = srlib.fit(model, images, steps=steps, seed=seed, **OURS)
    end = time.perf_counter()
    return {
        "parameters": model.count_params(),
        "settings": OURS,
        "steps": steps,
        "training_seconds": history.seconds[-1],
        "with_preparation_seconds": end - timed,
        "timing_seconds": timed - start,
        **_scores(model),
    }


def quality_reference(looks: list[float], batch: int, seed: int = 0) -> dict:
    """The reference network on whole images, scored whenever a number of seconds of training has passed."""
    import keras
    import reference

    keras.utils.set_random_seed(seed)
    images = squares("train", "test")
    low, high = reference.pairs(images, len(images))
    model = reference.network()
    model.compile("adam", "mean_squared_error")
    found, waiting = [], sorted(looks)

    class Looks(keras.callbacks.Callback):
        began, away, steps = time.perf_counter(), 0.0, 0

        def on_train_batch_end(self, batch, logs=None):
            self.steps += 1
            now = time.perf_counter()
            trained = now - self.began - self.away
            if not waiting or trained < waiting[0]:
                return
            while waiting and trained >= waiting[0]:
                waiting.pop(0)
            found.append({"training_seconds": trained, "steps": self.steps, **_scores(reference.as_method(model))})
            self.away += time.perf_counter() - now
            self.model.stop_training = not waiting

    model.fit(low, high, batch_size=batch, epochs=10**6, verbose=0, callbacks=[Looks()])
    return {"parameters": model.count_params(), "batch": batch, "looks": found}


def fast_device(workers: int, steps: int = 150) -> dict:
    """Milliseconds a step of a stand-in for a fast device, whose own step takes two, fed with 16 patches of 192x192 at x4."""
    from srlib import Downscale, Recipe
    from srlib.patches import Patches

    recipe = Recipe(Downscale(4, "bicubic"), steps=steps + 10, batch_size=16, patch_size=192).resolved(4)
    patches = Patches(list(made_up(20, 512)), recipe, workers=workers)
    for step in range(steps + 10):
        if step == 10:  # it begins slowly
            start = time.perf_counter()
        patches[step]
        time.sleep(0.002)
    seconds = time.perf_counter() - start
    patches.close()
    return {"milliseconds_per_step": 1e3 * seconds / steps}


def network_step(way: str, steps: int = 60) -> dict:
    """Milliseconds a step of the small network by 4, 16 patches of 192x192: `fit` by so many workers, or the bare step.

    The bare one trains on the same batch again and again, so that nothing has to be cut.
    """
    import srlib
    from srlib.patches import Patches

    model = srlib.load_model("small_x4")
    recipe = srlib.Recipe(model.card.degradation, steps=steps, batch_size=16, patch_size=192, validate_every=1)
    images, ticks = list(made_up(20, 512)), []
    if way == "bare":
        batch = Patches(images, recipe.resolved(4))[0]
        model.compile(srlib.backend.keras.optimizers.Adam(1e-3), "mae")
        for _ in range(steps):
            model.train_on_batch(*batch)
            ticks.append(time.perf_counter())
    else:
        ticks = srlib.fit(model, images, recipe, workers=int(way)).seconds
    each = np.diff(ticks)[10:]  # it begins slowly
    return {"milliseconds_per_step": 1e3 * float(np.median(each)), "parameters": model.count_params()}


def accelerator() -> dict:
    """What JAX computes on, if it is no plain processor."""
    import jax

    from srlib.devices import on_accelerator

    return {"device": jax.devices()[0].device_kind if on_accelerator() else None, "jax": jax.__version__}


def accelerator_steps(ways: list, steps: int = 320) -> dict:
    """Milliseconds a step of `fit` for `small_x4`, 192x192 patches: for each way its batch, workers, precision.

    No workers: the same batch again and again, so that nothing has to be cut. The first fifth of the steps, in which JAX
    compiles, is left out.
    """
    import srlib
    from srlib.patches import Patches

    degradation, images = srlib.load_model("small_x4").card.degradation, list(made_up(20, 512))
    found, cut = [], Patches.__getitem__

    def the_first():
        known: list = []

        def batch(patches, step):
            known.extend([] if known else [cut(patches, 0)])
            return known[0]

        return batch

    for batch, workers, precision in ways:
        Patches.__getitem__ = cut if workers else the_first()
        every = steps // 5
        recipe = srlib.Recipe(
            degradation, steps=steps, batch_size=batch, patch_size=192, validate_every=every, precision=precision
        )
        seconds = srlib.fit(srlib.load_model("small_x4"), images, recipe, workers=max(1, workers)).seconds
        found.append(1e3 * float(np.median(np.diff(seconds))) / every)
        print(batch, workers, precision, f"{found[-1]:.2f} ms, {seconds[-1]:.0f} s", file=sys.stderr)
    Patches.__getitem__ = cut
    patches = Patches(images, recipe.resolved(4))
    start = time.thread_time()
    for step in range(20):
        cut(patches, step)
    return {
        "milliseconds_per_step": found,
        "cutting": 1e3 * (time.thread_time() - start) / 20 * 16 / recipe.batch_size,
    }


TASKS = {
    task.__name__: task
    for task in (
        train,
        write_images,
        feed,
        fast_device,
        network_step,
        write_photographs,
        stream,
        devices,
        accelerator,
        accelerator_steps,
        upscaling,
        backend,
        command,
        photograph,
        quality_interpolation,
        quality_ours,
        quality_reference,
    )  # fmt: skip
}

if __name__ == "__main__":
    print(json.dumps(TASKS[sys.argv[1]](**json.loads(sys.argv[2]))))

# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 07 Your photographs
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/srlib-course/srlib/blob/main/notebooks/07_your_photos.ipynb)
#
# **The question: how does it do on a photograph that nobody degraded on purpose?**
#
# *A core lesson, 40 minutes; it runs for about 45 seconds on two cores. You should have run [04 Results](04_results.ipynb).*
#
# Afterwards you will be able to
#
# - see in a file and in its pixels what JPEG did to a photograph,
# - describe by a few ranges what photographs go through, and train on it,
# - say what that network gains on such photographs, and what it loses on clean ones,
# - choose a network for a stranger's photograph, and say what the result may be used for.

# %%
# On Colab this installs the course, and replaces nothing; elsewhere it does nothing.
import sys

if "google.colab" in sys.modules:
    import subprocess

    course = "srlib[colab] @ git+https://github.com/srlib-course/srlib"
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", course], check=True)

# %% [markdown]
# ## A real photograph
#
# So far we made every LR image ourselves. A photograph from the web has gone through a lens, a sensor, a program and a file.
#
# Here is one that we did not make: a portrait of Grace Hopper, computer scientist and rear admiral, which comes with Matplotlib as a JPEG file. JPEG writes each block of 8x8 pixels as a sum of cosine waves, and rounds their strengths to multiples of the steps in a **quantization table**. The file keeps that table.

# %%
import io
import logging
import tempfile
from pathlib import Path

import numpy as np
from matplotlib.cbook import get_sample_data
from PIL import Image
from scipy.ndimage import correlate1d
from scipy.special import ive
from skimage.restoration import denoise_nl_means

import srlib

path = get_sample_data("grace_hopper.jpg", asfileobj=False)
photograph = Image.open(path)
real = np.asarray(photograph)
print(photograph.format, real.shape, "- the table begins with", *photograph.quantization[0][:8])

# %% [markdown]
# Programs ask for a **quality** from 1 to 100 instead; a lower one has coarser steps. Which one gives the same table?


# %%
def as_jpeg(image, quality):
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality)
    return Image.open(file)


same = [q for q in range(1, 101) if as_jpeg(real, q).quantization == photograph.quantization]
print("a JPEG of this quality has the same table:", *same)

parts = [real, real[60:124, 0:64], real[150:214, 170:234]]
srlib.show.images(parts, ["the photograph", "a star of the flag", "an eye"], columns=3, size=2.9)

# %% [markdown]
# Look at the blue around the star. It is not plain: specks are spread over it, most of them around the small bright dot. This is **ringing**, from waves that were rounded. Around the eye, fine stripes fill squares, the **blocks**. Each was rounded for itself, so neighbours do not quite fit.
#
# That can be measured: across the borders of blocks, neighbouring pixels differ more than elsewhere. Our number is the ratio of the two, and 1 means no blocks. We also print the highest value in two of the splits.


# %%
def blocks(image, side=8):
    """The mean difference across borders of blocks, as a multiple of the median over all places in a block."""
    ratios = []
    for turned in (image, image.swapaxes(0, 1)):
        steps = np.minimum(np.abs(np.diff(turned, axis=0)), 0.05).mean(axis=(1, 2))  # larger ones are edges of the scene
        by_place = [steps[k::side].mean() for k in range(side)]
        ratios.append(by_place[-1] / np.median(by_place))
    return np.mean(ratios)


train = srlib.load_images("sample", split="train")
validation = srlib.load_images("sample", split="validation")
print(f"the portrait       {blocks(real / 255):.2f}")
for split, images in {"validation": validation, "training": train}.items():
    found = {name: blocks(image / 255) for name, image in zip(images.names, images)}
    most = max(found, key=found.get)
    print(f"{split:10} at most {found[most]:.2f} ({most})")

# %% [markdown]
# `desert`, in training, shows blocks: it was a JPEG file once. A JPEG that was downscaled escapes this measure.
#
# ## A network for clean images
#
# `small_x2` is a shipped network of the same design as `small_x4` in lesson 00. It learned to undo bicubic downscaling by 2 and nothing else. In an image that is twice as large, blocks are 16 pixels wide.
#
# **Predict:** will the network remove the specks and blocks of the portrait, leave them, or sharpen them?

# %% jupyter={"outputs_hidden": true}
small = srlib.load_model("small_x2")
print("small_x2 learned to undo:", small.card.degradation)
enlarged = {"bicubic": srlib.upscale(real, "bicubic"), "small_x2": srlib.upscale(real, small)}
for name, method in {"bicubic": "bicubic", "small_x2": small}.items():
    clean = blocks(srlib.upscale(validation["lake"], method), 16)  # a clean photograph, upscaled in the same way
    print(f"{name:8} blocks {blocks(enlarged[name], 16):.2f}, of a clean photograph {clean:.2f}")
parts = [real[150:214, 170:234], *(image[300:428, 340:468] for image in enlarged.values())]
srlib.show.images(parts, ["as it is", *enlarged], columns=3, size=2.9)

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# It sharpened them: look at the fine stripes on the brow. On the portrait its blocks are stronger than those of bicubic interpolation, on a clean photograph they are not. Every edge in its training was softened by downscaling, so it makes every edge steeper.
#
# </details>
#
# Which of the two is nearer to the scene? There is no HR image that could tell. For a number, we must degrade clean photographs as the web does.
#
# ## A degradation by hand
#
# Nobody knows *the* degradation of a photograph. So we draw it anew for every image, from ranges that are likely: a soft lens, fewer pixels, the sensor's noise, a JPEG file, in the order in which things happen. The blur may be as narrow as 0.2 pixels. Of such a Gaussian, samples would keep one weight and no blur; `ive`, a Bessel function, gives weights with the right width.


# %%
def web_by_hand(hr, seed):
    """An LR image as the web might have it: blurred, half as large, noisy, compressed."""
    rng = np.random.default_rng(seed)
    sigma, levels, quality = rng.uniform(0.2, 1.5), rng.uniform(1, 8), rng.integers(40, 75, endpoint=True)
    reach = int(np.ceil(4 * sigma)) + 1
    bell = ive(np.arange(-reach, reach + 1), sigma**2)  # a Gaussian for whole pixels, of variance sigma^2
    soft = hr.astype("float32") / 255
    for axis in (0, 1):
        soft = correlate1d(soft, bell / bell.sum(), axis)
    lr = srlib.downscale(np.clip(soft, 0, 1), 2, "bicubic")
    noisy = lr + rng.normal(0, levels / 255, lr.shape).astype("float32")
    eight_bits = np.round(255 * np.clip(noisy, 0, 1)).astype("uint8")
    return np.asarray(as_jpeg(eight_bits, int(quality))) / 255


web = srlib.preset("web")  # the same as a value of the library
print(web)
difference = max(np.abs(web_by_hand(hr, seed) - web(hr, seed)).max() for seed, hr in enumerate(validation))
print(f"largest difference between ours and the library's: {difference:.4f}")
assert difference < 1e-3

# %% [markdown]
# A `srlib.Degradation` is a tuple of steps, each with a value or a range, and `srlib.preset` knows some by name. `drawn` tells what a seed draws.

# %%
astronaut, seeds = validation["astronaut"], (3, 4, 8)
for seed in seeds:
    print(f"seed {seed}:", web.drawn(seed))
draws = [web(astronaut, seed)[12:60, 24:72] for seed in seeds]
srlib.show.images([astronaut[24:120, 48:144], *draws], ["the HR image", *(f"seed {n}" for n in seeds)], columns=4, size=2.3)

# %% [markdown]
# Seed 4 has drawn a strong blur and a good quality: the face is soft. Seed 8 has drawn much noise and a low quality: there are squares, and stains of colour on the skin. They are larger than the squares, as JPEG stores colour at half the resolution, which is called **chroma subsampling**.
#
# ## Three degradations
#
# We judge on three presets. `clean` is bicubic downscaling alone. `camera` has less blur than `web`, and JPEG of quality 80 to 95. The baselines are interpolations, and Lanczos after a denoiser: non-local means, which averages small patches that look alike. Any function from LR to SR images can be a method.


# %%
def denoised(lr, strength=3 / 255):
    """A method: remove noise of that strength, then upscale."""
    calm = denoise_nl_means(lr[0], 5, 6, 0.8 * strength, sigma=strength, channel_axis=-1)
    return srlib.upscale(np.clip(calm, 0, 1)[None].astype("float32"), "lanczos")


simple = {"linear": "bilinear", "bicubic": "bicubic", "Lanczos": "lanczos", "denoised, Lanczos": denoised}
kinds = ("clean", "camera", "web")


def compare(methods, images):
    """The table of each degradation, printed side by side as mean PSNR."""
    tables = {kind: srlib.evaluate(methods, images, srlib.preset(kind)) for kind in kinds}
    print(f"{'PSNR (dB)':18}", *(f"{kind:>7}" for kind in kinds))
    for name in methods:
        print(f"{name:18}", *(f"{table.mean(name):7.2f}" for table in tables.values()))
    return tables


# %% [markdown]
# **Predict:** on clean validation photographs `small_x2` is 2.6 dB above bicubic interpolation. How much of that is left on `camera`, and on `web`?

# %% jupyter={"outputs_hidden": true}
before = compare(simple | {"small_x2": small}, validation)
left = {kind: table.mean("small_x2") - table.mean("bicubic") for kind, table in before.items()}
print(f"{'small_x2 - bicubic':18}", *(f"{value:+7.2f}" for value in left.values()))

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# A quarter on `camera`, and next to nothing on `web`, where two of the baselines are ahead of the network.
#
# </details>
#
# ## Train on what photographs go through
#
# The cure is to train on it. The preset `photo` draws one of the three for every patch, the harder ones more often. We go on from `small_x2`, with the 24 training photographs, `desert` among them, and 100 [dead leaves](01_dataset.ipynb).

# %%
STEPS = 200  # about 20 seconds on two cores
tuned = srlib.load_model("small_x2")
more = train + srlib.load_images("dead_leaves", count=100)
assert left["clean"] > 2 and left["camera"] < 1 and abs(left["web"]) < 0.2
history = srlib.fit(tuned, more, degradation="photo", steps=STEPS, batch_size=8, learning_rate=1e-3, seed=0)
print("trained for", history.step[-1], "steps on one of:")
print("\n".join(f"- {part}" for part in str(history.run.recipe.degradation).removeprefix("one of: ").split("; ")))

# %% [markdown]
# Beside it we put `photo_x2`, which travels with the course. It learned from the same preset, for longer and from more photographs, and repairs colours as well. Ours repairs **luma** alone, a weighted mean of the three channels.
#
# **Predict:** what has the tuned network gained on `web`, and lost on `clean`?

# %% tags=["nbval-ignore-output"] jupyter={"outputs_hidden": true}
# not compared: the last digits of a training depend on the processor
photo = srlib.load_model("photo_x2")
networks = {"small_x2": small, "tuned": tuned, "photo_x2": photo}
after = compare({"denoised, Lanczos": denoised} | networks, validation)
gain = {kind: table.mean("tuned") - table.mean("small_x2") for kind, table in after.items()}
print(f"{'tuned - small_x2':18}", *(f"{value:+7.2f}" for value in gain.values()))

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# It gained a few tenths of a decibel on `web`, where it passes every baseline, and lost more on clean images. `photo_x2` loses some there, too: a network that must doubt every edge cannot sharpen as boldly. What a file has lost cannot be learned.
#
# </details>
#
# The face again, as seed 8 has it:

# %%
lr = web(astronaut, seed=8)
versions = {name: srlib.upscale(lr, method) for name, method in ({"Lanczos": "lanczos"} | networks).items()}
assert gain["web"] > 0.2 and gain["clean"] < -0.3
for kind in kinds:
    assert after[kind].mean("photo_x2") > max(before[kind].mean(name) for name in simple) + 0.4
srlib.show.zoom(astronaut, versions, box=(40, 56, 64), size=2.0)

# %% [markdown]
# `small_x2` sharpens the squares: look at the line along the jaw and the specks under the eye. The tuned network holds back, but keeps the stains, as it repairs luma alone; `photo_x2` weakens them. None gives back the fine hair, which is not in the file.
#
# ## Which network should a stranger get?
#
# Somebody sends a file. Should it go through `small_x2` or `photo_x2`? Let nothing be wrong with it but the JPEG.
#
# **Predict:** from which quality upwards is the network for clean images the better choice?

# %% jupyter={"outputs_hidden": true}
choice = {"Lanczos": "lanczos", "small_x2": small, "photo_x2": photo}
best = {}
print("quality", *(f"{name:>9}" for name in choice), "  best")
for quality in (100, 95, 90, 80, 60, 40):
    lr, hr = srlib.make_pairs(validation, (srlib.Downscale(2, "bicubic"), srlib.Jpeg(quality)))
    means = {name: srlib.psnr(srlib.upscale(lr, method, 2), hr) for name, method in choice.items()}
    best[quality] = max(means, key=means.get)
    print(f"{quality:7}", *(f"{mean:9.2f}" for mean in means.values()), f"  {best[quality]}")

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# From 90 upwards in this table. At 60 and 40 `small_x2` is behind Lanczos: there it does harm.
#
# </details>
#
# A real file of quality 90 has noise, too, as on `camera`. `srlib upscale` and `srlib.upscale_file` read the table in the file, take `photo_x2` or `photo_x4` below quality 94, and say which; `benchmarks/defaults.py` looks for that limit on 40 photographs. A file of quality 100 may have been made from a bad one. Put a photograph of yours here:

# %%
mine = path  # write the path of a photograph of yours here, such as "holiday.jpg"
assert best[100] == "small_x2" and best[40] == "photo_x2"
log, here = logging.getLogger("srlib"), logging.StreamHandler(sys.stdout)
log.setLevel("INFO")
log.addHandler(here)
with tempfile.TemporaryDirectory() as folder:
    large = Image.open(srlib.upscale_file(mine, Path(folder) / "large.png"))
    print(Path(mine).name, "is now", *large.size)
log.removeHandler(here)
log.setLevel("NOTSET")

# %% [markdown]
# Back to the portrait. There is no HR image, so no number: we look.

# %%
shown = enlarged | {"photo_x2": srlib.upscale(real, photo)}
parts = [image[y : y + 128, x : x + 128] for y, x in ((120, 0), (300, 340)) for image in shown.values()]
srlib.show.images(parts, 2 * [*shown], columns=3, size=2.6)

# %% [markdown]
# With `photo_x2`, the specks around the star and the stripes on the brow are gone, and the edges have stayed. Some of the skin went with them.
#
# ## The explorer
#
# Choose or upload a photograph, what happens to it, and two methods; then move the slider. With *downscale: not* your photograph is upscaled as it is, and there is no number. Where this notebook is not live, a still image stands below. Its numbers compare with the portrait, which is a JPEG, so a method that keeps the specks scores higher.

# %%
methods = {"bicubic": "bicubic", "Lanczos": "lanczos", **networks}
explorer = srlib.show.explorer({"Grace Hopper": real, "guitar": validation["guitar"]}, methods, before="small_x2", after="photo_x2")
explorer

# %% [markdown]
# ## A name on a badge
#
# The admiral wears a badge with her name. We make the portrait four times smaller, as the web would, and upscale it again.

# %%
lr = srlib.preset("web", 4)(real, seed=1)
methods = {"Lanczos": "lanczos", "small_x4": srlib.load_model("small_x4"), "photo_x4": srlib.load_model("photo_x4")}
versions = {name: srlib.upscale(lr, method, 4) for name, method in methods.items()}
srlib.show.zoom(real, versions, box=(446, 72, 104), truth="the portrait", size=1.9)

# %% [markdown]
# Read the badge. The letters were lost, and no network has them. But `small_x4` draws a crack through the metal, where two JPEG blocks meet. A blur says "I do not know". A sharp edge says "so it was".
#
# **An upscaled photograph may be looked at. It may not be read as evidence, and it should say that it was upscaled.**
#
# ## The test
#
# Now the ten test photographs, in the last of the lessons' three final tables. Nothing was chosen by them.

# %% tags=["nbval-ignore-output"]
# not compared: the last digits of a training depend on the processor
test = srlib.load_images("sample", split="test")
final = compare(simple | networks, test)

# %% [markdown]
# On how many photographs is `photo_x2` ahead of the best baseline?

# %%
for kind, table in final.items():
    best = max(simple, key=table.mean)
    gain = table.values("photo_x2") - table.values(best)
    print(f"{kind:6} photo_x2 - {best}: {gain.mean():+.2f} dB, ahead on {(gain > 0).sum()} of {len(gain)} photographs")
assert all(table.mean("photo_x2") > max(map(table.mean, simple)) for table in final.values())
assert [kind for kind in kinds if final[kind].mean("small_x2") > final[kind].mean("photo_x2")] == ["clean"]

# %% [markdown]
# Of the three presets, the network for clean images is first on `clean` alone; there `photo_x2` is behind Lanczos on one of the ten. Twenty seconds of training go a part of the way to `photo_x2`. On `web`, the best baseline is ahead of `small_x2`.
#
# ## Exercise
#
# 1. [Exercise 07a](exercises/07a_degrade.ipynb): draw a degradation yourself. [Exercise 07b](exercises/07b_unfair.ipynb): find the mistake in a comparison.
# 2. Give the denoiser a strength of 1, 5 or 8 levels. Where does another one help?
# 3. Train with `degradation="web"` instead of `"photo"`, or without `desert`. What changes?
# 4. A shop sells a program that "recovers number plates". Write down two experiments that you would ask to see.
#
# ## Recap
#
# - A JPEG leaves blocks and ringing, and its quantization table in the file.
# - A network undoes what it was trained on. One for clean images sharpens the damage of a JPEG.
# - Nobody knows the degradation of a photograph. Draw it from ranges, train on that, and say which.
# - That costs on clean images. So look at the file before you choose the network.
#
# ## Further reading
#
# - G. K. Wallace, "The JPEG still picture compression standard", IEEE Transactions on Consumer Electronics 38(1), 1992, [doi:10.1109/30.125072](https://doi.org/10.1109/30.125072): how a file is made.
# - K. Zhang, J. Liang, L. Van Gool, R. Timofte, "Designing a practical degradation model for deep blind image super-resolution" (BSRGAN), ICCV 2021, [arXiv:2103.14006](https://arxiv.org/abs/2103.14006): the steps in random order.
# - X. Wang, L. Xie, C. Dong, Y. Shan, "Real-ESRGAN: training real-world blind super-resolution with pure synthetic data", ICCV Workshops 2021, [arXiv:2107.10833](https://arxiv.org/abs/2107.10833): the steps twice, as in files that were passed on.
# - J. Cai, H. Zeng, H. Yong, Z. Cao, L. Zhang, "Toward real-world single image super-resolution: a new benchmark and a new model" (RealSR), ICCV 2019, [arXiv:1904.00523](https://arxiv.org/abs/1904.00523): pairs taken at two focal lengths.
#
# Next: [08 Other repairs](08_other_repairs.ipynb), what else the same network can repair.

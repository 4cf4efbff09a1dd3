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
# *40 minutes, of which the computer trains about one. You should know how we judge an image ([04 Results](04_results.ipynb)).*
#
# Afterwards you will be able to
#
# - see in a file and in its pixels what JPEG did to a photograph,
# - describe by a few ranges what photographs go through, and train a network on it,
# - say what that network gains on such photographs, and what it loses on clean ones,
# - choose a network for a stranger's photograph, and say what no number can tell you about the result.

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
# So far we made every LR image ourselves. A photograph from a telephone or from the web has gone through a lens, a sensor, a program and a file, and nobody tells us what they did.
#
# Here is one that we did not make: a portrait of Grace Hopper, computer scientist and rear admiral, which comes with Matplotlib as a JPEG file. A JPEG describes every block of 8 by 8 pixels by waves, and rounds their strengths by a table of steps. A lower **quality** has coarser steps. The file keeps the table, so we can ask which quality has the same one.

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
print(photograph.format, real.shape, "- the steps begin with", *photograph.quantization[0][:8])


# %%
def as_jpeg(image, quality):
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality)
    return Image.open(file)


same = [q for q in range(1, 101) if as_jpeg(real, q).quantization == photograph.quantization]
print("a JPEG of this quality has the same tables:", *same)

parts = [real, real[60:124, 0:64], real[150:214, 170:234]]
srlib.show.images(parts, ["the photograph", "a star of the flag", "an eye"], columns=3, size=2.9)

# %% [markdown]
# Close up, the blue around the star is not plain: specks are spread over it, most around the small bright dot. This is **ringing**, from waves that were rounded. Around the eye, fine stripes fill squares, the **blocks**: each was rounded for itself, so that neighbours do not quite fit. (Most files also keep colours at half the resolution, at every quality.)
#
# Blocks can be measured: across their borders, neighbouring pixels differ more than elsewhere. **Predict:** are our own photographs free of that?

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
print(f"{'the real photograph':20} {blocks(real / 255):.2f}")
for images in (validation, train):
    found = {name: blocks(image / 255) for name, image in zip(images.names, images)}
    for name in sorted(found, key=found.get)[-2:]:
        print(f"{name:20} {found[name]:.2f}")

# %% [markdown]
# <details><summary>What the numbers say</summary>
#
# 1 means no squares of 8 that begin in the corner; a JPEG that was cropped or made smaller may escape us. (Printed are the two largest of each split.) The validation photographs show none. One of the training photographs does: `desert` was a JPEG file once.
#
# </details>
#
# ## What a network for clean images does with it
#
# `small_x2` learned to undo bicubic downscaling and nothing else; here it is called **the network**. **Predict:** what will it make of specks and squares? (In an image that is twice as large, blocks are 16 pixels wide.)

# %%
network = srlib.load_model("small_x2")
print("it learned to undo:", network.card.degradation)
enlarged = {name: srlib.upscale(real, method) for name, method in {"bicubic": "bicubic", "network": network}.items()}
for name, method in {"bicubic": "bicubic", "network": network}.items():
    clean = blocks(srlib.upscale(validation["lake"], method), 16)  # a clean photograph, upscaled in the same way
    print(f"{name:8} blocks {blocks(enlarged[name], 16):.2f}, of a clean photograph {clean:.2f}")
parts = [real[150:214, 170:234], *(image[300:428, 340:468] for image in enlarged.values())]
srlib.show.images(parts, ["as it is", *enlarged], columns=3, size=2.9)

# %% [markdown]
# <details><summary>What it did</summary>
#
# It sharpened them. Every edge that it met in training was softened by downscaling, so it makes every edge steeper. It cannot know that a speck is an accident of the file.
#
# </details>
#
# Which of the two is nearer to the scene? There is no true image that could tell. To get a number we must degrade clean photographs as the web does.
#
# ## A degradation by hand
#
# Nobody knows *the* degradation of a photograph. So we draw it anew for every image, from ranges that are likely: a soft lens, fewer pixels, the sensor's noise, a JPEG file. The steps come in the order in which things happen.

# %%
def web_by_hand(hr, seed):
    """An LR image as the web might have it: blurred, half as large, noisy, compressed."""
    rng = np.random.default_rng(seed)
    sigma, levels, quality = rng.uniform(0.2, 1.5), rng.uniform(1, 8), rng.integers(40, 75, endpoint=True)
    reach = int(np.ceil(4 * sigma)) + 1
    bell = ive(np.arange(-reach, reach + 1), sigma**2)  # a Gaussian made for whole pixels, of variance sigma^2
    soft = hr.astype("float32") / 255
    for axis in (0, 1):
        soft = correlate1d(soft, bell / bell.sum(), axis)
    lr = srlib.downscale(np.clip(soft, 0, 1), 2, "bicubic")
    noisy = lr + rng.normal(0, levels / 255, lr.shape).astype("float32")
    eight_bits = np.round(255 * np.clip(noisy, 0, 1)).astype("uint8")
    return np.asarray(as_jpeg(eight_bits, int(quality))) / 255


web = srlib.preset("web")  # the same as a value of the library
print(web)
assert all(np.abs(web_by_hand(hr, seed) - web(hr, seed)).max() < 1e-3 for seed, hr in enumerate(validation))

# %% [markdown]
# The two agree. A `srlib.Degradation` is a tuple of steps, each with a value or a range, and `srlib.preset` knows some by name. `drawn` tells what a seed draws.

# %%
astronaut, seeds = validation["astronaut"], (3, 4, 8)
for seed in seeds:
    print(f"seed {seed}:", web.drawn(seed))
draws = [web(astronaut, seed)[12:60, 24:72] for seed in seeds]
srlib.show.images([astronaut[24:120, 48:144], *draws], ["the HR image", *(f"seed {n}" for n in seeds)], columns=4, size=2.3)

# %% [markdown]
# Seed 4 has drawn a strong blur and a good quality: the face is soft and smooth. Seed 8 has drawn much noise and a low quality: there are squares, and stains of colour on the skin.
#
# ## Who loses most?
#
# We judge on three presets. `clean` is bicubic downscaling alone. `camera` has less blur than `web`, and JPEG of quality 80 to 95. The rivals need no training: linear, bicubic and Lanczos upscaling, and the last two after a denoiser, scikit-image's non-local means, which averages small patches that look alike. Any function from LR to SR images can be a method.
#
# **Predict:** how much of the network's gain over bicubic is left on `camera`, and on `web`?

# %%
def denoised(kernel, strength=3 / 255):
    """A method: remove noise of that strength, then upscale."""

    def method(lr):
        calm = denoise_nl_means(lr[0], 5, 6, 0.8 * strength, sigma=strength, channel_axis=-1)
        return srlib.upscale(np.clip(calm, 0, 1)[None].astype("float32"), kernel)

    return method


def print_means(scores):
    print(f"{'PSNR (dB)':18}", *(f"{kind:>7}" for kind in scores))
    for name in scores["web"]:
        print(f"{name:18}", *(f"{scores[kind][name]:7.2f}" for kind in scores))


# %%
simple = {"linear": "bilinear", "bicubic": "bicubic", "Lanczos": "lanczos"}
simple |= {"denoised, bicubic": denoised("bicubic"), "denoised, Lanczos": denoised("lanczos")}
kinds, scores = ("clean", "camera", "web"), {}
for kind in kinds:
    table = srlib.evaluate(simple | {"network": network}, validation, srlib.preset(kind))
    scores[kind] = {name: table.mean(name) for name in (*simple, "network")}
print_means(scores)
print(f"{'network - bicubic':18}", *(f"{scores[kind]['network'] - scores[kind]['bicubic']:+7.2f}" for kind in kinds))

# %% [markdown]
# <details><summary>What is left</summary>
#
# A quarter on `camera`, and next to nothing on `web`, where Lanczos upscaling after the denoiser is ahead of the network. (By SSIM even less is left: see the test, below.) The denoiser adds little: it is told one strength for all, and what JPEG leaves is not like noise.
#
# </details>
#
# ## Train on what photographs go through
#
# The cure is to train on it. The preset `photo` draws one of the three for every patch, the harder ones more often. We go on from the network, with the 24 training photographs and 100 dead leaves ([lesson 01](01_dataset.ipynb)).
#
# **Predict:** what will it gain on `web`, and lose on `clean`?

# %%
STEPS = 300  # about a minute on two cores
tuned = srlib.load_model("small_x2")
more = train + srlib.load_images("dead_leaves", count=100)
history = srlib.fit(tuned, more, degradation="photo", steps=STEPS, learning_rate=1e-3, seed=0)
print("trained for", history.step[-1], "steps on:", history.run.recipe.degradation)

# %% [markdown]
# Beside it we put `photo_x2`, which travels with the course. It learned from the same preset, for longer and from more photographs, and repairs colours as well; ours repairs brightness alone.

# %% tags=["nbval-ignore-output"]
# not compared: the last digits of a training depend on the processor
photo = srlib.load_model("photo_x2")
networks = {"network": network, "tuned": tuned, "photo_x2": photo}
for kind in kinds:
    table = srlib.evaluate(networks, validation, srlib.preset(kind))
    scores[kind] |= {name: table.mean(name) for name in networks}
print_means(scores)

# %%
gain = {kind: scores[kind]["tuned"] - scores[kind]["network"] for kind in kinds}
print("on web, a minute of training gains at least 0.2 dB:", gain["web"] > 0.2)
print("on clean images it costs at least 0.5 dB:", gain["clean"] < -0.5)
for kind in kinds:
    best = max(scores[kind][name] for name in simple)
    print(f"{kind:6} photo_x2 over the best of the simple methods: {scores[kind]['photo_x2'] - best:+.2f} dB")
    assert min(scores[kind]["photo_x2"], scores[kind]["tuned"]) > best
assert gain["web"] > 0.2 and gain["clean"] < -0.5

# %% [markdown]
# <details><summary>Gained and lost</summary>
#
# The tuned network passes every simple method on `web`, and gives away a good part of what it had on clean images. `photo_x2` gives some away, too: a network that must doubt every edge cannot sharpen as boldly. And the gains on `web` are small beside those on clean images. What a file has lost cannot be learned.
#
# </details>

# %%
lr = web(astronaut, seed=8)
versions = {"bicubic": "bicubic", **networks}
versions = {name: srlib.upscale(lr, method) for name, method in versions.items()}
srlib.show.zoom(astronaut, versions, box=(40, 56, 64), size=2.0)

# %% [markdown]
# This is seed 8 again. The network draws the borders of the squares as fine lines across the face, and keeps the stains. The tuned one holds back, and keeps the stains as well, as it repairs brightness alone; `photo_x2` weakens them. None of them gives back the fine hair: it is not in the file.
#
# ## Which network should a stranger get?
#
# Somebody sends a file. Should it go through `small_x2` or `photo_x2`? Let nothing be wrong with it but the JPEG. **Predict:** from which quality upwards is the network for clean images the better choice?

# %%
choice = {"bicubic": "bicubic", "Lanczos": "lanczos", "small_x2": network, "photo_x2": photo}
print("quality", *(f"{name:>9}" for name in choice), "  best")
for quality in (100, 95, 90, 80, 60, 40):
    lr, hr = srlib.make_pairs(validation, (srlib.Downscale(2, "bicubic"), srlib.Jpeg(quality)))
    means = {name: srlib.psnr(srlib.upscale(lr, method, 2), hr) for name, method in choice.items()}
    best = max(means, key=means.get)
    print(f"{quality:7}", *(f"{mean:9.2f}" for mean in means.values()), f"  {best}")
    assert quality not in (100, 40) or best == {100: "small_x2", 40: "photo_x2"}[quality]

# %% [markdown]
# Follow the last column. At the top, the network for clean images is ahead. At the bottom it is behind bicubic upscaling: there it does harm. Between, the two networks change places.
#
# `srlib upscale` reads the tables in the file, as we did. Below quality 94 it takes `photo_x2` or `photo_x4`, otherwise `small_x2` to `small_x4`, and it says which. By this table the limit would lie between 80 and 90: at 90 the network for clean images is still ahead. But a real file of that quality has noise, too, as on `camera`, and there `photo_x2` leads. Nor is a file of quality 100 clean if it was made from a bad one: then name the network yourself, with `--model photo_x2`.

# %%
mine = path  # write the path of a photograph of yours here, such as "holiday.jpg"
log = logging.getLogger("srlib")
log.setLevel("INFO")
log.addHandler(logging.StreamHandler(sys.stdout))
with tempfile.TemporaryDirectory() as folder:
    large = Image.open(srlib.upscale_file(mine, Path(folder) / "large.png"))
    print(Path(mine).name, "is now", *large.size)
log.handlers.clear()

# %% [markdown]
# ## Where there is no truth
#
# Back to the portrait. Two numbers need no true image: how strong the blocks are, and how well the SR image, downscaled again, agrees with the LR image. **Predict:** which method agrees best, and which is nearest to the truth?

# %%
def read(sr, lr):
    """Blocks, and agreement with the LR image in dB."""
    return blocks(sr, 16), srlib.psnr(srlib.downscale(sr, 2, "bicubic"), lr)


agreement, truth = {}, {}
lr, hr = srlib.make_pairs(validation, "web")
for name, method in choice.items():
    portrait, sr = read(srlib.upscale(real, method, 2), real), srlib.upscale(lr, method, 2)
    strength, agreement[name] = np.mean([read(*pair) for pair in zip(sr, lr)], axis=0)
    truth[name] = srlib.psnr(sr, hr)
    print(f"{name:9} the portrait: blocks {portrait[0]:.2f}, agreement {portrait[1]:.1f} dB", end="   ")
    print(f"through web: blocks {strength:.2f}, agreement {agreement[name]:.1f} dB, truth {truth[name]:.2f} dB")
itself = np.mean([read(*pair)[1] for pair in zip(hr, lr)])
print(f"the HR images themselves, downscaled: agreement {itself:.1f} dB")
assert max(agreement, key=agreement.get) == "small_x2" and max(truth, key=truth.get) == "photo_x2"

# %% [markdown]
# <details><summary>What they say, and what not</summary>
#
# `small_x2` agrees best: it keeps everything, blocks and noise included. On the validation photographs we know the truth, and there `photo_x2`, which agrees far less, is nearest to it. The HR images themselves agree least of all: what `web` did to them cannot be seen by downscaling them again. Agreement tells that nothing was thrown away, not that what was kept is right. Nor do weak blocks prove anything: a grey rectangle has none.
#
# </details>

# %%
shown = enlarged | {"photo_x2": srlib.upscale(real, photo)}
parts = [image[y : y + 128, x : x + 128] for y, x in ((120, 0), (300, 340)) for image in shown.values()]
srlib.show.images(parts, 2 * [*shown], columns=3, size=2.6)

# %% [markdown]
# With `photo_x2`, the specks around the star and the squares on the cheek are gone, and the edges have stayed. Some of the skin went with them: it cannot tell a fine grain from noise.
#
# ## The explorer
#
# Now you. Choose or upload a photograph, what happens to it, and two methods; then move the slider. With *downscale: not* your photograph is upscaled as it is, and there is no true image and no number. Where this notebook is not live, a still picture stands below. Its numbers compare with the portrait itself, which is a JPEG: a method that keeps the specks scores higher.

# %%
methods = {"bicubic": "bicubic", "Lanczos": "lanczos", **networks}
explorer = srlib.show.explorer({"Grace Hopper": real, "guitar": validation["guitar"]}, methods, before="network", after="photo_x2")
explorer

# %% [markdown]
# ## A name on a badge
#
# The admiral wears a badge with her name. We make the portrait four times smaller, as the web would. **Predict:** what will stand on the badge?

# %%
lr = srlib.preset("web", 4)(real, seed=1)
versions = {"bicubic": "bicubic", "small_x4": srlib.load_model("small_x4"), "photo_x4": srlib.load_model("photo_x4")}
versions = {name: srlib.upscale(lr, method, 4) for name, method in versions.items()}
srlib.show.zoom(real, versions, box=(446, 72, 104), size=2.2)

# %% [markdown]
# Nothing readable: the letters were lost, and no network has them. But `small_x4` draws a crack through the metal, where two JPEG blocks meet. A blur says "I do not know". A sharp edge says "so it was".
#
# **An upscaled photograph may be looked at. It may not be read as evidence, and it should say that it was upscaled.**
#
# ## The test
#
# Now, once, the ten test photographs, with everything that we have. **Predict:** who is first in each table?

# %% tags=["nbval-ignore-output"]
# not compared: the last digits of a training depend on the processor
test = srlib.load_images("sample", split="test")
final = {kind: srlib.evaluate(simple | networks, test, srlib.preset(kind)) for kind in kinds}
for kind, table in final.items():
    print(f"{kind}:\n{table}\n")

# %%
for kind, table in final.items():
    rival = max(simple, key=table.mean)
    gain = table.values("photo_x2") - table.values(rival)
    print(f"{kind:6} photo_x2 over {rival}: {gain.mean():+.2f} dB, ahead on {(gain > 0).sum()} of {len(gain)} photographs")
order = {kind: table.mean("photo_x2") > table.mean("network") for kind, table in final.items()}
print("photo_x2 is ahead of the network for clean images:", order)
assert order == {"clean": False, "camera": True, "web": True}
assert all(table.mean("photo_x2") > max(map(table.mean, simple)) for table in final.values())

# %% [markdown]
# The network for clean images is first where nothing else went wrong, and only there. A minute of training goes a part of the way to `photo_x2`. On `web`, the best simple method is ahead of the network for clean images. Without the rows of Lanczos and the denoiser, that network's gain over linear upscaling would look like an achievement.
#
# ## Exercise
#
# 1. [Exercise 07a](exercises/07a_degrade.ipynb): draw a degradation yourself. [Exercise 07b](exercises/07b_unfair.ipynb): find the mistake in a comparison.
# 2. Give the denoiser a strength of 1, 5 or 8 levels. Where does another one help?
# 3. Train with `degradation="web"` instead of `"photo"`. What happens to the column `clean`?
# 4. Upscale a photograph of your telephone by `small_x2` and by `photo_x2`. Let somebody choose who does not know which is which.
# 5. A shop sells a program that "recovers number plates". Write down two experiments that you would ask to see.
#
# ## Recap
#
# - A JPEG leaves blocks and ringing, and its tables in the file.
# - A network undoes what it was trained on. The one for clean images sharpens the damage, and on coarse JPEG files it is behind bicubic upscaling.
# - Nobody knows the degradation of a photograph. Draw it from ranges, train on that, and say which.
# - That costs on clean images. So look at the file before you choose the network.
# - Without a true image, numbers tell whether the result agrees with its input, not whether it is right.
#
# ## Further reading
#
# - G. K. Wallace, "The JPEG still picture compression standard", IEEE Transactions on Consumer Electronics 38(1), 1992.
# - K. Zhang, J. Liang, L. Van Gool, R. Timofte, "Designing a practical degradation model for deep blind image super-resolution" (BSRGAN), ICCV 2021: the steps in random order.
# - X. Wang, L. Xie, C. Dong, Y. Shan, "Real-ESRGAN: training real-world blind super-resolution with pure synthetic data", ICCV Workshops 2021: the steps twice, as files that were passed on.
#
# Next: [08 Other repairs](08_other_repairs.ipynb), what else the same network can mend.

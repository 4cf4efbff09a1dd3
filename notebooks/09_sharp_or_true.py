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
# # 09 Sharp or true
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/srlib-course/srlib/blob/main/notebooks/09_sharp_or_true.ipynb)
#
# **The question: must we choose between sharp and true?**
#
# *40 minutes, of which the computer works for about two. You should know how a network is trained ([03 Autoencoder](03_autoencoder.ipynb)) and judged ([04 Results](04_results.ipynb)).*
#
# Afterwards you will be able to
#
# - say why a network that was trained for PSNR gives soft images,
# - build a discriminator, and measure how well restored images can be told from real ones,
# - train a network against one, and say what that costs,
# - find by rule what was invented, and choose between sharp and true for a purpose.

# %%
# On Colab this installs the course, and replaces nothing; elsewhere it does nothing.
import sys

if "google.colab" in sys.modules:
    import subprocess

    course = "srlib[colab] @ git+https://github.com/srlib-course/srlib"
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", course], check=True)

# %%
import IPython.display
import matplotlib.pyplot as plt
import numpy as np
from scipy.ndimage import gaussian_filter

import srlib

train = srlib.load_images("sample", split="train")
validation = srlib.load_images("sample", split="validation")
lr = {name: srlib.downscale(image, 4, "bicubic") for name, image in zip(validation.names, validation.images)}
small, sharp = srlib.load_model("small_x4"), srlib.load_model("sharp_x4")
portrait = validation["astronaut"]
made = {
    name: srlib.upscale(lr["astronaut"], method, 4)
    for name, method in {"bicubic": "bicubic", "small_x4": small, "sharp_x4": sharp}.items()
}
srlib.show.zoom(portrait, made, box=(30, 70, 96))

# %% [markdown]
# Compare the eyes and the cheeks. `small_x4` was trained by the pixel. It is closest to the truth by PSNR, and it is soft. `sharp_x4` is the same network, trained on in another way. Its edges are sharp. It also draws lines into a smooth face that nobody has there. This lesson is about both.
#
# ## Why the best guess is soft
#
# Sixteen HR pixels become one LR pixel. So many HR patches have almost the same LR patch, and the network cannot know which one it was. We look for such patches in the training photographs. One in the sand is asked about. The 40 patches whose LR patches of 3x3 are nearest to its own are its rivals.

# %%
hr_patches, lr_patches = [], []
for image in train.images:
    tiny = srlib.downscale(image, 4, "bicubic")
    for y in range(0, 61, 2):
        for x in range(0, 61, 2):
            hr_patches.append(image[4 * y : 4 * y + 12, 4 * x : 4 * x + 12] / 255)
            lr_patches.append(tiny[y : y + 3, x : x + 3].ravel())
hr_patches, lr_patches = np.array(hr_patches), np.array(lr_patches)
asked = train.names.index("sand") * 31**2 + 480
distance = np.linalg.norm(lr_patches - lr_patches[asked], axis=1)
rivals = hr_patches[np.argsort(distance)[:40]]
mean = rivals.mean(axis=0)
print(
    f"{len(hr_patches):,} patches; the 40 nearest differ from it by {255 * np.sort(distance)[:40].mean() / 27**0.5:.1f} levels in the LR image"
)
print(f"and by {255 * np.abs(rivals - rivals[0]).mean():.1f} levels in the HR image")
srlib.show.images(
    [np.float32(tile) for tile in (*rivals[:7], mean)], ["asked", *["rival"] * 6, "mean of 40"], columns=8, size=1.1
)

# %% [markdown]
# **Predict:** a network must give one answer for all 40. Which answer has the least squared error on average: one of them, or their mean?

# %%
error = lambda answer: float(((rivals - answer) ** 2).mean())
print(f"their mean: {error(mean):.5f}; one of them, on average: {np.mean([error(p) for p in rivals]):.5f}")
detail = lambda patch: float(np.abs(np.diff(patch, axis=1)).mean() * 255)
print(
    f"difference of neighbouring pixels: {np.mean([detail(p) for p in rivals]):.1f} levels in a patch, {detail(mean):.1f} in the mean"
)
assert error(mean) < min(error(p) for p in rivals)

# %% [markdown]
# <details>
# <summary>What came of it</summary>
#
# The mean, always: it is what a squared error is smallest for. It is half as wrong as a patch that was picked at random, which is 3 dB. And it is softer than any of them.
#
# </details>
#
# That is the reason. A network that is trained by the pixel learns the mean of all that could have been there. Each of the 40 is sharp, and their mean is not. No larger network changes that.
#
# ## A judge that is not a ruler
#
# PSNR asks how far an image is from *the* truth. We could also ask whether it looks as if it *might* be true. For that one trains a small network to tell computed patches from photographed ones: a **discriminator**. By hand it is a filter that takes away what is coarse, some convolutions, and one answer. First the questions.


# %%
def as_file(image):
    return np.rint(255 * image).astype(np.uint8)


def fine(image):  # without what is coarse, in 64 tiles
    image = image / np.float32(16)
    rest = image - gaussian_filter(image, (1, 1, 0))
    return rest.reshape(8, 32, 8, 32, 3).swapaxes(1, 2).reshape(-1, 32, 32, 3)


def questions(images):
    computed = [as_file(srlib.upscale(srlib.downscale(image, 4, "bicubic"), small)) for image in images]
    truth = np.repeat([0.0, 1.0], 64 * len(images))[:, None]
    return np.concatenate([fine(image) for image in (*computed, *images)]), truth


# %%
import keras
from keras import layers

keras.utils.set_random_seed(0)
judge = keras.Sequential(
    [layers.Conv2D(n, 3, strides=s, activation="relu") for n, s in ((16, 1), (32, 2), (32, 2))]
    + [layers.GlobalAveragePooling2D(), layers.Dense(1)]
)
right = keras.metrics.BinaryAccuracy(threshold=0)
judge.compile(keras.optimizers.Adam(2e-3), keras.losses.BinaryCrossentropy(from_logits=True), metrics=[right])
judge.fit(*questions(train.images), batch_size=64, epochs=8, verbose=0)
loss, share = judge.evaluate(*questions(validation.images), verbose=0)
print(f"{judge.count_params():,} parameters")
print("right about more than nine in ten patches of photographs that it has never seen:", share > 0.9)
assert share > 0.9

# %% [markdown]
# Half of the patches came from `small_x4`, half from a camera. A guess would be right about 50 %. So what looks good to us at first sight is told at once by a network of fourteen thousand parameters.
#
# `srlib.detectability` does the same with more care. It trains on half of the images and asks about the other half, with several seeds. Its share is 0.5 where nothing can be told, and 1.0 where everything can.


# %%
def restored(method):
    return [as_file(srlib.upscale(lr[name], method, 4)) for name in validation.names]


told = {
    "bicubic": restored("bicubic"),
    "small_x4": restored(small),
    "sharp_x4": restored(sharp),
    "HR": validation.images,
}
share = {name: srlib.detectability(images, validation.images, seeds=2, steps=200) for name, images in told.items()}
for name, images in told.items():
    quality = (
        "" if name == "HR" else f"{np.mean([srlib.psnr(a, b) for a, b in zip(images, validation.images)]):6.2f} dB"
    )
    print(f"{name:9} {share[name].mean:.2f} {quality}")
assert share["bicubic"].mean > share["sharp_x4"].mean > share["HR"].mean == 0.5

# %% [markdown]
# `small_x4` has the best PSNR, and `sharp_x4` is told least often. They aim at different things.
#
# ## Training against a judge
#
# If the judge can be trained, the network can be trained to mislead it. Both learn in turn. A step of the judge: tell the network's patch from the photographed one. A step of the network: be taken for the photograph, stay near the pixels, and give the LR patch again when downscaled. This is **adversarial training**. We begin with `small_x4`, written as a network of colours, and take 150 steps.

# %%
model = srlib.load_model("sharp_x4@0")
history = srlib.fit_adversarial(
    model,
    train,
    srlib.Recipe(srlib.Downscale(4, "bicubic"), learning_rate=2e-4, schedule="constant", ema_decay=0.95),
    validation=validation,
    steps=150,
    batch_size=8,
    patch_size=64,
    validate_every=50,
    adversarial=srlib.Adversarial(width=16, learning_rate=2e-4),
)
print("PSNR  ", *(f"{value:5.1f}" for value in history.psnr), "dB")
print("judge ", *(f"{value:5.1f}" for value in history.discriminator), f"(a guess: {np.log(2):.1f})")

# %%
ours = srlib.upscale(lr["astronaut"], model, 4)
srlib.show.zoom(
    portrait, {"small_x4": made["small_x4"], "150 steps": ours, "sharp_x4": made["sharp_x4"]}, box=(30, 70, 96)
)

# %% [markdown]
# In half a minute the edges begin to harden. PSNR falls, and that is no fault: we no longer ask for the mean. `sharp_x4` took 2,861 such steps with more and larger patches, 100 seconds on a large GPU. Longer is not better: after 14,000 steps the judge was told wrong more often, and the eye saw a grain over everything.
#
# ## The plane of both
#
# Between two networks of which one was trained on from the other lies a line: the weights may be mixed. That gives every degree of sharpness. The scores below were made by `tools/realism.py`, with five seeds, on our 6 photographs and on 40 of CID22.

# %%
results = srlib.realism_results()
print(results)
srlib.show.realism(results)

# %% [markdown]
# The bars are standard deviations. They are wide on our 6 photographs, where each judge learns from three; the 40 of CID22 say more. The best corner is at the lower right: near the truth, and not to be told from a photograph. Nothing is there. Bicubic is worse than `small_x4` in both. From `small_x4` to `sharp_x4` the line falls to the left, and every step along it pays PSNR for realism. Y. Blau and T. Michaeli proved that such a line exists for every method: the **perception-distortion** tradeoff.
#
# The last column says how near each result comes to the LR image that it was made from. Both networks are near. What differs lies in what the LR image does not show.
#
# ## What the measure does not say
#
# Look at the last rows. On CID22, real photographs with noise of one level in 255 are told in nine of ten patches, and those that were saved as JPEG of quality 95 in three of four. No eye sees either. So a high share does not mean that an image looks wrong.
#
# A low share means less than it seems, too: *this* small judge, with these few images, found nothing. It never asks whether the detail is true.
#
# ## What was invented
#
# We ask that ourselves, by rule: of all squares of 48 pixels of a photograph, show the one in which `sharp_x4` is furthest from the truth, compared with `small_x4`.


# %%
def worst(hr, ours, theirs, side=48):
    gain = ((ours - hr / 255) ** 2 - (theirs - hr / 255) ** 2).mean(axis=-1)
    places = [(y, x) for y in range(0, 256 - side + 1, 8) for x in range(0, 256 - side + 1, 8)]
    return max(places, key=lambda place: gain[place[0] : place[0] + side, place[1] : place[1] + side].sum())


for name in ("nyc", "guitar"):
    ours, theirs = srlib.upscale(lr[name], sharp, 4), srlib.upscale(lr[name], small, 4)
    y, x = worst(validation[name], ours, theirs)
    IPython.display.display(
        srlib.show.zoom(validation[name], {"small_x4": theirs, "sharp_x4": ours}, box=(y, x, 48), title=name, size=2.1)
    )

# %% [markdown]
# Look for the contours. Where several would do, `sharp_x4` decides for one, and often for the wrong one. Where `small_x4` says by its softness that it does not know, `sharp_x4` keeps silent about it.
#
# The same holds for text and faces, where a wrong guess has a meaning. Here is the smallest print that we can make ourselves.

# %%
fig = plt.figure(figsize=(2.56, 2.56), dpi=100)
for i, line in enumerate(("B8 S5 O0 Z2 1l", "total 3,586.80", "37 Hill Street", "no. 8315-0062")):
    fig.text(0.05, 0.78 - 0.2 * i, line, fontsize=10)
fig.canvas.draw()
page = np.ascontiguousarray(np.asarray(fig.canvas.buffer_rgba())[..., :3])
plt.close(fig)
tiny = srlib.downscale(page, 4, "bicubic")
srlib.show.zoom(
    page,
    {
        "bicubic": srlib.upscale(tiny, "bicubic", 4),
        "small_x4": srlib.upscale(tiny, small, 4),
        "sharp_x4": srlib.upscale(tiny, sharp, 4),
    },
    box=(20, 0, 160),
    size=2.3,
)

# %% [markdown]
# Which digits would you swear to? The strokes of both networks are darker than those of bicubic, and both read worse than they look. By 4, no method brings back what the LR image does not hold.
#
# ## When each is right
#
# - **Sharp** where the image is only looked at: a poster, a game, an old holiday photograph.
# - **True** where somebody measures, counts, reads or decides by it: medicine, astronomy, maps, evidence, number plates. There even `small_x4` needs its limits told.
# - **Between** where both matter a little. `srlib.load_model("sharp_x4@0.5")` is such a network, and `srlib upscale --sharpness 0.5` uses it.

# %%
half = srlib.load_model("sharp_x4@0.5")
srlib.show.zoom(
    portrait,
    {"small_x4": made["small_x4"], "half": srlib.upscale(lr["astronaut"], half, 4), "sharp_x4": made["sharp_x4"]},
    box=(30, 70, 96),
)

# %% [markdown]
# ## Recap
#
# - Training by the pixel learns the mean of all that could be there. The mean is soft.
# - A discriminator measures something else: whether patches can be told from real ones.
# - Training against it gives sharp detail, and pays for it with PSNR. What is sharp is partly invented.
# - No measure says both. Tell which one you aim at.
#
# ## Exercise
#
# Find the smallest share at which *you* no longer see that `sharp_x4@SHARE` is not `sharp_x4`, on `lake` and on the page of print. Write down for which of your own photographs you would use which.
#
# ## Further reading
#
# - Y. Blau, T. Michaeli, "The perception-distortion tradeoff", CVPR 2018.
# - C. Ledig et al., "Photo-realistic single image super-resolution using a generative adversarial network", CVPR 2017; X. Wang et al., "ESRGAN", ECCV Workshops 2018.
# - D. Lopez-Paz, M. Oquab, "Revisiting classifier two-sample tests", ICLR 2017.
# - Transformers and diffusion, which larger systems use: [what they add and what they cost](../docs/generative.md).

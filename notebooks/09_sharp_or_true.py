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
# *A further lesson, 40 minutes; it runs for about 60 seconds on two cores. You should have run [03 Autoencoder](03_autoencoder.ipynb) and [04 Results](04_results.ipynb).*
#
# Afterwards you will be able to
#
# - say why a network that was trained for PSNR gives soft images,
# - build a discriminator, and measure how well restored images can be told from real ones,
# - train a network against one, and say what that costs,
# - find what was invented, and choose between sharp and true for a purpose.

# %%
# On Colab this installs the course, and replaces nothing; elsewhere it does nothing.
import sys

if "google.colab" in sys.modules:
    import subprocess

    course = "srlib[colab] @ git+https://github.com/srlib-course/srlib"
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", course], check=True)

# %% [markdown]
# ## Two networks, one face
#
# `small_x4` was trained by the pixel; `sharp_x4` is the same network, trained on in another way.

# %%
import matplotlib.pyplot as plt
import numpy as np
from scipy.ndimage import gaussian_filter

import srlib

train = srlib.load_images("sample", split="train")
validation = srlib.load_images("sample", split="validation")
lr = {name: srlib.downscale(image, 4, "bicubic") for name, image in zip(validation.names, validation.images)}
small, sharp = srlib.load_model("small_x4"), srlib.load_model("sharp_x4")
portrait = validation["astronaut"]
methods = {"Lanczos": "lanczos", "small_x4": small, "sharp_x4": sharp}
made = {name: srlib.upscale(lr["astronaut"], method, 4) for name, method in methods.items()}
srlib.show.zoom(portrait, made, box=(30, 70, 96), size=2.1)

# %% [markdown]
# Compare the eyes and the cheeks. `small_x4` is closest to the HR image by PSNR, and it is soft. `sharp_x4` has sharp edges, and draws lines that nobody has there into a smooth face.
#
# ## One LR patch, many HR patches
#
# Sixteen HR pixels become one LR pixel. So many HR patches have a similar LR patch. Take one patch of a photograph of sand, and the 39 whose LR patches of 3x3 are most similar to its own. We call all 40 **rivals**.

# %%
hr_patches, lr_patches = [], []
sand = train["sand"]
tiny = srlib.downscale(sand, 4, "bicubic")
for y in range(62):
    for x in range(62):
        hr_patches.append(sand[4 * y : 4 * y + 12, 4 * x : 4 * x + 12] / 255)
        lr_patches.append(tiny[y : y + 3, x : x + 3].ravel())
hr_patches, lr_patches = np.array(hr_patches), np.array(lr_patches)
chosen = 31 * 62 + 31
nearest = np.argsort(np.linalg.norm(lr_patches - lr_patches[chosen], axis=1))[:40]
rivals = hr_patches[nearest]
levels = lambda patches, which: 255 * np.abs(patches[which] - patches[chosen]).mean()
print(f"{len(hr_patches):,} patches; how far they are from the chosen one:")
for name, which in (("all", slice(None)), ("rivals", nearest)):
    print(f"{name:7} {levels(lr_patches, which):4.1f} levels in the LR image, {levels(hr_patches, which):.1f} in the HR image")
srlib.show.images([np.float32(tile) for tile in rivals[:8]], ["chosen", *["rival"] * 7], columns=8, size=1.1)

# %% [markdown]
# In the LR image the rivals differ little more than a quarter as much as all patches do, in the HR image more than half as much. A network must give nearly one answer for all.
#
# **Predict:** which answer has the least squared error on average, one of the 40 or their mean? And how does that answer look?

# %% jupyter={"outputs_hidden": true}
error = lambda answer: float(((rivals - answer) ** 2).mean())
detail = lambda patch: float(np.abs(np.diff(patch, axis=1)).mean() * 255)
mean = rivals.mean(axis=0)
print(f"squared error: one of them {np.mean([error(p) for p in rivals]):.5f} on average, the mean {error(mean):.5f}")
print(f"neighbouring pixels differ by {np.mean([detail(p) for p in rivals]):.1f} levels, in the mean by {detail(mean):.1f}")
tiles = [np.float32(tile) for tile in (*rivals[:7], mean)]
srlib.show.images(tiles, ["chosen", *["rival"] * 6, "mean of 40"], columns=8, size=1.1)

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# The mean, always: it is what a squared error is smallest for. That it has half the error of a patch picked at random is arithmetic, and holds for any set. And it is softer than any of them.
#
# </details>
#
# A network that is trained by squared error learns this mean; by absolute error, `mae`, the median:

# %%
absolute = lambda answer: float(np.abs(rivals - answer).mean())
median = np.median(rivals, axis=0)
print(f"absolute error: the mean {absolute(mean):.5f}, the median {absolute(median):.5f}")
print(f"in the median, neighbouring pixels differ by {detail(median):.1f} levels")
assert error(mean) < min(error(p) for p in rivals) and absolute(median) < absolute(mean)
assert max(detail(mean), detail(median)) < min(detail(p) for p in rivals)

# %% [markdown]
# It is nearly as soft. A larger network estimates it better, no more.
#
# ## A judge that is not a ruler
#
# PSNR asks how far an image is from *the* truth. Might it be true at all? To ask that, one trains a small network to tell computed patches from photographed ones: a **discriminator**, here the judge.
#
# First the questions for it. What is coarse tells little and is taken away; what is left is small, so it is divided by 16, not 255. Computed images are rounded as photographs are, or the fractions would tell.


# %%
def as_file(image):
    return np.rint(255 * image).astype(np.uint8)


def fine(image):  # 256x256 without what is coarse, in 64 tiles
    image = image / np.float32(16)
    rest = image - gaussian_filter(image, (1, 1, 0))
    return rest.reshape(8, 32, 8, 32, 3).swapaxes(1, 2).reshape(-1, 32, 32, 3)


def questions(images):
    computed = [as_file(srlib.upscale(srlib.downscale(image, 4, "bicubic"), small)) for image in images]
    truth = np.repeat([0.0, 1.0], 64 * len(images))[:, None]
    return np.concatenate([fine(image) for image in (*computed, *images)]), truth


# %% [markdown]
# The judge begins with three convolutions. `strides=2` computes every second place only, so that the next one sees further. `GlobalAveragePooling2D` takes the mean of each of the 32 channels, `Dense(1)` a weighted sum of these means. This number is a **logit**: above `threshold=0` it says "photographed", and the larger the surer.
#
# `BinaryCrossentropy(from_logits=True)` makes it a probability, $p = 1/(1+e^{-x})$. The loss is $-\log$ of what the right answer was given: for a guess $-\log\frac12 = 0.69$.
#
# The judge learns on the training photographs, half of the patches from `small_x4`, and is asked about others.
#
# **Predict:** a guess is right about half of the patches. Of how many will the judge be right?

# %% jupyter={"outputs_hidden": true}
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
print(f"right about {share:.0%} of 768 patches")
found = share

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# Almost all, with 24 photographs to learn from.
#
# </details>
#
# `srlib.detectability` does the same with more care: it trains on half of the images, asks about the other half, and repeats that with other seeds. Its share is 0.5 for a guess. The measure is our own: the usual ones, LPIPS and FID, and SRGAN's perceptual loss need a large pretrained network; the course has none.
#
# **Predict:** is the method with the best PSNR also detected least?


# %% jupyter={"outputs_hidden": true}
def restored(method):
    return [as_file(srlib.upscale(lr[name], method, 4)) for name in validation.names]


told = {name: restored(method) for name, method in methods.items()}
share = {name: srlib.detectability(images, validation.images, seeds=2, steps=150) for name, images in told.items()}
for name, images in told.items():
    quality = np.mean([srlib.psnr(a, b) for a, b in zip(images, validation.images)])
    print(f"{name:9} detected {share[name].mean:.2f}, {quality:6.2f} dB")

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# No. `small_x4` has the best PSNR, and of the three `sharp_x4` was detected least here, by judges that learnt from three photographs: the next table shows how that varies.
#
# </details>
#
# ## Training against a judge
#
# The network can be trained to mislead the judge. Both take steps in turn: **adversarial training**. Let the *lead* be the judge's logit for an HR patch less that for its SR patch. As means over a batch,
#
# - the judge makes $\log(1+e^{-\mathrm{lead}})$ small,
# - the network makes $|\mathrm{SR}-\mathrm{HR}| + 0.02\,\log(1+e^{\mathrm{lead}}) + 3\,|\mathrm{SR\ downscaled}-\mathrm{LR}|$ small: stay near the pixels, pass for the photograph, give the LR patch again.
#
# As only the lead counts, this is a **relativistic** loss. By hand, for our judge and 64 patches:

# %% tags=["nbval-ignore-output"]
# not compared: how sure the judge has become depends on the processor
logits = judge.predict(questions(portrait[None])[0], verbose=0)
lead = logits[64:] - logits[:64]  # photographed less computed
cost = lambda x: float(np.logaddexp(0, -x).mean())
sr = made["small_x4"]
pixels = np.abs(sr - portrait / 255).mean()
again = np.abs(srlib.downscale(sr, 4, "bicubic") - lr["astronaut"]).mean()
w = srlib.Adversarial()  # what srlib weighs the parts by
print(f"lead 0: {cost(0):.2f} for either; here {cost(lead):.2f} for the judge, {cost(-lead):.2f} for the network")
print(f"the network's loss: {w.pixel_weight} x {pixels:.4f} + {w.weight} x {cost(-lead):.2f} + {w.consistency_weight} x {again:.4f}")
same = keras.losses.BinaryCrossentropy(from_logits=True)(np.ones_like(lead), lead)
assert abs(cost(lead) - float(same)) < 1e-4 and (w.pixel_weight, w.weight, w.consistency_weight) == (1, 0.02, 3)
assert found > 0.9 and min(share["Lanczos"].mean, share["small_x4"].mean) > share["sharp_x4"].mean + 0.05

# %% [markdown]
# This judge is sure, so the network's loss is mostly the judge's verdict. `srlib.fit_adversarial` begins with a fresh one, and takes both steps in turn.
#
# `sharp_x4@0` is `small_x4`, written for three colours instead of luma alone. `ema_decay` averages the last weights.
#
# **Predict:** will its PSNR rise or fall?

# %% jupyter={"outputs_hidden": true}
recipe = srlib.Recipe(
    srlib.Downscale(4, "bicubic"), steps=150, validate_every=50, batch_size=8, patch_size=64,
    learning_rate=2e-4, schedule="constant", ema_decay=0.95,
    adversarial=srlib.Adversarial(width=16, learning_rate=2e-4),
)  # fmt: skip
model = srlib.load_model("sharp_x4@0")
history = srlib.fit_adversarial(model, train, recipe, validation=validation)
print("sharp_x4 took", sharp.card.runs[-1].recipe.steps, "such steps, of more and larger patches")
print("PSNR  ", *(f"{value:5.1f}" for value in history.psnr), "dB, from 25.2")
print("judge ", *(f"{value:5.1f}" for value in history.discriminator), f"(a guess: {np.log(2):.1f})")

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# It fell and stays lower: nearness to the pixels is now only a part of the aim. The last line is the judge's loss, a mean over 50 steps. At 0.9 it does worse than by guessing: it is misled. At 0.6 it begins to tell the two apart.
#
# </details>
#
# One eye, beside the network before and the one that was trained for longer:

# %%
between = {"small_x4": made["small_x4"], "150 steps": srlib.upscale(lr["astronaut"], model, 4), "sharp_x4": made["sharp_x4"]}
srlib.show.zoom(portrait, between, box=(36, 72, 48), size=2.1)

# %% [markdown]
# The edges became a little harder. Look at the eyelid and the cheek: there is a faint grid of dots, too. So young a network has learnt dots before edges. Whatever misled the judge at 0.9 no longer does at 0.6.
#
# ## The plane of both
#
# Where one network was trained on from another, their weights may be mixed, as the authors of ESRGAN do. The scores below were made by `tools/realism.py` on our 6 photographs and on 40 of CID22, with five seeds, from LR images that were rounded to 8 bits: hence 25.17 dB, and 25.18 above. *LR again* is the PSNR of a result, downscaled, against the LR image.

# %%
results = srlib.realism_results()
print(results)
srlib.show.realism(results)

# %% [markdown]
# The bars are standard deviations. Go by CID22: on our 6 photographs each judge learns from three, and the bars are too wide to rank by. The best place, at the lower right, is empty.
#
# From bicubic to `small_x4` both get better. From there to `sharp_x4` the line falls to the left: realism is paid for with PSNR. Y. Blau and T. Michaeli proved that there is a limit which no method can cross. Away from it both can improve; along it, less distortion means less realism: the **perception-distortion** tradeoff.
#
# ## What the measure does not say
#
# Look at the last rows, real photographs. On CID22 noise of one level in 255 is detected as often as `small_x4`, and JPEG of quality 95 as often as `sharp_x4`. You will hardly see either: a high share does not mean that an image looks wrong.
#
# A low share says only that *this* small judge, with these few images, found nothing. Real against other real images should give 0.5; three against three give 0.40. And it does not ask whether the detail is true.
#
# ## What was invented
#
# We ask that ourselves, of two photographs that we chose by hand. The square is chosen by rule: of all of 48 pixels, in steps of 8, that in which `sharp_x4` is furthest from the truth, compared with `small_x4`. So we see what can happen, not how often.


# %%
def worst(hr, ours, theirs, side=48):
    gain = ((ours - hr / 255) ** 2 - (theirs - hr / 255) ** 2).mean(axis=-1)
    places = [(y, x) for y in range(0, 256 - side + 1, 8) for x in range(0, 256 - side + 1, 8)]
    return max(places, key=lambda place: gain[place[0] : place[0] + side, place[1] : place[1] + side].sum())


def worst_square(name):
    ours, theirs = srlib.upscale(lr[name], sharp, 4), srlib.upscale(lr[name], small, 4)
    y, x = worst(validation[name], ours, theirs)
    made = {"Lanczos": srlib.upscale(lr[name], "lanczos", 4), "small_x4": theirs, "sharp_x4": ours}
    return srlib.show.zoom(validation[name], made, box=(y, x, 48), title=name, size=2.0)


worst_square("guitar")

# %% [markdown]
# Look at the grey on the right: `sharp_x4` covers it with coloured speckle. The other photograph:

# %%
worst_square("path")

# %% [markdown]
# These were reeds. `small_x4` draws branches that nobody has there: its estimate of the mean is not perfect, either. `sharp_x4` draws the same ones, harder and with coloured specks.
#
# A wrong guess matters most where it has a meaning: in a face, or in text. Here is small print.

# %%
fig = plt.figure(figsize=(2.56, 2.56), dpi=100, facecolor="0.9")
for i, line in enumerate(("B8 S5 O0 Z2 1l", "total 3,586.80", "37 Hill Street")):
    fig.text(0.05, 0.78 - 0.16 * i, line, fontsize=10)
fig.canvas.draw()
page = np.ascontiguousarray(np.asarray(fig.canvas.buffer_rgba())[..., :3])
plt.close(fig)
tiny = srlib.downscale(page, 4, "bicubic")
print_made = {name: srlib.upscale(tiny, method, 4) for name, method in methods.items()}
srlib.show.zoom(page, print_made, box=(32, 4, 120), size=2.1)

# %% [markdown]
# "total" and "37" can nearly be read. Of "Street" both networks make something like "Sboat", in crisp strokes: on what it has hardly seen, `small_x4` guesses, too. Which digits would you swear to?
#
# ## When each is right
#
# - **Sharp** where a clean image is only looked at: a poster, a game, a landscape. Not for faces, and not for old or compressed photographs, which it was not trained on.
# - **True** where somebody measures, counts, reads or decides by it: medicine, astronomy, maps, evidence, number plates.
# - **Between** where both matter. `srlib upscale --sharpness 0.75` uses this network:

# %%
degrees = {"small_x4": small, "0.75": srlib.load_model("sharp_x4@0.75"), "sharp_x4": sharp}
guitar = {name: srlib.upscale(lr["guitar"], model, 4) for name, model in degrees.items()}
colour = lambda image: 255 * np.std(image[24:72, 204:216], axis=-1).mean()
for name, image in {"HR": validation["guitar"] / 255, **guitar}.items():
    print(f"{name:9}{colour(image):4.1f} levels from grey on the right")
srlib.show.zoom(validation["guitar"], guitar, box=(24, 168, 48), size=2.1)

# %% [markdown]
# The edges are nearly those of `sharp_x4`, and the speckle is weaker.
#
# ## Exercise
#
# Raise `SHARE` in `sharp_x4@SHARE` from 0 to 1, on `lr["lake"]` and on `tiny`, the page. From which share on do you see no difference from `sharp_x4`? Then do exercises [09a](exercises/09a_share.ipynb) and [09b](exercises/09b_questions.ipynb).
#
# ## Recap
#
# - Training by the pixel learns a mean or a median of all that could be there. Both are soft.
# - A discriminator measures whether patches can be told from real ones.
# - Training against it gives sharp detail, partly invented, and pays with PSNR.
# - A better network can gain on both, up to a limit. There we must choose: say which one you aim at.
#
# ## Further reading
#
# - I. Goodfellow et al., "Generative adversarial networks", NIPS 2014, [arXiv:1406.2661](https://arxiv.org/abs/1406.2661): a network trained against a judge.
# - C. Ledig et al., "Photo-realistic single image super-resolution using a generative adversarial network" (SRGAN), CVPR 2017, [arXiv:1609.04802](https://arxiv.org/abs/1609.04802): the same for super-resolution.
# - X. Wang et al., "ESRGAN: enhanced super-resolution generative adversarial networks", ECCV Workshops 2018, [arXiv:1809.00219](https://arxiv.org/abs/1809.00219): mixing the weights of two networks.
# - Y. Blau, T. Michaeli, "The perception-distortion tradeoff", CVPR 2018, [arXiv:1711.06077](https://arxiv.org/abs/1711.06077): the proof of the limit.
# - D. Lopez-Paz, M. Oquab, "Revisiting classifier two-sample tests", ICLR 2017, [arXiv:1610.06545](https://arxiv.org/abs/1610.06545): the share of right answers as a measure.
#
# Next: [10 Beyond](10_beyond.ipynb), a GPU, many machines, the browser.

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
# # 06 The benchmark
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/srlib-course/srlib/blob/main/notebooks/06_benchmark.ipynb)
#
# **The question: how does it stand among published networks?**
#
# *A further lesson, 40 minutes; it runs for about 20 seconds on two cores. You should know the metrics ([04 Results](04_results.ipynb)) and what a GMAC is ([05 The sub-pixel network](05_subpixel.ipynb)).*
#
# Afterwards you will be able to
#
# - read a published table: its sets, its protocol, its costs,
# - measure as the papers do, by hand,
# - see when two tables may not be compared.

# %%
# On Colab this installs the course, and replaces nothing; elsewhere it does nothing.
import sys

if "google.colab" in sys.modules:
    import subprocess

    course = "srlib[colab] @ git+https://github.com/srlib-course/srlib"
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", course], check=True)

# %% [markdown]
# Papers on super-resolution score their networks on a few sets of images: **Set5** and **Set14**, of 5 and 14 images, and **BSD100**, 100 photographs from a Berkeley set. Urban100 and Manga109 are usual, too; we have not scored them. `srlib.leaderboard` puts our scores beside quoted ones, most of which come from tables in later papers. First the methods that need no training:

# %%
import numpy as np

import srlib

SETS = ("set5", "set14", "bsd100")


def brief(lines):
    print(f"{'':28}   GMACs   Set5  Set14 BSD100  trained on")
    for line in lines:
        work = f"{line.gmacs:8,.1f}" if line.gmacs else f"{'-':>8}"
        print(f"{line.method:28}{work}", *(f"{line.scores[name][0]:6.2f}" for name in SETS), "", line.trained_on)


board = srlib.leaderboard(2)
brief([line for line in board if line.parameters is None])

# %% [markdown]
# Two lines are called bicubic, one ours and one quoted. Bicubic upscaling has no weights, so whoever measures as we do must find our number. They agree to 0.02 dB on Set5 and 0.00 on BSD100. On Set14 ours is 0.09 higher: one of the 14 images is grey, and we score it as a coloured one, which is worth 1.32 dB there, as we see below.
#
# Now the networks, by multiply-adds. Names with an underscore are ours, and `+` is explained at the end. **Predict:** DRCN needs 3,000 times the work of FSRCNN. How many decibels does that buy on Set5?

# %% jupyter={"outputs_hidden": true}
brief([line for line in board if line.parameters])
cheap, costly = board["FSRCNN (2016)"], board["DRCN (2016)"]
gain = costly.scores["set5"][0] - cheap.scores["set5"][0]
print(f"\n{costly.gmacs / cheap.gmacs:,.0f} times the work of FSRCNN brings {gain:+.2f} dB")

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# 0.63 dB. Five networks do better with less than a fiftieth of DRCN's work.
#
# </details>
#
# `print(board)` has SSIM and parameters as well. Here is a plot:

# %%
srlib.show.quality(board, title="x2")

# %% [markdown]
# Filled dots are ours, circles are quoted. The horizontal axis is logarithmic: each line of the grid is ten times the work. Better is up, cheaper is left. Look along the upper left edge, where nobody is better for less: FSRCNN, `small_x2`, IMDN, SwinIR-S. `best_x2` is not on that edge. IDN and EDSR are missing, for want of a number for their work.
#
# The fair question is not "who is best?" but "who is best for this much work, after learning from these images?". On the three sets in turn, without the 0.09 on Set14:

# %%
small, best, vdsr, imdn = (board[name] for name in ("small_x2", "best_x2", "VDSR (2016)", "IMDN (2019)"))
for a, b in ((small, vdsr), (small, imdn), (best, small), (best, imdn)):
    extra = {} if b.ours else {"set14": 20 * np.log10(255 / 219) / 14}  # of the grey image
    gains = ", ".join(f"{a.scores[name][0] - b.scores[name][0] - extra.get(name, 0):+.2f}" for name in SETS)
    print(f"{a.method:8} against {b.method:11} {a.gmacs:6.1f} against {b.gmacs:6.1f} GMACs, {gains} dB")

# %% [markdown]
# `small_x2` stands about where VDSR does, for less than a twentieth of its work: above it on one set, below on two. IMDN is 0.3 to 0.6 dB ahead of it, for seven times its work. `best_x2` does fourteen times `small_x2`'s work for a quarter of a decibel or less, and IMDN is ahead of it with half of that. IMDN learned three colours from 800 photographs, `best_x2` luma from 209.
#
# ## By 3 and by 4
#
# The same by larger scales, on Set5. **Predict:** from x2 to x4, does a network's gain over bicubic grow or shrink? And the distance from `small` to SwinIR-S?

# %% jupyter={"outputs_hidden": true}
for scale in (2, 3, 4):
    lines = srlib.leaderboard(scale)
    names = ("bicubic", f"small_x{scale}", f"best_x{scale}", "SwinIR-S (2021)")
    bicubic, ours, larger, swin = (lines[name].scores["set5"][0] for name in names)
    print(f"x{scale}: bicubic {bicubic:.2f} dB, small {ours - bicubic:+.2f}, best {larger - bicubic:+.2f}, SwinIR-S {swin - bicubic:+.2f}")

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# The gain shrinks: by 4, an LR pixel stands for sixteen, and more of the image has to be guessed. The distance grows, too.
#
# </details>
#
# All networks by 4:

# %%
srlib.show.quality(srlib.leaderboard(4), title="x4")

# %% [markdown]
# By 4 the networks lie two decibels apart, by 2 one and a half. Look for `small_x4` at the left: for about the work of FSRCNN it is 0.6 dB above it.
#
# ## The papers' protocol
#
# How was all this measured? The papers downscale by MATLAB's bicubic, and score the **luma** alone: the Y of YCbCr, a weighted mean of the three channels, which runs from 16 to 235. They also crop as many pixels from each border as the scale. Their SSIM is that of luma, too, in a Gaussian window of 11x11 pixels. Here is their PSNR, by hand.

# %%
validation = srlib.load_images("sample", split="validation")
photograph = validation["coffee"]


def luma(image):  # of 8-bit red, green, blue
    return 16 + image @ np.array([65.481, 128.553, 24.966]) / 255


def eight_bits(image):
    return np.rint(255 * image).astype("uint8")


lr = eight_bits(srlib.downscale(photograph, 2, "bicubic"))  # papers store LR images as files
sr = eight_bits(srlib.upscale(lr, "bicubic"))
error = (luma(sr) - luma(photograph))[2:-2, 2:-2]  # border crop
by_hand = 10 * np.log10(255**2 / np.mean(error**2))
table = srlib.evaluate({"bicubic": "bicubic"}, validation, srlib.Downscale(2, "bicubic"), protocol="y")
print(f"PSNR-Y by hand {by_hand:.2f} dB, by srlib {table.values('bicubic')[1]:.2f} dB")
assert np.isclose(by_hand, table.values("bicubic")[1], atol=1e-3)

# %% [markdown]
# The two agree.
#
# ## Why most tables cannot be compared
#
# The next cell always upscales the same photographs by bicubic. What changes is how they were downscaled, and the protocol: `rgb` scores all three channels and the whole image. **Predict:** how far do the four numbers lie apart?

# %% jupyter={"outputs_hidden": true}
for kernel in ("bicubic", "bilinear"):
    for protocol in ("rgb", "y"):
        table = srlib.evaluate({"bicubic": "bicubic"}, validation, srlib.Downscale(2, kernel), protocol=protocol)
        print(f"downscaled by {kernel:8}, protocol {protocol:3}: {table.mean('bicubic'):.2f} dB")
print(f"219 levels instead of 255: {20 * np.log10(255 / 219):+.2f} dB")

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# Up to 1.5 dB, and no image became any better. Nearly all of it is the scale of the luma, which spans 219 levels while PSNR is told 255.
#
# </details>
#
# **The kernel.** Two programs may both say "bicubic". To find the weights that srlib and MATLAB use, we brighten one row of a grey image at a time, and see what it does to one LR row. OpenCV's `INTER_CUBIC` has four weights, $-3/32$, $19/32$, $19/32$ and $-3/32$, by 2 as by 4; see `interpolateCubic` in its `resize.cpp`.

# %%
def weight(row):
    grey = np.full((32, 32, 3), 0.5, "float32")
    grey[row] += 0.25
    return (srlib.downscale(grey, 2, "bicubic")[8, 8, 0] - 0.5) / 0.25


eight = [weight(row) for row in range(13, 21)]
four = np.array([-3, 19, 19, -3]) / 32
print("srlib, MATLAB:", *(f"{w:+.3f}" for w in eight))
print("OpenCV:       ", " " * 13, *(f"{w:+.3f}" for w in four))
assert np.isclose(sum(eight), 1, atol=1e-5) and np.isclose(four.sum(), 1)

# %% [markdown]
# Eight weights average over a wider stretch, so that fine detail fades before it can alias, as in lesson 02. Four keep more of it.
#
# **Predict:** the photographs are downscaled with OpenCV's four weights instead, and upscaled by the same bicubic as before. What happens to the score?

# %% jupyter={"outputs_hidden": true}
def rows_by_four(x):
    x = np.pad(x, ((1, 1), (0, 0), (0, 0)), mode="edge")
    return sum(w * x[i : len(x) - 3 + i : 2] for i, w in enumerate(four))


def by_four(image):
    lr = rows_by_four(rows_by_four(image / 255).transpose(1, 0, 2)).transpose(1, 0, 2)
    return np.clip(lr, 0, 1).astype("float32")


eight_dB = np.mean([srlib.psnr(srlib.upscale(srlib.downscale(hr, 2, "bicubic"), "bicubic"), hr) for hr in validation])
four_dB = np.mean([srlib.psnr(srlib.upscale(by_four(hr), "bicubic"), hr) for hr in validation])
print(f"eight weights {eight_dB:.2f} dB, four weights {four_dB:.2f} dB: {four_dB - eight_dB:+.2f}")
assert four_dB > eight_dB + 0.3

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# It rises by 0.4 dB. The method is the same, and the task became easier for it.
#
# </details>
#
# **The border.** At the border a method has to guess what lies beyond, so papers crop it before they score.

# %%
sr = [srlib.upscale(srlib.downscale(hr, 2, "bicubic"), "bicubic") for hr in validation]
whole = np.array([srlib.psnr(a, b) for a, b in zip(sr, validation)])
for border in (2, 8, 32):
    inside = np.s_[border : 256 - border, border : 256 - border]
    change = np.array([srlib.psnr(a[inside], b[inside]) for a, b in zip(sr, validation)]) - whole
    print(f"{border:2} pixels cropped: mean {change.mean():+.2f} dB, from {change.min():+.2f} to {change.max():+.2f}")

# %% [markdown]
# Two pixels hardly matter. A wide crop changes the score of a photograph by more than our two networks differ, up or down.
#
# So before you compare two numbers, ask: which images, which scale, downscaled **how**, which channels, which border, which range? The line of bicubic answers most of it at once. If it differs, measure again yourself.
#
# > **The original project.** It downscaled by linear interpolation and scored all channels. No published number may stand beside that, so here it stands among our own. `reference_autoencoder` is its network at full width, trained in its manner for 650 steps, a sixth of the original's. It has seen one of Set5's images in training, the *woman*.

# %%
brief(srlib.leaderboard(kernel="bilinear", protocol="rgb"))
print("reference_autoencoder was trained on one of the five images of Set5")

# %% [markdown]
# It is 0.9 to 1.3 dB above bicubic, 0.6 to 0.7 above Lanczos. `small_bilinear` is 0.6 to 1.3 dB above it, for a fourteenth of the work, but after far more steps.
#
# ## The last table: our test photographs
#
# Everybody has looked at the benchmark sets for years. Our ten test photographs are not among them. The README, lessons 04 and 07, this one and exercise 06b score them, and nothing is chosen by them. Here the protocol is the papers', and the MSE is on the scale of 255. **Predict:** on how many of the ten is `best_x2` ahead of `small_x2`, and by how much on the mean?

# %% jupyter={"outputs_hidden": true}
test = srlib.load_images("sample", split="test")
networks = {name: srlib.load_model(name) for name in ("small_x2", "best_x2")}
methods = {"bicubic": "bicubic", "lanczos": "lanczos", **networks, "small_x2+": srlib.self_ensemble(networks["small_x2"])}
final = srlib.evaluate(methods, test, srlib.Downscale(2, "bicubic"), protocol="y")
print(final)
for name in ("best_x2", "small_x2+"):
    gain = final.values(name) - final.values("small_x2")
    worst = test.names[int(gain.argmin())]
    print(f"{name:9} ahead of small_x2 on {(gain > 0).sum()} of 10, mean {gain.mean():+.2f} dB; least on {worst}, {gain.min():+.2f}")

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# On nine of ten, and the mean gains only 0.02 dB: on `mies`, letters behind a hard, regular grid, it loses more than a decibel. A mean over ten images can hang on one.
#
# </details>
#
# All networks stand more than two decibels above Lanczos. Between two networks as close as ours, ten photographs cannot decide.
#
# ## Optional: turned and mirrored
#
# One way to buy quality needs no training: upscale the image eight times, turned and mirrored, turn the results back, and take the mean. That is the **geometric self-ensemble**, and papers mark it by a plus. It costs eight times the work. In the table above it gains 0.1 dB.

# %%
tile = srlib.downscale(validation["astronaut"][112:176, 16:80], 2, "bicubic")
model = networks["small_x2"]
results = []
for turns in range(4):
    for step in (1, -1):  # -1: mirrored
        moved = np.ascontiguousarray(np.rot90(tile, turns)[:, ::step])
        results.append(np.rot90(np.asarray(model(moved[None]))[0][:, ::step], -turns))
ensemble = np.asarray(srlib.self_ensemble(model)(tile[None]))[0]
print(f"largest difference from srlib.self_ensemble: {255 * np.abs(np.mean(results, axis=0) - ensemble).max():.3f} levels")
assert np.allclose(np.mean(results, axis=0), ensemble, atol=1e-4)

# %% [markdown]
# It can help only if the eight results differ. We upscale an image and its mirror image, and mirror the second result back.

# %%
panels, words = [], []
for name, model in networks.items():
    plain, mirrored = srlib.upscale(tile, model), srlib.upscale(np.ascontiguousarray(tile[:, ::-1]), model)
    difference = np.abs(plain - mirrored[:, ::-1])
    print(f"{name}: {255 * difference.mean():.2f} levels on average, at most {255 * difference.max():.1f}")
    panels += [plain, mirrored, mirrored[:, ::-1], np.clip(20 * difference, 0, 1)]
    words += [f"{name}: the image", "its mirror image", "mirrored back", "difference, 20 times"]
assert difference.max() < 1e-4  # best_x2
srlib.show.images(panels, words, columns=4, size=2.2)

# %% [markdown]
# Compare the last column. `small_x2`, above, draws edges a little differently when they lie otherwise. `best_x2` does not: it is **equivariant**. If its input is mirrored, its output is mirrored, and nothing else. By design that holds for turns as well: each kernel is there in the eight turns and reflections of a square, the group **D4**, and in the negative. So a plus would bring it nothing, and most of its parameters are copies: its card says that 83,206 of 1,331,236 are free. Does that buy quality?

# %%
names = ("twice as wide", "twice as wide, D4-equivariant", "twice as wide, D4-equivariant, with intensity inversion")
print(srlib.ablation_results().only(*names))

# %% [markdown]
# Not in the small network of lesson 05's ablation. The three wide lines are equal within their spread. What it does in `best_x2` we have not measured by itself.
#
# ## Exercise
#
# 1. **Read.** In `srlib.leaderboard(3)`, which network would you take for a telephone, and which for an archive?
# 2. **Judge.** A web page reports "38.4 dB on Set5, x2, better than EDSR", on all three channels, with images that OpenCV downscaled. Which facts do you need before you believe it?
# 3. **Compare and compete.** Exercises [06a](exercises/06a_tables.ipynb) and [06b](exercises/06b_project.ipynb).
#
# ## Recap
#
# - A score belongs to a set, a scale, a kernel and a protocol. Look at the line of bicubic first.
# - Compare networks for equal work, and look at what they learned from.
# - How does it stand? `small_x2` is about where VDSR is, for less than a twentieth of the work. IMDN is 0.3 to 0.6 dB ahead, for seven times the work.
#
# ## Further reading
#
# - M. Bevilacqua et al., "Low-complexity single-image super-resolution based on nonnegative neighbor embedding", BMVC 2012. Set5. R. Zeyde, M. Elad, M. Protter, "On single image scale-up using sparse-representations", 2012. Set14.
# - J. Kim, J. K. Lee, K. M. Lee, "Accurate image super-resolution using very deep convolutional networks", CVPR 2016, [arXiv:1511.04587](https://arxiv.org/abs/1511.04587). VDSR. Z. Hui et al., "Lightweight image super-resolution with information multi-distillation network", ACM Multimedia 2019, [arXiv:1909.11856](https://arxiv.org/abs/1909.11856). IMDN; its tables repeat the scores of most others here.
# - J. Liang et al., "SwinIR: image restoration using Swin transformer", ICCV Workshops 2021, [arXiv:2108.10257](https://arxiv.org/abs/2108.10257). Ahead of all that do less work.
# - R. Timofte, R. Rothe, L. Van Gool, "Seven ways to improve example-based single image super resolution", CVPR 2016, [arXiv:1511.02228](https://arxiv.org/abs/1511.02228). The self-ensemble.
# - T. Cohen, M. Welling, "Group equivariant convolutional networks", ICML 2016, [arXiv:1602.07576](https://arxiv.org/abs/1602.07576).
#
# Next: [07 Your photographs](07_your_photos.ipynb).

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
# # 05 Better networks
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/srlib-course/srlib/blob/main/notebooks/05_better_networks.ipynb)
#
# **The question: what buys quality, and what does it cost?**
#
# *40 minutes, of which the computer works about one. You should have met the residual ([03 Autoencoder](03_autoencoder.ipynb)) and the metrics ([04 Results](04_results.ipynb)).*
#
# Afterwards you will be able to
#
# - count what a network costs before you run it,
# - build a sub-pixel network by hand, and say what each part is for,
# - read a published table, and see when two tables may not be compared.

# %%
# On Colab this installs the course, and replaces nothing; elsewhere it does nothing.
import sys

if "google.colab" in sys.modules:
    import subprocess

    course = "srlib[colab] @ git+https://github.com/srlib-course/srlib"
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", course], check=True)

# %%
import numpy as np

import srlib

test = srlib.load_images("sample", split="test")
portrait = srlib.load_images("sample", split="validation")["astronaut"]
image = portrait[64:192, 64:192]  # its middle, 128 by 128 pixels
network = srlib.build_model("subpixel", blocks=3)
print(test)
print(f"the network that we shall take apart has {network.count_params():,} parameters")

# %% [markdown]
# ## What a network costs
#
# Seconds depend on the machine. The field counts **multiply-adds** instead: how often a number is multiplied by a weight and added to a sum. A convolution of 3 by 3 from $a$ to $b$ channels needs $9ab$ of them for every pixel that it works on.
#
# The original's autoencoder upscales first and works at high resolution, at least in its outer layers. **Predict:** if the same convolution worked on the small picture, how much cheaper would it be?

# %%
def multiply_adds(a, b, pixels, size=3):
    return size * size * a * b * pixels


large, small = 1280 * 720, 640 * 360  # pixels; published tables use this size
print(f"64 to 64 channels, large image: {multiply_adds(64, 64, large) / 1e9:.1f} G multiply-adds (G: 10^9)")
print(f"64 to 64 channels, small image: {multiply_adds(64, 64, small) / 1e9:.1f} G")
print(f"parameters, wherever it works:    {9 * 64 * 64 + 64:,}")

# %% [markdown]
# A quarter, with the same number of parameters. Parameters say what must be stored; multiply-adds, roughly, how long you wait.
#
# So we work on the small picture. How does it get larger in the end?
#
# ## The sub-pixel step
#
# Take a picture apart into four: one holds every second pixel of every second row, the next starts one pixel to the right, and so on.

# %%
true = image / 255
parts = [true[i::2, j::2] for i in (0, 1) for j in (0, 1)]
print("the whole:", true.shape, " each part:", parts[0].shape)
srlib.show.images([p.astype("float32") for p in parts], ["upper left", "upper right", "lower left", "lower right"], columns=4)

# %% [markdown]
# They look alike, and are not: each saw the scene from half an LR pixel away. Laid back into blocks of 2 by 2, they *are* the large picture.
#
# A network on the small picture gives twelve channels instead of three, and the last step only moves numbers: **pixel shuffle**, or the sub-pixel step.

# %%
def pixel_shuffle(x, scale):
    height, width, channels = x.shape  # scale * scale * colours channels
    x = x.reshape(height, width, scale, scale, channels // scale**2)
    x = x.transpose(0, 2, 1, 3, 4)  # rows beside rows of the block, columns beside columns
    return x.reshape(height * scale, width * scale, channels // scale**2)


stacked = np.concatenate(parts, axis=-1)  # (64, 64, 12)
assert np.array_equal(pixel_shuffle(stacked, 2), true)
print(stacked.shape, "->", pixel_shuffle(stacked, 2).shape, "and every pixel is where it was")

# %% [markdown]
# ## The network, by hand
#
# Four ideas:
#
# 1. **Low resolution.** Every convolution sees the small picture.
# 2. **Residual blocks.** Two convolutions, and their input is added to what they make. A block with nothing to say can say nothing, so one may stack many.
# 3. **The sub-pixel step** at the very end.
# 4. **The residual** of lesson 03: the network only adds to an upscaling.


# %%
from keras import Input, Model, layers


def body(x, width, blocks):
    x = layers.Conv2D(width, 3, padding="same", activation="relu")(x)
    for _ in range(blocks):
        block = layers.Conv2D(width, 3, padding="same", activation="relu")(x)
        block = layers.Conv2D(width, 3, padding="same")(block)
        x = layers.Add()([x, block])
    return layers.Conv2D(3 * 2**2, 3, padding="same")(x)  # twelve channels; ideas 3 and 4 follow below


seen = Input((None, None, 3))
by_hand = Model(seen, body(seen, width=32, blocks=3))
print(f"by hand {by_hand.count_params():,} parameters, srlib's {network.count_params():,}")

# subpixel_sample is this network, trained: with its weights, ours makes the same picture (but for the border, which it mirrors)
trained = srlib.load_model("subpixel_sample")
by_hand.set_weights(trained.get_weights())
lr = (0.25 + srlib.downscale(image, 2) / 2).astype("float32")  # pale, so that nothing is cut off at black or white
missing = pixel_shuffle(np.asarray(by_hand(lr[None]))[0], 2)
ours, theirs = srlib.upscale(lr, "bilinear") + missing, srlib.upscale(lr, trained)
assert np.allclose(ours[16:-16, 16:-16], theirs[16:-16, 16:-16], atol=1e-5)

# %%
srlib.show.architecture(network)

# %% [markdown]
# No waist, unlike lesson 03's autoencoder: all boxes but the last three have the size of the small picture. The purple one upscales the yellow one, not its neighbour.
#
# ## What each idea is worth
#
# One changes one thing at a time: an **ablation**. Ours trained a small network of 16 channels and two blocks for 1,000 steps with 360 photographs, then again with one thing changed. Each line was trained three times from different first weights; `+-` is the spread over these. A difference that is not clearly larger is none. `time` is that of the training and of making its images. (*Protocol*: see the field's table.)
#
# The *optimizer* (usually Adam; Muon is newer) turns the slope of the error into a step of the weights; the *learning rate*, the length of the step, falls along a cosine.
#
# What `benchmarks/ablation.py` found:

# %%
ablation = srlib.ablation_results()
print(ablation)

# %% [markdown]
# - **The residual** is worth most by far: without it the network is 1.1 dB worse, after the same number of steps.
# - **Patience** comes next. Four times as many steps bring 0.3 dB, and cost nothing when the network is used.
# - **Depth and width** buy a quarter of a decibel each. Twice the blocks cost 1.8 times the multiply-adds, twice the width 3.6 times: depth is cheaper here.
# - **Trained wide, used narrow** brings nearly as much, and is free afterwards. While the network learns, the kernel of each convolution in a block is a product of two: one makes four times as many channels, the other brings them back. With nothing between them the two are one convolution, so only the product is kept.
# - **Blocks that are wide inside** (32 channels within, 8 from block to block), photographs at three sizes, and Muon gain 0.06 to 0.07 dB each: hints, at twice the noise.
# - **High resolution** throughout brings nothing, at 3.5 times the work.
#
# Added dead leaves do harm: in as many steps, the photographs come up half as often. A quarter of the photographs would have done as well. The rest is within the noise: borders that are mirrored instead of filled with zeros; skips, too, in only two blocks, numbers of half the length while training (bfloat16), and equivariance (see below), compared with *twice as wide*. An ablation is true for its size, pictures and steps.
#
# ## The networks that travel with the course
#
# All of these were trained to undo linear downscaling:
#
# - `reference_autoencoder` is the original's network, with its squared error and 50 epochs over the middle square of each of 400 photographs of BSDS500, downscaled to 128 by 128. The original, with more pictures, took 3,650 steps, this one 650. BSDS500 may be used for research and education.
# - `residual_autoencoder_quarter` (lesson 03) and `subpixel_sample`, the network that you have just built, learned from what travels with the course: 24 photographs and 400 dead leaves.
# - `small_bilinear` has five blocks instead of three, and `best_bilinear` eight, each four times as wide inside. Both learned from photographs that anyone may use, CID22 and gb82 (the small one from budgie-backgrounds, too), and correct the brightness alone.
#
# **Predict:** by how much does the best beat the small one?

# %%
methods = {"bicubic": "bicubic"}
for name in ("residual_autoencoder_quarter", "subpixel_sample", "reference_autoencoder", "small_bilinear", "best_bilinear"):
    methods[name] = srlib.load_model(name)
table = srlib.evaluate(methods, test)
print(table)

# %% [markdown]
# The small network is a decibel above the original's, which is 0.8 dB above bicubic; the best adds less than a tenth. `subpixel_sample` has two blocks less, saw a tenth as many photographs, and is 0.65 dB behind the small one. The residual autoencoder stands beside it, for half as much work again.
#
# And the cost. The original's autoencoder has ten convolutions of known sizes.

# %%
full, half, quarter = large, large / 4, large / 16  # the side is halved, in pixels a quarter is left
work = [(3, 64, full), (64, 64, full), (64, 128, half), (128, 128, half), (128, 256, quarter)]  # the encoder
work += [(256, 128, half), (128, 128, half), (128, 64, full), (64, 64, full), (64, 3, full)]  # the decoder
original = sum(multiply_adds(*layer) for layer in work)
ours = [(1, 32, small), *[(32, 32, small)] * 10, (32, 4, small)]  # one channel, the brightness
best = [(1, 48, small), *[(48, 192, small), (192, 48, small)] * 8, (48, 4, small)]
for name, convolutions in {"small": ours, "best": best}.items():
    count = sum(multiply_adds(*layer) for layer in convolutions)
    print(f"{name:5} {count / 1e9:6.1f} G; the original's {original / 1e9:.1f} G is {original / count:.1f} times as much")

# %% [markdown]
# One way to buy quality needs no training. Let the network upscale the picture eight times, turned and mirrored, turn the results back, and take the mean: the **geometric self-ensemble**, in papers a plus behind the name. **Predict:** which buys more, this eightfold work, or the best network's fourteenfold?

# %%
plus = srlib.evaluate({"small_bilinear+": srlib.self_ensemble(methods["small_bilinear"])}, test)
base = table.mean("small_bilinear")
print(f"small with the geometric self-ensemble: {plus.mean('small_bilinear+') - base:+.2f} dB")
print(f"best instead:                 {table.mean('best_bilinear') - base:+.2f} dB")

# %% [markdown]
# The original's task on the sets that everybody uses:

# %%
print(srlib.leaderboard(kernel="bilinear", protocol="rgb"))

# %% [markdown]
# Here, too, the original's network is about a decibel above bicubic, and the small one above the original's on every set, for a fourteenth of the multiply-adds, but after far more pixels in training. The best, which does as much work as the original's, adds less than that.

# %% [markdown]
# ## The field's table
#
# Papers judge on these sets, too: Set5, Set14, and BSD100, the part of BSDS500 that nobody may train on. But they downscale with MATLAB's bicubic, look at the brightness alone, from 16 to 235 on the scale of 255, and crop two pixels from each side. `protocol="y"` does that.
#
# `small_x2` and `best_x2` were trained for these pictures; `small_bilinear` and `best_bilinear` began as copies of them. (`srlib.leaderboard(3)` and `srlib.leaderboard(4)` are those for x3 and x4.)

# %%
published = srlib.leaderboard()
print(published)

# %%
srlib.show.quality(published)

# %% [markdown]
# Orange is ours, grey is quoted; the interpolations lie below.
#
# First compare the baselines: our bicubic is above the published one by 0.02, 0.09 and 0.00 dB. (On Set14, take 0.09 off ours: a grey picture is scored as a coloured one.) Then compare networks of equal work, and look at what they learned from. `small_x2` stands about where VDSR does, with less than a twentieth of its work. `best_x2` does fourteen times the work of the small one, for a tenth or two. IMDN and SwinIR-S are ahead of it with less work, after 800 photographs of DIV2K.
#
# ## Sixteen filters for the price of one
#
# The self-ensemble helps because a network draws a thing a little differently when it lies otherwise. **Predict:** we mirror a picture, upscale it, and mirror the result back. Then the same with its negative. How much changes, in grey levels?

# %%
lr_bicubic = srlib.downscale(image, kernel="bicubic")
for name in ("small_x2", "best_x2"):
    model = srlib.load_model(name)
    for move, there in {"mirrored": lambda x: x[:, ::-1], "negative": lambda x: 1 - x}.items():
        change = abs(there(srlib.upscale(there(lr_bicubic), model)) - srlib.upscale(lr_bicubic, model)) * 255
        print(f"{name:13} {move}: {change.mean():.2f} on average, at most {change.max():.1f}")
        assert name == "small_x2" or change.max() < 0.01

# %% [markdown]
# The small network changes its mind. The best cannot, so a plus would bring it nothing: it is **equivariant**. Every feature (what a channel looks for) is there sixteen times, made by one kernel: turned, mirrored, and with its sign changed; its 48 channels are three different features. What draws black letters on white draws white on black: nothing is learned twice. The layers stay ordinary convolutions, in which fifteen of sixteen weights are copies (`symmetry="d4_inversion"`): of 1,331,236 parameters 83,206 are free, fewer than the small network has.
#
# In the small ablation that gained nothing. What it is worth in `best_x2` we have not measured by itself: that network is also wider and deeper than the small one, and learned for longer.
#
# ## Why most tables cannot be compared
#
# The next cell always upscales the same pictures by bicubic. What changes is how they were made small, and how the result is judged. **Predict:** by how many decibels do the lines differ?

# %%
validation = srlib.load_images("sample", split="validation")
for kernel in ("bicubic", "bilinear"):
    for protocol in ("rgb", "y"):
        score = srlib.evaluate({"bicubic": "bicubic"}, validation, srlib.Downscale(2, kernel), protocol=protocol).mean("bicubic")
        print(f"downscaled by {kernel:8}  judged by {protocol:5}  {score:.2f} dB")

# %% [markdown]
# By brightness they stand 1.3 dB higher, and nearly all of that is because it spans only 219 of 255 levels.
#
# The papers' bicubic, when it downscales by 2, averages over eight pixels in each direction, so that fine detail fades before it can alias (lesson 02). OpenCV's always takes four, at half a pixel −3, 19, 19, −3, over 32:

# %%
def downscale_by_four(x):
    x = np.pad(x, ((1, 1), (0, 0), (0, 0)), mode="edge")
    return (-3 * x[:-3:2] + 19 * x[1:-2:2] + 19 * x[2:-1:2] - 3 * x[3::2]) / 32


def both_ways(p):
    rows = downscale_by_four(p / 255)
    return np.clip(downscale_by_four(rows.transpose(1, 0, 2)).transpose(1, 0, 2), 0, 1).astype("float32")


for name, downscaled in {"eight": lambda p: srlib.downscale(p, kernel="bicubic"), "four": both_ways}.items():
    scores = [srlib.psnr(srlib.upscale(downscaled(p), "bicubic"), p) for p in validation]
    print(f"downscaled with {name:5} pixels, upscaled by the same bicubic: {np.mean(scores):.2f} dB")

# %% [markdown]
# Four tenths of a decibel, and nothing improved.
#
# The border counts as well. Here is the middle of the portrait by itself, and as part of the whole:

# %%
alone = srlib.upscale(srlib.downscale(image, kernel="bicubic"), "bicubic")
within = srlib.upscale(srlib.downscale(portrait, kernel="bicubic"), "bicubic")[64:192, 64:192]
for border in (0, 2, 8):
    inside = np.s_[border : 128 - border, border : 128 - border]
    scores = [srlib.psnr(made[inside], image[inside]) for made in (alone, within)]
    print(f"{border} pixels cropped: {scores[0]:.2f} dB, as part of the portrait {scores[1]:.2f} dB")

# %% [markdown]
# Eight pixels bring more than half a decibel, the papers' two less than a tenth. To know what lies beyond hardly helps: cropping changes the picture.
#
# Before you compare two numbers, ask: which pictures, which scale, **downscaled how**, which channels, which border, which scale of values? If one answer differs, measure again yourself.
#
# ## When the number and the eye disagree
#
# Move the true picture by half a pixel. Then take the bicubic upscaling, which is soft, but in its place.

# %%
shoulder = portrait[128:, 128:]
turns = np.exp(-1j * np.pi * np.fft.fftfreq(128))[None, :, None]  # half a pixel, for the waves that rows are made of
moved = np.real(np.fft.ifft(turns * np.fft.fft(shoulder / 255, axis=1), axis=1))
pair = {"moved by half a pixel": np.clip(moved, 0, 1).astype("float32")}
pair["bicubic"] = srlib.upscale(srlib.downscale(shoulder, kernel="bicubic"), "bicubic")
for name, p in pair.items():
    print(f"{name:22} {srlib.psnr(p, shoulder):.2f} dB   SSIM {srlib.ssim(p, shoulder):.3f}")
srlib.show.zoom(shoulder, pair, box=(32, 32, 64))

# %% [markdown]
# PSNR prefers the soft picture, by a decibel in the square, by 2.7 in the whole. Your eye, likely, takes the other for the true one: every line of the collar is there, half a pixel off. SSIM is undecided.
#
# The losses of our networks think much as PSNR does. Where a network does not know on which of two pixels an edge belongs, the safest answer lies between. Networks that are good by PSNR draw soft.
#
# ## Exercise
#
# 1. **Count.** How many multiply-adds does SRCNN need, with three convolutions of 9, 5 and 5 pixels (3 to 64 to 32 to 3 channels) on the large picture? The published 52.7 G are for one channel instead of three. Count both.
# 2. **Build.** In a new cell, build `by_hand` with two more blocks. How many parameters does each bring, and by how many LR pixels does its receptive field grow?
# 3. **Judge.** A web page reports "38.4 dB on Set5, x2, better than EDSR", on red, green and blue, with pictures that OpenCV shrank. Which three facts do you need before you believe it?
#
# ## Recap
#
# - Multiply-adds hint at the wait, parameters at the file; low resolution divides the first by four.
# - Pixel shuffle only moves numbers: twelve channels become a picture twice as large.
# - Before you compare two tables, look whether their baselines agree.
# - What buys quality? In a short training, the residual was worth a decibel, four times the steps a third, depth and width a quarter each, training wide a fifth, most other things nothing measurable. What does it cost? Fourteen times the work for less than a tenth on our test photographs, and for a tenth or two by the papers' rules.
#
# Next: [07 Your photographs](07_your_photos.ipynb).

# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercise 06b: beat the given network
#
# *A small project. 60 minutes or more, of which 5 are training each time; 10 points. Needs lessons 03 to 06.*
#
# The network to beat is `residual_autoencoder_quarter`, which travels with the course: 70,243 parameters, trained for about nine minutes on two cores. Yours has a smaller budget:
#
# - at most **50,000 parameters**,
# - at most **5 minutes** of training, on your machine,
# - trained on anything but the photographs of the final table (`sample`, split `test`, and the benchmarks).
#
# Two points each: a finished training; within the budget; on images that you may learn from; ahead of bicubic upscaling; ahead of the given network. The last two are decided by the mean PSNR on the test photographs, downscaled by 2 with the bilinear kernel. That table is opened at the very end. On the way, choose by the **validation** photographs.

# %%
import srlib

given = srlib.load_model("residual_autoencoder_quarter")
validation = srlib.load_images("sample", split="validation")
print(f"the given network: {given.count_params():,} parameters")
print(srlib.evaluate({"bicubic": "bicubic", "given": given}, validation))

# %% [markdown]
# ## Plan
#
# Which network gives the most for 50,000 parameters, and for five minutes? Read the ablation of lesson 05 again, and count first; counting is free. **Write down** how you expect your candidates to rank before you train any of them.

# %%
for width, blocks in ((16, 3), (24, 3), (32, 3), (48, 2)):
    candidate = srlib.build_model("subpixel", width=width, blocks=blocks)
    print(f"subpixel, width {width}, {blocks} blocks: {candidate.count_params():,} parameters")

# %% [markdown]
# ## Train
#
# The next cell wraps the command `srlib train`, which keeps to a time: it times a few steps first, and then sets their number. The learning rate falls to zero at the end of whatever time it is given, so a run of one minute is a fair rehearsal for one of five. Rehearsals do not count: the budget is that of the training that you hand in.
#
# Each training writes a folder of its own. A folder that holds a finished training is left as it is, so this notebook can be run again without training again.

# %%
import subprocess
import sys
from pathlib import Path


def train(folder, minutes, *words):
    """`srlib train` on the training photographs and on dead leaves; more words as on the command line."""
    if Path(folder, "model.json").exists():
        print(folder, "is there already; take a new name to train again")
        return
    command = [sys.executable, "-m", "srlib", "train", "--data", "sample", "dead_leaves"]
    done = subprocess.run([*command, "--minutes", str(minutes), "--out", folder, *words], capture_output=True, text=True)
    print(done.stdout + done.stderr[-300:])


# %% [markdown]
# Call it in the next cell, for example as below; it prints one line when it ends.
#
# `train("try-1", 1, "--model", "subpixel", "--option", "width=16")`
#
# Other words to try:
#
# - of the network: `--option width=32`, `--option blocks=2`, and from lesson 05's ablation `--option wide=4`, four times as wide while training; from lesson 06 `--option symmetry=d4`, equivariant, with a width that 8 divides;
# - of the training: `--learning-rate 0.002`, `--batch-size 8`, `--patch-size 48`, `--loss mse`, `--optimizer muon` instead of Adam, `--ema-decay 0.999`, which ends with an average of the last weights;
# - of the images: `--count 800`, for more dead leaves.
#
# `srlib train --help` has them all. When you have chosen, put the name of the folder into `my_network`.

# %% tags=["answer"]
my_network = ...
### BEGIN SOLUTION
my_network = "my-network"
train(my_network, 5, "--model", "subpixel", "--option", "width=24", "--option", "blocks=4", "--ema-decay", "0.999")
### END SOLUTION

# %% [markdown]
# ## Look
#
# Did five minutes give more than one did? Is it ahead of the given network where it matters to you?

# %%
if isinstance(my_network, str) and Path(my_network).is_dir():
    mine = srlib.load_model(my_network)
    print(srlib.evaluate({"bicubic": "bicubic", "given": given, "mine": mine}, validation).by_group("psnr"))
else:
    print("first a training")

# %% [markdown]
# ## The final table
#
# When you have chosen, and only then: the next cell opens the test photographs. (On the command line, `python tools/grade_project.py my-network` does the same, for one folder or for those of the whole class.)

# %% tags=["check"]
answer = srlib.checks.check_project(my_network)
print(answer)
answer.points(10)

# %% [markdown]
# Hand in the folder together with this notebook. If your teacher asks for a report, half a page will do: the ranking that you wrote down and its reason, what you trained and how you chose, the final table, and what one training with one seed cannot show.

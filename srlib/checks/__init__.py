"""Checks of the exercises: each takes what a learner wrote, and answers with a tick, or with what is wrong and a hint.

There is one file for each notebook in ``notebooks/exercises``. A check returns an :class:`Answer`, which prints itself,
is true where all is right, and knows how many points it earns. No check gives the solution away, and none needs a
classroom:

>>> import srlib
>>> srlib.checks.check_psnr(srlib.psnr)
✓ my_psnr is right: two images, 8-bit images, a batch, identical images.

Wrong answers are told apart by what they do: a check computes what the plausible mistakes would give, and finds out which
of them it has before it. After the cases that are made for that come some that are drawn anew at every start: whatever the
task allows, of any size, black, white or dark. A right answer that was rounded is taken, with a word on what that costs.
What an answer prints is shown for its last call alone.
"""

from .answer import Answer
from .e01a_split import check_split
from .e01b_leak import check_prepare
from .e02a_downscale import check_downscale
from .e02b_upscale import check_upscale
from .e02c_aliasing import check_thumbnail
from .e03a_skip import check_block
from .e03b_range import check_pair
from .e03c_eight_bit import check_eight_bit
from .e04a_psnr import check_psnr
from .e04b_ssim import check_ssim
from .e04c_report import check_report
from .e05a_shuffle import check_shuffle
from .e05b_tiles import check_tiles
from .e06a_tables import check_tables
from .e06b_project import check_project
from .e07a_degrade import check_degrade
from .e07b_unfair import check_compare
from .e08a_contrast import check_contrast
from .e08b_sources import check_sources
from .e09a_share import check_share
from .e09b_questions import check_questions

__all__ = [
    "Answer",
    "check_block",
    "check_compare",
    "check_contrast",
    "check_degrade",
    "check_downscale",
    "check_eight_bit",
    "check_pair",
    "check_prepare",
    "check_project",
    "check_psnr",
    "check_questions",
    "check_report",
    "check_share",
    "check_shuffle",
    "check_sources",
    "check_split",
    "check_ssim",
    "check_tables",
    "check_thumbnail",
    "check_tiles",
    "check_upscale",
]

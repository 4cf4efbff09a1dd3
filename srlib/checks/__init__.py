"""Checks of the exercises: each takes what a learner wrote, and answers with a tick, or with what is wrong and a hint.

Enters: a function, a choice, or a folder with a trained network. Leaves: an :class:`Answer`, which prints itself, is true
where all is right, and knows how many points it earns. No check gives the solution away, and none needs a classroom:

>>> srlib.checks.check_psnr(my_psnr)

Wrong answers are told apart by what they do: a check computes what the plausible mistakes would give, and finds out which of
them it has before it. The exercises are in ``notebooks/exercises``.
"""

from .answer import Answer
from .lesson_01 import check_prepare, check_split
from .lesson_02 import check_downscale, check_thumbnail, check_upscale
from .lesson_03 import check_block, check_eight_bit, check_pair
from .lesson_04 import check_psnr, check_report, check_ssim
from .lesson_05 import check_shuffle, check_tables, check_tiles
from .project import check_project

__all__ = [
    "Answer",
    "check_block",
    "check_eight_bit",
    "check_upscale",
    "check_pair",
    "check_prepare",
    "check_project",
    "check_psnr",
    "check_report",
    "check_downscale",
    "check_shuffle",
    "check_split",
    "check_ssim",
    "check_tables",
    "check_thumbnail",
    "check_tiles",
]

"""From HR to LR: :class:`Degradation`, its steps, and the pairs that a network learns from."""

from .blurs import AnisotropicBlur, Blur, Defocus
from .pairs import as_degradation, make_pairs, paired
from .presets import PRESETS, in_short, preset
from .sequence import Degradation, OneOf
from .steps import STEPS, Downscale, Jpeg, Noise, Paired, Step, register_step

__all__ = [
    "PRESETS", "STEPS", "AnisotropicBlur", "Blur", "Defocus", "Degradation", "Downscale", "Jpeg", "Noise", "OneOf", "Paired",
    "Step", "as_degradation", "in_short", "make_pairs", "paired", "preset", "register_step",
]  # fmt: skip

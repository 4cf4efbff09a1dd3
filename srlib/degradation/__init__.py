"""From HR to LR: :class:`Degradation`, its steps, and the pairs that a network learns from."""

from .pairs import Degradation, as_degradation, make_pairs
from .steps import STEPS, Blur, Downscale, Jpeg, Noise, Step, register_step

__all__ = [
    "STEPS", "Blur", "Degradation", "Downscale", "Jpeg", "Noise", "Step", "as_degradation", "make_pairs", "register_step",
]  # fmt: skip

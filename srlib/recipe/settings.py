"""How a network is trained: :class:`Recipe`, of which the command line, the comparison at a resume and the card are made."""

from dataclasses import asdict, dataclass, field, fields, replace

from ..degradation import PRESETS, Degradation, as_degradation
from ..images import check_choice, check_count, check_seed, is_number
from ..losses import LOSSES
from ..optimizers import OPTIMIZERS

SCHEDULES = ("cosine", "constant")
PRECISIONS = {"float32": "float32", "bfloat16": "mixed_bfloat16"}  # -> what Keras calls the policy


def _option(default, told: str, *, kind=int, choices=None, compare=True):
    """A field of a recipe, with what the command line says of it."""
    return field(default=default, compare=compare, metadata={"help": told, "type": kind, "choices": choices})


@dataclass(frozen=True)
class Adversarial:
    """How a network is trained against a discriminator; see :func:`srlib.fit_adversarial`.

    Parameters
    ----------
    weight : float
        Of the adversarial loss.
    pixel_weight, feature_weight, consistency_weight : float
        Of the recipe's loss; of the difference in what the discriminator's layers see; of the difference from the LR patch
        when the SR patch is downscaled again. A stronger adversarial loss needs more of the second, or a grid is seen.
    width : int
        Channels of the discriminator's first layer.
    learning_rate : float
        Of the discriminator, at its peak.

    Raises
    ------
    ValueError
        A setting that cannot be met.

    Examples
    --------
    >>> import srlib
    >>> print(srlib.Adversarial(weight=0.1, feature_weight=0.1))
    adversarial at 0.1, feature_weight 0.1
    """

    weight: float = 0.02
    pixel_weight: float = 1.0
    feature_weight: float = 0.0
    consistency_weight: float = 3.0
    width: int = 32
    learning_rate: float = 1e-4

    def __post_init__(self):
        for each in fields(self):
            value = getattr(self, each.name)
            if each.name == "width":
                check_count(value, "width of the discriminator")
            elif not (is_number(value) and 0 <= value < float("inf")):
                raise ValueError(
                    f"{each.name} of the adversarial training is {value!r}; expected a number from 0: the usual one is {each.default}."
                )

    def __str__(self) -> str:
        changed = [
            f"{f.name} {getattr(self, f.name):g}" for f in fields(self)[1:] if getattr(self, f.name) != f.default
        ]
        return ", ".join([f"adversarial at {self.weight:g}", *changed])


@dataclass(frozen=True)
class Recipe:
    """How a network is trained; with the model, the images and the versions, everything that is needed to do it again.

    Parameters
    ----------
    degradation : Degradation, step or str, optional
        What the network learns to undo; downscaling by ``bilinear`` unless given. A name is that of a
        :func:`srlib.preset`, at the model's scale.
    steps : int
        Updates of the weights.
    seed : int
        Of patches, flips and turns, and of what the degradation draws.
    batch_size, patch_size : int
        Patches per step, and the side of an HR patch in pixels, a multiple of the scale; 64, or the multiple of the scale
        below it, unless given.
    loss : str
        ``mae`` or ``mse`` of the colours; ``mae_y``, the absolute error of the luminance, which is all that protocol ``y``
        measures; ``psnr_y``, the decibels by which a patch falls short of 50 dB; or one of :func:`srlib.losses.register_loss`.
    learning_rate : float
        At its peak.
    schedule : {"cosine", "constant"}
        ``cosine`` warms up from zero over the first twentieth (at most 500 steps; so the first of 20 or more steps
        changes nothing yet), then falls to zero at the last step.
    optimizer : str
        ``adam`` or ``muon``, which gets further in as many steps where the network is not tiny; or one of
        :func:`srlib.optimizers.register_optimizer`.
    ema_decay : float, optional
        Validate, and end with, an exponential moving average of the weights with this decay, such as 0.999. In the first
        steps the decay is smaller, so that the first weights do not linger.
    augment : bool
        Whether patches are flipped and turned.
    precision : {"float32", "bfloat16"}
        In what the layers compute while training, but for those that hold the image itself; the weights are kept in
        ``float32`` in any case. ``bfloat16`` saves up to half the time on processors that compute in it.
    validate_every : int, optional
        Steps between two validations; a twentieth of all unless given.
    window : int
        Of images that are streamed from disk, the MB of them that are in memory at a step, decoded; others are not limited.
    devices : int or "all"
        How many devices share every batch, on JAX. The result is the same but for the last digits, so this is neither
        compared nor saved.
    adversarial : Adversarial, optional
        For :func:`srlib.fit_adversarial` alone.

    Raises
    ------
    ValueError
        A setting that cannot be met.

    Examples
    --------
    >>> import srlib
    >>> recipe = srlib.Recipe(srlib.Downscale(2, "bicubic"), steps=200, patch_size=64)
    >>> print(recipe)
    bicubic x2, 200 steps of 16 patches of 64x64, mae, adam at 0.001 (cosine), seed 0
    >>> srlib.Recipe.from_dict(recipe.to_dict()) == recipe
    True
    """

    degradation: Degradation | str | None = None
    steps: int = _option(1000, "updates of the weights")
    seed: int = _option(0, "of weights, patches and synthetic images")
    batch_size: int = _option(16, "patches per step")
    patch_size: int | None = _option(
        None, "side of an HR patch in pixels; 64, or the multiple of the scale below it, unless given"
    )
    loss: str = _option("mae", "what is made small", kind=str, choices=LOSSES)
    learning_rate: float = _option(1e-3, "at its peak", kind=float)
    schedule: str = _option("cosine", "of the learning rate", kind=str, choices=SCHEDULES)
    optimizer: str = _option("adam", "how the weights follow the gradient", kind=str, choices=OPTIMIZERS)
    ema_decay: float | None = _option(None, "end with a moving average of the weights, such as 0.999", kind=float)
    augment: bool = _option(True, "neither flip nor turn the patches", kind=bool)
    precision: str = _option(
        "float32", "of the computation; bfloat16 saves up to half the time where the processor computes in it",
        kind=str, choices=PRECISIONS,
    )  # fmt: skip
    validate_every: int | None = _option(None, "steps between two validations; a twentieth of all unless given")
    window: int = _option(256, "MB of decoded images that are held where they are streamed")
    devices: int | str = _option(
        1, "how many devices share every batch, or all; on JAX, and the result is the same", kind=str, compare=False
    )
    adversarial: Adversarial | None = None

    def __post_init__(self):
        put = lambda name, value: object.__setattr__(self, name, value)
        if isinstance(self.degradation, str):
            check_choice(self.degradation, PRESETS, "the degradation")
        elif self.degradation is not None:
            put("degradation", as_degradation(self.degradation))
        for name in ("steps", "batch_size", "patch_size", "validate_every", "window"):
            value = getattr(self, name)
            if value is not None or name in ("steps", "batch_size", "window"):
                put(name, check_count(value, name))
        put("seed", check_seed(self.seed))
        if self.devices != "all":
            named = isinstance(self.devices, str) and self.devices.isdecimal()  # as the command line has it
            put("devices", check_count(int(self.devices) if named else self.devices, "devices"))
        for option in fields(self):
            choices = option.metadata.get("choices")
            if choices is not None:
                check_choice(getattr(self, option.name), choices, option.name)
        for name, usual, also in (("learning_rate", "0.001", ""), ("ema_decay", "0.999", ", or None for none")):
            value = getattr(self, name)
            if value is None and also:
                continue
            if not (is_number(value) and 0 < value < 1):
                raise ValueError(
                    f"{name} is {value!r}; expected a number between 0 and 1{also}: the usual one is {usual}."
                )
            put(name, float(value))
        if not isinstance(self.augment, bool):
            raise ValueError(f"augment is {self.augment!r}; expected True or False: choose one of the two.")

    def resolved(self, scale: int) -> "Recipe":
        """The recipe for a network of this scale, with nothing left to be derived.

        Raises
        ------
        ValueError
            A degradation of another scale.
        """
        degradation = as_degradation(self.degradation, scale)
        if degradation.scale != scale:
            raise ValueError(
                f"the degradation ({degradation}) has scale {degradation.scale}, and the network {scale}; expected the same: choose another degradation, or build another network."
            )
        return replace(
            self, degradation=degradation, patch_size=self.patch_size or max(scale, 64 - 64 % scale),
            validate_every=self.validate_every or max(1, self.steps // 20),
        )  # fmt: skip

    def to_dict(self) -> dict:
        """The recipe for JSON; :meth:`from_dict` reads it."""
        told = {f.name: getattr(self, f.name) for f in fields(self) if f.compare}
        known = isinstance(self.degradation, Degradation)
        told["degradation"] = self.degradation.to_dict() if known else self.degradation
        told["adversarial"] = self.adversarial and asdict(self.adversarial)
        return told

    @classmethod
    def from_dict(cls, told: dict) -> "Recipe":
        """The recipe that :meth:`to_dict` described."""
        degradation = told["degradation"]
        if isinstance(degradation, dict):
            degradation = Degradation.from_dict(degradation)
        adversarial = told.get("adversarial")
        return cls(**told | {"degradation": degradation, "adversarial": adversarial and Adversarial(**adversarial)})

    def __str__(self) -> str:
        side = f" of {self.patch_size}x{self.patch_size}" if self.patch_size else ""
        ema = f", EMA decay {self.ema_decay:g}" if self.ema_decay else ""
        against = f", {self.adversarial}" if self.adversarial else ""
        return (
            f"{self.degradation or 'bilinear'}, {self.steps} steps of {self.batch_size} patches{side}, "
            f"{self.loss}, {self.optimizer} at {self.learning_rate:g} ({self.schedule}){ema}{against}, seed {self.seed}"
        )

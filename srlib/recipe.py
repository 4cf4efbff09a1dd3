"""What describes an experiment: a recipe, the runs that followed one, and the card of the network that came of them.

All three are frozen dataclasses: checked once, when they are made; printed; saved as JSON and read back. Where the images
came from is told by :class:`srlib.data.Provenance`.
"""

from dataclasses import asdict, dataclass, field, fields, replace

from .data import Provenance
from .degradation import PRESETS, Degradation, as_degradation
from .images import check_choice, check_count, check_seed, is_number
from .losses import LOSSES
from .optimizers import OPTIMIZERS

SCHEDULES = ("cosine", "constant")
PRECISIONS = {"float32": "float32", "bfloat16": "mixed_bfloat16"}  # -> what Keras calls the policy


def _option(default, told: str, *, kind=int, choices=None):
    """A field of a recipe, with what the command line says of it."""
    return field(default=default, metadata={"help": told, "type": kind, "choices": choices})


def _check_kinds(value, **kinds: type) -> None:
    """Whether the fields of a dataclass are what they are said to be; a file may hold anything."""
    for name, kind in kinds.items():
        held = getattr(value, name)
        if not isinstance(held, kind):
            raise ValueError(
                f"{name} of the {type(value).__name__} is {held!r:.60}; expected a {kind.__name__}: see srlib.{type(value).__name__}."
            )


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
    adversarial: Adversarial | None = None

    def __post_init__(self):
        put = lambda name, value: object.__setattr__(self, name, value)
        if isinstance(self.degradation, str):
            check_choice(self.degradation, PRESETS, "the degradation")
        elif self.degradation is not None:
            put("degradation", as_degradation(self.degradation))
        for name in ("steps", "batch_size", "patch_size", "validate_every"):
            value = getattr(self, name)
            if value is not None or name in ("steps", "batch_size"):
                put(name, check_count(value, name))
        put("seed", check_seed(self.seed))
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
        told = {f.name: getattr(self, f.name) for f in fields(self)}
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


@dataclass(frozen=True)
class Architecture:
    """What :func:`srlib.build_model` builds: a builder by name, the scale and all options of the builder.

    Examples
    --------
    >>> import srlib
    >>> srlib.build_model("espcn", 3, width=8).card.architecture
    Architecture(builder='espcn', scale=3, options={'width': 8}, ensemble=False)
    """

    builder: str
    scale: int
    options: dict = field(default_factory=dict)
    ensemble: bool = False  # whether it is the geometric self-ensemble of such a network

    def __post_init__(self):
        _check_kinds(self, builder=str, options=dict, ensemble=bool)
        object.__setattr__(self, "scale", check_count(self.scale, "scale"))

    def __str__(self) -> str:
        return f"{self.builder} x{self.scale}"


@dataclass(frozen=True)
class Run:
    """One training: the recipe, and what it was applied to, where and when.

    Attributes
    ----------
    recipe : Recipe
    provenance, validation : Provenance
        The images that were learnt from, and those that were watched (None without any).
    images_sha256, start_sha256 : str
        Of the HR images and of the first weights: two runs with the same sums had the same.
    frozen : tuple of int
        Layers that were not trained, by their place in the model.
    versions : dict
        Of Python, the backend, Keras, NumPy and srlib.
    seconds : float or None
        Of training; None before it has ended.
    command, hardware : str
        What made it, in words; empty where it is not known.
    """

    recipe: Recipe
    provenance: Provenance
    images_sha256: str = ""
    start_sha256: str = ""
    validation: Provenance | None = None
    frozen: tuple[int, ...] = ()
    versions: dict = field(default_factory=dict)
    seconds: float | None = None
    command: str = ""
    hardware: str = ""

    def __post_init__(self):
        texts = ("images_sha256", "start_sha256", "command", "hardware")
        _check_kinds(self, recipe=Recipe, provenance=Provenance, versions=dict, **dict.fromkeys(texts, str))
        for layer in self.frozen:
            check_count(layer, "a frozen layer", least=0)
        if not (self.seconds is None or (is_number(self.seconds) and self.seconds >= 0)):
            raise ValueError(f"seconds is {self.seconds!r:.60}; expected a number from 0, or None: leave it out.")

    def to_dict(self) -> dict:
        """The run for JSON; :meth:`from_dict` reads it."""
        told = {f.name: getattr(self, f.name) for f in fields(self)}
        return told | {
            "recipe": self.recipe.to_dict(),
            "provenance": self.provenance.to_dict(),
            "validation": None if self.validation is None else self.validation.to_dict(),
            "frozen": list(self.frozen),
        }

    @classmethod
    def from_dict(cls, told: dict) -> "Run":
        """The run that :meth:`to_dict` described."""
        validation = told.get("validation")
        return cls(**told | {
            "recipe": Recipe.from_dict(told["recipe"]),
            "provenance": Provenance.from_dict(told["provenance"]),
            "validation": None if validation is None else Provenance.from_dict(validation),
            "frozen": tuple(told.get("frozen", ())),
        })  # fmt: skip

    def differs_from(self, other: "Run") -> tuple[str, object, object] | None:
        """The first thing in which two runs are not the same training: its name, and what each says of it.

        Versions and the names of the images are not compared; the images are, by their checksum. The first weights come
        last, because another seed changes them, too, and should be told first.
        """
        mine, theirs = self.recipe, other.recipe
        for name in (f.name for f in fields(Recipe)):
            if getattr(mine, name) != getattr(theirs, name):
                return name, getattr(mine, name), getattr(theirs, name)
        for name in ("images_sha256", "validation", "frozen", "start_sha256"):
            if getattr(self, name) != getattr(other, name):
                return name, getattr(self, name), getattr(other, name)
        return None


@dataclass(frozen=True)
class ModelCard:
    """What is known of a network: what it is, how it was made, what it may be used for.

    Attributes
    ----------
    architecture : Architecture
    runs : tuple of Run
        The trainings, in the order in which they were done; empty for fresh weights.
    scores : dict
        What was measured, as the one who ships the network chooses to tell it.
    licence : str
        Of the weights.
    not_for : str
        What the network must not be used for.

    Raises
    ------
    ValueError
        Something that is not of these types.

    Examples
    --------
    >>> import srlib
    >>> card = srlib.load_model("small_x2").card
    >>> card.scale, str(card.degradation), len(card.runs)
    (2, 'bicubic x2', 2)
    >>> srlib.ModelCard.from_dict(card.to_dict()) == card
    True
    """

    architecture: Architecture
    runs: tuple[Run, ...] = ()
    scores: dict = field(default_factory=dict)
    licence: str = ""
    not_for: str = ""

    def __post_init__(self):
        _check_kinds(self, architecture=Architecture, scores=dict, licence=str, not_for=str)

    @property
    def scale(self) -> int:
        """By how much the network upscales."""
        return self.architecture.scale

    @property
    def degradation(self) -> Degradation | None:
        """What the network learnt to undo last; None where it is not known."""
        return self.runs[-1].recipe.degradation if self.runs else None

    @property
    def provenance(self) -> Provenance:
        """All images that the network learnt from, in all runs."""
        return sum((run.provenance for run in self.runs), Provenance())

    def after(self, run: Run) -> "ModelCard":
        """The card after one more training: what was measured of the weights before is no longer true."""
        return replace(self, runs=(*self.runs, run), scores={})

    def to_dict(self) -> dict:
        """The card for JSON; :meth:`from_dict` reads it."""
        return asdict(replace(self, runs=())) | {"runs": [run.to_dict() for run in self.runs]}

    @classmethod
    def from_dict(cls, told: dict) -> "ModelCard":
        """The card that :meth:`to_dict` described.

        Raises
        ------
        KeyError, TypeError, ValueError
            Something that is no card.
        """
        return cls(**told | {
            "architecture": Architecture(**told["architecture"]),
            "runs": tuple(Run.from_dict(run) for run in told.get("runs", ())),
        })  # fmt: skip

"""What is known of a network: its architecture, the trainings that it went through, and its card."""

import operator
from dataclasses import asdict, dataclass, field, fields, replace
from functools import reduce

from ..data import Provenance
from ..degradation import Degradation
from ..images import check_count, is_number
from .settings import Recipe


def _check_kinds(value, **kinds: type) -> None:
    """Whether the fields of a dataclass are what they are said to be; a file may hold anything."""
    for name, kind in kinds.items():
        held = getattr(value, name)
        if not isinstance(held, kind):
            raise ValueError(
                f"{name} of the {type(value).__name__} is {held!r:.60}; expected a {kind.__name__}: see srlib.{type(value).__name__}."
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
        for name in (f.name for f in fields(Recipe) if f.compare):
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
        """All images that the network learnt from in any run; of a set that several runs took, the most that one took."""
        return reduce(operator.or_, (run.provenance for run in self.runs), Provenance())

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

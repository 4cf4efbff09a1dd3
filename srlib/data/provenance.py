"""Where images come from: which sets or folders, which split, what was done to them, and under which terms.

:class:`Provenance` is a value that an :class:`~srlib.data.ImageSet` carries, a training writes into its recipe and a
network's card is made from. It answers whether images may be trained on and whether a network has seen them before.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields, replace

from ..images import check_choice, is_number
from ..safe_files import printable
from .catalogue import CATALOGUE, FOR_JUDGING, FREE

KINDS = ("set", "folder", "array")
# What may have been done to images, and how a table says it; the resized ones are told apart by `describe`.
CHANGES = {
    "edition": "{0:g}x{0:g}",
    "squares": "squares of {0:g}",
    "resized": "at {0:g} of their size",
    "lr": "its own LR x{0:g}",
}


@dataclass(frozen=True)
class Source:
    """Images of one set or folder, all treated alike.

    Parameters
    ----------
    name : str
        Of a set in the catalogue; of a folder, its path as it was given; of an array, a word for it.
    kind : {"set", "folder", "array"}
        Images of one's own, from a folder or an array, are never taken for a set, whatever they are called.
    split : str, optional
    changes : tuple of (str, number)
        What was done to the images, in order: ``("squares", 128)``, ``("resized", 0.5)``, ``("lr", 2)`` for the
        publisher's own LR images, ``("edition", 64)`` for another size that is published.
    images : int
        How many.
    licence, terms : str, optional
        What the catalogue says of the set, unless given.

    Raises
    ------
    ValueError
        Another kind or change, a number that is none.

    Examples
    --------
    >>> source = Source("bsds500", split="train", changes=[("squares", 128)], images=200)
    >>> str(source), source.licence
    ('bsds500/train, squares of 128', 'non-commercial research and education (Berkeley)')
    """

    name: str
    kind: str = "set"
    split: str | None = None
    changes: tuple[tuple[str, float], ...] = ()
    images: int = 0
    licence: str | None = None
    terms: str | None = None

    def __post_init__(self):
        check_choice(self.kind, KINDS, "kind")
        for name, value in (("name", self.name), ("split", self.split or "train")):
            if not isinstance(value, str) or not value:
                raise ValueError(f"{name} is {value!r}; expected a name: give the set's or the folder's.")
        if isinstance(self.images, bool) or not isinstance(self.images, int) or self.images < 0:
            raise ValueError(f"images is {self.images!r}; expected how many there are: give a whole number from 0.")
        changes = []
        for change in self.changes:
            if len(change) != 2 or not is_number(change[1]):
                raise ValueError(
                    f"A change is {change!r}; expected its name and a number: write it as ('squares', 128)."
                )
            changes.append((check_choice(change[0], CHANGES, "change"), change[1]))
        object.__setattr__(self, "changes", tuple(changes))
        entry = CATALOGUE.get(self.name) if self.kind == "set" else None
        if self.licence is None:
            object.__setattr__(self, "licence", entry.licence if entry else "not stated")
        if self.terms is None:
            object.__setattr__(self, "terms", entry.terms if entry else "")

    def changed(self, change: str, number: float) -> "Source":
        """The same images with one thing more done to them."""
        return replace(self, changes=(*self.changes, (change, number)))

    @property
    def factor(self) -> float:
        """The part of their size that the images were resized to; 1 where they were not."""
        product = 1.0
        for change, number in self.changes:
            product *= number if change == "resized" else 1
        return product

    def _told(self, skip: str = "") -> str:
        where = f"{self.name}/{self.split}" if self.split else self.name
        return ", ".join([where, *(CHANGES[what].format(n) for what, n in self.changes if what != skip)])

    def __str__(self) -> str:
        return self._told()


@dataclass(frozen=True, repr=False)
class Provenance:
    """Where an array of images comes from.

    Parameters
    ----------
    sources : tuple of Source
        Equal ones are merged, and their images counted together. Empty for arrays and lists of one's own.

    Raises
    ------
    ValueError
        Something else than sources.

    Examples
    --------
    >>> photographs = Provenance([Source("bsds500", images=400)])
    >>> both = photographs + photographs.changed("resized", 0.5)
    >>> both
    <Provenance of bsds500, 400 images at 1, 0.5 of their size>
    >>> both.names, both.licence
    (('bsds500',), 'non-commercial research and education (Berkeley)')
    >>> Provenance.from_dict(both.to_dict()) == both
    True
    """

    sources: tuple[Source, ...] = field(default=())

    def __post_init__(self):
        merged: dict[Source, int] = {}
        for source in self.sources:
            if not isinstance(source, Source):
                raise ValueError(
                    f"A source is {source!r}; expected a Source: write Source('bsds500'), or Source('my-folder', kind='folder')."
                )
            key = replace(source, images=0)
            merged[key] = merged.get(key, 0) + source.images
        object.__setattr__(self, "sources", tuple(replace(key, images=n) for key, n in merged.items()))

    def __add__(self, other: "Provenance") -> "Provenance":
        return Provenance((*self.sources, *other.sources)) if isinstance(other, Provenance) else NotImplemented

    def __or__(self, other: "Provenance") -> "Provenance":
        """What either of two trainings learnt from: of equal sources the larger, as the same images may be in both."""
        if not isinstance(other, Provenance):
            return NotImplemented
        most: dict[Source, Source] = {}
        for source in (*self, *other):
            key = replace(source, images=0)
            most[key] = max(most.get(key, source), source, key=lambda each: each.images)
        return Provenance(tuple(most.values()))

    def __bool__(self) -> bool:
        return bool(self.sources)

    def __iter__(self) -> Iterator[Source]:
        return iter(self.sources)

    def changed(self, change: str, number: float) -> "Provenance":
        """The same images with one thing more done to all of them; see :class:`Source`."""
        return Provenance(source.changed(change, number) for source in self)

    # -- what one asks of it ----------------------------------------------------------------------------------------

    @property
    def images(self) -> int:
        """How many images there are."""
        return sum(source.images for source in self)

    @property
    def names(self) -> tuple[str, ...]:
        """The sets in it, each once; no folders."""
        return tuple(dict.fromkeys(source.name for source in self if source.kind == "set"))

    @property
    def for_judging(self) -> tuple[str, ...]:
        """The benchmarks in it, which must never be trained on."""
        return tuple(name for name in self.names if name in FOR_JUDGING)

    @property
    def licence(self) -> str:
        """The licences of all sources, each once."""
        return "; ".join(dict.fromkeys(source.licence for source in self)) or "not stated"

    @property
    def terms(self) -> str:
        """The terms of all sources, each once."""
        return "; ".join(dict.fromkeys(source.terms for source in self if source.terms))

    @property
    def weights_licence(self) -> str:
        """The licence of weights that are trained on these images; "not stated" in it where a source is unknown."""
        found = {
            CATALOGUE[s.name].weights_licence if s.kind == "set" and s.name in CATALOGUE else "not stated" for s in self
        }
        return "; ".join(sorted(found - {FREE})) or (FREE if found else "not stated")

    def overlaps(self, other: "Provenance") -> tuple[str, ...]:
        """What a network that learnt from these images has seen of others: the sources of `other` that are here as well.

        Two sources overlap that name the same set or folder and the same split; no split means all of them. Nothing is
        known of arrays.
        """
        return tuple(
            dict.fromkeys(
                theirs._told()
                for theirs in other
                for ours in self
                if (ours.kind, ours.name) == (theirs.kind, theirs.name)
                and ours.kind != "array"
                and (ours.split == theirs.split or None in (ours.split, theirs.split))
            )
        )

    # -- in words, and as JSON --------------------------------------------------------------------------------------

    def describe(self, *, sizes: bool = True) -> str:
        """In short words for a table, every image counted once for all the sizes at which it was taken.

        Parameters
        ----------
        sizes : bool
            Whether to tell them.

        Returns
        -------
        str
        """
        groups: dict[str, list[Source]] = {}
        for source in self:
            groups.setdefault(source._told(skip="resized"), []).append(source)
        if not groups:
            return "images"
        at = {name: _at(members) if sizes else "" for name, members in groups.items()}
        counts = {name: max(source.images for source in members) for name, members in groups.items()}
        if len(set(at.values())) == 1:  # all were taken at the same sizes: say so once
            return f"{'+'.join(groups)}, {sum(counts.values())} images{next(iter(at.values()))}"
        return "; ".join(f"{name}, {counts[name]} images{at[name]}" for name in groups)

    def __str__(self) -> str:
        return "+".join(map(str, self)) or "images"

    def __repr__(self) -> str:
        return printable(f"<Provenance of {self.describe()}>")

    def to_dict(self) -> dict:
        """All of it in what JSON knows."""
        return {"sources": [{**asdict(s), "changes": [list(change) for change in s.changes]} for s in self]}

    @classmethod
    def from_dict(cls, told: dict) -> "Provenance":
        """The provenance that :meth:`to_dict` described.

        Raises
        ------
        ValueError
            Something else.
        """
        known = {f.name for f in fields(Source)}
        try:
            sources = [{key: value for key, value in source.items() if key in known} for source in told["sources"]]
            return cls(Source(**source) for source in sources)
        except (TypeError, KeyError, AttributeError):
            raise ValueError(
                f"{told!r:.60} is no provenance of images; expected what Provenance.to_dict gives: restore it, or train again."
            ) from None


def _at(members: list[Source]) -> str:
    """At which parts of their size images were taken, in words; nothing where it is their own alone."""
    factors = [f"{source.factor:g}" for source in members]
    return "" if factors == ["1"] else f" at {', '.join(factors)} of their size"


def provenance_of(images) -> Provenance:
    """The provenance of images; the empty one for arrays and lists.

    Parameters
    ----------
    images : ImageSet, ndarray or list

    Returns
    -------
    Provenance

    Examples
    --------
    >>> import numpy as np
    >>> provenance_of(np.zeros((2, 8, 8, 3), np.uint8))
    <Provenance of images>
    """
    return getattr(images, "provenance", Provenance())

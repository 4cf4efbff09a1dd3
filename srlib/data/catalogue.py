"""The table of image sets: everything that is known of a set before one has its images.

``srlib data list``, the options and splits of :func:`srlib.load_images`, licences, terms, and what may never be trained on
are all read from here. A set whose images are published one by one in a repository, such as ``bsds500``, needs no code: it
is one entry of this table with its `files`, and its checksums in ``SHA256SUMS``. A set that is made or unpacked in a way of
its own, such as ``linnaeus5``, is an entry here and a function in ``__init__``.
"""

from dataclasses import dataclass

FREE = "MIT"
SHARE_ALIKE = "CC BY-SA 4.0"
RESEARCH = "for non-commercial research and education, as the images are"

# The first folder of a file in the cache -> where the rest of its path is published, at a commit that cannot change.
REPOSITORIES = {
    "BSDS500": "https://raw.githubusercontent.com/BIDS/BSDS500/a04b7c6c3a9f0ace74bf205c72a43d32e1c72722/",
    "SelfExSR": "https://raw.githubusercontent.com/jbhuang0604/SelfExSR/8f6dd8c1d20cb7e8792a7177b4f6fd677633f598/",
    "codec-corpus": "https://raw.githubusercontent.com/imazen/codec-corpus/55decfe826d350815e3af3b5ac69b882fb2943d3/",
    "gb82-image-set": "https://raw.githubusercontent.com/gianni-rosato/gb82-image-set/502f9f94cb73d1ad5c89ce06fe6b100d0a27df8f/",
    "budgie-backgrounds": "https://raw.githubusercontent.com/BuddiesOfBudgie/budgie-backgrounds/82067426f1dde366e9c9038fdbe457c2527525dd/",
}


@dataclass(frozen=True)
class Files:
    """Where the images of a set lie in a repository, and so in the cache.

    Attributes
    ----------
    folder : str
        The folder of the set; it begins with a key of `REPOSITORIES`.
    splits : dict, optional
        Split -> its folder inside `folder`. Without it, the images lie in `folder` itself.
    lr_scales : tuple of int
        The scales with published LR images. The files are then named ``image_SRF_<scale>/.._HR.png`` and ``.._LR.png``.
    numbered : tuple of str
        The names of numbered images.
    multiple : int
        The sides are cropped to a multiple of this.
    left_out : tuple of str
        Names of images that are fetched by nobody: twins of others, and what other sets judge on.
    """

    folder: str
    splits: dict[str, str] | None = None
    lr_scales: tuple[int, ...] = ()
    numbered: tuple[str, ...] = ()
    multiple: int = 1
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """One set of images.

    Attributes
    ----------
    name, what, images, download, licence : str
        A line of ``srlib data list``.
    terms : str
        What the card of a network that was trained on the set says of it.
    weights_licence : str
        The licence of a network's weights that were trained on the set.
    splits : tuple of str
    options : tuple of str
        What :func:`srlib.load_images` takes beside the split.
    for_judging : bool
        Whether it is a benchmark, never to be trained on.
    all_splits_trainable : bool
        Whether every split may be trained on, because the images for judging are another set.
    set_apart : tuple of (str, str)
        Splits of the publisher's that srlib offers as a set of their own: (split, name of the set).
    files : Files or None
        Where its images are published one by one.
    """

    name: str
    what: str
    images: str
    download: str
    licence: str
    terms: str
    weights_licence: str = "not stated"
    splits: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    for_judging: bool = False
    all_splits_trainable: bool = False
    set_apart: tuple[tuple[str, str], ...] = ()
    files: Files | None = None

    def check_split(self, split: str | None) -> None:
        """Refuse a split that the set does not have, and say what to do instead."""
        if split is None or split in self.splits:
            return
        other = dict(self.set_apart).get(split)
        if other is not None:
            raise ValueError(
                f"split is {split!r}, but those images of {self.name} are the benchmark {other}; expected {' or '.join(self.splits)}: to judge, use load_images({other!r})."
            )
        if not self.splits:
            why = "is for judging only" if self.for_judging else "is not split"
            raise ValueError(f"split is {split!r}; expected none, as {self.name} {why}: leave it out.")
        hint = "choose one of these, or leave it out to load everything"
        if split == "validation":
            hint = "hold out some of the training images, such as every sixth with images[::6]"
        raise ValueError(
            f"split is {split!r}; expected one of {', '.join(self.splits)}, as {self.name} has them: {hint}."
        )

    def check_options(self, options) -> None:
        """Refuse the options that the set does not take."""
        unknown = sorted(set(options) - set(self.options))
        if unknown:
            takes = (
                f"; {self.name} takes {', '.join(self.options)}" if self.options else "; expected nothing but the name"
            )
            raise ValueError(f"{self.name} got {', '.join(unknown)}, which it does not take{takes}: leave it out.")


_BERKELEY = {
    "licence": "non-commercial research and education (Berkeley)",
    "terms": "BSDS500, folders train and test: for non-commercial research and education (Berkeley)",
    "weights_licence": RESEARCH,
}
_BENCHMARK = {"licence": "research", "weights_licence": RESEARCH, "options": ("scale", "download"), "for_judging": True}

CATALOGUE = {
    entry.name: entry
    for entry in (
        Entry(
            "sample",
            "photographs at 256x256, each its own scene, from gb82, budgie and scikit-image",
            images="24 train, 6 validation, 10 test",
            download="none",
            licence="CC0 and public domain",
            terms="sample: CC0 and public domain photographs",
            weights_licence=FREE,
            splits=("train", "validation", "test"),
        ),
        Entry(
            "dead_leaves",
            "overlapping discs of all sizes in the colours of photographs; synthetic",
            images="endless",
            download="none",
            licence="CC0",
            terms="dead_leaves: drawn by srlib",
            weights_licence=FREE,
            splits=("train", "validation", "test"),
            options=("count", "size", "seed"),
        ),
        Entry(
            "linnaeus5",
            "berry, bird, dog, flower, other at 128x128 (or 32, 64, 256); the reference's data",
            images="6000 train, 2000 test",
            download="not stated (433 MB at 256x256)",
            licence="not stated (from pixabay.com); do not pass on",
            terms="Linnaeus 5: licence not stated (from pixabay.com)",
            splits=("train", "test"),
            options=("size", "download"),
        ),
        Entry(
            "bsds500",
            "photographs at 481x321 to learn from: its folders train and test",
            images="199 train, 200 test",
            download="29.2 MB",
            splits=("train", "test"),
            options=("download",),
            all_splits_trainable=True,
            set_apart=(("val", "bsd100"), ("validation", "bsd100")),
            # the photograph that Set5 calls woman
            files=Files(
                "BSDS500/BSDS500/data/images", splits={"train": "train", "test": "test"}, left_out=("302003",)
            ),
            **_BERKELEY,
        ),
        Entry(
            "cid22",
            "Cloudinary Image Dataset '22: sharp, resized from large photographs, 512x512; people, buildings, food, text",
            images="209 train, 40 validation",
            download="89.1 MB",
            licence="CC BY-SA 4.0",
            terms="CID22 (Cloudinary Image Dataset '22): CC BY-SA 4.0",
            weights_licence=SHARE_ALIKE,
            splits=("train", "validation"),
            options=("download",),
            # the same photograph as training/3316926_opo25u
            files=Files(
                "codec-corpus/CID22/CID22-512",
                splits={"train": "training", "validation": "validation"},
                left_out=("844297",),
            ),
        ),
        Entry(
            "gb82",
            "photographs at 576x576 by one photographer: a child, plants, landscapes, streets at night",
            images="13",
            download="5.1 MB",
            licence="CC0",
            terms="gb82-image-set: CC0",
            weights_licence=FREE,
            options=("download",),
            # the first four are rendered, the others are kept for judging
            files=Files(
                "gb82-image-set/png",
                left_out=tuple(
                    f"{name}-lossless"
                    for name in (
                        "mc1", "mc2", "mc3", "house",
                        "dog", "flowers", "girl", "mies", "waves", "nyc", "guitar", "path",
                    )
                ),
            ),
        ),
        Entry(
            "budgie",
            "photographs of 3840x2160 and more: an otter, a wren, flowers, cities, mountains; resize them, as they are soft",
            images="11",
            download="9.8 MB",
            licence="CC0",
            terms="budgie-backgrounds: CC0",
            weights_licence=FREE,
            options=("download",),
            # kept for judging
            files=Files(
                "budgie-backgrounds/backgrounds",
                left_out=("perched-osprey", "roman-colosseum", "the-spices-of-life", "lake-sherburne"),
            ),
        ),
        Entry(
            "set5",
            "benchmark, never to train on; with its own LR, x2 x3 x4",
            images="5",
            download="3.0 MB",
            terms="Set5: for research",
            files=Files(
                "SelfExSR/data/Set5", lr_scales=(2, 3, 4), numbered=("baby", "bird", "butterfly", "head", "woman")
            ),
            **_BENCHMARK,
        ),
        Entry(
            "set14",
            "benchmark, never to train on; with its own LR, x2",
            images="14",
            download="6.3 MB",
            terms="Set14: for research",
            files=Files(
                "SelfExSR/data/Set14",
                lr_scales=(2,),
                numbered=(
                    "baboon", "barbara", "bridge", "coastguard", "comic", "face", "flowers", "foreman", "lenna", "man",
                    "monarch", "pepper", "ppt3", "zebra",
                ),
            ),
            **_BENCHMARK,
        ),
        Entry(
            "bsd100",
            "benchmark, never to train on: the folder val of bsds500, cropped to even sizes",
            images="100",
            download="7.7 MB",
            options=("scale", "download"),
            for_judging=True,
            files=Files("BSDS500/BSDS500/data/images/val", multiple=2),
            **_BERKELEY | {"terms": "BSD100: for non-commercial research and education (Berkeley)"},
        ),
    )
}  # fmt: skip
FOR_JUDGING = tuple(name for name, entry in CATALOGUE.items() if entry.for_judging)


def refuse_benchmark(name: str, told: str) -> None:
    """Refuse to train on a set that is for judging, or to watch a training with it.

    Parameters
    ----------
    name : str
        Of a set, or of anything else, which is let through.
    told : str
        How the sentence begins.

    Raises
    ------
    ValueError
        A benchmark.

    Examples
    --------
    >>> refuse_benchmark("bsds500", "--data is")
    >>> refuse_benchmark("set5", "--data is")
    Traceback (most recent call last):
        ...
    ValueError: --data is set5, a benchmark that is for judging only; expected other images: use bsds500, sample or a folder of yours, and keep set5 for `srlib evaluate`.
    """
    if name in FOR_JUDGING:
        raise ValueError(
            f"{told} {name}, a benchmark that is for judging only; expected other images: use bsds500, sample or a folder of yours, and keep {name} for `srlib evaluate`."
        )

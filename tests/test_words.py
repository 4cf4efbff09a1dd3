"""The field's words: what a reader can look up, and not a vocabulary of our own.

Each pattern catches a term of art that we do not use, and not the ordinary word: a door of a house is welcome, a check
"at the door" of a function is not.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# pattern -> what to say instead
PRIVATE = {
    r"\b(?:small|large) space\b|\blarge_space\b": "low resolution, high resolution",
    r"\bEnters:|\bLeaves:": "say in plain English what lives in the module, and why",
    r"\btwin\b": "a clone, with another dtype policy",
    r"\bshave[sd]?\b|\bshaving\b": "border crop",
    r"\b(?:eight|sixteen|all) (?:\w+ )?positions\b|\bpositions? of (?:a feature|features|the feature)\b": "the geometric self-ensemble (x8), or a D4-equivariant convolution",
    r"\bfeatures? in (?:all|eight|sixteen)\b": "a D4-equivariant convolution",
    r"\bbetween two looks\b|\b(?:per|each|every|last|first|best) look\b": "validation; validate every N steps",
    r"\brounds? (?:through|over) (?:the|all|its|\d+)\b|\b\d+ rounds\b|\bROUNDS\b": "epochs",
    r"(?i:\b(?:this|earlier|next|later|every|each|a|its|the|no) rooms?) (?:may|imports?|knows?|holds?|that|before|after|further)\b": "a module",
    r"\brooms? before (?:it|them)\b|\bin this room\b|\bthe house\b": "the modules before it",
    r"\bat (?:the|its|their|your|our) (?:own )?doors?\b|\bfront door\b|\b(?:its|own) doors?\b": "is checked first; the public function",
    r"\bthousand millions?\b": "GMACs, or 10^9",
    r"\bsmall pixels?\b|\blarge pixels?\b": "LR pixels, HR pixels",
}
FOLDERS = ("srlib", "notebooks", "tools", "benchmarks")
FILES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *(p for folder in FOLDERS for ending in ("py", "md") for p in (ROOT / folder).rglob(f"*.{ending}")),
    ]
    if ".ipynb_checkpoints" not in path.parts
)


def private_words(text):
    """Each private term in a text, with its line and what to say instead."""
    for pattern, instead in PRIVATE.items():
        for found in re.finditer(pattern, text):
            yield f"line {text.count(chr(10), 0, found.start()) + 1}: {found[0]!r}; say: {instead}"


@pytest.mark.parametrize("file", FILES)
def test_the_words_are_those_of_the_field(file):
    assert list(private_words((ROOT / file).read_text("utf-8"))) == []


@pytest.mark.parametrize(
    "text",
    [
        "it works in small space", "Enters: an image. Leaves: a number.", "a twin of the model", "two pixels shaved",
        "in all eight positions", "the positions of a feature", "every feature in all of them", "steps between two looks",
        "one number per look", "ten rounds through the images", "50 rounds of training", "the rooms before it",
        "A room may import", "is checked at the door", "its own door", "22 thousand million", "two small pixels wide",
    ],
)  # fmt: skip
def test_a_private_word_is_seen(text):
    assert list(private_words(text))


@pytest.mark.parametrize(
    "text",
    [
        "a door of a house, in a small room", "JPEG looks for blocks", "she leaves the room to breathe", "a small image",
        "rounds to the nearest level", "takes up room", "positions where a tile may begin", "a look at the figure",
        "more room for the lettering", "it rounds up", "twins", "a type with more room", "the network enters",
    ],
)  # fmt: skip
def test_an_ordinary_word_is_let_through(text):
    assert list(private_words(text)) == []

"""Exercise 06a: which tables may be compared.

The check reads letters; the reasons are answered in words, which a teacher reads.
"""

import re

from ._helpers import short
from .answer import UNWRITTEN, Answer, Wrong, judge


def check_tables(my_choice) -> Answer:
    """Check exercise 06a: which tables may be compared. The reasons are for the teacher to read.

    Parameters
    ----------
    my_choice : str
        The letters of the tables, such as "AB".

    Returns
    -------
    Answer

    Examples
    --------
    >>> import srlib
    >>> srlib.checks.check_tables("D")
    ✗ my_choice is 'D', one table; expected two.
      Hint: it takes two to compare; which other one was made in the same way?
    """
    return judge("my_choice", my_choice, {"which tables may be compared": _chosen})


# What the tables of exercise 06a differ in, pair by pair; the pair that is missing differs in nothing that matters.
_OTHER_IMAGES = "these two were not measured on the same images."
_PAIRS = {
    "AB": "look at the bicubic rows first: the same method, the same five images, and yet two numbers. Something was measured in two ways.",
    "BC": "one of these was measured on the colours and with the border, the other was not. That changes even the row of bicubic upscaling.",
    "AD": _OTHER_IMAGES,
    "CD": _OTHER_IMAGES,
    "BD": "these two were neither measured on the same images nor in the same way.",
}
_RIGHT = "AC"


def _chosen(my_choice) -> None:
    if isinstance(my_choice, (list, tuple, set)) and all(isinstance(letter, str) for letter in my_choice):
        my_choice = "".join(sorted(my_choice))
    if my_choice is None or my_choice is ... or my_choice == "" or my_choice == "...":
        raise Wrong(
            f"{UNWRITTEN}.", 'write the letters between quotation marks, such as my_choice = "AB", and run that cell.'
        )
    if not isinstance(my_choice, str):
        raise Wrong(
            f"is {short(my_choice)}; expected two letters.",
            'write the letters between one pair of quotation marks, such as "AB".',
        )
    found = {c for c in re.sub(r"\b(TABLES?|AND)\b", " ", my_choice.upper()) if c.isalnum()}
    letters = "".join(sorted(found))
    if not found or not found <= set("ABCD"):
        raise Wrong(
            f"is {my_choice!r}; expected letters from A to D.", 'write the letters of the tables, such as "AB".'
        )
    if letters == _RIGHT:
        return
    if len(letters) == 1:
        raise Wrong(
            f"is {my_choice!r}, one table; expected two.",
            "it takes two to compare; which other one was made in the same way?",
        )
    if len(letters) > 2:
        raise Wrong(
            f"is {my_choice!r}, {len(letters)} tables; expected two.",
            "two are asked for. A table of other images, or of images that were downscaled, cropped or measured in another way, cannot stand beside the others: put the small print of all four side by side.",
        )
    raise Wrong(f"is {my_choice!r}.", _PAIRS[letters])

"""The page of cards is the one that the stored scores and the networks' own descriptions make."""

from pathlib import Path

import cards
import pytest

from srlib.checkpoints import shipped

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def page():
    return cards.cards()


def test_the_cards_are_what_is_stored(page):
    stored = (ROOT / "srlib" / "weights" / "README.md").read_text("utf-8")
    assert page == stored, "run `python tools/figures.py`"


def test_every_network_has_a_card_with_its_scores(page):
    page = page.split("\n## ")[1:]
    assert [card.splitlines()[0] for card in page] == list(shipped())
    for card in page:
        mends = card.startswith(("photo", "repair", "sharp"))
        for told in ("Licence of the weights", "Not for", *(["| cid22 | "] if mends else ["| y | ", "| rgb | "])):
            assert told in card, (told, card)
    (small,) = (card for card in page if card.startswith("small_x2\n"))
    assert "| y, self-ensemble (x8) | bicubic |" in small and "93,956 parameters" in small

"""Rows as text: columns that stand under each other, and Markdown."""

from srlib.tables import aligned, markdown


def test_aligned_puts_columns_under_each_other():
    rows = [["name", "x"], ["a", "10"], ["longer", "3"]]
    assert aligned(rows).splitlines() == ["name     x", "a       10", "longer   3"]
    assert aligned(rows, right=False).splitlines() == ["name    x", "a       10", "longer  3"]


def test_markdown_puts_numbers_at_the_right():
    lines = markdown([["name", "x", "about"], ["a", "10", "b"]], words=(0, 2)).splitlines()
    assert lines == ["| name | x | about |", "| --- | ---: | --- |", "| a | 10 | b |"]

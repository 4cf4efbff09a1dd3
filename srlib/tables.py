"""Rows of cells as text: in columns for a terminal, in Markdown for a page.

The tables of scores, costs and published results all print through these two functions, so that they look alike. A cell may
be a stranger's, the name of a file or of a network: none steers a terminal, or breaks out of its place in a page.
"""

from .safe_files import printable


def aligned(rows: list[list[str]], *, right: bool = True) -> str:
    """Rows of cells as text in columns.

    Parameters
    ----------
    rows : list of list of str
        All of one length.
    right : bool
        Whether the columns after the first stand at the right, as numbers do.

    Returns
    -------
    str

    Examples
    --------
    >>> print(aligned([["method", "PSNR"], ["bicubic", "33.68"], ["net", "9.1"]]))
    method    PSNR
    bicubic  33.68
    net        9.1
    """
    rows = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows)]
    place = [str.ljust] + [str.rjust if right else str.ljust] * (len(widths) - 1)
    return "\n".join("  ".join(put(cell, w) for put, cell, w in zip(place, row, widths)).rstrip() for row in rows)


def markdown(rows: list[list[str]], *, words: tuple[int, ...] = (0,)) -> str:
    """Rows of cells as a Markdown table whose first row is the heading.

    Parameters
    ----------
    rows : list of list of str
        All of one length.
    words : tuple of int
        The columns that stand at the left; the others, which hold numbers, stand at the right.

    Returns
    -------
    str

    Examples
    --------
    >>> print(markdown([["method", "PSNR"], ["bicubic", "33.68"]]))
    | method | PSNR |
    | --- | ---: |
    | bicubic | 33.68 |
    """
    head, *body = [[_in_markdown(cell) for cell in row] for row in rows]
    rule = ["---" if i in words else "---:" for i in range(len(head))]
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, rule, *body])


def _in_markdown(cell: str) -> str:
    """A cell that stays one: no bar ends it, and what looks like HTML is text."""
    return printable(cell).replace("|", "\\|").replace("<", "&lt;")

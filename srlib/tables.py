"""Rows of cells as text: in columns for a terminal, in Markdown for a page.

The tables of scores, costs and published results all print through these two functions, so that they look alike.
"""


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
    head, *body = rows
    rule = ["---" if i in words else "---:" for i in range(len(head))]
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, rule, *body])

"""Right and wrong answers to exercise 06a."""

import srlib

check = srlib.checks.check_tables

RIGHT = [
    "AC",
    "a and c",
    "C, A",
    "Table A and Table C",
    ["A", "C"],
]

# answer, words of what is wrong, words of the hint
WRONG = [
    ("AB", "AB", "bicubic rows"),
    ("BC", "BC", "border"),
    ("AD", "AD", "not measured on the same"),
    ("ABC", "3 tables", "small print"),
    ("A", "one table", "takes two"),
    ("", "not written", "quotation"),
    (..., "not written", "quotation"),
    ("AX", "from A to D", "letters"),
    (("A", 3), "is \\('A', 3\\)", "one pair of quotation marks"),
    ("...", "not written", "quotation"),
]  # fmt: skip

"""What tests of the lessons share."""

import ast
import re


def quick(notebook):
    """A lesson whose training is cut short, and which therefore cannot hold what it claims: its asserts are left out."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = re.sub(r"(?m)^STEPS = [\d_]+", "STEPS = 40", cell.source)
            lines = cell.source.split("\n")
            for node in ast.parse(cell.source).body:
                if isinstance(node, ast.Assert):
                    lines[node.lineno - 1 : node.end_lineno] = [""] * (node.end_lineno - node.lineno + 1)
            cell.source = "\n".join(lines)
    return notebook

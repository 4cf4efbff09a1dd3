"""Score the networks of the classroom's project (exercise 06b), the best first.

    python tools/grade_project.py handed-in/*/my-network

Each RUN is a folder that `srlib train` or `srlib.fit` wrote. What the check says of each is printed, then all points.
"""

import argparse
import sys
from pathlib import Path

from srlib.checks import check_project
from srlib.tables import aligned


def main(argv: list[str] | None = None) -> int:
    """Score all runs; 1, before any is scored, where one is no folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN")
    runs = parser.parse_args(argv).runs
    for run in runs:
        if not run.is_dir():
            print(
                f"grade_project.py: There is no folder {str(run)!r}; expected one that `srlib train` wrote: check the spelling.",
                file=sys.stderr,
            )
            return 1
    rows = []
    for run in runs:
        answer = check_project(run)
        rows.append([str(run), f"{answer.points(10):g}"])
        print(f"{run}\n{answer}\n")
    print(aligned([["network", "points of 10"], *sorted(rows, key=lambda row: -float(row[1]))], right=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())

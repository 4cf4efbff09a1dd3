"""Finds the files of right and wrong answers, one for each exercise."""

import functools
import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).parent / "answers"
EXERCISES = sorted(path.stem for path in FOLDER.glob("e*.py"))


@functools.cache
def answers_to(exercise):
    """The module with `check`, `RIGHT` and `WRONG`."""
    spec = importlib.util.spec_from_file_location(f"answers_to_{exercise}", FOLDER / f"{exercise}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

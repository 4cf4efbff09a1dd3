"""``srlib models``: the trained networks that travel with the package."""

from ..engines import ENGINES, installed
from .common import add_command, print_rows
from .process import without_keras


def add_to(commands) -> None:
    """Add the command to the parser."""
    add_command(
        commands,
        "models",
        _models,
        "show the trained networks that travel with srlib, and what can compute them",
        "srlib models",
    )


def _models(args) -> None:
    without_keras()
    from ..checkpoints import shipped
    from ..degradation import in_short
    from ..models import gmacs, laid_out

    rows = [["name", "degradation", "parameters", "GMACs for 1280x720", "licence", "trained on"]]
    for name, card in shipped().items():
        model = laid_out(card.architecture.builder, card.scale, **card.architecture.options)
        learnt_from = card.provenance.describe()
        cost = [f"{model.count_params():,}", f"{gmacs(model):.1f}"]
        rows.append([name, in_short(card.degradation), *cost, card.licence, learnt_from])
    print_rows(rows)
    told = [f"{engine} ({'installed' if installed(engine) else 'not installed'})" for engine in ENGINES]
    print(f"\nengines: {', '.join(told)}")

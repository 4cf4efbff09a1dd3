"""``srlib models``: the trained networks that travel with the package."""

from .common import add_command, print_rows


def add_to(commands) -> None:
    """Add the command to the parser."""
    add_command(commands, "models", _models, "show the trained networks that travel with srlib", "srlib models")


def _models(args) -> None:
    from ..checkpoints import shipped
    from ..degradation import in_short
    from ..models import build_model, gmacs

    rows = [["name", "degradation", "parameters", "GMACs for 1280x720", "licence", "trained on"]]
    for name, card in shipped().items():
        model = build_model(card.architecture.builder, card.scale, **card.architecture.options)
        learnt_from = card.runs[-1].provenance.describe()
        cost = [f"{model.count_params():,}", f"{gmacs(model):.1f}"]
        rows.append([name, in_short(card.degradation), *cost, card.licence, learnt_from])
    print_rows(rows)

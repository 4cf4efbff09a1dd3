"""``srlib data``: list or fetch image sets."""

from ..safe_files import printable
from .common import add_command, print_rows


def add_to(commands) -> None:
    """Add the commands to the parser."""
    group = commands.add_parser("data", help="list or fetch image sets").add_subparsers(metavar="WHAT", required=True)
    add_command(group, "list", _list, "show the image sets, their size and licence", "srlib data list")
    fetch = add_command(group, "fetch", _fetch, "download, check and unpack a set", "srlib data fetch set5")
    fetch.add_argument("name", metavar="NAME", help="a name that `srlib data list` shows")
    fetch.add_argument("--size", type=int, default=128, metavar="N", help="of linnaeus5: 128, or 32, 64, 256")


def _list(args) -> None:
    from ..data import CATALOGUE

    rows = [["name", "what", "images", "download", "licence", "on disk"]]
    for s in CATALOGUE.values():
        place = "travels with srlib" if s.download == "none" else _on_disk(s.name)
        rows.append([s.name, s.what, s.images, s.download, s.licence, place])
    print_rows(rows)


def _on_disk(name: str) -> str:
    from ..data import FetchError, on_disk

    try:
        return str(on_disk(name) or "no")
    except FetchError:  # there is no place for it
        return "no"


def _fetch(args) -> None:
    from ..data import CATALOGUE, fetch

    place = fetch(args.name, size=args.size)
    if CATALOGUE[args.name].download == "none":
        print(f"{args.name} travels with srlib; there is nothing to fetch.")
    else:
        print(f"{args.name}: {printable(place)}")

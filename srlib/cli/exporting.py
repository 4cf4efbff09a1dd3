"""``srlib export``: a network in, an ONNX file out, for programs that know nothing of Keras."""

from .common import add_command, name, path
from .process import tell, without_keras


def add_to(commands) -> None:
    """Add the command to the parser."""
    export = add_command(
        commands,
        "export",
        _export,
        "write a network as an ONNX file",
        "srlib export small_x2 -o small_x2.onnx",
        interrupted="nothing was written",
    )
    export.add_argument(
        "model", type=name, metavar="NAME",
        help="a network that `srlib models` shows, or a folder that `srlib train` wrote; with a + behind it, its self-ensemble (x8)",
    )  # fmt: skip
    export.add_argument("-o", "--out", required=True, type=path, metavar="OUT", help="the file; it ends in .onnx")
    export.add_argument("--force", action="store_true", help="replace a file that exists")


def _export(args) -> None:
    without_keras()
    from ..onnx_export import OPSET, export

    file = export(args.model, args.out, replace=args.force)
    tell(f"{file}: {file.stat().st_size:,} bytes, opset {OPSET}; input lr (N, h, w, 3) in [0, 1], output sr.")

"""The shape of the house: import order, public names, what an import costs, docstrings, dependencies listed once.

Sources are read, not imported, so that these tests also see what a function imports when it runs.
"""

import ast
import importlib.metadata
import inspect
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import srlib

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "srlib"
# A room may import the rooms before it, and none after.
ORDER = (
    "_quiet", "scratch_files", "safe_files", "tables", "extras", "protobuf", "images", "metrics", "resampling", "degradation", "image_files", "data", "network_files", "outline", "backend", "layers",
    "optimizers", "losses", "networks", "recipe", "layouts", "costs", "models", "mixing", "checkpoints", "onnx_export", "engines", "upscaling", "windows", "patches", "callbacks", "runs", "devices", "training",
    "discriminators", "adversarial", "scores", "evaluation", "detection", "published", "show", "checks", "cli",
    "__main__",
)  # fmt: skip
NAMESPACES = ("show", "checks")
SOURCES = {path.relative_to(PACKAGE).as_posix(): path.read_text("utf-8") for path in sorted(PACKAGE.rglob("*.py"))}
ROOMS = [name for name in SOURCES if name != "__init__.py"]


def room_of(file):
    """The room that a file of srlib/ belongs to; a folder is one room."""
    return file.split("/")[0].removesuffix(".py")


# -- imports ----------------------------------------------------------------------------------------------------------------


def imported(file, source):
    """Full names of all that a file imports, wherever in it, `from x import y` as x.y; with line numbers."""
    package = ["srlib", *file.split("/")[:-1]]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*base, *(node.module.split(".") if node.module else [])])
            yield from ((f"{base}.{alias.name}", node.lineno) for alias in node.names)


def steps_back(file, source):
    """The imports of a file that lead to its own door, or to a room further on."""
    room, found = room_of(file), []
    for name, line in imported(file, source):
        parts = name.split(".")
        if parts[0] == "importlib" and parts[-1] == "import_module":
            found.append(f"{file}:{line} imports by a name that cannot be read here")
        if parts[0] != "srlib" or name == "srlib.__version__":
            continue
        if len(parts) == 1 or parts[1] not in ORDER:
            found.append(f"{file}:{line} imports {name}, which is no room")
        elif parts[1] != room and ORDER.index(parts[1]) > ORDER.index(room):
            found.append(f"{file}:{line} imports {name}, but {parts[1]} comes after {room}")
    return found


def test_every_file_is_in_a_room_of_the_order():
    assert {room_of(file) for file in ROOMS} <= set(ORDER)
    assert {"images", "metrics", "degradation", "data", "models", "cli"} <= {room_of(file) for file in ROOMS}


@pytest.mark.parametrize("file", ROOMS)
def test_a_room_imports_only_rooms_before_it(file):
    assert steps_back(file, SOURCES[file]) == []


@pytest.mark.parametrize(
    "file, source",
    [
        ("metrics.py", "from .data import load_images"),
        ("metrics.py", "from . import data"),
        ("metrics.py", "def f():\n    from .models import build_model"),
        ("metrics.py", "class A:\n    def f(self):\n        from srlib.training import fit"),
        ("metrics.py", "import srlib.degradation"),
        ("metrics.py", "import srlib.cli as x, numpy"),
        ("metrics.py", "import srlib"),
        ("metrics.py", "from srlib import psnr"),
        ("metrics.py", "from . import psnr"),
        ("metrics.py", "from importlib import import_module"),
        ("data/folder.py", "from ..models import build_model"),
        ("data/__init__.py", "from ..cli import main"),
        ("data/download/web.py", "from ...show import compare"),
    ],
)
def test_a_step_back_is_seen(file, source):
    assert len(steps_back(file, source)) == 1


@pytest.mark.parametrize(
    "file, source",
    [
        (
            "cli.py",
            "from .models import x\nfrom . import __version__, data\nfrom srlib.show import y\nimport numpy.linalg",
        ),
        ("data/__init__.py", "from .folder import f\nfrom ..images import check\nfrom . import folder"),
        ("data/folder.py", "from ..degradation import downscale\nfrom importlib.metadata import version"),
    ],
)
def test_a_step_on_is_let_through(file, source):
    assert steps_back(file, source) == []


def test_no_module_bears_the_name_of_a_public_function():
    functions = set(srlib.__all__) - set(NAMESPACES)
    assert functions.isdisjoint(room_of(file) for file in ROOMS)


def lines_of_code(node):
    """The lines of a function that are neither blank nor a comment nor its docstring."""
    source = node.source[node.lineno - 1 : node.end_lineno]
    docstring = set()
    if ast.get_docstring(node) is not None:
        docstring = set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    counted = [line for i, line in enumerate(source, node.lineno) if i not in docstring]
    return sum(bool(line.strip()) and not line.strip().startswith("#") for line in counted)


def functions_in(source):
    """Every function and method of a file, with its lines of code."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            node.source = source.splitlines()
            yield node.name, lines_of_code(node)


@pytest.mark.parametrize("file", SOURCES)
def test_no_module_and_no_function_is_too_long(file):
    assert len(SOURCES[file].splitlines()) <= 350
    assert not [(name, n) for name, n in functions_in(SOURCES[file]) if n > 60]


def test_the_lines_of_a_function_are_counted():
    source = 'def f():\n    """Say.\n\n    More.\n    """\n\n    # why\n    x = 1\n    return (\n        x\n    )\n'
    assert list(functions_in(source)) == [("f", 5)]


# -- what an import costs -----------------------------------------------------------------------------------------------------

HEAVY = ("tensorflow", "keras", "jax", "torch", "matplotlib", "skimage", "scipy", "PIL", "tqdm")


def loaded_after(code, names):
    """Which of some packages a fresh interpreter has loaded after running code."""
    code += f"\nimport sys; print('loaded', *(name for name in {names!r} if name in sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert run.returncode == 0, run.stderr
    assert not run.stderr, run.stderr
    return run.stdout.splitlines()[-1].split()[1:]


def test_importing_srlib_loads_nothing_heavy():
    assert loaded_after("import srlib; dir(srlib)", HEAVY) == []


def test_importing_show_loads_nothing_that_draws():
    drawing = ("matplotlib", "ipywidgets", "IPython", "visualkeras", "keras", "tensorflow")
    assert loaded_after("import srlib.show; dir(srlib.show)", drawing) == []


def test_images_without_a_network_load_no_keras_and_no_matplotlib():
    code = """
import srlib
images = srlib.load_images("sample", split="test")
lr, hr = srlib.make_pairs(images[:2], (srlib.Blur(1), srlib.Downscale(2, "bicubic")))
sr = srlib.upscale(lr, "bicubic", 2)
srlib.mse(sr, hr), srlib.psnr(sr, hr), srlib.ssim(sr, hr)
repr(srlib.evaluate({"bicubic": "bicubic"}, images[:2]))
"""
    assert loaded_after(code, ("tensorflow", "keras", "jax", "torch", "matplotlib")) == []


def test_heavy_packages_are_noticed():
    assert loaded_after("import PIL", HEAVY) == ["PIL"]


# -- public names ---------------------------------------------------------------------------------------------------------------


def functions_of(file):
    """The functions and classes at the top of a file whose names do not begin with an underscore."""
    return {
        node.name: node
        for node in ast.parse(SOURCES[file]).body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_")
    }


def public_functions():
    """srlib.x and srlib.show.x as (file, name), read from the sources."""
    for name, room in srlib._MODULE_OF.items():
        (file,) = (f for f in ROOMS if room_of(f) == room and name in functions_of(f))
        yield file, name
    for file in ROOMS:
        if room_of(file) in NAMESPACES:
            offered = getattr(srlib, room_of(file)).__all__
            found = functions_of(file).items()
            yield from ((file, name) for name, node in found if isinstance(node, ast.FunctionDef) and name in offered)


PUBLIC = sorted(public_functions())


def test_public_names_are_listed_once_and_resolve():
    assert len(srlib.__all__) == len(set(srlib.__all__)) and dir(srlib) == sorted(srlib.__all__)
    for name in srlib.__all__:
        value = getattr(srlib, name)
        if name in NAMESPACES:
            assert inspect.ismodule(value) and value.__name__ == f"srlib.{name}"
        elif name != "__version__":
            assert (inspect.isfunction(value) or inspect.isclass(value)) and value.__name__ == name
    assert srlib.__version__ == importlib.metadata.version("srlib")


def test_designs_names_are_public():
    promised = """load_images ImageSet Degradation Blur Downscale Noise Jpeg downscale upscale make_pairs crop_to_multiple mse psnr
    ssim build_model load_model self_ensemble fit Recipe Provenance ModelCard evaluate leaderboard upscale_file export show checks"""
    assert set(promised.split()) <= set(srlib.__all__)
    assert "explorer" in srlib.show.__all__
    assert {"compare", "zoom", "curves", "architecture"} <= {name for file, name in PUBLIC if room_of(file) == "show"}


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(AttributeError, match="srlib has no 'upscael'; its public names are .*upscale"):
        srlib.upscael  # noqa: B018


# -- docstrings: numpydoc ---------------------------------------------------------------------------------------------------------


def sections(docstring):
    """Heading -> lines below it; what comes before the first heading is under ''."""
    lines, found, heading = inspect.cleandoc(docstring or "").splitlines(), {"": []}, ""
    for line, below in zip(lines, [*lines[1:], ""]):
        if line and re.fullmatch("-{3,}", below) and len(below) == len(line):
            heading = line
            found[heading] = []
        elif not re.fullmatch("-{3,}", line):
            found[heading].append(line)
    return found


def entries(lines):
    """The names that a Parameters section describes: what stands at its left margin, before the colon."""
    heads = [line.split(" : ")[0] for line in lines if line and not line.startswith(" ")]
    return [name.strip() for head in heads for name in head.split(",")]


def arguments(node):
    if isinstance(node, ast.ClassDef):  # a dataclass
        fields = [
            n
            for n in node.body
            if isinstance(n, ast.AnnAssign) and not ast.unparse(n.annotation).startswith("ClassVar")
        ]
        return [n.target.id for n in fields]
    a = node.args
    named = [arg.arg for arg in [*a.posonlyargs, *a.args, *a.kwonlyargs]]
    return named + [stars + arg.arg for stars, arg in (("*", a.vararg), ("**", a.kwarg)) if arg]


def validates(node):
    """Whether a function raises, or sends what it got through a check, itself."""
    calls = [n.func for n in ast.walk(node) if isinstance(n, ast.Call)]
    checks = [f.id for f in calls if isinstance(f, ast.Name) and re.match("_?check", f.id)]
    return bool(checks) or any(isinstance(n, ast.Raise) for n in ast.walk(node))


def faults(node):
    """What a public function's docstring lacks."""
    found = sections(ast.get_docstring(node))
    missing = [f"no summary: {node.name}"] if not any(found[""]) else []
    described = entries(found.get("Parameters", found.get("Attributes", []) if isinstance(node, ast.ClassDef) else []))
    if arguments(node) and sorted(described) != sorted(arguments(node)):
        missing.append(f"Parameters {described} are not {arguments(node)}")
    if isinstance(node, ast.FunctionDef) and not any(found.get("Returns", [])):
        missing.append("no Returns")
    if validates(node) and not any(found.get("Raises", [])):
        missing.append("validates, but has no Raises")
    if not any(line.lstrip().startswith(">>>") for line in found.get("Examples", [])):
        missing.append("no example")
    return missing


@pytest.mark.parametrize("file, name", PUBLIC)
def test_public_functions_are_documented(file, name):
    assert faults(functions_of(file)[name]) == []


GOOD = '''
def f(a, b, *, c=1, **d):
    """Do.

    Parameters
    ----------
    a, b : int
        Two.
    c : int
    **d
        More.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        Never.

    Examples
    --------
    >>> f(1, 2)
    3
    """
    check_scale(a)
'''


@pytest.mark.parametrize(
    "change, words",
    [
        (lambda s: s, None),
        (lambda s: s.replace("check_scale(a)", "pass").replace("    Raises\n    ------\n    ValueError\n", ""), None),
        (lambda s: s.replace("Do.", ""), "no summary"),
        (lambda s: s.replace("a, b : int", "a : int"), "Parameters"),
        (lambda s: s.replace("c=1", "c=1, e=2"), "Parameters"),
        (lambda s: s.replace("Parameters\n    ----------", "Parameters:"), "Parameters"),
        (lambda s: s.replace("    Returns\n    -------\n    int\n", ""), "no Returns"),
        (lambda s: s.replace("    Raises\n    ------\n    ValueError\n        Never.\n", ""), "no Raises"),
        (lambda s: s.replace(">>> f(1, 2)", "f(1, 2)"), "no example"),
        (
            lambda s: s.replace("check_scale(a)", "raise ValueError").replace("    Raises\n    ------\n", ""),
            "no Raises",
        ),
    ],
)
def test_a_poor_docstring_is_seen(change, words):
    found = faults(ast.parse(change(GOOD)).body[0])
    assert found == [] if words is None else any(words in fault for fault in found)


KERAS_METHODS = (
    "build",
    "call",
    "compute_output_shape",
    "get_config",
    "from_config",
    "update_step",
    "srlib_traits",
    "srlib_onnx",
    "draw_weights",
    "on_train_begin",
    "on_train_batch_end",
    "on_train_end",
    "after_step",
    "after_interval",
    "train_step",
)


@pytest.mark.parametrize("file", SOURCES)
def test_every_room_class_and_function_says_what_it_is(file):
    tree = ast.parse(SOURCES[file])
    assert len(ast.get_docstring(tree) or "") >= 40
    for name, node in functions_of(file).items():
        assert ast.get_docstring(node), f"{file}: {name} has no docstring"
        described = entries(sections(ast.get_docstring(node)).get("Parameters", []))
        if isinstance(node, ast.FunctionDef) and described:
            assert sorted(described) == sorted(arguments(node)), f"{file}: {name}"
        methods = [n for n in node.body if isinstance(n, ast.FunctionDef)] if isinstance(node, ast.ClassDef) else []
        for method in methods:
            own = not method.name.startswith("_") and method.name not in KERAS_METHODS
            assert not own or ast.get_docstring(method), f"{file}: {name}.{method.name} has no docstring"


# -- lessons use public names only --------------------------------------------------------------------------------------------------

LESSONS = sorted((ROOT / "notebooks").rglob("*.py"))
OFFERED = {space: {name for file, name in PUBLIC if room_of(file) == space} for space in NAMESPACES}


def private_uses(source):
    """What a lesson uses of srlib besides `import srlib`, srlib.<public name> and srlib.<namespace>.<function>."""
    tree, found, seen = ast.parse(source), [], set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "srlib":
            found.append(f"line {node.lineno}: from {node.module} import ..")
        elif isinstance(node, ast.Import):
            found += [
                f"line {node.lineno}: import {alias.name}"
                for alias in node.names
                if alias.name.split(".")[0] == "srlib" and (alias.name != "srlib" or alias.asname)
            ]
        elif isinstance(node, ast.Attribute):
            parts = ast.unparse(node).split(".")
            if parts[0] == "srlib" and isinstance(node.value, ast.Name):
                seen.add(node.value)
                if parts[1] not in [*srlib.__all__, "__all__"]:
                    found.append(f"line {node.lineno}: {ast.unparse(node)}")
            elif (
                parts[0] == "srlib" and len(parts) == 3 and parts[1] in NAMESPACES and parts[2] not in OFFERED[parts[1]]
            ):
                found.append(f"line {node.lineno}: {ast.unparse(node)}")
    bare = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id == "srlib" and n not in seen]
    return found + [f"line {n.lineno}: srlib itself" for n in bare]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_lessons_use_public_names_only(lesson):
    assert private_uses(lesson.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "source, uses",
    [
        (
            "import srlib\nsrlib.psnr(a, b)\nsrlib.show.compare(a, {})\nsrlib.__version__\nsrlib.load_images('sample').names",
            0,
        ),
        ("from srlib import psnr", 1),
        ("from srlib.metrics import luma", 1),
        ("import srlib.metrics", 1),
        ("import srlib as sr", 1),
        ("def f():\n    import numpy, srlib.data", 1),
        ("srlib.metrics.luma(x)", 1),
        ("srlib.images", 1),
        ("srlib.show._figure(1, 2)", 1),
        ("srlib.show.nothing", 1),
        ("[srlib.data.read_image(x) for x in srlib.load_images('sample')]", 1),
        ("getattr(srlib, 'metrics')", 1),
    ],
)
def test_a_private_use_is_seen(source, uses):
    assert len(private_uses(source)) == uses


# -- dependencies -------------------------------------------------------------------------------------------------------------------


def normal(requirement):
    """The bare name of a requirement: 'Keras >=3; x' -> 'keras'."""
    return re.split(r"[^A-Za-z0-9._-]", requirement.strip().split("::")[-1])[0].lower().replace("_", "-")


PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
CORE = {normal(r) for r in PROJECT["dependencies"]}
EXTRAS = {normal(r) for group in PROJECT["optional-dependencies"].values() for r in group} - {"srlib"}


def listed_twice(environment):
    """Packages of a conda environment file that pyproject.toml lists already, or should."""
    import yaml

    dependencies = yaml.safe_load(environment)["dependencies"]
    conda = [d for d in dependencies if isinstance(d, str)]
    pip = [p for d in dependencies if isinstance(d, dict) for p in d["pip"]]
    own = [p for p in pip if re.match(r"(-e |--editable )?\.(\[[\w,]+\])?$", p)]
    return sorted({normal(d) for d in [*conda, *(p for p in pip if p not in own)]} - {"python", "pip"}), len(own)


def test_dependencies_are_listed_once():
    assert CORE.isdisjoint(EXTRAS)
    assert not [*ROOT.glob("requirements*"), *ROOT.glob("setup.py"), *ROOT.glob("setup.cfg"), *ROOT.glob("Pipfile")]
    environment = ROOT / "environment.yml"
    if environment.exists():
        assert listed_twice(environment.read_text("utf-8")) == ([], 1)


@pytest.mark.parametrize(
    "lines, answer",
    [
        ("- python>=3.11\n- pip\n- pip: ['-e .[lessons,test]']", ([], 1)),
        ("- python\n- conda-forge::numpy=2\n- pip: [.]", (["numpy"], 1)),
        ("- python\n- pip: ['-e .', 'Keras>=3']", (["keras"], 1)),
        ("- python", ([], 0)),
    ],
)
def test_a_dependency_listed_twice_is_seen(lines, answer):
    assert listed_twice(f"dependencies:\n{lines}") == answer


# Packages whose import has another name, and packages that one of ours brings and cannot do without.
DISTRIBUTION = {
    "IPython": "ipython",
    "PIL": "pillow",
    "pillow_heif": "pillow-heif",
    "pillow_jxl": "pillow-jxl-plugin",
    "skimage": "scikit-image",
}
BROUGHT_BY = {"scipy": "scikit-image", "requests": "pooch"}
LATE = "show/figure.py"  # its class derives from one of matplotlib's; it is imported where a figure is made


def test_what_srlib_imports_is_a_dependency():
    used = {name.split(".")[0] for file, source in SOURCES.items() for name, _ in imported(file, source)}
    used = {DISTRIBUTION.get(name, name) for name in used - set(sys.stdlib_module_names) - {"srlib"}}
    assert {"numpy", "keras", "pillow"} <= used
    assert CORE.isdisjoint({"keras", "tensorflow", "jax", "scipy", "scikit-image", "matplotlib"})
    for name in used:
        if name in BROUGHT_BY:
            assert BROUGHT_BY[name] in CORE | EXTRAS
            brings = importlib.metadata.requires(BROUGHT_BY[name])
            assert name in {normal(r) for r in brings if "extra" not in r}
        else:
            assert name in CORE | EXTRAS, f"{name} is imported and not listed in pyproject.toml"
    # what is only in an extra is imported where it is used, not at the top
    for file, source in SOURCES.items():
        if file == LATE:
            continue
        top = "\n".join(ast.unparse(n) for n in ast.parse(source).body if isinstance(n, (ast.Import, ast.ImportFrom)))
        imports = {DISTRIBUTION.get(name, name) for name in (full.split(".")[0] for full, _ in imported(file, top))}
        assert imports.isdisjoint({*EXTRAS, *(name for name in BROUGHT_BY if BROUGHT_BY[name] in EXTRAS)}), file

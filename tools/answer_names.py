"""What the code of a notebook uses and what it changes, read without running it.

An exercise may say "NumPy only". Whether an answer keeps to that is seen from the names that it reaches: those in the body
of `my_psnr`, in the functions that it calls, and so on, with every alias followed to the package that it comes from. Other
cells may use what they like; a comparison with `srlib.psnr` beside the answer is welcome.
"""

import ast
import builtins
import sys
from collections import defaultdict

# What gets at a package or at a function by a name that cannot be read here
HIDING = (
    "builtins.__import__",
    "builtins.eval",
    "builtins.exec",
    "builtins.globals",
    "importlib",
    "runpy",
    "subprocess",
)
GUARDED = ("builtins", "numpy", "srlib")  # what a check is made of: no notebook may rebind a name in these


def trees(sources: list[str]) -> list[ast.Module]:
    """The cells of a notebook as syntax trees; what only IPython understands is translated, a cell with an error is left out.

    Examples
    --------
    >>> len(trees(["a = 1", "%matplotlib inline", "def f("]))
    2
    """
    found = []
    for source in sources:
        for read in (str, _without_magics):
            try:
                found.append(ast.parse(read(source)))
                break
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
    return found


def _without_magics(source: str) -> str:
    from IPython.core.inputtransformer2 import TransformerManager

    return TransformerManager().transform_cell(source)


def bound_names(tree: ast.AST) -> set[str]:
    """The names that a cell, or one of its statements, binds at its top: by `def`, `class`, `import`, or an assignment.

    Examples
    --------
    >>> sorted(bound_names(ast.parse("import a.b; c = 1\\ndef f(x): y = 2")))
    ['a', 'c', 'f']
    """
    if isinstance(tree, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {tree.name}
    if isinstance(tree, (ast.Import, ast.ImportFrom)):
        return {alias.asname or alias.name.partition(".")[0] for alias in tree.names}
    if isinstance(tree, ast.Name):
        return {tree.id} if isinstance(tree.ctx, ast.Store) else set()
    if isinstance(tree, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
        return set()
    return set().union(*map(bound_names, ast.iter_child_nodes(tree)))


def used(sources: list[str], name: str, given: list[str] = ()) -> list[str]:
    """The full names that the definition of `name` reaches, such as ``numpy.mean``, in alphabetical order.

    Parameters
    ----------
    sources : list of str
        The code cells of a notebook.
    name : str
        What the answer is called.
    given : list of str
        The code cells as they were handed out; data that these define are not followed, the answer did not make them.

    Returns
    -------
    list of str

    Examples
    --------
    >>> used(["import numpy as np, srlib", "def mine(a): return np.mean(a)", "srlib.psnr"], "mine")
    ['numpy.mean']
    >>> used(["from srlib import psnr as p", "def help(a): return p(a, a)", "mine = lambda a: help(a)"], "mine")
    ['srlib.psnr']
    """
    handed_out = {ast.dump(s) for tree in trees(given) for s in tree.body if not isinstance(s, _FOLLOWED)}
    definitions, imports, everything = defaultdict(list), {}, []
    for tree in trees(sources):
        for statement in tree.body:
            imports.update(_imported(statement, everything))
            if not isinstance(statement, (ast.Import, ast.ImportFrom)) and ast.dump(statement) not in handed_out:
                for bound in bound_names(statement):
                    definitions[bound].append(statement)
    found, seen, waiting = set(), set(), [name]
    while waiting:
        if (at := waiting.pop()) in seen:
            continue
        seen.add(at)
        for statement in definitions[at]:
            for root, rest in _Names.of(statement):
                if root in imports:
                    found.add(imports[root] + rest)
                if root in definitions:  # a name may be imported in one place, and assigned in another
                    waiting.append(root)
                if root in imports or root in definitions:
                    continue
                if hasattr(builtins, root):
                    found.add(f"builtins.{root}")
                else:
                    found.update(f"{module}.{root}" for module in everything)
    return sorted(found)


_FOLLOWED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


def _imported(statement: ast.stmt, everything: list) -> dict[str, str]:
    """Name -> full name, for the imports in a statement, those within functions too; a star adds its package to a list."""
    found = {}
    for node in ast.walk(statement):
        if isinstance(node, ast.Import):
            for alias in node.names:
                root = alias.name if alias.asname else alias.name.partition(".")[0]
                found[alias.asname or root] = root
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if alias.name == "*":
                    everything.append(node.module or "")
                else:
                    found[alias.asname or alias.name] = f"{node.module or ''}.{alias.name}"
    return found


def _chain(node: ast.AST) -> tuple[str, str] | None:
    """``a.b.c`` as ("a", ".b.c"), and ``getattr(a.b, "c")`` as well; None for what is no such chain."""
    if isinstance(node, ast.Name):
        return node.id, ""
    if isinstance(node, ast.Attribute) and (inner := _chain(node.value)):
        return inner[0], f"{inner[1]}.{node.attr}"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr" and node.args:
        inner, last = _chain(node.args[0]), node.args[1] if len(node.args) > 1 else None
        if inner:
            return inner[0], f"{inner[1]}.{last.value if isinstance(last, ast.Constant) else '?'}"
    return None


class _Names(ast.NodeVisitor):
    """Collects the chains of names in a statement whose first name is not local to a function in it."""

    def __init__(self):
        self.found: set[tuple[str, str]] = set()
        self.scopes: list[set[str]] = []

    @classmethod
    def of(cls, statement: ast.stmt) -> set[tuple[str, str]]:
        visitor = cls()
        visitor.visit(statement)
        return visitor.found

    def visit_FunctionDef(self, node):
        for outside in [
            *getattr(node, "decorator_list", []),
            *node.args.defaults,
            *filter(None, node.args.kw_defaults),
        ]:
            self.visit(outside)
        a = node.args
        names = {arg.arg for arg in [*a.posonlyargs, *a.args, *a.kwonlyargs, a.vararg, a.kwarg] if arg}
        body = node.body if isinstance(node.body, list) else [node.body]
        outer = {name for n in ast.walk(node) if isinstance(n, (ast.Global, ast.Nonlocal)) for name in n.names}
        imported = {name for statement in body for name in _imported(statement, [])}
        self.scopes.append((names | set().union(*map(bound_names, body))) - outer - imported)
        for inside in body:
            self.visit(inside)
        self.scopes.pop()

    visit_AsyncFunctionDef = visit_Lambda = visit_FunctionDef

    def visit_ListComp(self, node):
        targets = {n.id for part in node.generators for n in ast.walk(part.target) if isinstance(n, ast.Name)}
        self.scopes.append(targets)
        self.generic_visit(node)
        self.scopes.pop()

    visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_ListComp

    def visit_Attribute(self, node):
        self._chain(node)

    def visit_Name(self, node):
        self._chain(node)

    def visit_Call(self, node):
        if _chain(node):  # getattr
            self._chain(node)
        else:
            self.generic_visit(node)

    def _chain(self, node):
        chain = _chain(node)
        if chain is None:
            self.generic_visit(node)
        elif not any(chain[0] in scope for scope in self.scopes) and isinstance(
            getattr(node, "ctx", ast.Load()), ast.Load
        ):
            self.found.add(chain)


def beyond_numpy(names: list[str]) -> list[str]:
    """Those of some full names that "NumPy only" forbids: all but NumPy, Python itself and its standard library.

    Examples
    --------
    >>> beyond_numpy(["numpy.mean", "math.log10", "builtins.sum", "srlib.psnr", "builtins.eval"])
    ['srlib.psnr', 'builtins.eval']
    """
    package = lambda name: name.partition(".")[0]
    hides = lambda name: any(f"{name}.".startswith(f"{way}.") for way in (*HIDING, "sys.modules"))
    return [n for n in names if hides(n) or package(n) != "numpy" and package(n) not in sys.stdlib_module_names]


def rebound(sources: list[str]) -> list[str]:
    """What a notebook rebinds in the packages that a check is made of, as ``srlib.checks.answer.Answer.points``.

    Examples
    --------
    >>> rebound(["from srlib.checks import Answer as A", "A.points = lambda self, of: of", "setattr(A, 'of', 1)"])
    ['srlib.checks.Answer.of', 'srlib.checks.Answer.points']
    """
    parsed = trees(sources)
    imports = {k: v for tree in parsed for s in tree.body for k, v in _imported(s, []).items()} | {
        "builtins": "builtins"
    }
    found = set()
    for node in (n for tree in parsed for n in ast.walk(tree)):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, (ast.Store, ast.Del)):
            chain = _chain(node.value) and (_chain(node.value)[0], f"{_chain(node.value)[1]}.{node.attr}")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("setattr", "delattr"):
            given = ast.Call(ast.Name("getattr"), node.args)
            chain = _chain(given) if node.args else None
        else:
            continue
        if chain and imports.get(chain[0], "").partition(".")[0] in GUARDED:
            found.add(imports[chain[0]] + chain[1])
    return sorted(found)

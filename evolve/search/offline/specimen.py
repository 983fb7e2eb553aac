"""A program laid out for editing: where it may change, and what could go there."""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from evolve.search.draws import one_of
from evolve.search.offline.kind import Kind
from evolve.search.offline.kinds import Kinds, infer
from evolve.search.offline.loops import counts, progress
from evolve.search.offline.members import offered
from evolve.search.offline.sites import Block, Scopes, Site, path, survey
from evolve.search.offline.vocabulary import Vocabulary, vocabulary
from evolve.search.syntax import Program, Replacement, program, walk

LONGEST_DONOR = 120
"""Characters of an expression that is copied elsewhere; longer ones make sources grow faster than scores."""
TRIES = 12
"""Donors drawn for one place before it is given up."""
_BUILTINS = """
abs all any bin bool dict divmod enumerate filter float frozenset int isinstance iter len list map
max min next pow range repr reversed round set sorted str sum tuple zip
"""
BUILTINS = frozenset(_BUILTINS.split())
"""Those that every supported Python has and a policy may want; a fixed list, so that edits do not vary."""
_ATOMS = (ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.List, ast.Dict, ast.Set, ast.ListComp)
_LOOSE = (
    ast.Assign, ast.AugAssign, ast.BoolOp, ast.Call, ast.Compare, ast.If, ast.Lambda, ast.List, ast.Return,
    ast.Tuple, ast.keyword,
)  # fmt: skip
"""Parents in which arithmetic needs no parentheses."""
_NAME = re.compile(r"(?<![.\w])[^\W\d]\w*")
"""Variables in an expression of names, dots, calls and commas."""
_PAIRED = {"(": ")", "[": "]"}


@dataclass(frozen=True, slots=True)
class Donor:
    """An expression's text, to be put elsewhere.

    Attributes:
        path: Qualified name of the function it is from, or would be in.
        names: Variables that must be bound there, and attributes such as `self.rate`.
        sort: The sort of node it is, such as `Call`.
        binding: How tightly it holds together: 2 needs no parentheses anywhere, 1 is arithmetic, 0 needs
            parentheses in most places.
        calls: Whether evaluating it calls anything.
    """

    text: str
    path: str
    names: frozenset[str]
    kind: Kind
    sort: str
    binding: int
    calls: bool

    @property
    def closed(self) -> str:
        """The text, in parentheses unless it needs them nowhere."""
        return self.text if self.binding == 2 else f"({self.text})"


@dataclass(frozen=True, slots=True, eq=False)
class Specimen:
    """Everything the edits look at.

    Attributes:
        counting: Nodes that say how often something is done.
        counters: Variables and attributes that do.
    """

    program: Program
    words: Vocabulary
    kinds: Kinds
    sites: tuple[Site, ...]
    blocks: tuple[Block, ...]
    donors: tuple[Donor, ...]
    counting: frozenset[ast.AST]
    counters: frozenset[str]

    def inner_sites(self) -> list[Site]:
        """Sites inside functions."""
        return [site for site in self.sites if site.path and not isinstance(site.scopes[-1], ast.ClassDef)]

    def visible(self, scopes: Scopes, statement: ast.stmt) -> frozenset[str]:
        """Names bound where `statement` stands, as far as order of lines can tell."""
        names = set(BUILTINS) | _bound(self.program.tree.body, None)
        functions = [scope for scope in scopes if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef)]
        for scope in scopes:
            match scope:
                case ast.FunctionDef(args=args, body=body) | ast.AsyncFunctionDef(args=args, body=body):
                    before = statement.lineno if scope is functions[-1] else None
                    names |= parameters(args) | _bound(body, before)
                case ast.Lambda(args=args):
                    names |= parameters(args)
                case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                    names |= {
                        n.id for g in scope.generators for n in walk(g.target) if isinstance(n, ast.Name)
                    }
                case ast.ClassDef():  # its names are not visible in its methods, but those of `self` are
                    names |= {f"self.{name}" for name in offered(scope)}
                case _:
                    pass
        return frozenset(names)

    def features(self, scopes: Scopes, kind: Kind) -> list[Donor]:
        """What the interface offers through the parameters of the functions around."""
        found = []
        for outer, scope in zip((None, *scopes), scopes, strict=False):
            if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef):
                owner = outer if isinstance(outer, ast.ClassDef) else None
                for text, offered, calls in self.words.offers(scope, owner):
                    if offered is kind:
                        names = frozenset(_NAME.findall(text))
                        sort = "Call" if calls else "Attribute"
                        found.append(Donor(text, path(scopes), names, kind, sort, binding=2, calls=calls))
        return found

    def material(self, scopes: Scopes, kind: Kind) -> list[Donor]:
        """Donors of a kind, features of the interface as well; some may name what a place does not see."""
        return [donor for donor in self.donors if donor.kind is kind] + self.features(scopes, kind)

    def replacement(self, site: Site, donor: Donor) -> Replacement:
        """Puts a donor in a site's place, with parentheses where it needs them."""
        start, end = self.program.span(site.node)
        before, after = self.program.between(start - 1, start), self.program.between(end, end + 1)
        alone = after != "" and _PAIRED.get(before) == after and donor.sort != "Tuple"
        loose = isinstance(site.parent, _LOOSE) and donor.binding == 1 and "\n" not in donor.text
        return Replacement(start, end, donor.text if alone or loose else donor.closed)


def fitting(
    rng: np.random.Generator, donors: list[Donor], names: frozenset[str], /, *, unlike: str = ""
) -> Donor | None:
    """Draws a donor whose variables are all among `names`, written otherwise; None if luck is out."""
    for _ in range(TRIES if donors else 0):
        donor = one_of(rng, donors)
        if donor.names <= names and donor.text != unlike:
            return donor
    return None


@lru_cache(maxsize=64)  # a pure function of two texts; parents are drawn again and again
def specimen(source: str, interface: str) -> Specimen | None:
    """Lays a source out for editing; None if it does not parse."""
    parsed = program(source)
    if parsed is None:
        return None
    words = vocabulary(interface)
    kinds = infer(parsed.tree, words)
    sites, blocks = survey(parsed.tree, progress(parsed.tree))
    donors = [donor for site in sites if (donor := _donor(parsed, kinds, site)) is not None]
    donors += _parameters(blocks, kinds)
    return Specimen(parsed, words, kinds, sites, blocks, tuple(donors), *counts(parsed.tree))


def _parameters(blocks: Iterable[Block], kinds: Kinds) -> Iterator[Donor]:
    """Yields the parameters of functions, which a body need not use."""
    for scopes in dict.fromkeys(block.scopes for block in blocks):
        if isinstance(scopes[-1], ast.FunctionDef):
            for argument in scopes[-1].args.args:
                kind, names = kinds.of(ast.Name(argument.arg)), frozenset({argument.arg})
                if argument.arg != "self":
                    yield Donor(argument.arg, path(scopes), names, kind, "Name", binding=2, calls=False)


def _donor(parsed: Program, kinds: Kinds, site: Site) -> Donor | None:
    node = site.node
    start, end = parsed.span(node)
    if end - start > LONGEST_DONOR or isinstance(node, ast.Constant):
        return None
    loaded: set[str] = set()
    bound: set[str] = set()
    calls = False
    for inner in walk(node):
        match inner:
            case ast.Name(id=name, ctx=ctx):
                (loaded if isinstance(ctx, ast.Load) else bound).add(name)
            case ast.Lambda(args=args):
                bound |= parameters(args)
            case ast.Call():
                calls = True
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                loaded.add(f"self.{name}")
            case ast.NamedExpr() | ast.Yield() | ast.YieldFrom() | ast.Await():
                return None
            case _:
                pass
    names = frozenset(loaded - bound)
    binding = 2 if isinstance(node, _ATOMS) else 1 if isinstance(node, ast.BinOp) else 0
    return Donor(
        parsed.text(node), site.path, names, kinds.of(node), type(node).__name__, binding=binding, calls=calls
    )


def parameters(args: ast.arguments) -> set[str]:
    """Names of a function's parameters."""
    every = (*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg)
    return {argument.arg for argument in every if argument is not None}


def _bound(body: list[ast.stmt], before: int | None) -> set[str]:
    """Names that statements bind, in lines before one; not those inside nested functions and classes."""
    return set(_bindings(body, before))


def _bindings(body: list[ast.stmt], before: int | None) -> Iterator[str]:
    todo: list[ast.AST] = list(body)
    while todo:
        node = todo.pop()
        if before is not None and isinstance(node, ast.stmt) and node.lineno >= before:
            continue
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
                continue
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp() | ast.Lambda():
                continue
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.alias(name=name, asname=asname):
                yield asname or name.partition(".")[0]
            case ast.ExceptHandler(name=str(name)):
                yield name
            case _:
                pass
        todo += ast.iter_child_nodes(node)

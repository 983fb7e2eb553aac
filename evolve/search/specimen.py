"""A program laid out for editing: where it may change, and what could go there."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from evolve.search.draws import one_of
from evolve.search.kinds import Kind, Kinds, Vocabulary, infer, parameter_fields, vocabulary
from evolve.search.loops import counts, progress
from evolve.search.sites import Block, Scopes, Site, path, survey
from evolve.search.syntax import Program, Replacement, program

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
_PAIRED = {"(": ")", "[": "]"}


@dataclass(frozen=True, slots=True)
class Donor:
    """An expression's text, to be put elsewhere.

    Attributes:
        path: Qualified name of the function it is from, or would be in.
        names: Variables that must be bound there.
        atom: Whether it needs no parentheses anywhere.
        calls: Whether evaluating it calls anything.
    """

    text: str
    path: str
    names: frozenset[str]
    kind: Kind
    atom: bool
    calls: bool

    @property
    def closed(self) -> str:
        """The text, in parentheses where it needs them."""
        return self.text if self.atom else f"({self.text})"


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
                        n.id for g in scope.generators for n in ast.walk(g.target) if isinstance(n, ast.Name)
                    }
                case _:
                    pass  # names of a class are not visible in its methods
        return frozenset(names)

    def features(self, scopes: Scopes, kind: Kind) -> list[Donor]:
        """Fields of the interface that a function's parameters offer."""
        return [
            Donor(text, path(scopes), frozenset({text.partition(".")[0]}), kind, atom=True, calls=False)
            for scope in scopes
            if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef)
            for text, found in parameter_fields(scope, self.words)
            if found is kind
        ]

    def material(self, site: Site, kind: Kind) -> list[Donor]:
        """Donors of a kind, features of the interface as well; some may name what a site does not see."""
        return [donor for donor in self.donors if donor.kind is kind] + self.features(site.scopes, kind)

    def replacement(self, node: ast.expr, donor: Donor) -> Replacement:
        """Puts a donor in a node's place, with parentheses unless the node stands alone in a pair of them."""
        start, end = self.program.span(node)
        before, after = self.program.between(start - 1, start), self.program.between(end, end + 1)
        alone = after != "" and _PAIRED.get(before) == after
        return Replacement(start, end, donor.text if alone else donor.closed)


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
    donors = tuple(donor for site in sites if (donor := _donor(parsed, kinds, site)) is not None)
    return Specimen(parsed, words, kinds, sites, blocks, donors, *counts(parsed.tree))


def _donor(parsed: Program, kinds: Kinds, site: Site) -> Donor | None:
    node = site.node
    start, end = parsed.span(node)
    if end - start > LONGEST_DONOR or isinstance(node, ast.Constant):
        return None
    loaded: set[str] = set()
    bound: set[str] = set()
    calls = False
    for inner in ast.walk(node):
        match inner:
            case ast.Name(id=name, ctx=ctx):
                (loaded if isinstance(ctx, ast.Load) else bound).add(name)
            case ast.Lambda(args=args):
                bound |= parameters(args)
            case ast.Call():
                calls = True
            case ast.NamedExpr() | ast.Yield() | ast.YieldFrom() | ast.Await():
                return None
            case _:
                pass
    names = frozenset(loaded - bound)
    return Donor(parsed.text(node), site.path, names, kinds.of(node), isinstance(node, _ATOMS), calls)


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

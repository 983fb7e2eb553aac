"""Sources as text and syntax tree at once: parsed without fear, edited in place."""

import ast
import re
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

MAX_SOURCE = 100_000
"""Characters beyond which a source is not parsed; policies are far smaller, and parsing takes time."""
MAX_DEPTH = 150
"""Levels of a syntax tree beyond which it counts as unparsable; every Python version reads this many."""

_UNPARSABLE = (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError)
_LINE_END = re.compile(r"\r\n?")
_OPENING = frozenset(b"[({")
_NO_BRACKETS = bytes(frozenset(range(256)) - frozenset(b"[](){}"))
_LEAVES = frozenset({ast.Constant, ast.Global, ast.MatchSingleton, ast.Name, ast.Nonlocal})
_CHILDLESS = frozenset({"ctx", "kwd_attrs", "type_ignores"})
_FIELDS: Mapping[type[ast.AST], tuple[str, ...]] = MappingProxyType(
    {
        kind: () if kind in _LEAVES else tuple(name for name in kind._fields if name not in _CHILDLESS)
        for kind in vars(ast).values()
        if isinstance(kind, type) and issubclass(kind, ast.AST)
    }
)
"""Fields in which nodes may stand that say anything, by kind of node."""


def normal_lines(source: str) -> str:
    """Drops a byte-order mark and ends every line with a line feed, as Python's own reader does."""
    return _LINE_END.sub("\n", source.removeprefix("\ufeff"))


@lru_cache(maxsize=8)  # a reply is looked for an entry, checked, fingerprinted and edited, all in one step
def parse(source: str) -> ast.Module | None:
    """Parses a source of any origin; None if it does not parse, or is too long or too deep to try.

    The verdict is the same on every Python version for all but sources made to differ. The tree is shared:
    read it only.
    """
    if len(source) > MAX_SOURCE or "\0" in source or _bracket_depth(source) > MAX_DEPTH:
        return None
    try:
        with warnings.catch_warnings():  # a candidate's invalid escapes are no news to the user
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except _UNPARSABLE:
        return None
    return tree if _depth_within(tree, MAX_DEPTH) else None


def compiles(source: str) -> bool:
    """Whether a source is a program; it is not run."""
    if len(source) > MAX_SOURCE or "\0" in source:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source, "<candidate>", "exec", dont_inherit=True)
    except _UNPARSABLE:
        return False
    return True


def _bracket_depth(source: str) -> int:
    """Bounds bracket nesting from above, cheaply: brackets in strings count as well."""
    brackets = source.encode("utf-8", "surrogatepass").translate(None, _NO_BRACKETS)
    if sum(map(brackets.count, b"[({")) <= MAX_DEPTH:
        return 0
    depth = deepest = 0
    for bracket in brackets:
        if bracket in _OPENING:
            depth += 1
            deepest = max(deepest, depth)
        elif depth:
            depth -= 1
    return deepest


def _depth_within(tree: ast.AST, limit: int) -> bool:
    level = [tree]
    for _ in range(limit):
        level = _below(level)
        if not level:
            return True
    return False


def walk(node: ast.AST) -> list[ast.AST]:
    """Lists a node and all below it as `ast.walk` does, `ast.Load()` and its like left out, but sooner."""
    found: list[ast.AST] = []
    level = [node]
    while level:
        found += level
        level = _below(level)
    return found


def _below(nodes: list[ast.AST]) -> list[ast.AST]:
    """Lists the children of nodes, in order."""
    found: list[ast.AST] = []
    for node in nodes:
        for name in _FIELDS[type(node)]:
            value = getattr(node, name, None)
            if type(value) is list:
                found += [item for item in value if item is not None] if None in value else value
            elif isinstance(value, ast.AST):
                found.append(value)
    return found


@dataclass(frozen=True, slots=True)
class Replacement:
    """New text for the bytes from `start` to `end` of a source; an insertion where they are equal."""

    start: int
    end: int
    text: str

    def overlaps(self, other: "Replacement") -> bool:
        """Whether two replacements touch the same bytes, or insert at the same place."""
        return self.start == other.start or (self.start < other.end and other.start < self.end)


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """A source that parses, with line ends made normal.

    Attributes:
        starts: UTF-8 byte offset of each line.
    """

    source: str
    raw: bytes
    tree: ast.Module
    starts: tuple[int, ...]

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Byte offsets of a node's first byte and of the byte after its last."""
        if node.end_lineno is None or node.end_col_offset is None:
            raise ValueError(f"a node of a parsed source has an end, but {ast.dump(node)} has none")
        start = self.starts[node.lineno - 1] + node.col_offset
        return start, self.starts[node.end_lineno - 1] + node.end_col_offset

    def text(self, node: ast.expr | ast.stmt) -> str:
        """The node as it is written."""
        start, end = self.span(node)
        return self.between(start, end)

    def between(self, start: int, end: int) -> str:
        """The text between two byte offsets."""
        return self.raw[start:end].decode("utf-8")

    def indent(self, statement: ast.stmt) -> str | None:
        """The white space before a statement; None if anything else stands before it on its line."""
        line = self.starts[statement.lineno - 1]
        before = self.between(line, line + statement.col_offset)
        return None if before.strip() else before

    def whole(self, statement: ast.stmt) -> tuple[int, int]:
        """Byte offsets of a statement with its decorators, from the start of its first line."""
        lines = [decorator.lineno for decorator in getattr(statement, "decorator_list", [])]
        return self.starts[min([*lines, statement.lineno]) - 1], self.span(statement)[1]

    def replaced(self, replacements: Iterable[Replacement]) -> str:
        """Applies replacements that do not overlap; everything else keeps its formatting."""
        return self.excerpt(0, len(self.raw), replacements)

    def excerpt(self, start: int, end: int, replacements: Iterable[Replacement]) -> str:
        """The text between two byte offsets with replacements applied.

        Raises:
            ValueError: Two replacements overlap.
        """
        parts, position = [], start
        for replacement in sorted(replacements, key=lambda r: (r.start, r.end)):
            if replacement.start < position:
                raise ValueError(f"replacements must not overlap, but one starts at {replacement.start}")
            parts += [self.raw[position : replacement.start], replacement.text.encode("utf-8")]
            position = replacement.end
        return b"".join((*parts, self.raw[position:end])).decode("utf-8")


@lru_cache(maxsize=64)  # a pure function of the text; parents are drawn again and again
def program(source: str) -> Program | None:
    """Parses a source for editing; None if it does not parse. The tree is shared: read it only."""
    text = normal_lines(source)
    tree = parse(text)
    if tree is None:
        return None
    raw = text.encode("utf-8")
    starts = [0]
    for line in raw.split(b"\n"):
        starts.append(starts[-1] + len(line) + 1)
    return Program(text, raw, tree, tuple(starts))

"""Edits of expressions; each turns a specimen into replacements, or None where it finds no place."""

import ast
import dataclasses
import re
from collections.abc import Callable, Sequence

import numpy as np

from evolve.search.draws import one_of
from evolve.search.offline.kind import Kind
from evolve.search.offline.loops import called
from evolve.search.offline.sites import Site
from evolve.search.offline.specimen import Donor, Specimen, fitting
from evolve.search.syntax import Replacement

Edit = Callable[[Specimen, np.random.Generator], tuple[Replacement, ...] | None]

_SYMBOLS: dict[type[ast.AST], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%",
    ast.And: "and", ast.Or: "or",
}  # fmt: skip
_SWAPS = {
    "<": ("<=", ">", ">="), "<=": ("<", ">", ">="), ">": (">=", "<", "<="), ">=": (">", "<", "<="),
    "==": ("!=", "<=", ">="), "!=": ("==", "<", ">"),
    "+": ("-", "*"), "-": ("+", "*"), "*": ("+", "-", "/"), "/": ("*", "//", "-"), "//": ("/", "%", "*"),
    "%": ("//", "*"), "and": ("or",), "or": ("and",),
}  # fmt: skip
_OPERATOR = re.compile(r"#[^\n]*|(\*\*|//|<<|>>|<=|>=|==|!=|[-+*/%@&|^<>]|\b(?:and|or|is|in|not)\b)")
_TWINS = (
    ("min", "max"), ("any", "all"), ("argmin", "argmax"), ("minimum", "maximum"), ("floor", "ceil"),
    ("nsmallest", "nlargest"), ("bisect_left", "bisect_right"), ("append", "appendleft"),
)  # fmt: skip
_OPPOSITE = dict(_TWINS) | {second: first for first, second in _TWINS}
_SUMS = ("{e} + {c} * {f}", "{e} - {c} * {f}")
_FORMS = (*_SUMS, *_SUMS, "{e} * {f}", "{e} / ({f} + {c})")
COEFFICIENTS = ("0.01", "0.1", "0.3", "0.5", "1", "2", "3", "10", "100")


def swap_operator(specimen: Specimen, rng: np.random.Generator, /) -> tuple[Replacement, ...] | None:
    """Turns one comparison, arithmetic or boolean operator into another of its family."""
    places = [place for site in specimen.inner_sites() for place in _operators(site.node)]
    if not places:
        return None
    left, right, operator = one_of(rng, places)
    start, end = specimen.program.span(left)[1], specimen.program.span(right)[0]
    gap = specimen.program.raw[start:end].decode("utf-8")
    found = next((match for match in _OPERATOR.finditer(gap) if match[1]), None)
    symbol = _SYMBOLS[type(operator)]
    if found is None or found[1] != symbol:
        return None
    offset = start + len(gap[: found.start()].encode("utf-8"))
    return (Replacement(offset, offset + len(symbol), one_of(rng, _SWAPS[symbol])),)


def _operators(node: ast.expr) -> list[tuple[ast.expr, ast.expr, ast.AST]]:
    """Lists operators with their neighbours on the left and on the right."""
    rows: list[ast.expr]
    operators: Sequence[ast.AST]
    match node:
        case ast.Compare(left=left, ops=operators, comparators=comparators):
            rows = [left, *comparators]
        case ast.BinOp(left=left, op=operator, right=right):
            rows, operators = [left, right], [operator]
        case ast.BoolOp(op=operator, values=rows):
            operators = [operator] * len(rows)
        case _:
            return []
    places = zip(rows, rows[1:], operators, strict=False)
    return [place for place in places if type(place[2]) in _SYMBOLS]


def negate(specimen: Specimen, rng: np.random.Generator, /) -> tuple[Replacement, ...] | None:
    """Negates a condition of an `if` or of a conditional expression, which is to swap its branches."""
    tests = [site for site in specimen.inner_sites() if _is_test(site)]
    if not tests:
        return None
    node = one_of(rng, tests).node
    start, end = specimen.program.span(node)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return (Replacement(start, start + len("not"), ""),)
    text = specimen.program.text(node)
    loose = isinstance(node, ast.BoolOp | ast.IfExp | ast.Lambda | ast.NamedExpr)
    return (Replacement(start, end, f"not ({text})" if loose else f"not {text}"),)


def _is_test(site: Site) -> bool:
    return isinstance(site.parent, ast.If | ast.IfExp) and site.node is site.parent.test


def swap_call(specimen: Specimen, rng: np.random.Generator, /) -> tuple[Replacement, ...] | None:
    """Calls the twin of a function: `max` for `min`, `all` for `any`; or reverses a sort."""
    calls = [n for site in specimen.inner_sites() if isinstance(n := site.node, ast.Call) and _has_twin(n)]
    if not calls:
        return None
    call = one_of(rng, calls)
    name = called(call) or ""
    if name in {"sorted", "sort"}:
        return _reversed(specimen, call)
    end = specimen.program.span(call.func)[1]
    return (Replacement(end - len(name), end, _OPPOSITE[name]),)


def _has_twin(call: ast.Call) -> bool:
    return called(call) in _OPPOSITE or called(call) in {"sorted", "sort"}


def _reversed(specimen: Specimen, call: ast.Call) -> tuple[Replacement, ...] | None:
    for keyword in call.keywords:
        if keyword.arg == "reverse":
            start, end = specimen.program.span(keyword.value)
            return (Replacement(start, end, f"not ({specimen.program.text(keyword.value)})"),)
    if len(call.args) == 1 and isinstance(call.args[0], ast.GeneratorExp) and not call.keywords:
        return None  # the call's own parentheses are the generator's
    ends = [
        specimen.program.span(argument)[1] for argument in (*call.args, *(k.value for k in call.keywords))
    ]
    close = specimen.program.span(call)[1] - 1
    tail = specimen.program.between(max(ends, default=close), close)
    comma = "" if not ends or "," in tail else ", "
    return (Replacement(close, close, f"{comma}reverse=True"),)


def replace(specimen: Specimen, rng: np.random.Generator, /) -> tuple[Replacement, ...] | None:
    """Puts another expression of the program, or a field of the interface, in place of one of its kind."""
    sites = specimen.inner_sites()
    if not sites:
        return None
    site = one_of(rng, sites)
    if (member := _other_member(specimen, site.node, rng)) is not None:
        return member
    kind = specimen.kinds.of(site.node)
    material = specimen.material(site.scopes, kind)
    if kind is Kind.OTHER:  # the same sort of node is the best guess left
        material = [donor for donor in material if donor.sort == type(site.node).__name__]
    names = specimen.visible(site.scopes, site.statement)
    donor = fitting(rng, material, names, unlike=specimen.program.text(site.node))
    return None if donor is None else (specimen.replacement(site, donor),)


def _other_member(
    specimen: Specimen, node: ast.expr, rng: np.random.Generator
) -> tuple[Replacement, ...] | None:
    """Draws another member if a node is one of an enumeration of the interface."""
    match node:
        case ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr=name):
            others = [member for member in specimen.words.members.get(owner, ()) if member != name]
        case _:
            return None
    end = specimen.program.span(node)[1]
    return (Replacement(end - len(name.encode()), end, one_of(rng, others)),) if others else None


def blend(specimen: Specimen, rng: np.random.Generator, /) -> tuple[Replacement, ...] | None:
    """Turns a number `e` into `e + c * f`, with `f` another number in sight, or into `e * f` or `e / f`."""
    sites = [site for site in specimen.inner_sites() if _blendable(specimen, site)]
    if not sites:
        return None
    site = one_of(rng, sites)
    names = specimen.visible(site.scopes, site.statement)
    # A call may cost much in an inner loop, so it is added seldom.
    calls = rng.random() < 0.25
    material = specimen.material(site.scopes, Kind.NUMBER)
    if specimen.kinds.of(site.node) is Kind.ARRAY:
        material = material + specimen.material(site.scopes, Kind.ARRAY)
    material = [donor for donor in material if calls or not donor.calls]
    text = specimen.program.text(site.node)
    donor = fitting(rng, material, names, unlike=text)
    return None if donor is None else (_blended(specimen, site, donor, rng),)


def _blended(specimen: Specimen, site: Site, donor: Donor, rng: np.random.Generator) -> Replacement:
    text = specimen.program.text(site.node)
    form = one_of(rng, _FORMS)
    bare = isinstance(site.node, ast.Name | ast.Attribute | ast.Call | ast.Subscript | ast.Constant)
    bare = bare or (isinstance(site.node, ast.BinOp) and form in _SUMS and "\n" not in text)
    term = form.format(e=text if bare else f"({text})", f=donor.closed, c=one_of(rng, COEFFICIENTS))
    return specimen.replacement(site, dataclasses.replace(donor, text=term, sort="BinOp", binding=1))


def _blendable(specimen: Specimen, site: Site) -> bool:
    """Numbers that need not stay whole: no index, no count, and no part of a sum that is a site itself."""
    if site.node in specimen.counting or isinstance(site.parent, ast.Subscript | ast.Slice | ast.BinOp):
        return False
    if isinstance(site.node, ast.Constant) and not isinstance(site.parent, ast.Compare):
        return isinstance(site.node.value, float)
    if isinstance(site.parent, ast.Call) and called(site.parent) == "len":
        return False
    return specimen.kinds.of(site.node) in {Kind.NUMBER, Kind.ARRAY}


def swap_items(specimen: Specimen, rng: np.random.Generator, /) -> tuple[Replacement, ...] | None:
    """Exchanges two neighbours among the arguments of a call, the items of a tuple, or two operands."""
    rows = [row for site in specimen.inner_sites() if len(row := _row(site.node)) > 1]
    if not rows:
        return None
    row = one_of(rng, rows)
    index = int(rng.integers(len(row) - 1))
    first, second = row[index], row[index + 1]
    program = specimen.program
    if program.text(first) == program.text(second):
        return None
    return (
        Replacement(*program.span(first), program.text(second)),
        Replacement(*program.span(second), program.text(first)),
    )


def _row(node: ast.expr) -> list[ast.expr]:
    match node:
        case ast.Call(args=items) | ast.Tuple(elts=items):
            return [item for item in items if not isinstance(item, ast.Starred)]
        case ast.IfExp(body=body, orelse=orelse):
            return [body, orelse]
        case ast.BinOp(
            left=left, right=right, op=ast.Sub() | ast.Div() | ast.FloorDiv() | ast.Mod() | ast.Pow()
        ):
            return [left, right]
        case _:
            return []


def flip(specimen: Specimen, rng: np.random.Generator, /) -> tuple[Replacement, ...] | None:
    """Turns `True` into `False` or back."""
    flags = [
        n for s in specimen.inner_sites() if isinstance(n := s.node, ast.Constant) and type(n.value) is bool
    ]
    if not flags:
        return None
    node = one_of(rng, flags)
    return (Replacement(*specimen.program.span(node), str(not node.value)),)

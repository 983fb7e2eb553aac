"""`adrs.toml`: every option of every verb has a key, and what has no option has a table."""

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final, NoReturn

import msgspec

from evolve.cli.exits import Misuse
from evolve.models.model_spec import FREE, ModelSpec, Price
from evolve.nearest import nearest

FILE: Final = Path("adrs.toml")
LARGEST_BYTES: Final = 1 << 20
TABLES: Final = ("models", "prices", "operators", "sections")
"""Top-level keys that are no verb's."""
MODEL_KEYS: Final = tuple(f.name for f in fields(ModelSpec) if f.name != "price")
EVERYWHERE: Final = ("db",)
"""Options that may stand at the top, for every verb."""
LARGEST: Final = 10**9
"""The largest number that any table may hold, far beyond any use."""
_KEY: Final = re.compile(r"\s*(sk-|\w+://[^/?#]*@)")
_SECRET: Final = re.compile(r"(^|_)(api_?key|key|token|secret|password)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Configuration:
    """A file that was read and checked.

    Attributes:
        path: None where there is no file.
        options: By verb, such as `run` or `config show`, and name of the option, such as `max_evals`.
        everywhere: Options that stand at the top and hold for every verb.
        operators: Shares by name.
        sections: Tokens by section of a prompt.
    """

    path: Path | None = None
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    everywhere: Mapping[str, Any] = field(default_factory=dict)
    models: tuple[ModelSpec, ...] = ()
    prices: Mapping[str, Price] = field(default_factory=dict)
    operators: Mapping[str, float] = field(default_factory=dict)
    sections: Mapping[str, int] = field(default_factory=dict)


def read(named: Path | None, known: Mapping[str, Collection[str]]) -> Configuration:
    """Reads the named file, or `adrs.toml` of this folder if there is one.

    Args:
        known: Names of options by verb.

    Raises:
        Misuse: The file cannot be read, or holds what means nothing; the message names file and key.
    """
    path = named or FILE
    if named is None and not path.exists():
        return Configuration()
    return _Reader(path, known).read(_parsed(path))


def _parsed(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_BYTES + 1)
    except IsADirectoryError as error:
        raise Misuse(
            f"expected a configuration file, but {path} is a directory; name the file in it"
        ) from error
    except OSError as error:
        raise Misuse(
            f"{path} cannot be read: {error.strerror}; name an existing file with --config"
        ) from error
    if len(raw) > LARGEST_BYTES:
        raise Misuse(f"{path} has more than {LARGEST_BYTES:,} bytes; a configuration has some hundreds")
    try:
        return tomllib.loads(raw.decode("utf-8-sig"))  # some editors begin a file with a byte order mark
    except UnicodeDecodeError as error:
        raise Misuse(f"{path} is not UTF-8 at byte {error.start}; save it as UTF-8") from error
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits is no TOMLDecodeError
        raise Misuse(f"{path} is no TOML: {error}; see: adrs config show") from error


class _Reader:
    """Checks what a file holds against what there is."""

    def __init__(self, path: Path, known: Mapping[str, Collection[str]]) -> None:
        self._path = path
        self._known = known

    def read(self, found: Mapping[str, Any]) -> Configuration:
        """Reads the whole file."""
        self._refuse_secrets("", found)
        heads = {_plain(verb): verb for verb in (known.split(" ")[0] for known in self._known)}
        options: dict[str, Mapping[str, Any]] = {}
        everywhere: dict[str, Any] = {}
        for key, value in found.items():
            name = _plain(key)
            if name in EVERYWHERE:
                everywhere[name] = value
            elif name in heads:
                options |= self._verb(heads[name], self._table(key, value))
            elif name not in TABLES:
                self._unknown(key, "", [*EVERYWHERE, *heads.values(), *TABLES])
        tables = {
            name: self._table(name, found.get(name, {})) for name in ("prices", "operators", "sections")
        }
        return Configuration(
            self._path,
            options,
            everywhere,
            self._models(found.get("models", [])),
            self._prices(tables["prices"]),
            self._shares(tables["operators"]),
            self._budgets(tables["sections"]),
        )

    def _refuse_secrets(self, where: str, value: object) -> None:
        """Refuses what looks like a key, without repeating it: a run would store it."""
        if isinstance(value, Mapping):
            for key, item in value.items():
                self._refuse_secrets(f"{where}.{key}" if where else key, item)
        elif isinstance(value, list):
            for i, item in enumerate(value):
                self._refuse_secrets(f"{where}[{i}]", item)
        elif isinstance(value, str) and (
            _KEY.match(value) or _SECRET.search(_plain(where.rpartition(".")[2]))
        ):
            raise Misuse(
                f"{self._path}: {where} is refused: keys are read from the environment only; name the "
                "variable that holds it as api_key_env in [[models]]"
            )

    def _verb(self, verb: str, table: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
        """Reads a verb's table, and those of the verbs below it."""
        below = [name.removeprefix(f"{verb} ") for name in self._known if name.startswith(f"{verb} ")]
        found: dict[str, Mapping[str, Any]] = {}
        own: dict[str, Any] = {}
        for key, value in table.items():
            name = _plain(key)
            if name in own:
                self._wrong(f"{verb}.{name}", "one value", f"{name} and {name.replace('_', '-')}")
            elif name in below:
                found |= self._verb(f"{verb} {name}", self._table(f"{verb}.{key}", value))
            elif name in self._known.get(verb, ()):
                own[name] = value
            else:
                self._unknown(key, f"{verb}.", [*self._known.get(verb, ()), *below])
        return {verb: own, **found}

    def _models(self, rows: object) -> tuple[ModelSpec, ...]:
        if not isinstance(rows, list):
            self._wrong("models", "[[models]] tables", rows)
        return tuple(self._model(f"models[{i}]", row) for i, row in enumerate(rows))

    def _model(self, where: str, row: object) -> ModelSpec:
        self._known_keys(f"{where}.", self._table(where, row), MODEL_KEYS)
        try:
            return msgspec.convert(row, ModelSpec)
        except (msgspec.ValidationError, ValueError) as error:
            raise Misuse(f"{self._path}: {where}: {error}") from error

    def _prices(self, table: Mapping[str, Any]) -> dict[str, Price]:
        return {name: self._price(name, self._table(f'prices."{name}"', row)) for name, row in table.items()}

    def _price(self, model: str, row: Mapping[str, Any]) -> Price:
        where = f'prices."{model}"'
        for key, value in row.items():
            if isinstance(value, Mapping):  # TOML took the dots of a name for tables in tables
                self._wrong(where, f'quotes around a name with dots, as in [prices."{model}.{key}"]', row)
            if key not in {"input", "output", "cached", "free"}:
                self._unknown(key, f"{where}.", ["input", "output", "cached", "free"])
        if row.get("free") is True and len(row) == 1:
            return FREE
        if "input" not in row or "output" not in row:
            self._wrong(where, "input and output in dollars per million tokens, or free = true", row)
        values = {key: self._number(f"{where}.{key}", value) for key, value in row.items()}
        return Price(**values)

    def _shares(self, table: Mapping[str, Any]) -> dict[str, float]:
        if table:
            from evolve.search.language import DEFAULT_SHARES  # loads numpy

            self._known_keys("operators.", table, DEFAULT_SHARES)
        return {key: self._number(f"operators.{key}", value) for key, value in table.items()}

    def _budgets(self, table: Mapping[str, Any]) -> dict[str, int]:
        if table:
            from evolve.search.language import Sections  # loads numpy

            self._known_keys("sections.", table, [f.name for f in fields(Sections)])
        return {key: self._whole(f"sections.{key}", value) for key, value in table.items()}

    def _known_keys(self, where: str, table: Mapping[str, Any], known: Collection[str]) -> None:
        for key in table:
            if key not in known:
                self._unknown(key, where, known)

    def _table(self, where: str, value: object) -> Mapping[str, Any]:
        if not isinstance(value, Mapping):
            self._wrong(where, "a table", value)
        return value

    def _number(self, where: str, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LARGEST:
            self._wrong(where, f"a number from 0 to {LARGEST:,}", value)
        return float(value)

    def _whole(self, where: str, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST:
            self._wrong(where, f"a whole number from 0 to {LARGEST:,}", value)
        return value

    def _wrong(self, where: str, expected: str, value: object) -> NoReturn:
        raise Misuse(f"{self._path}: expected {expected} at {where}, but got {value!r:.80}")

    def _unknown(self, key: str, where: str, known: Collection[str]) -> NoReturn:
        there = nearest(key, sorted(set(known)))
        raise Misuse(
            f"{self._path}: there is no key {where}{key!a}; did you mean {there[0]!r}? See: adrs config show"
        )


def _plain(key: str) -> str:
    """Options may be written with dashes, as on the command line."""
    return key.replace("-", "_")

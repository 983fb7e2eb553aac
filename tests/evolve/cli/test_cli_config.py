"""`adrs.toml`: every option has a key, the command line wins, and what means nothing is named."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer.main

from evolve.cli.app import app
from evolve.cli.configuration import Configuration, read
from evolve.cli.exits import Misuse
from evolve.cli.verbs import commands, known_options, options_of
from evolve.models.model_spec import FREE, ModelSpec, Price, Role
from tests.evolve.cli.conftest import Adrs

ROOT = typer.main.get_command(app)
OPTIONS = [
    (verb, key, option) for verb, command in commands(ROOT) for key, option in options_of(command).items()
]
KNOWN = known_options(ROOT)


def written(text: str | bytes, path: Path) -> Path:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def configured(text: str | bytes, folder: Path) -> Configuration:
    return read(written(text, folder / "adrs.toml"), KNOWN)


def value_of(option: Any) -> tuple[str, object]:
    """A value that the option can have, as TOML and as it is read."""
    if option.is_flag:
        return "true", True
    if option.multiple:
        return '["a", "b"]', ["a", "b"]
    return {int: ("3", 3), float: ("2.5", 2.5)}.get(option.type_descriptor.annotation, ('"x"', "x"))


@pytest.mark.parametrize(
    ("verb", "key", "option"), [pytest.param(*o, id=f"{o[0]} {o[1]}".replace(" ", ".")) for o in OPTIONS]
)
@pytest.mark.parametrize("dashes", [False, True])
def test_every_option_of_every_verb_has_a_key(
    verb: str, key: str, option: Any, *, dashes: bool, tmp_path: Path
) -> None:
    toml, value = value_of(option)
    name = key.replace("_", "-") if dashes else key
    found = configured(f"[{verb.replace(' ', '.')}]\n{name} = {toml}\n", tmp_path)
    assert found.options[verb] == {key: value}


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(
    adrs: Adrs, finished: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    written(f'db = "{finished}"\n', tmp_path / "adrs.toml")
    assert adrs("runs", "--json").json["runs"][0]["name"] == "done"
    monkeypatch.setenv("ADRS_DB", str(tmp_path / "environment.db"))
    assert "environment.db" in adrs("runs").err
    assert "line.db" in adrs("runs", "--db", tmp_path / "line.db").err


def test_an_option_from_the_file_arrives(adrs: Adrs, tmp_path: Path) -> None:
    written("[run]\nmax_evals = 0\n", tmp_path / "adrs.toml")
    ended = adrs("run", "toy-order")
    assert ended.code == 2
    assert "adrs.toml: run.max_evals: Input should be greater than or equal to 1" in ended.err


def test_a_named_file_replaces_the_one_of_the_folder(adrs: Adrs, tmp_path: Path) -> None:
    written("[run]\nmax_evals = 0\n", tmp_path / "adrs.toml")
    written('[run]\nproposer = "nobody"\n', tmp_path / "other.toml")
    ended = adrs("run", "toy-order", "--config", "other.toml")
    assert (ended.code, "expected a proposer, but got 'nobody'" in ended.err) == (2, True)


def test_tables_are_read(tmp_path: Path) -> None:
    found = configured(
        """
        [[models]]
        name = "a"
        [[models]]
        name = "b"
        role = "jump"
        temperature = 0.5
        api_key_env = "B_KEY"
        [prices."a"]
        input = 1
        output = 2.5
        [prices."b"]
        free = true
        [operators]
        diff_edit = 1
        [sections]
        others = 100
        """,
        tmp_path,
    )
    assert found.models == (
        ModelSpec("a"),
        ModelSpec("b", Role.JUMP, temperature=0.5, api_key_env="B_KEY"),
    )
    assert found.prices == {"a": Price(1.0, 2.5), "b": FREE}
    assert (found.operators, found.sections) == ({"diff_edit": 1.0}, {"others": 100})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[runn]\nseed = 1", r"there is no key 'runn'; did you mean 'run'\? See: adrs config show"),
        ("[run]\nmax_eval = 1", r"there is no key run\.'max_eval'; did you mean 'max_evals'\?"),
        ("[problems.shew]", r"there is no key problems\.'shew'; did you mean 'show'\?"),
        (
            "[[models]]\nname = 'a'\ntemprature = 1",
            r"there is no key models\[0\]\.'temprature'; did you mean 'temperature'\?",
        ),
        ("[[models]]\nrole = 'edit'", r"models\[0\]: Object missing required field `name`"),
        ("[[models]]\nname = 'a'\nrole = 'boss'", r"models\[0\]: Invalid enum value 'boss'"),
        ("models = 3", r"expected \[\[models\]\] tables at models, but got 3"),
        (
            "[prices.a]\ninput = 1",
            r'expected input and output in dollars per million tokens, or free = true at prices\."a"',
        ),
        (
            "[prices.a]\ninput = -1\noutput = 1",
            r'expected a number of at least 0 at prices\."a"\.input, but got -1',
        ),
        (
            "[prices.a]\ninput = true\noutput = 1",
            r'expected a number of at least 0 at prices\."a"\.input, but got True',
        ),
        ("[operators]\nedit = 'much'", r"expected a number of at least 0 at operators\.edit, but got 'much'"),
        (
            "[sections]\nothers = 1.5",
            r"expected a whole number of at least 0 at sections\.others, but got 1\.5",
        ),
        ("run = 3", r"expected a table at run, but got 3"),
        ("[run\nseed = 1", r"is no TOML: .*line 1, column \d+"),
        (b"name = '\xff'", r"is not UTF-8 at byte 8; save it as UTF-8"),
        ("# " + "x" * (1 << 20), r"has more than 1,048,576 bytes"),
    ],
)
def test_what_means_nothing_is_named(text: str | bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(Misuse, match=rf"adrs\.toml.*{message}"):
        configured(text, tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "api_key = 'sk-canary-0123'",
        "[run]\napi-key = 'sk-canary-0123'",
        "[[models]]\nname = 'a'\napi_key = 'sk-canary-0123'",
        "[[models]]\nname = 'a'\napi_key_env = 'sk-canary-0123'",
        "[[models]]\nname = 'a'\napi_base = 'http://u:sk-canary-0123@h/v1'",
        "[run]\napi_base = 'sk-canary-0123'",
    ],
)
def test_a_key_in_the_file_is_refused_and_not_repeated(text: str, tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="read from the environment only") as refused:
        configured(text, tmp_path)
    assert "canary" not in str(refused.value)


def test_a_missing_file_is_no_fault_unless_it_was_named(adrs: Adrs) -> None:
    assert adrs("config", "show").code == 0
    ended = adrs("config", "show", "--config", "none.toml")
    assert (ended.code, "none.toml cannot be read: No such file or directory" in ended.err) == (2, True)


def test_a_folder_is_no_file(adrs: Adrs, tmp_path: Path) -> None:
    ended = adrs("config", "show", "--config", tmp_path)
    assert (ended.code, "is a directory; name the file in it" in ended.err) == (2, True)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[operators]\ndiff_edits = 1",
            "expected the name of an operator, but got 'diff_edits'; there are: diff_edit,",
        ),
        ("[sections]\nother = 1", "expected a section of a prompt, but got 'other'; there are: others,"),
    ],
)
def test_operators_and_sections_are_checked_before_anything_starts(
    text: str, message: str, adrs: Adrs, tmp_path: Path
) -> None:
    written(text, tmp_path / "adrs.toml")
    ended = adrs("run", "toy-order", "--proposer", "inbox")
    assert (ended.code, message in ended.err) == (2, True)
    assert not (tmp_path / "results").exists()


def test_what_is_shown_means_the_same_when_it_is_read(adrs: Adrs, tmp_path: Path) -> None:
    written(
        '[run]\nmax-evals = 7\nmodel = ["a:jump", "b"]\n[[models]]\nname = "c:d"\nshare = 2.0\n'
        '[prices."c:d"]\ninput = 1.5\noutput = 2\n[operators]\nrewrite = 1.0\n[sections]\nothers = 5\n',
        tmp_path / "adrs.toml",
    )
    shown = adrs("config", "show")
    first = adrs("config", "show", "--json").json
    written(shown.out, tmp_path / "adrs.toml")
    second = adrs("config", "show", "--json").json

    def values(found: dict[str, Any]) -> dict[str, Any]:
        verbs = {v: {k: o["value"] for k, o in options.items()} for v, options in found["verbs"].items()}
        return {**found, "verbs": verbs}

    assert values(second) == values(first)
    assert first["verbs"]["run"]["max_evals"] == {"value": 7, "source": "adrs.toml"}
    assert first["verbs"]["run"]["seed"] == {"value": 0, "source": "default"}


def test_a_key_is_never_shown(adrs: Adrs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MY_KEY", "sk-canary-0123456789")
    written('[[models]]\nname = "a"\napi_key_env = "MY_KEY"\n', tmp_path / "adrs.toml")
    shown = adrs("config", "show")
    assert re.search(r"its key is read from MY_KEY, which is set", shown.out)
    assert "canary" not in shown.out + adrs("config", "show", "--json").out

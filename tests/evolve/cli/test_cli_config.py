"""`adrs.toml`: every option has a key, the command line wins, and what means nothing is named."""

import re
from pathlib import Path
from typing import Any, cast

import pytest
import typer.main
from typer.core import TyperGroup

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


def parsed(verb: str, *words: str) -> dict[str, Any]:
    """What a verb is called with, whatever stands for its arguments."""
    *groups, name = verb.split(" ")
    context, group = typer.Context(ROOT, info_name="adrs"), cast("TyperGroup", ROOT)
    for above in groups:
        group = cast("TyperGroup", group.commands[above])
        context = typer.Context(group, info_name=above, parent=context)
    command = group.commands[name]
    needed = ["1" for p in command.params if p.param_type_name == "argument" and p.required]
    return dict(command.make_context(name, [*needed, *words], context).params)


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


@pytest.mark.parametrize(
    ("verb", "key", "option"), [pytest.param(*o, id=f"{o[0]} {o[1]}".replace(" ", ".")) for o in OPTIONS]
)
def test_the_value_of_every_key_reaches_its_verb(
    verb: str, key: str, option: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ADRS_DB", raising=False)
    toml, value = value_of(option)
    written(f"[{verb.replace(' ', '.')}]\n{key} = {toml}\n", tmp_path / "adrs.toml")
    taken = parsed(verb)[option.name]
    assert ([str(item) for item in taken] if isinstance(taken, list) else str(taken)) == (
        value if isinstance(value, list) else str(value)
    )


@pytest.mark.parametrize("verb", sorted(KNOWN))
def test_every_verb_takes_a_named_file(verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Misuse, match=r"none\.toml cannot be read"):
        parsed(verb, "--config", "none.toml")
    written("[runs]\njson = true\n", tmp_path / "some.toml")
    assert str(parsed(verb, "--config=some.toml")["_config"]) == "some.toml"


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
    assert re.search(r"adrs\.toml: run\.max_evals: .*1, but got 0", ended.err)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[run]\nmax_evals = 2.5", "expected a whole number at run.max_evals, but got 2.5"),
        ("[run]\nmax_evals = '3'", "expected a whole number at run.max_evals, but got '3'"),
        ("[run]\nmax_usd = '3'", "expected a number at run.max_usd, but got '3'"),
        ("[run]\nmax_usd = true", "expected a number at run.max_usd, but got True"),
        ("[run]\nname = 3", "expected a string at run.name, but got 3"),
        ("[run]\nname = ['a']", "expected one value at run.name, but got ['a']"),
        ("[run]\npreview = 1", "expected true or false at run.preview, but got 1"),
        ("[run]\nmodel = 'a'", "expected a list of values at run.model, but got 'a'"),
        ("[run]\nmodel = ['a', 3]", "expected a string at run.model, but got 3"),
        ("db = 3", "expected a string at db, but got 3"),
    ],
)
@pytest.mark.parametrize("verb", [["run", "toy-order"], ["config", "show"]])
def test_a_value_of_a_wrong_type_is_told_by_file_and_key(
    text: str, message: str, verb: list[str], adrs: Adrs, tmp_path: Path
) -> None:
    written(text, tmp_path / "adrs.toml")
    ended = adrs(*verb)
    assert (ended.code, ended.err) == (2, f"adrs: adrs.toml: {message}\n")


def test_help_needs_no_configuration_that_means_something(adrs: Adrs, tmp_path: Path) -> None:
    written("[run", tmp_path / "adrs.toml")
    assert adrs("run", "--help").code == 0
    assert adrs("run", "toy-order").code == 2


def test_a_group_that_acts_on_its_own_is_configured_too(adrs: Adrs, tmp_path: Path) -> None:
    written("[problems]\njson = true\n", tmp_path / "adrs.toml")
    assert "problems" in adrs("problems").json


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    assert configured(b"\xef\xbb\xbf[run]\nseed = 3\n", tmp_path).options["run"] == {"seed": 3}


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
        (
            "[[models]]\nname = 'a'\ntemperature = nan",
            r"temperature of model 'a' must be at least 0 and finite, but got nan",
        ),
        ("[run]\nmax-evals = 3\nmax_evals = 4", r"expected one value at run\.max_evals, but got"),
        (f"[operators]\nrewrite = {'9' * 400}", r"expected a number from 0 to .* at operators\.rewrite"),
        (f"[sections]\nothers = {'9' * 400}", r"expected a whole number from 0 to .* at sections\.others"),
        (f"[run]\nseed = {'9' * 5000}", r"is no TOML: Exceeds the limit"),
        (
            "[prices.gpt-4.1]\ninput = 1\noutput = 2",
            r'expected quotes around a name with dots, as in \[prices\."gpt-4\.1"\] at prices\."gpt-4"',
        ),
        ("[operators]\ndiff_edits = 1", r"no key operators\.'diff_edits'; did you mean 'diff_edit'\?"),
        ("[sections]\nother = 1", r"no key sections\.'other'; did you mean 'others'\?"),
        ("models = 3", r"expected \[\[models\]\] tables at models, but got 3"),
        (
            "[prices.a]\ninput = 1",
            r'expected input and output in dollars per million tokens, or free = true at prices\."a"',
        ),
        (
            "[prices.a]\ninput = -1\noutput = 1",
            r'expected a number from 0 to 1,000,000,000 at prices\."a"\.input, but got -1',
        ),
        (
            "[prices.a]\ninput = true\noutput = 1",
            r'expected a number from 0 to 1,000,000,000 at prices\."a"\.input, but got True',
        ),
        (
            "[operators]\nrewrite = 'much'",
            r"expected a number from 0 to 1,000,000,000 at operators\.rewrite, but got 'much'",
        ),
        (
            "[sections]\nothers = 1.5",
            r"expected a whole number from 0 to 1,000,000,000 at sections\.others, but got 1\.5",
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
        "[run]\nname = ' sk-canary-0123'",
        "OPENAI_API_KEY = 'canary-0123'",
        "[[models]]\nname = 'a'\napi_base = 'https://canary-0123@h/v1'",
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


def test_operators_are_checked_before_anything_starts(adrs: Adrs, tmp_path: Path) -> None:
    written("[operators]\nrewrite = 0\n", tmp_path / "adrs.toml")
    ended = adrs("run", "toy-order", "--proposer", "inbox")
    assert (ended.code, "expected at least one operator with a share above 0" in ended.err) == (2, True)
    assert not (tmp_path / "results").exists()


def test_what_is_shown_means_the_same_when_it_is_read(adrs: Adrs, tmp_path: Path) -> None:
    written(
        '[run]\nmax-evals = 7\nmodel = ["a:jump", "b"]\nname = "\\U0001F600 \\u007f \\" é"\n'
        '[[models]]\nname = "c:d"\nshare = 2.0\n'
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

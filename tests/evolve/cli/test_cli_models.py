"""Whom a run asks and for how much: what is refused, and that nothing is sent before it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.llm_endpoint import Served, serving
from benchmarks.llm_law import Law
from evolve.cli import run
from evolve.runs.spec import Proposer
from evolve.runs.store import Store
from tests.evolve.cli.conftest import Adrs

PRICES = '[prices."local"]\ninput = 0.4\noutput = 1.6\n'


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(Law(seed=3)) as endpoint:
        yield endpoint


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--model", "gpt-5-mini"], "--model asks a model, but the proposer is offline; add --proposer llm"),
        (["--proposer", "llm"], "--proposer llm needs a model; name one, such as: --model gpt-5-mini"),
        (["--proposer", "lm"], "expected a proposer, but got 'lm'; there are: llm,"),
        (["--model", "m:edits"], "expected a role of edit or jump, but got 'edits' in --model 'm:edits'"),
        (["--model", "m:jmp"], "did you mean jump?"),
        (["--model", ":edit"], "expected --model NAME or NAME:ROLE, but got no name"),
        (["--model", "m", "--model", "m"], "expected different models in a role, but got 'm' twice"),
        (["--model", "m", "--max-usd", "0"], "--max-usd must be above 0 and finite, but got 0.0"),
        (["--model", "m", "--max-usd", "-1"], "--max-usd must be above 0 and finite, but got -1.0"),
        (["--model", "m", "--max-usd", "nan"], "--max-usd must be above 0 and finite, but got nan"),
        (["--model", "m", "--max-usd", "inf"], "--max-usd must be above 0 and finite, but got inf"),
        (
            ["--model", "m", "--max-usd", "1"],
            "needs the price of every model, but that of 'm' is unknown",
        ),
        (
            ["--model", "gpt-5-mini", "--max-usd", "0.001"],
            "0.001 is below what one call may cost, $0.01",
        ),
        (["--model", "m", "--max-tokens", "0"], "--max-tokens must be between 1 and"),
        (["--model", "m", "--max-tokens", "99"], "--max-tokens 99 is below what one call may take,"),
        (
            ["--model", "m", "--calls", "8"],
            "at most the window of 8; use fewer, or --window 10",
        ),
        (
            ["--model", "m", "--api-base", "local:8000"],
            "expected --api-base such as http://127.0.0.1:8000/v1",
        ),
        (["--model", "m", "--api-base", "http://[::1"], "expected --api-base such as"),
        (["--model", "m", "--api-base", "http://h:99999/v1"], "expected --api-base such as"),
        *(
            (["--model", "m", "--api-base", address], "--api-base must hold no user or password")
            for address in ("http://u:canary@h", "http://canary@[::1", "u:canary@h/v1", "ftp://u:canary@h")
        ),
        (["--model", "m", "--call-deadline", "0"], "--call-deadline must be above 0 and finite, but got 0.0"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_starts(
    words: list[str], message: str, adrs: Adrs, tmp_path: Path
) -> None:
    proposer = [] if "--proposer" in words or message.startswith("--model asks") else ["--proposer", "llm"]
    ended = adrs("run", "toy-order", *proposer, *words, "--workers", 2)
    assert (ended.code, message in ended.err) == (2, True), ended.err
    assert "canary" not in ended.err
    assert not (tmp_path / "results").exists()


def test_a_name_has_one_client(adrs: Adrs, tmp_path: Path) -> None:
    (tmp_path / "adrs.toml").write_text(
        "[[models]]\nname = 'm'\n[[models]]\nname = 'm'\nrole = 'jump'\napi_key_env = 'OTHER_KEY'\n"
    )
    ended = adrs("run", "toy-order", "--proposer", "llm")
    assert (ended.code, "expected one api_key_env for model 'm'" in ended.err) == (2, True)


def test_an_unknown_price_is_to_be_stated_in_the_file_that_was_named(adrs: Adrs, tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text("")
    words = ["--proposer", "llm", "--model", "m", "--max-usd", 1, "--config", "other.toml"]
    assert (
        'state it in other.toml, in dollars per million tokens: [prices."m"]'
        in adrs("run", "toy-order", *words).err
    )


@pytest.mark.parametrize(
    ("calls", "cores", "workers"), [(None, 64, 4), (6, 64, 2), (None, 2, 2), (7, 2, 1), (8, 2, 1)]
)
def test_calls_of_models_keep_their_part_of_the_window(
    calls: int | None, cores: int, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "cores", lambda: cores)
    request = run.RunRequest(db=Path("x"), calls=calls)
    assert run._workers(request, Proposer.LLM) == workers


def test_a_name_may_hold_colons(adrs: Adrs) -> None:
    ended = adrs("run", "toy-order", "--proposer", "llm", "--model", "ft:gpt-4o:org:jump", "--max-usd", 1)
    assert "that of 'ft:gpt-4o:org' is unknown" in ended.err


def test_a_missing_key_is_named_before_a_run_exists(adrs: Adrs, tmp_path: Path) -> None:
    ended = adrs("run", "toy-order", "--proposer", "llm", "--model", "gpt-5-mini")
    assert ended.code == 3
    assert "needs a key, but OPENAI_API_KEY is not set" in ended.err
    with Store.open(tmp_path / "results" / "adrs.db") as store:
        assert store.runs() == []


def test_a_key_does_not_make_a_run_ask(adrs: Adrs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-0123456789")
    ended = adrs("run", "toy-order", "--max-evals", 3)
    assert (ended.code, "sends to" in ended.err) == (0, False)


def test_a_preview_sends_nothing_and_says_what_the_budget_buys(
    adrs: Adrs, served: Served, tmp_path: Path
) -> None:
    (tmp_path / "adrs.toml").write_text(PRICES)
    before = len(served.calls())
    words = ["--proposer", "llm", "--model", "local", "--api-base", served.url, "--max-usd", 0.5, "--preview"]
    ended = adrs("run", "toy-order", *words)
    assert ended.code == 0
    assert "0.4 in, $1.6 out per million tokens" in ended.out
    assert "200 evaluations, $0.50, whichever is spent first" in ended.out
    assert len(served.calls()) == before
    assert not (tmp_path / "results").exists()


def test_a_preview_of_a_free_model_has_one_word_for_its_calls(
    adrs: Adrs, served: Served, tmp_path: Path
) -> None:
    (tmp_path / "adrs.toml").write_text("[prices.local]\nfree = true\n")
    words = ["--proposer", "llm", "--model", "local", "--api-base", served.url, "--max-usd", 0.5, "--preview"]
    assert "any number of calls" in " ".join(adrs("run", "toy-order", *words).out.split())


def test_a_repetition_has_nothing_to_preview(adrs: Adrs) -> None:
    ended = adrs("run", "--replay", "old", "--preview")
    assert (ended.code, "there is nothing to preview; leave --preview away" in ended.err) == (2, True)


def test_workers_leave_calls_a_place_in_the_window(adrs: Adrs, served: Served) -> None:
    words = ["--proposer", "llm", "--model", "local", "--api-base", served.url, "--workers", 8, "--window", 8]
    ended = adrs("run", "toy-order", *words)
    assert ended.code == 2
    assert "--workers 8 leave no call its place in the window of 8; use fewer, or --window 9" in ended.err


def test_a_preview_needs_somebody_to_ask(adrs: Adrs) -> None:
    ended = adrs("run", "toy-order", "--preview")
    assert (ended.code, "none is asked; add --proposer llm --model" in ended.err) == (2, True)


def test_a_prompt_is_shown_without_paying(adrs: Adrs) -> None:
    ended = adrs("prompt", "toy-order")
    assert ended.code == 0
    assert "## Program to improve" in ended.out
    assert "operator " in ended.err
    found = adrs("prompt", "toy-order", "--operator", "paradigm_shift", "--json").json
    assert (found["operator"], found["model"], found["step"]) == ("paradigm_shift", None, 3)
    assert {"forbidden", "interface", "task", "answer"} <= {s["name"] for s in found["sections"]}


@pytest.mark.parametrize(
    ("operator", "message"),
    [
        ("repair", "operator 'repair' finds nothing to work on here; try another, or none"),
        ("repare", "expected the name of an operator, but got 'repare'; there are: repair,"),
    ],
)
def test_an_operator_must_be_there_and_have_work(operator: str, message: str, adrs: Adrs) -> None:
    ended = adrs("prompt", "toy-order", "--operator", operator)
    assert (ended.code, message in ended.err) == (2, True)

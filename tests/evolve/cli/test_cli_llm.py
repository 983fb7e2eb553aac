"""Searches that ask a model, from the command line to the bill, against an endpoint that may misbehave."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.llm_endpoint import Served, serving
from benchmarks.llm_law import MISBEHAVIOURS, Law
from tests.evolve.cli.conftest import Adrs, Ended

PRICES = '[prices."local"]\ninput = 0.4\noutput = 1.6\n'
CANARY = "sk-canary-0123456789abcdef"


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(Law(seed=3)) as endpoint:
        yield endpoint


def search(adrs: Adrs, url: str, *words: object, evals: int = 8) -> Ended:
    Path("adrs.toml").write_text(PRICES)
    asked = ("--proposer", "llm", "--model", "local", "--api-base", url)
    return adrs("run", "toy-order", *asked, "--max-evals", evals, "--name", "asked", *words)


def test_a_search_asks_pays_and_tells(adrs: Adrs, served: Served) -> None:
    before = sum(call.cost_usd for call in served.calls())
    ended = search(adrs, served.url, "--max-usd", 1)
    billed = sum(call.cost_usd for call in served.calls()) - before
    assert ended.code == 0
    assert f"sends to {served.url} (model local): the problem's brief and interface" in ended.err
    assert "Its models took $" in ended.out
    shown = adrs("show", "asked", "--json").json
    assert shown["spent"]["usd"] == pytest.approx(billed, abs=1e-9)
    assert shown["models"]["local"]["usd"] == pytest.approx(billed, abs=1e-9)
    assert "of at most $1.00" in adrs("show", "asked").out
    candidate = adrs("show", "asked", 4, "--json").json
    assert candidate["asked"]["prompt"].startswith("## Problem")
    assert candidate["reply"]["model"] == "local"
    assert "prompt and reply: --json" in adrs("show", "asked", 4).out

    again = adrs("run", "--replay", "asked")
    assert again.code == 0
    assert re.search(r"asked-replay repeats asked: \d+ steps, every event and score the same", again.out)

    assert adrs("prompt", "asked", "--json").json["step"] == shown["commits"]
    more = adrs("resume", "asked", "--max-evals", 10)
    assert (more.code, "stopped after 10 evaluations" in more.out) == (0, True)

    seeded = adrs("run", "toy-order", "--from", "asked", "--max-evals", 8, "--name", "seeded")
    assert seeded.code == 0
    assert re.search(r"starts from \d candidates of asked, which are measured anew", seeded.err)
    assert any("of asked" in name for name in adrs("show", "seeded", "--json").json["spec"]["seeds"])
    wrong = adrs("run", "toy-gate", "--from", "asked")
    assert (wrong.code, "expected --from a run of 'toy-gate'" in wrong.err) == (2, True)


def test_what_cannot_be_asked_again_is_said(adrs: Adrs, served: Served) -> None:
    both = adrs("run", "toy-order", "--replay", "asked")
    assert (both.code, "leave the problem away" in both.err) == (2, True)
    neither = adrs("run")
    assert (neither.code, "expected a problem to search for" in neither.err) == (2, True)


@pytest.mark.parametrize(
    ("refuse", "words"),
    [
        ("auth", "refuses the key in OPENAI_API_KEY"),
        ("quota", "the quota for local"),
        pytest.param("model", "has no model 'local'", marks=pytest.mark.slow),
        pytest.param("billing", "the quota for local", marks=pytest.mark.slow),
    ],
)
def test_a_refusal_midway_stops_the_run_which_goes_on_when_it_is_mended(
    refuse: str, words: str, adrs: Adrs, served: Served
) -> None:
    with serving(Law(seed=3, refuse=refuse, refuse_after=3)) as refusing:
        ended = search(adrs, refusing.url)
    assert ended.code == 3
    assert words in ended.err
    assert "Nothing is lost; when it is mended, go on with: adrs resume asked" in ended.err
    assert "stopped (endpoint: " in adrs("show", "asked").out
    on = adrs("resume", "asked", "--api-base", served.url)
    assert on.code == 0
    assert "stopped after 8 evaluations" in on.out


def test_nobody_at_the_address_is_said_soon(adrs: Adrs) -> None:
    ended = search(adrs, "http://127.0.0.1:9/v1")
    assert ended.code == 3
    assert "http://127.0.0.1:9/v1 cannot be reached" in ended.err
    assert "check --api-base. Nothing is lost" in ended.err


def test_every_misbehaviour_is_survived(adrs: Adrs) -> None:
    shares = dict.fromkeys(set(MISBEHAVIOURS) - {"stall"}, 0.05) | {"stall": 0.02}
    with serving(Law(seed=8, misbehaviour=shares)) as bad:
        ended = search(adrs, bad.url, "--call-deadline", 2, "--window", 32, "--calls", 16, evals=20)
    assert ended.code == 0
    assert "stopped after 20 evaluations" in ended.out


def test_a_key_is_nowhere_to_be_found(adrs: Adrs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    with serving(Law(seed=3, key=CANARY, echo_key=True, misbehaviour={"rate_limit": 0.2})) as careless:
        ended = search(adrs, careless.url)
        assert ended.code == 0
        monkeypatch.setenv("OPENAI_API_KEY", CANARY + "-old")
        refused = search(adrs, careless.url, "--name", "refused")
    assert (refused.code, "refuses the key in OPENAI_API_KEY" in refused.err) == (3, True)
    assert (
        "[redacted OPENAI_API_KEY]" in adrs("show", "asked", 4, "--json").json["reply"]["completion"]["text"]
    )
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.name == "adrs.db" for path in files)
    for text in (ended.out, ended.err, refused.out, refused.err, adrs("show", "asked", 4, "--json").out):
        assert CANARY not in text
    for path in files:
        assert CANARY.encode() not in path.read_bytes(), path

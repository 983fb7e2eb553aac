"""The local endpoint keeps its own law: what it finds, what it answers, and what it bills."""

import asyncio
from collections import Counter

import httpx
import pytest

from benchmarks.llm_endpoint import Served, serving
from benchmarks.llm_law import KINDS, Law, draw, parent_in
from evolve.models.language_model import Completion
from evolve.models.model_spec import Price
from evolve.search.language.replies import Unusable, program_of
from evolve.search.novelty import fingerprint

PARENT = """\
from interface import Answer, Task

LIMIT = 3
WEIGHT = 0.5


def solve(task: Task) -> Answer:
    total = 0.0
    for index in range(LIMIT):
        total += WEIGHT * index
    return tuple(range(len(task.jobs)))
"""
OTHER = "def solve(task):\n    return ()\n"
INTERFACE = "class Task:\n    pass\n"
WHOLE = f"""\
## Module `interface`

```python
{INTERFACE}```

## Program to improve

```python
{PARENT}```

## Other programs

```python
{OTHER}```
"""
EDITS = WHOLE + "\n<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE\n"


@pytest.mark.parametrize(
    ("prompt", "found"),
    [
        (WHOLE, PARENT),
        (f"Other:\n```python\n{OTHER}```\n# Program to repair\n````python\n{PARENT}````", PARENT),
        (f"Current program:\n```python\n{PARENT}```\nRewrite it.", PARENT),
        (f"```\n{INTERFACE}```\n```\ndef helper():\n    pass\n```", "def helper():\n    pass\n"),
        ("no program at all", None),
        ("```python\nnot python (\n```", None),
    ],
)
def test_the_program_to_work_on_is_found(prompt: str, found: str | None) -> None:
    assert parent_in(prompt) == found


def read(kind: str, prompt: str, seed: int) -> tuple[str, str | Unusable]:
    found = draw(Law(seed=seed, shares={kind: 1.0}), prompt, 0)
    completion = Completion(found.text, "m", 1, 1, 0.0, found.finish_reason)
    return found.kind, program_of(completion, PARENT, "solve")


@pytest.mark.parametrize("prompt", [WHOLE, EDITS])
@pytest.mark.parametrize("kind", ["useful", "useless", "slow"])
def test_good_replies_are_new_programs_in_the_form_that_was_asked_for(kind: str, prompt: str) -> None:
    for seed in range(12):
        drawn, source = read(kind, prompt, seed)
        assert drawn == kind
        assert isinstance(source, str), source
        assert fingerprint(source) != fingerprint(PARENT)


@pytest.mark.parametrize("prompt", [WHOLE, EDITS])
def test_broken_replies_break_in_every_way(prompt: str) -> None:
    found = [read("broken", prompt, seed)[1] for seed in range(40)]
    reasons = {source.reason for source in found if isinstance(source, Unusable)}
    assert reasons == {"unparsable", "wrong_interface", "edit_not_found", "unchanged"}
    assert any(isinstance(source, str) and "raise RuntimeError" in source for source in found)


def test_a_truncated_reply_says_so() -> None:
    assert read("truncated", WHOLE, 0)[1] == Unusable("truncated", "the reply was cut after 1 tokens")


def test_kinds_come_in_their_shares() -> None:
    shares = dict(zip(KINDS, (0.4, 0.3, 0.1, 0.1, 0.1), strict=True))
    counts = Counter(draw(Law(seed=1, shares=shares), WHOLE, before).kind for before in range(400))
    for kind, share in shares.items():
        assert abs(counts[kind] / 400 - share) < 5 * (share * (1 - share) / 400) ** 0.5  # five deviations


def test_a_stable_law_answers_the_same_again_and_another_does_not() -> None:
    assert draw(Law(stable=True), WHOLE, 0) == draw(Law(stable=True), WHOLE, 1)
    assert len({draw(Law(), WHOLE, before).text for before in range(8)}) > 4


async def ask(client: httpx.AsyncClient, served: Served, number: int) -> str:
    messages = [{"role": "user", "content": f"{WHOLE}\nNumber {number}."}]
    answer = await client.post(f"{served.url}/chat/completions", json={"model": "m", "messages": messages})
    return str(answer.json()["choices"][0]["message"]["content"])


def test_the_order_of_arrival_changes_nothing_and_the_log_is_the_bill() -> None:
    law = Law(seed=4, delay_s=0.01, price=Price(1.0, 2.0))

    async def calls(served: Served, at_once: int) -> list[str]:
        gate = asyncio.Semaphore(at_once)

        async def one(number: int) -> str:
            async with gate:
                return await ask(client, served, number)

        async with httpx.AsyncClient(timeout=30) as client:
            return list(await asyncio.gather(*map(one, range(16))))

    with serving(law) as one, serving(law) as other:
        assert asyncio.run(calls(one, 1)) == asyncio.run(calls(other, 16))
        logged = one.calls()
    assert len(logged) == 16
    assert all(call.billed and call.status == 200 for call in logged)
    for call in logged:
        assert call.cost_usd == pytest.approx((call.input_tokens + 2 * call.output_tokens) / 1e6)


def test_what_is_no_request_is_told_so() -> None:
    with serving(Law()) as served, httpx.Client() as client:
        base = served.url.removesuffix("/v1")
        assert client.get(f"{base}/v1/models").json()["data"][0]["id"] == "local"
        assert client.get(f"{base}/nowhere").status_code == 404
        assert client.post(f"{served.url}/chat/completions", content=b"{").status_code == 400
        assert client.post(f"{served.url}/chat/completions", json={"messages": 3}).status_code == 400
        assert served.calls() == ()


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match=r"expected one of useful, useless, .* but got 'usefull'"):
        Law(shares={"usefull": 1.0})

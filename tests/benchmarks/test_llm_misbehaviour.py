"""The endpoint misbehaves as stated, bills what it says, and survives clients that misbehave in turn."""

import json
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from benchmarks.llm_endpoint import Served, serving
from benchmarks.llm_law import MISBEHAVIOURS, Law, draw

PARENT = "def solve(task):\n    limit = 3\n    return sorted(task)[:limit]\n"
PROMPT = f"## Program to improve\n\n```python\n{PARENT}```\n"
EVERY = {name: 1 / len(MISBEHAVIOURS) for name in MISBEHAVIOURS}
Wild = dict[str, tuple[str, Served]]
COMPLETIONS = "POST /v1/chat/completions HTTP/1.1"


def asking(prompt: object = PROMPT, **more: object) -> dict[str, object]:
    return {"model": "m", "messages": [{"role": "user", "content": prompt}], **more}


def post(served: Served, prompt: object = PROMPT, **more: object) -> httpx.Response:
    return httpx.post(f"{served.url}/chat/completions", json=asking(prompt, **more), timeout=20)


def post_and_wait(served: Served) -> None:
    """Asks, and waits on the same connection until the endpoint is done with it."""
    with httpx.Client() as client:
        client.post(f"{served.url}/chat/completions", json=asking())
        client.get(f"{served.url}/models")


def content(response: httpx.Response) -> str:
    return str(response.json()["choices"][0]["message"]["content"])


def told(response: httpx.Response) -> str:
    return str(response.json()["error"]["message"])


@pytest.fixture(scope="module")
def plain() -> Iterator[Served]:
    with serving(Law(seed=1, shares={"useful": 1.0})) as served:
        yield served


@pytest.fixture(scope="module")
def wild() -> Iterator[Wild]:
    """A prompt on which one endpoint misbehaves in each way."""
    law, prompts = Law(seed=2, shares={"useful": 1.0}, misbehaviour=EVERY), dict[str, str]()
    for number in range(2000):
        prompt = f"{PROMPT}\nNumber {number}."
        found = draw(law, prompt, 0)
        prompts.setdefault(found.kind, prompt)
        prompts.setdefault(f"{found.kind}-{found.form}", prompt)
    with serving(law) as served:
        yield {kind: (prompt, served) for kind, prompt in prompts.items()}


def ask(wild: Wild, kind: str) -> httpx.Response:
    prompt, served = wild[kind]
    return post(served, prompt)


@pytest.mark.parametrize(
    ("kind", "status"), [("rate_limit", 429), ("server_error-0", 500), ("server_error-1", 503)]
)
def test_what_may_be_asked_again_says_when_and_is_not_billed(wild: Wild, kind: str, status: int) -> None:
    found = ask(wild, kind)
    assert found.status_code == status
    assert found.headers["retry-after"] == "0.05"
    assert not wild[kind][1].calls()[-1].billed


@pytest.mark.parametrize("kind", ["drop", "drop_midway"])
def test_a_dropped_answer_is_billed_and_not_sent(wild: Wild, kind: str) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        ask(wild, kind)
    call = wild[kind][1].calls()[-1]
    assert (call.kind, call.billed, call.sent) == (kind, True, False)
    assert call.cost_usd > 0


def test_a_stalled_request_is_held_and_not_billed(wild: Wild) -> None:
    prompt, served = wild["stall"]
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{served.url}/chat/completions", json=asking(prompt), timeout=0.5)
    assert [(c.billed, c.sent) for c in served.calls() if c.kind == "stall"] == [(False, False)]


def test_garbage_is_no_json(wild: Wild) -> None:
    with pytest.raises(ValueError, match=r"codec|Expecting"):
        ask(wild, "garbage").json()


def test_a_huge_reply_has_a_megabyte(wild: Wild) -> None:
    assert len(content(ask(wild, "huge"))) > 1_000_000


def test_another_content_type_holds_a_good_answer(wild: Wild) -> None:
    found = ask(wild, "content_type")
    assert found.headers["content-type"] == "text/html"
    assert "```python" in content(found)


def test_surrogates_stand_alone(wild: Wild) -> None:
    found = ask(wild, "surrogates")
    assert rb"\ud800" in found.content
    assert "\ud800" in content(found)


def test_a_renamed_model_is_another(wild: Wild) -> None:
    assert ask(wild, "renamed").json()["model"] == "another-model"


def test_usage_may_be_missing(wild: Wild) -> None:
    assert "usage" not in ask(wild, "no_usage").json()


@pytest.mark.parametrize(("kind", "empty"), [("empty-0", ""), ("empty-1", None)])
def test_an_empty_reply_is_a_blank_or_null(wild: Wild, kind: str, empty: str | None) -> None:
    assert ask(wild, kind).json()["choices"][0]["message"]["content"] == empty


def test_a_thought_holds_a_program_before_the_reply_does(wild: Wild) -> None:
    thought, _, reply = content(ask(wild, "thinking")).partition("</think>")
    assert thought.startswith("<think>")
    assert f"```python\n{PARENT}```" in thought
    assert "```python" in reply


def test_nobody_is_put_off_more_than_twice() -> None:
    with serving(Law(misbehaviour={"rate_limit": 0.5, "server_error": 0.5})) as served:
        statuses = [post(served).status_code for _ in range(5)]
    assert [status == 200 for status in statuses] == [False, False, True, True, True]


@pytest.mark.parametrize(
    ("refuse", "status", "code"),
    [
        ("auth", 401, "invalid_api_key"),
        ("quota", 429, "insufficient_quota"),
        ("model", 404, "model_not_found"),
        ("billing", 402, "billing_not_active"),
    ],
)
def test_refusals_begin_when_they_should(refuse: str, status: int, code: str) -> None:
    with serving(Law(refuse=refuse, refuse_after=2)) as served:
        found = [post(served) for _ in range(4)]
        assert [r.status_code for r in found] == [200, 200, status, status]
        assert found[-1].json()["error"]["code"] == code
        assert [call.billed for call in served.calls()] == [True, True, False, False]


def test_a_key_is_asked_for_and_echoed() -> None:
    with serving(Law(key="right", echo_key=True)) as served:
        url = f"{served.url}/chat/completions"
        wrong = httpx.post(url, json=asking(), headers={"Authorization": "Bearer wrong"})
        right = httpx.post(url, json=asking(), headers={"Authorization": "Bearer right"})
    assert (wrong.status_code, right.status_code) == (401, 200)
    assert "Bearer wrong" in told(wrong)
    assert "Bearer right" in content(right)


def test_a_slow_reply_is_ten_times_as_late() -> None:
    with serving(Law(delay_s=0.02, shares={"slow": 1.0})) as served:
        start = time.monotonic()
        assert post(served).status_code == 200
        assert time.monotonic() - start >= 0.2


def test_the_log_says_what_was_sent_and_when_it_was_read(plain: Served) -> None:
    before = time.time()
    post_and_wait(plain)
    last = plain.calls()[-1]
    assert last.sent
    assert before <= last.at <= time.time()


def test_two_endpoints_may_write_one_log(tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    for _ in range(2):
        with serving(Law(), log) as served:
            post_and_wait(served)
    assert [(call.number, call.sent) for call in served.calls()] == [(0, True), (0, True)]


def test_parts_of_a_message_are_read_as_one_text(plain: Served) -> None:
    parts = [{"type": "text", "text": PROMPT}, {"type": "image_url", "image_url": {"url": "x"}}]
    assert "```python" in content(post(plain, parts))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "Expected a JSON object"),
        (b"[" * 100_000, "Expected a JSON object"),
        (json.dumps(asking(stream=True)).encode(), "does not stream"),
        (b'{"messages": []}', "one message at least"),
    ],
)
def test_what_cannot_be_answered_is_told_so(plain: Served, body: bytes, words: str) -> None:
    found = httpx.post(f"{plain.url}/chat/completions", content=body)
    assert found.status_code == 400
    assert words in told(found)


def test_a_query_changes_nothing(plain: Served) -> None:
    assert httpx.get(f"{plain.url}/models?limit=1").json()["data"][0]["id"] == "local"


def test_a_wrong_method_is_told_the_right_one(plain: Served) -> None:
    found = httpx.delete(f"{plain.url}/chat/completions")
    assert (found.status_code, found.headers["allow"]) == (405, "POST")


def spoken(served: Served, sent: bytes, *, half_closed: bool = False) -> bytes:
    """What comes back for bytes as they are, up to the end of the connection."""
    host, _, port = served.url.removeprefix("http://").removesuffix("/v1").partition(":")
    with closing(socket.create_connection((host, int(port)), timeout=5)) as connection:
        connection.sendall(sent)
        if half_closed:
            connection.shutdown(socket.SHUT_WR)
        parts = []
        while part := connection.recv(1 << 16):
            parts.append(part)
        return b"".join(parts)


def raw(headers: str = "", body: bytes = b"", line: str = COMPLETIONS) -> bytes:
    return f"{line}\r\n{headers}\r\n".encode() + body


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (raw("Content-Length: 99999999\r\n", b"x" * 300_000), b"413"),
        (raw("Transfer-Encoding: chunked\r\n", b"1\r\nx\r\n0\r\n\r\n"), b"411"),
        (raw("Content-Length: -5\r\n"), b"400"),
        (raw("Content-Length: many\r\n"), b"400"),
        (raw("X: " + "x" * 100_000 + "\r\n"), b"400"),
        (b"\x16\x03\x01 no http\r\n\r\n", b"400"),
    ],
)
def test_what_is_no_request_is_told_so_and_cut_off(plain: Served, sent: bytes, status: bytes) -> None:
    assert spoken(plain, sent, half_closed=True).startswith(b"HTTP/1.1 " + status)


def test_a_client_that_went_away_in_the_midst_of_a_request_harms_nobody(plain: Served) -> None:
    assert spoken(plain, raw("Content-Length: 50\r\n", b"{"), half_closed=True) == b""
    assert post(plain).status_code == 200


def test_a_half_closed_connection_gets_its_answer(plain: Served) -> None:
    body = json.dumps(asking()).encode()
    found = spoken(plain, raw(f"Content-Length: {len(body)}\r\n", body), half_closed=True)
    assert found.startswith(b"HTTP/1.1 200 OK")


def test_a_connection_is_kept_until_it_is_to_be_closed(plain: Served) -> None:
    models = "GET /v1/models HTTP/1.1"
    missing = "GET /v1/nothing HTTP/1.1"
    sent = raw(line=missing) + raw(line=models) + raw("Connection: close\r\n", line=models)
    assert spoken(plain, sent).count(b"HTTP/1.1 ") == 3


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the command openssl")
def test_a_certificate_of_its_own_is_not_trusted() -> None:
    with serving(Law(), self_signed=True) as served:
        assert served.url.startswith("https://")
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            post(served)
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        assert httpx.get(f"{served.url}/models", verify=context).status_code == 200


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--share", "usefull=1"), "expected one of useful"),
        (("--misbehave", "drop=2"), "must not exceed 1"),
        (("--port", "PORT"), "cannot be used"),
    ],
)
def test_a_command_line_that_cannot_be_served_is_told_why(
    plain: Served, options: tuple[str, str], words: str
) -> None:
    port = plain.url.removesuffix("/v1").rpartition(":")[2]
    call = [sys.executable, "-m", "benchmarks.llm_endpoint", *options]
    ended = subprocess.run(
        [word.replace("PORT", port) for word in call], capture_output=True, text=True, check=False
    )
    assert ended.returncode != 0
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr

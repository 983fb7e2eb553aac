"""Secrets are taken out of whatever is sent, shown or stored."""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import quote, unquote

from evolve.models.language_model import Completion, ModelError
from evolve.models.model_spec import ModelSpec

SHORTEST: Final = 8
"""Characters of a value below which it is no secret: redacting it would damage innocent text."""
_NO_PHRASE: Final = 20
"""Characters from which even words are taken for a secret, since no innocent text repeats all of them."""
_SECRET_WORDS: Final = frozenset(
    {
        "APIKEY",
        "CREDENTIAL",
        "CREDENTIALS",
        "KEY",
        "PASSPHRASE",
        "PASSWD",
        "PASSWORD",
        "PAT",
        "PWD",
        "SECRET",
        "TOKEN",
    }
)
_WORDS: Final = re.compile(r"[\W_]*(?:(?:[A-Za-z]?[a-z]+|[A-Z]+|[0-9]+)(?:[\W_]+|$))*")
_USERINFO: Final = re.compile(r"[A-Za-z][\w+.-]*://[^\s/@:]*:([^\s/@]+)@")
_NOT_OURS: Final = frozenset({"PWD", "OLDPWD"})
"""Folders, set by every shell."""


class Redactor:
    """Replaces secrets by the names of the variables that hold them.

    They are found as they are, quoted as in URLs and in JSON, and in base64 wherever they begin in it.
    """

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._names = {form: name for name, secret in secrets.items() if secret for form in _forms(secret)}

    @staticmethod
    def of(environ: Mapping[str, str], specs: Iterable[ModelSpec] = ()) -> "Redactor":
        """Finds the secrets of an environment, all of eight characters or more.

        The variables of the models and OPENAI_API_KEY hold one whatever their value. Another variable holds
        one if a whole word of its name says so, such as KEY or TOKEN (not KEYBOARD, nor TOKENIZERS), and its
        value does not read as words, such as `disabled` or `/run/keyring`, unless it has twenty characters or
        more. So does any password within an address.
        """
        named = {"OPENAI_API_KEY"} | {spec.api_key_env for spec in specs}
        found = dict[str, str]()
        for name, value in environ.items():
            secret = value.strip()
            if name not in named and not (_is_secret_name(name) and not _reads_as_words(secret)):
                inside = _USERINFO.search(value)
                secret = unquote(inside[1]) if inside is not None else ""
            if len(secret) >= SHORTEST:
                found[name] = secret
        return Redactor(found)

    def __call__(self, text: str) -> str:
        """Gives the text without secrets."""
        found = [
            form for form in self._names if form in text
        ]  # one by one: an alternation is ten times slower
        return self._replaced(text, found) if found else text

    def _replaced(self, text: str, forms: Iterable[str]) -> str:
        """Replaces what any of the forms covers: secrets may overlap, or be part of each other."""
        pieces, end = list[str](), 0
        for start, stop, name in sorted(
            ((at, at + len(form), self._names[form]) for form in forms for at in _places(form, text)),
            key=lambda span: (span[0], -span[1]),
        ):
            if start >= end:
                pieces += [text[end:start], f"[redacted {name}]"]
            end = max(end, stop)
        return "".join([*pieces, text[end:]])

    def completion(self, completion: Completion) -> Completion:
        """Gives a completion without secrets."""
        text, model, reason = map(self, (completion.text, completion.model, completion.finish_reason))
        return replace(completion, text=text, model=model, finish_reason=reason)

    def error(self, error: ModelError) -> ModelError:
        """Takes secrets out of a failure's message."""
        error.args = (self(str(error)),)
        return error


def _is_secret_name(name: str) -> bool:
    return name not in _NOT_OURS and not _SECRET_WORDS.isdisjoint(re.split(r"[\W_]+", name.upper()))


def _reads_as_words(value: str) -> bool:
    """Whether a value is short, and nothing but words and numbers with something between them."""
    return len(value) < _NO_PHRASE and _WORDS.fullmatch(value) is not None


def _forms(secret: str) -> Iterator[str]:
    """The ways in which a secret may come back."""
    raw = secret.encode("utf-8", "surrogatepass")
    yield from {
        secret,
        quote(raw, safe=""),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
    }
    for before in range(3):  # bytes before it in a group of three, which share characters with it
        first = -(-before * 4 // 3)
        whole = (before + len(raw)) // 3 * 4
        encoded = base64.b64encode(b"\0" * before + raw).decode("ascii")[first:whole]
        yield from {encoded, encoded.replace("+", "-").replace("/", "_")}


def _places(form: str, text: str) -> Iterator[int]:
    at = text.find(form)
    while at >= 0:
        yield at
        at = text.find(form, at + 1)

"""Secrets are taken out of whatever is sent, shown or stored."""

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import quote

from evolve.models.language_model import Completion, ModelError
from evolve.models.model_spec import ModelSpec

SHORTEST: Final = 8
"""Characters of a value below which it is no secret: redacting it would damage innocent text."""
_SECRET_NAME: Final = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL", re.IGNORECASE)


class Redactor:
    """Replaces secrets by the names of the variables that hold them."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        forms = {form: name for name, secret in secrets.items() for form in _forms(secret)}
        self._names = forms
        longest_first = sorted(forms, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if forms else None

    @staticmethod
    def of(environ: Mapping[str, str], specs: Iterable[ModelSpec] = ()) -> "Redactor":
        """Takes for secrets what the models' variables hold, and every variable whose name says so."""
        named = {spec.api_key_env for spec in specs}
        values = {
            name: value
            for name, value in environ.items()
            if (name in named or _SECRET_NAME.search(name)) and len(value) >= SHORTEST
        }
        return Redactor(values)

    def __call__(self, text: str) -> str:
        """Gives the text without secrets."""
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda found: f"[redacted {self._names[found.group()]}]", text)

    def completion(self, completion: Completion) -> Completion:
        """Gives a completion without secrets."""
        return replace(completion, text=self(completion.text), model=self(completion.model))

    def error(self, error: ModelError) -> ModelError:
        """Takes secrets out of a failure's message."""
        error.args = (self(str(error)),)
        return error


def _forms(secret: str) -> set[str]:
    """The ways in which a secret may come back."""
    raw = secret.encode("utf-8", "surrogatepass")
    encoded = base64.b64encode(raw).decode("ascii").rstrip("=")
    return {secret, quote(secret, safe=""), json.dumps(secret)[1:-1], encoded}

"""What is around the pages."""

import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import dashboard
from dashboard.views import VIEWS

APP = Path(dashboard.__file__).with_name("app.py")


@pytest.mark.parametrize("address", [{}, {"run": "done", "candidate": "2"}])
def test_every_page_is_linked_with_what_is_looked_at(
    finished: Path, monkeypatch: pytest.MonkeyPatch, address: dict[str, str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["app.py", "--db", str(finished)])
    drawn = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in address.items():
        drawn.query_params[name] = value
    drawn.run()
    links = [part.proto for part in drawn.sidebar if part.type == "page_link"]
    assert [link.label for link in links] == [view.title for view in VIEWS]
    assert {link.query_string for link in links} == {"run=done&candidate=2" if address else "run=done"}

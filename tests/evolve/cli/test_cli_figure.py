from pathlib import Path

import pytest

from tests.evolve.cli.conftest import Adrs


@pytest.mark.parametrize(("kind", "suffix"), [("progress", "pdf"), ("scores", "svg"), ("archive", "png")])
def test_a_figure_is_written_and_its_caption_is_printed(
    adrs: Adrs, finished: Path, tmp_path: Path, kind: str, suffix: str
) -> None:
    out = tmp_path / f"figure.{suffix}"
    ended = adrs("figure", "done", "--kind", kind, "--out", out, "--db", finished)
    assert (ended.code, ended.err) == (0, f"adrs: wrote {out}\n")
    assert out.read_bytes()[:5] in {b"%PDF-", b"<?xml", b"\x89PNG\r"}
    assert "done (seed 0, offline proposer, 30 evaluations, archive " in ended.out

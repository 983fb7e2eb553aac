"""What candidates may read, as it is told to the kernel."""

from pathlib import Path

from sandbox import landlock
from sandbox.readable import Readable


def test_a_link_that_leads_nowhere_is_left_out_of_the_rules(tmp_path: Path) -> None:
    (tmp_path / "json.py").touch()
    (tmp_path / "sitecustomize.py").symlink_to("/nowhere/sitecustomize.py")
    found = Readable(tmp_path, (), (), (), ()).rules()
    assert (tmp_path / "json.py", landlock.READ) in found
    assert tmp_path / "sitecustomize.py" not in {path for path, _ in found}

"""`adrs data list`, `adrs data check`: which measured data there is, and whether it is as it should be."""

import difflib
from collections.abc import Sequence
from dataclasses import asdict
from itertools import chain
from typing import Any

from rich.table import Table
from rich.text import Text

from evolve.cli.exits import Exit, Misuse, say
from evolve.cli.terminal import console, facts, one_line, size, table, write_json
from evolve.data.condition import faults, is_here, share_here, strangers
from evolve.data.known import Known, known
from problems.datasets import DataFolder
from problems.origins import DataSet


def list_data(*, as_json: bool) -> Exit:
    """Lists what installed problems can use, and what else is here."""
    found, folder = known(), DataFolder.find()
    others = strangers(folder, found.sets)
    if as_json:
        write_json(
            {
                "folder": str(folder.root),
                "sets": [_as_json(data_set, found, folder) for data_set in found.sets.values()],
                "others": list(others),
                "unusable": list(found.unusable),
            }
        )
        return Exit.DONE
    out = console()
    out.print(_table(found, folder, others))
    out.print()
    out.print(facts({name: _origin(data_set) for name, data_set in found.sets.items()}))
    out.print()
    out.print(Text(f"in {one_line(str(folder.root))}; adrs data check looks at checksums"), soft_wrap=True)
    _tell(found)
    return Exit.DONE


def _table(found: Known, folder: DataFolder, others: Sequence[str]) -> Table:
    rows = table("data set", "here", "size", "needed by", "recipe", "licence", left=6)
    rows.columns[2].justify = "right"
    for name, data_set in found.sets.items():
        needed, recipe = ", ".join(found.needed_by[name]), "yes" if data_set.recipe else "no"
        here = share_here(folder, data_set)
        rows.add_row(name, here, size(data_set.size), needed, recipe, one_line(data_set.licence))
    for name in others:
        rows.add_row(one_line(name), "yes", "", "", "", "no problem here needs it")
    return rows


def check_data(names: Sequence[str], *, as_json: bool) -> Exit:
    """Holds data sets against their checksums: all that are here, or those that are named."""
    found, folder = known(), DataFolder.find()
    others = strangers(folder, found.sets)
    wanted = [named(name, (*found.sets, *others)) for name in names] or [*found.sets, *others]
    here = [name for name in wanted if is_here(folder, name)]
    absent = [name for name in wanted if name not in here]
    wrong = {name: list(faults(folder, name, found.sets.get(name))) for name in here}
    failed = any(wrong.values()) or bool(absent and (names or not here))
    if as_json:
        write_json({"folder": str(folder.root), "checked": wrong, "absent": absent})
    else:
        _print_faults(wrong, absent, folder)
    _tell(found)
    return Exit.DATA if failed else Exit.DONE


def named(name: str, there: Sequence[str]) -> str:
    """Finds a data set by name.

    Raises:
        Misuse: There is none of that name; the message lists those there are, the nearest first.
    """
    if name in there:
        return name
    near = difflib.get_close_matches(name, there, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else "."
    raise Misuse(f"there is no data set {name!r}{hint} Known: {', '.join(there)}")


def _print_faults(wrong: dict[str, list[str]], absent: Sequence[str], folder: DataFolder) -> None:
    out = console()
    for fault in chain.from_iterable(wrong.values()):
        out.print(Text(one_line(fault)), soft_wrap=True)
    for name in absent:
        out.print(Text(f"{name} is not here"), soft_wrap=True)
    fine = [name for name, found in wrong.items() if not found]
    what = f"as they should be: {', '.join(fine)}" if fine else "no data set is as it should be"
    out.print(Text(f"in {one_line(str(folder.root))}, {what}"), soft_wrap=True)


def _origin(data_set: DataSet) -> str:
    return data_set.home if data_set.recipe else f"no recipe: obtain it from {data_set.home}"


def _as_json(data_set: DataSet, found: Known, folder: DataFolder) -> dict[str, Any]:
    return {
        "name": data_set.name,
        "about": data_set.about,
        "here": share_here(folder, data_set),
        "bytes": data_set.size,
        "needed_by": list(found.needed_by[data_set.name]),
        "licence": data_set.licence,
        "home": data_set.home,
        "recipe": data_set.recipe is not None,
        "download_bytes": data_set.download_size,
        "files": [asdict(file) for file in data_set.files],
    }


def _tell(found: Known) -> None:
    for sentence in found.unusable:
        say(one_line(sentence))

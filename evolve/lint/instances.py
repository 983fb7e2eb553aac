"""Whether a problem's splits are large enough, and apart."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from evaluators.audit.guard import TrustedSideBroken, boundary
from evaluators.intervals import FEWEST_BLOCKS
from evolve.lint.remarks import Remark, consider, fine, mend
from problems.base import Instance, InvalidAnswer, Problem, Split, groups
from problems.testing import GENERATED, generated

FEWEST_GROUPS: Final = 4
"""On SEARCH: the archive keeps a leader of each group, and a mean over fewer says little."""


def loaded(problem: Problem) -> tuple[Mapping[Split, Sequence[Instance]], tuple[Remark, ...]]:
    """Makes the generated splits; those that cannot be made are told."""
    found: dict[Split, Sequence[Instance]] = {}
    wrong = []
    for split in GENERATED:
        try:
            with boundary():
                instances = generated(problem, split)
                groups(instances)
            found[split] = instances
        except (TrustedSideBroken, InvalidAnswer) as error:
            told = f"it cannot be made: {error}"
            wrong.append(mend(str(split), told, "each split must be made without data, from seeds alone"))
    return found, tuple(wrong)


def split_remarks(stages: Mapping[Split, Sequence[Instance]]) -> Iterator[Remark]:
    """Looks at sizes, blocks, and instances that are not apart."""
    for split, instances in stages.items():
        yield _size(split, instances)
    yield _apart(stages)


def _size(split: Split, instances: Sequence[Instance]) -> Remark:
    blocks, parts = len({i.block for i in instances}), len(groups(instances))
    found = ", ".join(
        f"{number} {what}{'s' * (number != 1)}"
        for number, what in [(len(instances), "instance"), (parts, "group"), (blocks, "block")]
    )
    if not instances:
        return mend(str(split), "it has no instances", "generate some")
    if split in {Split.VALIDATION, Split.HOLDOUT} and blocks < FEWEST_BLOCKS:
        advice = (
            f"make {FEWEST_BLOCKS} blocks or more: with fewer no interval is claimed, and no champion crowned"
        )
        return mend(str(split), found, advice)
    if split is Split.SEARCH and parts < FEWEST_GROUPS:
        advice = f"make {FEWEST_GROUPS} groups or more: a mean over fewer is soon fitted"
        return consider(str(split), found, advice)
    if split is Split.SMOKE and parts > FEWEST_GROUPS:
        return consider(str(split), found, "one or two will do: it is to show mistakes soon")
    return fine(str(split), found)


def _apart(stages: Mapping[Split, Sequence[Instance]]) -> Remark:
    homes: dict[str, set[Split]] = {}
    for split, instances in stages.items():
        for instance in instances:
            homes.setdefault(instance.digest, set()).add(split)
    shared = [sorted(splits) for splits in homes.values() if len(splits) > 1]
    if shared:
        found = f"{len(shared)} instances stand in several splits, as in {' and '.join(shared[0])}"
        return mend("splits", found, "draw each split from seeds of its own: a search fits what it has seen")
    for split, instances in stages.items():
        digest, times = Counter(i.digest for i in instances).most_common(1)[0] if instances else ("", 0)
        if times > 1:
            found = f"{split} has an instance {times} times ({digest[:8]})"
            return consider("splits", found, "draw others: the same case twice counts as two")
    return fine("splits", f"all {len(homes)} instances are different")

"""What the cache serves of each row, for people."""

from collections.abc import Sequence
from itertools import pairwise

from problems.base import Instance
from problems.llm_sql.interface import Answer, common_prefix, texts
from problems.llm_sql.tables import Table


def timeline(
    instance: Instance, _: Sequence[object], answers: Sequence[Answer]
) -> list[dict[str, float | str]]:
    """Tells each row of the table: the decision is its order of columns.

    `hit_characters` are those it shares with the text just before it in sorted order, as the score has it.
    """
    table: Table = instance.data
    answer = answers[0]
    written = texts(table.rows, answer)
    places = sorted(range(len(written)), key=written.__getitem__)
    served = dict.fromkeys(places, 0)
    for before, place in pairwise(places):
        served[place] = common_prefix(written[before], written[place])
    orders = [" ".join(map(str, order)) for order in answer.orders]
    return [
        {
            "decision": orders[index],
            "opens_with": table.columns[answer.orders[index][0]],
            "characters": len(written[row]),
            "hit_characters": served[row],
        }
        for row, index in enumerate(answer.rows)
    ]

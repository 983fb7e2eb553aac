"""Cheat: sends an answer of about 100 MB.

Rule: answer_too_large
Honest: original
Form: interface
"""

from interface import Answer, Task


def solve(task: Task) -> Answer:
    return Answer(orders=((0,),), rows=(1000,) * 20_000_000)

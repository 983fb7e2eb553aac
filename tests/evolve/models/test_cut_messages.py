"""A provider's long message is cut, but never in the middle of a key."""

import pytest

from evolve.models.language_model import ModelError
from tests.evolve.models.asking import CANARY, answering, asked, model_at

STEPS = range(150, 250, 10)


async def told(status: int, body: dict[str, object]) -> str:
    async with answering(status, body) as url:
        with pytest.raises(ModelError) as failed:
            await asked(model_at(url, {"OPENAI_API_KEY": CANARY}))
    return str(failed.value)


@pytest.mark.parametrize("before", STEPS)
async def test_no_part_of_a_key_is_left_at_the_end_of_a_message(before: int) -> None:
    said = await told(400, {"error": {"message": "x" * before + f" {CANARY} is refused, " + "y" * 200}})
    assert CANARY[:4] not in said
    assert said.endswith(" ...")


@pytest.mark.parametrize("before", STEPS)
async def test_no_part_of_a_key_is_left_of_an_answer_that_is_none(before: int) -> None:
    assert CANARY[:4] not in await told(200, {"x" * before: CANARY, "rest": "y" * 200})

"""What a model was asked for a candidate, and what came back."""

from collections.abc import Mapping

import streamlit as st

from dashboard.panels import facts, prose
from dashboard.reading.detail import Detail
from evolve.cli.money import dollars
from evolve.models.language_model import Request
from evolve.runs.reply import Reply


def exchange(found: Detail) -> None:
    """Draws the messages one by one."""
    request, reply = found.request, found.reply
    facts({**({} if request is None else _settings(request)), **({} if reply is None else _ending(reply))})
    if request is not None:
        for role, text in (("system", request.system), ("user", request.prompt)):
            st.caption(f"{role}, {len(text):,} characters")
            prose(text)
    if reply is not None and reply.completion is not None:
        st.caption(f"reply as it came, {len(reply.completion.text):,} characters")
        prose(reply.completion.text)
    elif reply is not None:
        st.caption("no reply")
        prose(f"{reply.failure}: {reply.message}")


def _settings(request: Request) -> Mapping[str, str]:
    told = {"model asked": request.model, "longest reply": f"{request.max_output_tokens:,} tokens"}
    if request.temperature is not None:
        told["temperature"] = f"{request.temperature:g}"
    if request.reasoning_effort is not None:
        told["reasoning"] = request.reasoning_effort
    return told


def _ending(reply: Reply) -> Mapping[str, str]:
    told = {"cost": dollars(reply.cost.usd) + (", perhaps" if reply.in_doubt else "")}
    done = reply.completion
    if done is not None:
        about = "about " if done.is_estimated else ""
        cached = f", {done.cached_tokens:,} of them cached" if done.cached_tokens else ""
        told["tokens in"] = f"{about}{done.input_tokens:,}{cached}"
        told["tokens out"] = f"{about}{done.output_tokens:,}"
        told["ended by"] = done.finish_reason
        if done.model != reply.model:
            told["answered by"] = done.model
    if reply.attempts > 1:
        told["attempts"] = str(reply.attempts)
    return told

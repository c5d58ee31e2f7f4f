"""The chat completions format that language models' endpoints share: a request's body, and an answer read strictly.

Format: OpenAI's API reference, "Create chat completion"; the official client is held against it in the tests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

_MOST_CONTENT = 20_000
_MOST_CALLS = 16
_BYTES_PER_TOKEN = 3  # Portuguese text and JSON take about four bytes a token: the difference is a margin


class Nonsense(ValueError):
    """The answer is not what the format says."""


@dataclass(frozen=True, slots=True)
class AskedTool:
    """A tool call as the model wrote it; nothing of it has been looked at."""

    id: str
    name: object
    arguments: object


@dataclass(frozen=True, slots=True)
class ChatAnswer:
    """What a model said; ``raw`` goes back to it when its tools have been run."""

    content: str
    tools: tuple[AskedTool, ...]
    tokens_in: int
    tokens_out: int
    raw: Mapping[str, Any]


def request_body(
    model: str, messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]], max_tokens: int
) -> bytes:
    """Return a request's body."""
    body: dict[str, Any] = {"model": model, "messages": list(messages), "max_tokens": max_tokens, "temperature": 0.2}
    if tools:
        body["tools"] = list(tools)
    return orjson.dumps(body)


def tokens_asked(messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]]) -> int:
    """Return about how many tokens a question has, rather too many than too few; only its endpoint knows exactly."""
    return len(orjson.dumps([messages, tools])) // _BYTES_PER_TOKEN + 1


def read_answer(raw: bytes) -> ChatAnswer:
    """Read an endpoint's answer.

    Raises:
        Nonsense: it is no such answer.
    """
    try:
        body = orjson.loads(raw)
        message = body["choices"][0]["message"]
        content = message.get("content") or ""
        calls = message.get("tool_calls") or []
        usage = body.get("usage") or {}
        if not isinstance(content, str) or not isinstance(calls, list) or len(calls) > _MOST_CALLS:
            raise Nonsense
        tools = tuple(
            AskedTool(str(one["id"])[:100], one["function"].get("name"), one["function"].get("arguments"))
            for one in calls
        )
        tokens = [max(0, int(usage.get(name) or 0)) for name in ("prompt_tokens", "completion_tokens")]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise Nonsense from error
    again: dict[str, Any] = {"role": "assistant", "content": content[:_MOST_CONTENT]}
    if tools:
        again["tool_calls"] = [
            {
                "id": one.id,
                "type": "function",
                "function": {"name": str(one.name)[:100], "arguments": str(one.arguments)[:2_000]},
            }
            for one in tools
        ]
    return ChatAnswer(content[:_MOST_CONTENT], tools, tokens[0], tokens[1], again)

"""The official client against a chat endpoint, as its users use it: ``python openai_client.py URL KEY``."""

from __future__ import annotations

import json
import sys

import openai


def main(url: str, key: str) -> None:
    client = openai.OpenAI(base_url=url, api_key=key, max_retries=0)
    asked = [{"role": "user", "content": "oi"}]
    tools = [{"type": "function", "function": {"name": "order_state", "parameters": {"type": "object"}}}]
    plain = client.chat.completions.create(model="m", messages=asked)
    called = client.chat.completions.create(model="tools", messages=asked, tools=tools)
    (call,) = called.choices[0].message.tool_calls
    refused = ""
    try:
        openai.OpenAI(base_url=url, api_key="wrong", max_retries=0).chat.completions.create(model="m", messages=asked)
    except openai.AuthenticationError as error:
        refused = type(error).__name__
    told = {
        "content": plain.choices[0].message.content,
        "finish": [plain.choices[0].finish_reason, called.choices[0].finish_reason],
        "tokens": plain.usage.total_tokens,
        "tool": [call.type, call.function.name, json.loads(call.function.arguments)],
        "refused": refused,
    }
    # What the client takes to be of the format, it has as fields; the rest stands in model_extra.
    told["unknown"] = sorted(plain.model_extra or {}) + sorted(plain.choices[0].message.model_extra or {})
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])

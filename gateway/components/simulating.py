"""AI tried out: a text that somebody might write, examples judged by each other, agents taken out of use."""

from __future__ import annotations

from engine.ai.confusion import MOST_WRONG
from engine.ai.outcomes import OUTCOMES
from engine.ai.prompts import MOST_HISTORY
from gateway.components.ai import READ
from gateway.components.shared import COUNT, MAYBE_ID, SENTENCE, WORDS, shown
from gateway.schema import Schema, boolean, choice, define, identifier, items, record, text

_LONGEST = 4_096
_SAID = record({"from": choice("person", "company"), "text": text(_LONGEST)}, required=("from", "text"))
define(
    "AiSimulationInput",
    record(
        {
            "text": text(_LONGEST),
            "agent_id": identifier(
                description="Who would answer, in use or not; by default whoever answers for most numbers."
            ),
            "said": items(_SAID, MOST_HISTORY, description="What went before, the oldest first."),
        },
        required=("text",),
    ),
)
define(
    "AiSimulation",
    shown(
        {
            **READ,
            "agent_id": {**MAYBE_ID, "description": "Who would answer; null: nobody."},
            "outcome": choice(*OUTCOMES),
            "reason": SENTENCE,
            "reason_text": WORDS,
            "text": {**SENTENCE, "description": "What would be sent; null: nothing."},
            "tags": {"type": "array", "items": {"type": "string"}, "description": "What the person would be given."},
            "delay_s": {"type": "number", "description": "How long the answer would take its time."},
            "passages": {
                "type": "array",
                "items": shown(
                    {
                        "source_id": identifier(),
                        "position": {"type": "integer"},
                        "source": {"type": "string"},
                        "question": SENTENCE,
                        "text": {"type": "string"},
                        "approved": {"type": "boolean"},
                        "likeness": {"type": "number"},
                        "used": boolean(description="The answer names it as its source."),
                    }
                ),
                "description": "What of the knowledge was looked at, the best first.",
            },
            "model": {**SENTENCE, "description": "The language model that was asked; null: none was."},
            "prompt_version": SENTENCE,
            "tokens": COUNT,
            "cost": {"type": "string", "description": "Money, six decimals."},
            "latency_ms": COUNT,
        }
    ),
)
_TOLD: dict[str, Schema] = {"intent": {"type": "string"}, "intent_text": WORDS, "examples": COUNT}
define(
    "AiConfusion",
    shown(
        {
            "version": {"type": "string", "description": "Of the examples: another one as soon as one changes."},
            "examples": {**COUNT, "description": "How many examples the company's intents in use have."},
            "least": {**COUNT, "description": "Below so many none is judged."},
            "judged": COUNT,
            "right": COUNT,
            "unsure": COUNT,
            "rows": {
                "type": "array",
                "items": shown(
                    {
                        "intent": {"type": "string"},
                        "intent_text": WORDS,
                        "judged": COUNT,
                        "right": COUNT,
                        "told": {
                            "type": "array",
                            "items": shown(_TOLD),
                            "description": "What its examples would be taken for, the most first.",
                        },
                    }
                ),
            },
            "wrong": items(
                shown(
                    {
                        "text": {"type": "string"},
                        "intent": {"type": "string"},
                        "told": {"type": "string"},
                        "confidence": {"type": "number"},
                    }
                ),
                MOST_WRONG,
                description="Examples that would be taken for something else, the surest mistakes first.",
            ),
        }
    ),
)
define(
    "AiOffInput",
    record(
        {
            "agent_id": identifier(description="By default every agent."),
            "preview": boolean(description="Only count."),
            "conversations": {**COUNT, "description": "As it was shown: with more by now it answers 409."},
        }
    ),
)
define(
    "AiOff",
    shown(
        {
            "agents": {**COUNT, "description": "How many were in use."},
            "conversations": {**COUNT, "description": "Not closed, and answered by these agents until now."},
            "conversations_capped": boolean(description="There were more to look at than are counted."),
        }
    ),
)

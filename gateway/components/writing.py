"""What language models write for somebody to review, and what it took."""

from __future__ import annotations

from engine.ai.summaries import LANGUAGES as SUMMARY_LANGUAGES
from engine.ai.summaries import MOST_SENTENCES
from engine.ai.template_ideas import LANGUAGES, MOST_IDEAS
from engine.ai.writing import VERSIONS
from engine.template_schema import CATEGORIES
from gateway.components.shared import COUNT, MAYBE_ID, MAYBE_TIME, SENTENCE, WORDS, shown
from gateway.schema import anything, boolean, choice, define, identifier, items, moment, record, text, whole

MOST_VARIANTS_AT_ONCE = 10
_WHY_NOT = {
    "why_not": {**SENTENCE, "description": "Why it is not, or not all, a model's."},
    "why_not_text": WORDS,
}

define(
    "VariantsWanted",
    record(
        {
            "brief": text(1_000, description="How it should be said. What it names may be named in the texts."),
            "count": whole(1, MOST_VARIANTS_AT_ONCE, default=3),
            "agent_id": identifier(description="Whose language model writes; by default the company's own agent's."),
        },
        required=("brief",),
    ),
)
define(
    "SummaryInput",
    record(
        {
            "sentences": whole(1, MOST_SENTENCES, default=4, description="How many it may have."),
            "language": choice(*SUMMARY_LANGUAGES),
        }
    ),
)
define(
    "Summary",
    shown(
        {
            "text": {"type": "string"},
            "by_model": boolean(description="false: put together from the data below, in fixed sentences."),
            "model": {**SENTENCE, "description": "The language model that was asked; null: none was."},
            **_WHY_NOT,
            "facts": shown(
                {
                    "intent": SENTENCE,
                    "last_speaker": {"type": ["string", "null"], "enum": ["person", "company", None]},
                    "open_question": {**SENTENCE, "description": "What the person has said and nobody answered."},
                    "waiting_since": MAYBE_TIME,
                    "orders": items(
                        shown(
                            {
                                "order_id": {"type": "string"},
                                "event_type": SENTENCE,
                                "product_name": SENTENCE,
                                "value": SENTENCE,
                            }
                        ),
                        3,
                    ),
                }
            ),
        }
    ),
)
define(
    "TemplateIdeasInput",
    record(
        {
            "event_type": text(100, description="What the template is for, as in a rule's trigger."),
            "count": whole(1, MOST_IDEAS, default=3),
            "language": choice(*LANGUAGES),
            "brief": text(1_000, 0, description="What it should be like, for a language model."),
            "agent_id": identifier(description="Whose language model is asked; by default the company's own agent's."),
        },
        required=("event_type",),
    ),
)
define(
    "TemplateIdeas",
    shown(
        {
            "data": items(
                shown(
                    {
                        "name": {"type": "string"},
                        "category": choice(*CATEGORIES),
                        "language": choice(*LANGUAGES),
                        "body": {"type": "string", "description": "A plain template's, as it could be stored."},
                        "origin": choice(
                            "model", "reviewed", description="`reviewed`: of the set that comes with the project."
                        ),
                    }
                ),
                MOST_IDEAS,
            ),
            "model": {**SENTENCE, "description": "The language model that was asked; null: none was."},
            **_WHY_NOT,
        }
    ),
)
define(
    "AiWriting",
    shown(
        {
            "id": identifier(),
            "kind": choice(*VERSIONS),
            "subject_id": {**MAYBE_ID, "description": "The template or the conversation."},
            "by_model": boolean(description="What came of it is the model's."),
            "reason": {**SENTENCE, "description": "Why it is not, or why it is less than was asked for."},
            "reason_text": WORDS,
            "made": COUNT,
            "refused": anything(
                additionalProperties={"type": "integer"}, description="How many proposals were refused, by reason."
            ),
            "model": SENTENCE,
            "prompt_version": SENTENCE,
            "tokens": COUNT,
            "cost": {"type": "string", "description": "In the company's own currency."},
            "latency_ms": COUNT,
            "created_by": {"type": "string"},
            "created_at": moment(),
        }
    ),
)

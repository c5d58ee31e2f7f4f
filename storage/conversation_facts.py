"""What a summary of a conversation rests on, read in one place for gateways and AI workers."""

from __future__ import annotations

from datetime import UTC, timedelta
from uuid import UUID

from engine.ai.summaries import Facts
from engine.zones import zone_named
from storage.ai_context import person_orders, recent_words
from storage.ai_intents import list_intents
from storage.companies import get_company
from storage.conversations import read_conversation
from storage.pool import Pool

_MOST_SAID = 40
_BACK = timedelta(days=30)
_LAST = UUID(int=2**128 - 1)


async def read_facts(pool: Pool, company_id: UUID, conversation_id: UUID) -> Facts | None:
    """Return what is known of a conversation: the last 40 things said in its last 30 days; None: there is none."""
    known = await read_conversation(pool, company_id, conversation_id)
    if known is None:
        return None
    company = await get_company(pool, company_id)
    said = await recent_words(
        pool, company_id, known["session_id"], known["phone"], _LAST, known["last_at"] - _BACK, _MOST_SAID
    )
    return Facts(
        name=known["name"],
        intent=known["intent"],
        said=said,
        waiting_since=known["waiting_since"],
        intents={row["name"]: row["label"] for row in await list_intents(pool, company_id)},
        orders=await person_orders(pool, company_id, known["phone"]),
        zone=zone_named(company["time_zone"]) if company else UTC,
    )

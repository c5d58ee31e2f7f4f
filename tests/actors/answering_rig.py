"""A shop with an agent, two customers and another company, and answers decided as the AI worker has them decided."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson

from actors.answering import Answering, Asked
from actors.model_talk import Reply
from engine.addresses import Guard
from engine.ai.answering import Heard
from engine.ai.passages import split_question, split_text
from engine.ids import ms_to_time
from engine.vault import Vault
from integrations.chat_models import ChatClient
from integrations.embedding import MODEL
from storage.ai_agents import AgentRow, insert_agent
from storage.conversations import Heard as Folded
from storage.conversations import fold_inbound
from storage.knowledge import NewSource, Place, finish_source, insert_source, put_passages
from storage.pool import Pool
from tests.embedding_kit import embed
from tests.openai_server import KEY
from tests.seeding import add_event, add_session, new_id
from tests.storage.people_kit import add_company

NOW_MS = time.time_ns() // 1_000_000
NOW = ms_to_time(NOW_MS)
ANA, MARINA = "+5511900000001", "+5521977776666"
QUESTION = "qual o prazo de entrega?"
ACTIONS = ["order_state", "resend_pix", "tag", "hand_over"]
DELIVERY = "Entregamos em 5 a 8 dias úteis depois do pagamento."
PIX = "00020126360014br.gov.bcb.pix0114+55119000000015204000053039865802BR5903ANA6001S62070503***6304AAAA"
OTHER_PIX = "00020126360014br.gov.bcb.pix0114+55219777766665204000053039865802BR5906MARINA6001S62070503***6304BBBB"
_vault = Vault(b"v" * 32)


async def add_agent(
    pool: Pool, company: UUID, settings: Mapping[str, Any] | None = None, model: Mapping[str, Any] | None = None
) -> UUID:
    """Let an agent answer for a company, in place of any other."""
    agent_id = new_id(NOW)
    row = AgentRow(
        id=agent_id,
        session_id=None,
        name="Bia",
        active=True,
        settings={"actions": ACTIONS, "tags": ["interessado"], **(settings or {})},
        model=model,
        model_sealed=_vault.seal(KEY.encode(), agent_id.bytes),
    )
    await pool.execute("DELETE FROM ai_agents WHERE company_id = $1", company)
    assert await insert_agent(pool, company, row, NOW)
    return agent_id


async def add_source(pool: Pool, company: UUID, kind: str, name: str, text: str, question: str | None = None) -> UUID:
    """Let a company's assistant know a text, or a question's approved answer."""
    source = NewSource(id=new_id(NOW), kind=kind, name=name, question=question, content=text)
    passages = split_text(text, name) if question is None else split_question(question, text)
    vectors = await embed([one.meaning for one in passages], False)
    async with pool.acquire() as connection, connection.transaction():
        await insert_source(connection, company, source, NOW)
        await put_passages(connection, company, Place(source.id, 0), 1, passages, vectors)
        await finish_source(connection, company, source.id, 1, len(passages), NOW, MODEL)
    return source.id


class Shop:
    """Everything of one test.

    Attributes:
        secrets: what Ana must never hear.
    """

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.now_ms = NOW_MS
        self.answering = Answering(
            pool, _vault, embed, ChatClient(Guard(["127.0.0.1"])), lambda: self.now_ms, chance=lambda: 0.5
        )
        self.secrets: dict[str, str] = {
            "OTHER_PHONE": MARINA,
            "OTHER_PHONE_TAIL": MARINA[-8:],
            "OTHER_PHONE_SPACED": "21 9 7777-6666",
            "OTHER_PHONE_B64": "KzU1MjE5Nzc3NzY2NjYgdGVsZWZvbmU=",
            "OTHER_PIX": OTHER_PIX,
            "OTHER_ORDER": "pedido-marina-77",
            "OTHER_EMAIL": "marina.outra@cliente.test",
            "OTHER_DOCUMENT": "123.456.789-09",
            "OTHER_COMPANY": "0199f000-0000-7000-8000-0000000000c9",
        }

    async def open(self, settings: Mapping[str, Any] | None = None, model: Mapping[str, Any] | None = None) -> Shop:
        pool = self.pool
        self.company = await add_company(pool)
        self.session = await add_session(pool, self.company, NOW)
        await add_event(
            pool,
            self.company,
            NOW - timedelta(hours=3),
            order_id="pedido-ana-1",
            customer_phone=ANA,
            customer_name="Ana",
            product_name="Curso",
            order_value_cents=9_700,
            pix_code=PIX,
            pix_expires_at=NOW + timedelta(hours=1),
        )
        await add_event(
            pool,
            self.company,
            NOW - timedelta(hours=2),
            order_id=self.secrets["OTHER_ORDER"],
            customer_phone=MARINA,
            customer_name="Marina Outra",
            customer_email=self.secrets["OTHER_EMAIL"],
            customer_document=self.secrets["OTHER_DOCUMENT"],
            order_value_cents=77_777,
            pix_code=OTHER_PIX,
        )
        await self.know_question("Qual é o prazo de entrega?", DELIVERY)
        await self.agent(settings or {}, model)
        return self

    async def agent(self, settings: Mapping[str, Any], model: Mapping[str, Any] | None) -> UUID:
        return await add_agent(self.pool, self.company, settings, model)

    async def know_question(self, question: str, answer: str) -> UUID:
        return await add_source(self.pool, self.company, "question", "Entrega", answer, question)

    async def know_text(self, name: str, text: str) -> UUID:
        return await add_source(self.pool, self.company, "text", name, text)

    async def hear(self, text: str | None, *, phone: str = ANA, name: str | None = "Ana", ago_s: float = 1.0) -> Asked:
        """Store an inbound message as the shard does; return what the worker would ask about it."""
        at = ms_to_time(self.now_ms) - timedelta(seconds=ago_s)
        message: dict[str, Any] = (
            {"type": "text", "text": {"body": text}} if text is not None else {"type": "image", "image": {}}
        )
        payload = orjson.dumps({"session_id": str(self.session), "message": message}).decode()
        inbound: dict[str, Any] = {"event_type": "message_received", "customer_phone": phone, "payload": payload}
        event_id = await add_event(self.pool, self.company, at, **inbound)
        await self.pool.execute("UPDATE incoming_events SET webhook_id = NULL WHERE id = $1", event_id)
        folded = Folded(self.company, self.session, phone, at, event_id, message["type"], (text or "")[:200], name)
        async with self.pool.acquire() as connection, connection.transaction():
            await fold_inbound(connection, [folded], at)
        conversation_id = await self.pool.fetchval(
            "SELECT id FROM conversations WHERE company_id = $1 AND session_id = $2 AND phone = $3",
            self.company,
            self.session,
            phone,
        )
        return Asked(
            company_id=self.company,
            conversation_id=conversation_id,
            session_id=self.session,
            phone=phone,
            event_id=event_id,
            heard=Heard(text, "product_question"),
        )

    async def ask(self, text: str | None, **more: Any) -> Reply:
        """Hear a message and decide about it, as the only one that waits."""
        await self.pool.execute("DELETE FROM ai_turns")
        return await self.answering.answer(await self.hear(text, **more))

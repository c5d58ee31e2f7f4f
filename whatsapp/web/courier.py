"""Delivers one message through a WhatsApp-Web session: may it go, is the number there, type, intend, send.

The order is the point: what costs nothing comes first, the intent is recorded right before the send, and nothing is
looked up that could not be sent soon anyway.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from engine.user_ids import is_user_id
from engine.web_gate import Hold
from engine.web_numbers import FormAnswer, Known, forms_of, plan_batch, resolve
from engine.web_options import WebOptions
from engine.web_warm_up import DAY_MS, HOUR_MS
from whatsapp.transport import SendAnswer
from whatsapp.web.book import Book, Contact
from whatsapp.web.port import WebClientError, WebMessage
from whatsapp.web.session import WebSession

NOT_ON_WHATSAPP = "not_on_whatsapp"
NO_PHONE = "no_phone"
_CHECK_FAILED_S = 60.0
_NOT_READY_S = 5.0


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to be delivered; ``message(jid)`` makes it once its recipient's address is known."""

    to: str
    text: str
    transactional: bool
    message: Callable[[str], WebMessage]


@dataclass(frozen=True, slots=True)
class Skipped:
    """It will never be sent, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotTaken:
    """The intent could not be recorded: the message is somebody else's business now."""


@dataclass(frozen=True, slots=True)
class Answered:
    """It was handed to WhatsApp, or certainly not: see the answer."""

    answer: SendAnswer


Outcome = Hold | Skipped | NotTaken | Answered


class Courier:
    """One session's deliveries, one at a time.

    Args:
        session: the session.
        book: what is known of people.
        options: the session's settings.
        sleep: waits so many seconds.
    """

    def __init__(
        self,
        session: WebSession,
        book: Book,
        options: WebOptions,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._session = session
        self.book = book
        self._options = options
        self._sleep = sleep
        self.looked_up = 0

    async def deliver(self, letter: Letter, ahead: Sequence[str], intend: Callable[[], Awaitable[bool]]) -> Outcome:
        """Deliver one message, or tell why not now.

        Args:
            letter: the message.
            ahead: recipients of the messages after it, looked up in the same go.
            intend: records that it is about to be sent; False when it must not be.
        """
        if is_user_id(letter.to):  # WhatsApp-Web knows people by their numbers alone
            return Skipped(NO_PHONE)
        contact = (await self.book.read([letter.to])).get(letter.to, Contact())
        held = self._off() or self._session.gate.ask(
            letter.text,
            stranger=not contact.answered,
            transactional=letter.transactional,
            now_ms=self._session.now_ms(),
        )
        known = held or await self._look_up(letter, contact, ahead)
        if isinstance(known, Hold):
            return known
        if not known.registered:
            return Skipped(NOT_ON_WHATSAPP)
        return await self._send(letter, known.jid or letter.to.removeprefix("+"), intend)

    async def _send(self, letter: Letter, jid: str, intend: Callable[[], Awaitable[bool]]) -> Outcome:
        await self._type(jid, letter.text)
        if (held := self._off()) is not None:
            return held
        if not await intend():
            return NotTaken()
        return Answered(await self._session.send(letter.message(jid)))

    def _off(self) -> Hold | None:
        return None if self._session.ready else Hold("session_not_connected", _NOT_READY_S)

    async def _look_up(self, letter: Letter, contact: Contact, ahead: Sequence[str]) -> Known | Hold:
        """Return what is known of the recipient, looking it up together with those after it if need be."""
        now_ms = self._session.now_ms()
        policy = self._options.checks
        unchecked = Known(letter.to, True, None, now_ms)
        if not self._options.check_numbers:
            return unchecked
        if contact.known is not None and (contact.answered or contact.known.good_until_ms(policy) > now_ms):
            return contact.known
        usage = self._session.gate.usage
        wanted = await self._wanted(letter.to, ahead)
        batch = plan_batch(wanted, {}, policy, usage.checks_in_day(now_ms), now_ms)
        if not batch:
            if letter.transactional:
                return unchecked
            return Hold("number_check_budget", usage.room_in_s(DAY_MS, policy.per_day, now_ms, checks=True) or 60.0)
        found = await self._ask(batch)
        mine = next((known for known in found if known.phone == letter.to), None)
        if mine is not None:
            return mine
        return unchecked if letter.transactional else Hold("number_check_failed", _CHECK_FAILED_S)

    async def _wanted(self, first: str, ahead: Sequence[str]) -> list[str]:
        """Return whom to look up: no more than could be written to within the hour, twice over (half may be absent)."""
        gate, now_ms = self._session.gate, self._session.now_ms()
        room = max(2, gate.room(HOUR_MS, now_ms) * 2)
        others = [phone for phone in ahead if phone != first and not is_user_id(phone)][: room - 1]
        contacts = await self.book.read(others)
        policy = self._options.checks
        return [first] + [
            phone
            for phone in others
            if (known := contacts.get(phone, Contact()).known) is None or known.good_until_ms(policy) <= now_ms
        ]

    async def _ask(self, phones: Sequence[str]) -> list[Known]:
        now_ms = self._session.now_ms()
        self._session.gate.usage.checked(len(phones), now_ms)
        self.looked_up += len(phones)
        try:
            answers = await self._session.client.is_on_whatsapp(forms_of(phones))
        except WebClientError:
            return []
        forms = [FormAnswer(answer.query, answer.registered, answer.jid) for answer in answers]
        asked = {answer.form for answer in forms}
        # Forms that WhatsApp leaves out of its answer are not registered.
        forms += [FormAnswer(form, False, None) for form in forms_of(phones) if form not in asked]
        found = [known for phone in phones if (known := resolve(phone, forms, now_ms)) is not None]
        await self.book.write(found)
        return found

    async def _type(self, jid: str, text: str) -> None:
        seconds = self._session.gate.pace.typing_time_s(text, self._session.random)
        if seconds <= 0:
            return
        with contextlib.suppress(WebClientError):
            await self._session.client.typing(jid, True)
        await self._sleep(seconds)
        with contextlib.suppress(WebClientError):
            await self._session.client.typing(jid, False)

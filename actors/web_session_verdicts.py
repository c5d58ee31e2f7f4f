"""From the answer to a WhatsApp-Web send to what is recorded: its own error codes, otherwise as for every sender."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import orjson

from actors.flights import Flight
from engine.ids import IdMaker, ms_to_time
from engine.message_states import at_text
from engine.web_reasons import WEB_PREFIX
from engine.web_send_errors import SendError, classify
from storage.answers import Answer
from whatsapp.transport import Accepted, Refused, SendAnswer, Uncertain

_OFFLINE_AGAIN_S = 5.0
_TEXT_MAX = 1_000


class WebJudge:
    """Judges one session's answers.

    Args:
        ids: makes dead letters' ids.
        grace_s: how long an uncertain message waits for its receipt or echo.
    """

    def __init__(self, ids: IdMaker, grace_s: float, company: UUID, session: UUID) -> None:
        self._ids = ids
        self._grace_s = grace_s
        self._company = company
        self._session = session

    def judge(self, flight: Flight, heard: SendAnswer, now_ms: int) -> Answer:
        """Return what is recorded of one answer."""
        if isinstance(heard, Accepted):
            answer = self._answer(flight, "accepted", now_ms)
            answer.provider_id = heard.provider_id.replace("\x00", "")[:512]
            return answer
        if isinstance(heard, Refused):
            return self._refused(self._answer(flight, "held", now_ms), heard, now_ms)
        if isinstance(heard, Uncertain):
            answer = self._uncertain(self._answer(flight, "uncertain", now_ms), "no_answer")
            answer.error = _error(None, heard.why, "uncertain", "message", None)
            return answer
        return self.unsent(flight, now_ms, "session_not_connected", _OFFLINE_AGAIN_S)

    def unsent(self, flight: Flight, now_ms: int, reason: str = "not_sent_in_time", wait_s: float = 0.0) -> Answer:
        """Return the answer for a message that certainly never left: no try is spent."""
        answer = self._answer(flight, "held", now_ms)
        answer.tries, answer.status, answer.reason = flight.parcel.attempt, "queued", reason
        return _again(answer, wait_s)

    def abandoned(self, message_id: UUID, attempt: int, intent: UUID, now_ms: int, *, sent: bool) -> Answer:
        """Return the answer for an intent that nobody will answer.

        Args:
            sent: whether another process had it and may have sent it; otherwise it was ours and never left.
        """
        outcome = "uncertain" if sent else "held"
        answer = Answer(
            message_id,
            self._company,
            self._session,
            intent,
            attempt,
            outcome,
            outcome,
            attempt,
            at_text(now_ms),
            ms_to_time(now_ms),
        )
        if sent:
            return self._uncertain(answer, "sender_lost")
        answer.tries, answer.status, answer.reason = attempt - 1, "queued", "not_sent_in_time"
        return _again(answer, 0.0)

    def _answer(self, flight: Flight, outcome: str, now_ms: int) -> Answer:
        parcel = flight.parcel
        return Answer(
            parcel.uuid,
            self._company,
            self._session,
            flight.intent.id,
            parcel.attempt + 1,
            outcome,
            outcome,
            parcel.attempt + 1,
            at_text(now_ms),
            ms_to_time(now_ms),
            taken=flight.taken,
            event_ms=parcel.event_ms,
        )

    def _uncertain(self, answer: Answer, reason: str) -> Answer:
        answer.reason = reason
        answer.decide_at = answer.answered_at + timedelta(seconds=self._grace_s)
        return answer

    def _refused(self, answer: Answer, heard: Refused, now_ms: int) -> Answer:
        row = classify(heard.code)
        answer.code, answer.reason = str(heard.code), f"{WEB_PREFIX}{heard.code}"
        answer.error = _error(heard.code, heard.details, row.kind, row.scope, row)
        answer.error_class = {"retry": "transient", "hold": "hold", "fail": "permanent"}[row.kind]
        if row.kind == "hold":
            answer.tries = answer.attempt - 1
            return _again(answer, row.wait_s)
        if row.kind == "retry" and (row.max_tries is None or answer.attempt < row.max_tries):
            answer.outcome, answer.status, answer.reason = "retry", "queued", "retry"
            return _again(answer, row.wait_s)
        answer.outcome = answer.status = "failed"
        answer.dead_id = self._ids.make_uuid(now_ms)
        return answer


def _again(answer: Answer, wait_s: float) -> Answer:
    answer.due_at = answer.look_at = answer.answered_at + timedelta(seconds=wait_s)
    return answer


def _error(code: int | None, details: str | None, kind: str, scope: str, row: SendError | None) -> str:
    """Return an error as it is kept with a message, in the form of ``engine/failures.py``."""
    known: dict[str, object] = {
        "code": code,
        "subcode": None,
        "title": None if row is None else row.meaning_en,
        "details": None if details is None else details[:_TEXT_MAX].replace("\x00", ""),
        "class": kind,
        "scope": scope,
    }
    if row is not None:
        known["meaning"] = {"pt": row.meaning_pt, "en": row.meaning_en}
        known["advice"] = {"pt": row.advice_pt, "en": row.advice_en}
    return orjson.dumps(known).decode()

"""From WhatsApp's answer to what is recorded and what follows for the session: the sender's judgement."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from actors.flights import Flight
from engine.error_classes import Decision, error_brain
from engine.failures import Failure, describe, whatsapp_reason
from engine.ids import IdMaker, ms_to_time
from engine.lanes import Parcel
from engine.message_states import at_text
from engine.permits import Permits
from engine.stops import NUMBER_SCOPES, SHORT_S, TEMPLATE, Stop, spoils_template
from storage.answers import Answer
from storage.message_rows import NEVER
from whatsapp.transport import Accepted, NotConnected, Refused, SendAnswer

_THROUGHPUT_REACHED = 130429
_PAIR_LIMIT = 131056


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to record, and what has to stop: the session (and perhaps others), or the message's template."""

    answer: Answer
    stop: Stop | None = None


class Judge:
    """Judges answers of one sender host's sessions.

    Args:
        ids: makes dead letters' ids.
        grace_s: how long an uncertain message waits for its receipt.
        random: uniform in [0, 1).
    """

    def __init__(self, ids: IdMaker, grace_s: float, random: Callable[[], float]) -> None:
        self._ids = ids
        self._grace_s = grace_s
        self._random = random
        self._brain = error_brain()

    def judge(
        self, flight: Flight, heard: SendAnswer, session: UUID, company: UUID, permits: Permits, now: float, now_ms: int
    ) -> Verdict:
        """Return what one answer means; ``permits`` take note of it.

        Args:
            flight: the message and its intent.
            heard: what the transport said.
            session, company: whose message it is.
            permits: the session's.
            now: monotonic seconds.
            now_ms: milliseconds since 1970.
        """
        base = self._answer(flight, session, company, now_ms)
        if isinstance(heard, Accepted):
            return self._accepted(base, heard, flight.parcel, permits)
        if isinstance(heard, Refused):
            return self._refused(base, heard, flight.parcel, permits, now, now_ms)
        if isinstance(heard, NotConnected):
            decision = self._brain.not_connected(tries=base.attempt, random=self._random)
            failure = describe(decision.of, "not_connected", details=heard.why)
            return self._follow(base, decision, failure, flight.parcel, permits, now, now_ms)
        decision = self._brain.no_answer()
        base.error = describe(decision.of, "no_answer", details=heard.why).error
        return self._uncertain(base, "no_answer", now_ms)

    def unsent(self, flight: Flight, session: UUID, company: UUID, now_ms: int, reason: str | None = None) -> Answer:
        """Return the answer for a message that was certainly not sent: back into the queue, or held with a reason."""
        answer = self.never_left(
            flight.parcel.uuid, flight.parcel.attempt + 1, flight.intent.id, session, company, now_ms
        )
        answer.taken = flight.taken
        if reason is not None:
            answer.status, answer.look_at, answer.reason = "held", NEVER, reason
        return answer

    def never_left(
        self, message_id: UUID, attempt: int, intent: UUID, session: UUID, company: UUID, now_ms: int
    ) -> Answer:
        """Return the answer for a try that was recorded and certainly never made: the message is due again."""
        moment = ms_to_time(now_ms)
        return Answer(
            message_id,
            company,
            session,
            intent,
            attempt,
            "held",
            "queued",
            attempt - 1,
            at_text(now_ms),
            moment,
            reason="not_sent_in_time",
            due_at=moment,
            look_at=moment,
        )

    def lost(self, message_id: UUID, attempt: int, intent: UUID, session: UUID, company: UUID, now_ms: int) -> Answer:
        """Return the answer for a message whose sender went away while it may have been sending it."""
        answer = Answer(
            message_id,
            company,
            session,
            intent,
            attempt,
            "uncertain",
            "uncertain",
            attempt,
            at_text(now_ms),
            ms_to_time(now_ms),
        )
        return self._uncertain(answer, "sender_lost", now_ms).answer

    @staticmethod
    def _answer(flight: Flight, session: UUID, company: UUID, now_ms: int) -> Answer:
        parcel = flight.parcel
        attempt = parcel.attempt + 1
        return Answer(
            parcel.uuid,
            company,
            session,
            flight.intent.id,
            attempt,
            "accepted",
            "accepted",
            attempt,
            at_text(now_ms),
            ms_to_time(now_ms),
            taken=flight.taken,
            event_ms=parcel.event_ms,
        )

    @staticmethod
    def _accepted(answer: Answer, heard: Accepted, parcel: Parcel, permits: Permits) -> Verdict:
        permits.accepted(parcel)
        answer.provider_id = heard.provider_id.replace("\x00", "")[:512]
        if heard.message_status not in (None, "accepted"):
            answer.reason = heard.message_status
        return Verdict(answer)

    def _uncertain(self, answer: Answer, reason: str, now_ms: int) -> Verdict:
        answer.outcome = answer.status = "uncertain"
        answer.reason = reason
        answer.decide_at = ms_to_time(now_ms) + timedelta(seconds=self._grace_s)
        return Verdict(answer)

    def _refused(
        self, answer: Answer, heard: Refused, parcel: Parcel, permits: Permits, now: float, now_ms: int
    ) -> Verdict:
        of = self._brain.classify(heard.code, heard.subcode)
        strikes = permits.strike_recipient(parcel.to) if of.scope == "recipient" else permits.strikes
        decision = self._brain.refused(
            heard.code,
            heard.subcode,
            tries=answer.attempt,
            strikes=strikes,
            retry_after_s=heard.retry_after_s,
            random=self._random,
        )
        failure = describe(
            of,
            whatsapp_reason(heard.code),
            code=heard.code,
            subcode=heard.subcode,
            title=heard.title,
            details=heard.details,
            raw=heard.raw if of.code_from < 0 else None,
        )
        answer.code = str(heard.code)
        if heard.code == _THROUGHPUT_REACHED:
            permits.bucket.slow_down()
        if heard.code == _PAIR_LIMIT and decision.wait_s is not None:
            permits.block_recipient(parcel.to, now, decision.wait_s)
        return self._follow(answer, decision, failure, parcel, permits, now, now_ms)

    def _follow(
        self,
        answer: Answer,
        decision: Decision,
        failure: Failure,
        parcel: Parcel,
        permits: Permits,
        now: float,
        now_ms: int,
    ) -> Verdict:
        answer.error, answer.reason, answer.error_class = failure.error, failure.reason, decision.of.name
        if not decision.spends_try:
            answer.tries = parcel.attempt
        if decision.kind in ("fail", "suppress"):
            answer.outcome = answer.status = "failed"
            answer.dead_id = self._ids.make_uuid(now_ms)
            answer.suppresses = decision.kind == "suppress"
            return Verdict(answer, self._spoilt(answer, decision, failure, parcel, permits, now))
        if decision.kind == "retry":
            answer.outcome, answer.status, answer.reason = "retry", "queued", "retry"
            _wait(answer, decision.wait_s or 0.0)
            if decision.scope == "number":
                permits.block(now, min(decision.wait_s or 0.0, SHORT_S))
            return Verdict(answer)
        answer.outcome = answer.status = "held"
        if decision.scope in NUMBER_SCOPES:
            return self._number_waits(answer, decision, failure, permits, now)
        _wait(answer, decision.wait_s)
        if decision.scope != TEMPLATE or parcel.template_name is None:
            return Verdict(answer)
        stop = Stop(TEMPLATE, failure.reason, decision.wait_s, decision.alert)
        answer.reason = stop.template_reason
        return Verdict(answer, _block_template(parcel, stop, permits, now))

    @staticmethod
    def _spoilt(
        answer: Answer, decision: Decision, failure: Failure, parcel: Parcel, permits: Permits, now: float
    ) -> Stop | None:
        """Return the stop of a template whose next messages would be refused like this one."""
        if decision.of.name != "fix" or decision.scope != TEMPLATE or parcel.template_name is None:
            return None
        in_a_row = permits.strike_template(parcel.template_name, parcel.template_language)
        if answer.code is None or not spoils_template(decision.of, int(answer.code), in_a_row):
            return None
        return _block_template(parcel, Stop(TEMPLATE, failure.reason, None, alert=True), permits, now)

    @staticmethod
    def _number_waits(answer: Answer, decision: Decision, failure: Failure, permits: Permits, now: float) -> Verdict:
        wait_s = decision.wait_s
        permits.block(now, math.inf if wait_s is None else wait_s)
        if wait_s is not None and wait_s <= SHORT_S:
            _wait(answer, wait_s)
            return Verdict(answer)
        answer.reason = "session_paused"
        _wait(answer, None)
        return Verdict(answer, Stop(decision.scope, failure.reason, wait_s, decision.alert))


def _block_template(parcel: Parcel, stop: Stop, permits: Permits, now: float) -> Stop | None:
    """Hold what else this sender has of a message's template; return the stop if it is news."""
    name, language = parcel.template_name or "", parcel.template_language
    return stop if permits.block_template(name, language, now, stop.wait_s, stop.template_reason) else None


def _wait(answer: Answer, wait_s: float | None) -> None:
    """Put the message back into the queue: for a while, or (None) until its session goes on."""
    moment: datetime = answer.answered_at
    answer.due_at = moment if wait_s is None else moment + timedelta(seconds=wait_s)
    answer.look_at = NEVER if wait_s is None else answer.due_at

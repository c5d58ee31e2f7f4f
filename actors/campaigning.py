"""The loop of campaigns in a worker: makes messages for recipients without one, starts what is due, ends what is over.

One transaction is one round of one campaign, whose row it holds: another worker takes another campaign. Only so many
messages are made as its numbers send in the next seconds, so the queue stays flat and a pause is exact.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import orjson

from actors.jobs.tools import JobTools
from engine.campaign_composer import CampaignComposer, Composed
from engine.campaign_schema import Plan, read_campaign
from engine.campaigns import SCHEDULED, SessionNow, room, stalled
from engine.drafts import BULK
from engine.errors import Unavailable
from engine.ids import id_time, ms_to_time, time_to_ms
from engine.metrics import Delta
from engine.quiet_hours import QuietClock
from engine.times import rfc3339
from storage import campaigns
from storage.campaign_holds import is_over, release_campaign
from storage.campaign_marks import MARKED
from storage.campaign_people import find_refusals
from storage.campaign_plans import load_plan
from storage.campaign_recipients import Given, Pending, get_expansion, give_messages, take_letters, take_pending
from storage.companies import get_company
from storage.message_changes import Transition, born
from storage.message_rows import HANDED_OVER_S, MessageRow, create_messages, hand_over
from storage.pool import AWAY, Connection
from storage.searching import Row

log = logging.getLogger(__name__)
_PER_ROUND = 1_000
_MOST_ROUNDS = 20  # in one run of the loop
_CLAIM_S = 5.0  # a round that fails, or whose worker dies, is tried again after this
_BUSY_S, _QUIET_S, _FILLING_S = 0.4, 1.0, 0.2
_NOBODY = UUID(int=0)
DEALT_WITH = "already_dealt_with"


class Campaigning:
    """Campaigns that are due, one round each; see the module."""

    def __init__(self, tools: JobTools) -> None:
        self._tools = tools

    async def run_once(self) -> None:
        for _ in range(_MOST_ROUNDS):
            round_ = _Round(self._tools)
            try:
                await self._tools.commit(round_.run)
            except (Unavailable, *AWAY):
                raise
            except Exception as error:
                if round_.claimed is None:
                    raise
                # Undone with its claim, it would be the first again, and nobody behind it would ever have a turn.
                log.error("a campaign's round failed: %s", error, extra={"action": "make_campaigns"}, exc_info=error)
                await campaigns.postpone(self._tools.pool, *round_.claimed, _CLAIM_S)
                continue
            if round_.claimed is None:
                return
            if round_.due:
                self._tools.hand_over([hand_over(row, None, components) for row, components in round_.due])


class _Round:
    """One transaction's work on one campaign."""

    def __init__(self, tools: JobTools) -> None:
        self._tools = tools
        self._now = ms_to_time(tools.now_ms())
        self.claimed: tuple[UUID, UUID] | None = None  # a company and its campaign
        self.due: list[tuple[MessageRow, Any]] = []

    async def run(self, connection: Connection, _: Delta) -> list[Transition]:
        self.claimed, self.due = None, []
        self._now = ms_to_time(self._tools.now_ms())
        row = await campaigns.claim_due_campaign(connection, _CLAIM_S)
        if row is None:
            return []
        self.claimed = row["company_id"], row["id"]
        plan, _problems = read_campaign(row["definition"])
        if row["state"] == SCHEDULED:
            await self._begin(connection, row, plan)
            return []
        return await self._make(connection, row, plan)

    async def _begin(self, connection: Connection, row: Row, plan: Plan) -> None:
        """Begin a campaign whose time has come; one that recurs begins as a copy of itself, and waits for the next."""
        company_id, now = row["company_id"], self._now
        make_id = self._tools.ids.make_uuid
        if plan.recurrence is None:
            job_id = make_id(time_to_ms(now))
            await campaigns.begin(connection, company_id, row["id"], job_id, now, as_of=now)
            return
        child_id, job_id = make_id(time_to_ms(now)), make_id(time_to_ms(now))
        definition = {name: value for name, value in row["definition"].items() if name != "schedule"}
        if plan.time_zone:
            definition["schedule"] = {"time_zone": plan.time_zone}
        await campaigns.insert_campaign(
            connection,
            company_id,
            child_id,
            row["name"],
            definition,
            created_by=None,
            parent_id=row["id"],
            origin="recurrence",
        )
        await campaigns.begin(connection, company_id, child_id, job_id, now, as_of=now)
        following = plan.recurrence.next_after(now, await self._zone_name(connection, company_id, plan))
        if following is None:
            await campaigns.finish(connection, company_id, row["id"], now)
        else:
            await campaigns.schedule(connection, company_id, row["id"], following, now)

    async def _zone_name(self, connection: Connection, company_id: UUID, plan: Plan) -> str:
        if plan.time_zone:
            return plan.time_zone
        company = await get_company(connection, company_id)
        return company["time_zone"] if company else self._tools.settings.time_zone

    async def _make(self, connection: Connection, row: Row, plan: Plan) -> list[Transition]:
        """Make what the numbers need for the next seconds; end the campaign where nothing is left."""
        company_id, campaign_id = row["company_id"], row["id"]
        session_ids = [share.session_id for share in plan.sessions]
        loaded = await load_plan(connection, company_id, campaign_id, plan, self._tools.settings.time_zone)
        sessions, composer = loaded.sessions, loaded.composer
        expansion = await get_expansion(connection, company_id, campaign_id)
        writing = expansion is not None and expansion["finished_at"] is None
        problem = composer.problem()
        quiet = QuietClock(plan.quiet_hours, loaded.zone_name) if plan.quiet_hours else None
        made_to, full = dict(row["made_to"]), False
        transitions: list[Transition] = []
        if any(session["aside"] for session in sessions):  # a gateway died while it resumed, or a pause came too late
            transitions = await release_campaign(connection, campaign_id, session_ids, self._now)
        for session in sessions if problem is None and not transitions else ():
            wanted = room(_now_of(session), session["ready"], session["waiting"])
            most = min(wanted, _PER_ROUND - len(transitions))
            if most <= 0:
                continue
            after = UUID(made_to.get(str(session["id"]), str(_NOBODY)))
            pending = await take_pending(connection, company_id, campaign_id, session["id"], after, most)
            if not pending:
                continue
            rows = await self._messages(connection, row, composer, session, pending, quiet)
            transitions += [born(message) for message in rows]
            made_to[str(session["id"])] = str(pending[-1].contact_id)
            full = full or len(transitions) >= _PER_ROUND
        ready = sum(session["ready"] for session in sessions)
        waiting = sum(session["waiting"] for session in sessions)
        idle = not (transitions or ready or waiting or writing)
        if idle and await is_over(connection, campaign_id, session_ids):
            await campaigns.finish(connection, company_id, campaign_id, self._now)
            return []
        moved = bool(transitions) or ready != made_to.get("ready")
        made_to["ready"] = ready
        why = stalled(
            row["state"],
            [_now_of(session) for session in sessions],
            wanted=len(session_ids),
            expansion=await self._expansion_state(connection, company_id, campaign_id) if writing else None,
            template_problem=problem,
            idle_s=0.0 if moved or not ready else (self._now - (row["moved_at"] or self._now)).total_seconds(),
        )
        again_s = 0.0 if full else _FILLING_S if writing else _BUSY_S if transitions or ready else _QUIET_S
        await campaigns.note_round(connection, campaign_id, made_to, why, again_s, moved=moved)
        return transitions

    async def _expansion_state(self, connection: Connection, company_id: UUID, campaign_id: UUID) -> str | None:
        found = await campaigns.get_campaign(connection, company_id, campaign_id)
        return None if found is None else found["job_state"]

    async def _messages(
        self,
        connection: Connection,
        campaign: Row,
        composer: CampaignComposer,
        session: Row,
        pending: Sequence[Pending],
        quiet: QuietClock | None,
    ) -> list[MessageRow]:
        """Make one message for each of these recipients, in the caller's transaction."""
        company_id, now_ms = campaign["company_id"], time_to_ms(self._now)
        phones = [one.person.phone for one in pending if one.person is not None and one.person.phone]
        refusals = await find_refusals(connection, company_id, phones)
        ids = {one.contact_id: self._tools.ids.make_uuid(now_ms) for one in pending}
        retried = [(one.retry_of, ids[one.contact_id]) for one in pending if one.retry_of is not None]
        done = await take_letters(connection, company_id, retried, self._now)
        rows: list[MessageRow] = []
        given: list[Given] = []
        for one in pending:
            refusal = DEALT_WITH if one.retry_of in done else None
            if refusal is None and one.person is not None and one.person.phone:
                category = composer.template_of(one.variant).category
                refusal = refusals.reason(company_id, one.person.phone, category)
            row, components = self._message(ids[one.contact_id], campaign, composer, session, one, refusal, quiet)
            rows.append(row)
            apart = row.status in MARKED
            given.append(Given(one.contact_id, row.id, row.status if apart else None, row.reason if apart else None))
            if row.status == "queued" and session["transport"] != "web":  # a linked phone fetches its own
                self.due.append((row, components))
        await give_messages(connection, campaign["id"], given)
        await create_messages(connection, rows)
        return rows

    def _message(
        self,
        message_id: UUID,
        campaign: Row,
        composer: CampaignComposer,
        session: Row,
        one: Pending,
        refusal: str | None,
        quiet: QuietClock | None,
    ) -> tuple[MessageRow, Any]:
        created_at = id_time(message_id)
        composed: Composed | None = None
        phone, reason = "", "contact_gone"
        if one.person is not None:
            composed = composer.compose(one.variant, session["id"], one.contact_id, one.person, self._now)
            phone = one.person.phone or ""
            reason = composed.reason or refusal or ""
        due_at: datetime | None = created_at
        status: Literal["queued", "held", "skipped"] = "queued"
        if reason:
            status, due_at = "skipped", None
        elif quiet is not None and (until_ms := quiet.until_ms(phone, time_to_ms(self._now))) is not None:
            status, reason, due_at = "held", "quiet_hours", ms_to_time(until_ms)
        look_at = due_at
        if status == "queued" and session["transport"] != "web":
            look_at = created_at + timedelta(seconds=HANDED_OVER_S)
        components = composed.content.components if composed else None
        row = composer.template_of(one.variant)
        by_template = composed is not None and composed.by_template
        first = {"status": status, "at": rfc3339(created_at), "reason": reason or None, "attempt": 0}
        return (
            MessageRow(
                id=message_id,
                company_id=campaign["company_id"],
                created_at=created_at,
                event_id=None,
                rule_id=None,
                rule_version=None,
                campaign_id=campaign["id"],
                session_id=session["id"],
                to_phone=phone,
                order_id=None,
                lane=BULK,
                type="template" if by_template else "text",
                text=composed.content.text if composed else "",
                template_id=row.id,
                template_name=row.name if by_template else None,
                template_language=row.language if by_template else None,
                components=None if components is None else orjson.dumps(components).decode(),
                category=row.category,
                status=status,
                reason=reason or None,
                attempt=0,
                next_attempt_at=due_at if status == "held" else None,
                provider_id=None,
                error=None,
                retry_of=one.retry_of,
                timeline=orjson.dumps([first]).decode(),
                updated_at=created_at,
                due_at=due_at,
                look_at=look_at,
                cancel_on=None,
                variant=_noted(composed),
            ),
            components,
        )


def _noted(composed: Composed | None) -> str | None:
    if composed is None or composed.content.variant is None:
        return None
    return orjson.dumps(composed.content.variant.shown()).decode()


def _now_of(session: Row) -> SessionNow:
    return SessionNow(session["id"], session["state"], session["reason"], session["throughput"])

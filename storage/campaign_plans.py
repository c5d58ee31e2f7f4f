"""A campaign's plan with what it names: its templates, its numbers, its time zone; and its audience counted by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from engine.campaign_composer import CampaignComposer, Composed
from engine.campaign_schema import Plan
from engine.campaign_tally import Tally
from engine.campaign_variables import Person
from engine.drafts import MessageTemplate
from engine.ids import id_time
from engine.zones import zone_named
from storage.audience import walk_audience
from storage.bulk import set_counts
from storage.campaign_people import find_refusals
from storage.campaigns import read_sessions
from storage.companies import get_company
from storage.contacts import hold_contacts
from storage.pool import Connection, Pool
from storage.searching import Row
from storage.templates import evaluated, get_template

NOBODY = UUID(int=0)
_STRICTEST = "marketing"


@dataclass(frozen=True, slots=True)
class LoadedPlan:
    """What a campaign's plan comes to just now."""

    plan: Plan
    composer: CampaignComposer
    templates: dict[UUID, Row]
    sessions: list[Row]
    zone_name: str


async def load_plan(
    executor: Connection | Pool, company_id: UUID, campaign_id: UUID, plan: Plan, default_zone: str
) -> LoadedPlan:
    """Return a plan with those of its templates and numbers that exist; ``default_zone`` where nobody names one."""
    templates: dict[UUID, Row] = {}
    compiled: dict[UUID, MessageTemplate] = {}
    for variant in plan.variants:
        row = await get_template(executor, company_id, variant.template_id)
        if row is not None:
            templates[variant.template_id] = row
            compiled[variant.template_id] = MessageTemplate(evaluated(row))
    sessions = await read_sessions(executor, company_id, campaign_id, [one.session_id for one in plan.sessions])
    zone_name = plan.time_zone
    if zone_name is None:
        company = await get_company(executor, company_id)
        zone_name = company["time_zone"] if company else default_zone
    transports = {session["id"]: session["transport"] for session in sessions}
    composer = CampaignComposer(campaign_id, plan, compiled, transports, zone_named(zone_name))
    return LoadedPlan(plan, composer, templates, sessions, zone_name)


class Judged(NamedTuple):
    """A contact of a plan's audience, and what it would get.

    Attributes:
        session_id: the number that would write; the nil UUID while the plan names none.
        message: None while the plan has no template, or one that is gone.
        refusal: why nothing goes to this person, whatever it says (a code).
    """

    contact_id: UUID
    person: Person
    variant: int
    session_id: UUID
    message: Composed | None
    refusal: str | None

    @property
    def reason(self) -> str | None:
        """Why it would get nothing, as a code; None where it would."""
        if self.message is not None:
            return self.message.reason or self.refusal
        return self.refusal if self.person.phone else "no_phone"


async def judge_page(
    executor: Connection | Pool, company_id: UUID, loaded: LoadedPlan, after: UUID, as_of: datetime, window: int
) -> tuple[list[Judged], UUID | None]:
    """Look at the next contacts of a plan's audience; return them, and where to go on (None: that was all).

    A plan may still lack its templates and numbers: who wants no marketing is refused then.
    """
    if loaded.plan.audience is None:
        return [], None
    page = await walk_audience(executor, company_id, loaded.plan.audience, after, as_of=as_of, window=window)
    contacts = [
        (row["id"], Person(row["phone"], row["name"], row["email"], row["document"], row["fields"]))
        for row in page.rows
        if id_time(row["id"]) <= as_of
    ]
    refusals = await find_refusals(executor, company_id, [person.phone for _, person in contacts if person.phone])
    composer, plan = loaded.composer, loaded.plan
    composes = bool(plan.variants) and all(variant.template_id in loaded.templates for variant in plan.variants)
    judged = []
    for contact_id, person in contacts:
        variant = composer.variant_of(contact_id) if composes else 0
        session_id = composer.session_of(contact_id) if plan.sessions else NOBODY
        message = composer.compose(variant, session_id, contact_id, person, as_of) if composes else None
        category = message.row.category if message is not None else _STRICTEST
        refusal = refusals.reason(company_id, person.phone, category) if person.phone else None
        judged.append(Judged(contact_id, person, variant, session_id, message, refusal))
    if page.next is None or id_time(page.next) > as_of:
        return judged, None
    return judged, page.next


async def count_page(
    executor: Connection | Pool,
    company_id: UUID,
    loaded: LoadedPlan,
    tally: Tally,
    after: UUID,
    as_of: datetime,
    window: int,
) -> UUID | None:
    """Count the next contacts of a complete plan's audience into a tally; return where to go on (None: that was all).

    Raises:
        KeyError: a template of it is gone.
    """
    judged, following = await judge_page(executor, company_id, loaded, after, as_of, window)
    for one in judged:
        message = one.message
        if message is None:
            raise KeyError(loaded.plan.variants[one.variant].template_id)
        tally.add(one.contact_id, one.person, one.variant, one.session_id, message, one.refusal)
    return following


async def show_counts(connection: Connection, company_id: UUID, preview_id: UUID, tally: Tally) -> None:
    """Keep what was counted as its preview, with those examples whose contacts are still there.

    They are locked until the transaction ends: who is erased after it is taken out of the preview (storage/erasure.py).
    """
    samples = [UUID(sample["contact_id"]) for sample in tally.samples]
    tally.show_only(await hold_contacts(connection, company_id, samples))
    await set_counts(connection, company_id, preview_id, tally.to_json())

"""A campaign's plan with what it names: its templates, its numbers, its time zone; and its audience counted by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from engine.campaign_composer import CampaignComposer
from engine.campaign_schema import Plan
from engine.campaign_tally import Tally
from engine.campaign_variables import Person
from engine.drafts import MessageTemplate, TemplateRow
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
from storage.templates import get_template


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
            columns = {name: row[name] for name in TemplateRow.__slots__}
            compiled[variant.template_id] = MessageTemplate(TemplateRow(**columns))
    sessions = await read_sessions(executor, company_id, campaign_id, [one.session_id for one in plan.sessions])
    zone_name = plan.time_zone
    if zone_name is None:
        company = await get_company(executor, company_id)
        zone_name = company["time_zone"] if company else default_zone
    transports = {session["id"]: session["transport"] for session in sessions}
    composer = CampaignComposer(campaign_id, plan, compiled, transports, zone_named(zone_name))
    return LoadedPlan(plan, composer, templates, sessions, zone_name)


async def count_page(
    executor: Connection | Pool,
    company_id: UUID,
    loaded: LoadedPlan,
    tally: Tally,
    after: UUID,
    as_of: datetime,
    window: int,
) -> UUID | None:
    """Count the next contacts of a plan's audience into a tally; return where to go on (None: that was all)."""
    if loaded.plan.audience is None:
        return None
    page = await walk_audience(executor, company_id, loaded.plan.audience, after, as_of=as_of, window=window)
    contacts = [
        (row["id"], Person(row["phone"], row["name"], row["email"], row["document"], row["fields"]))
        for row in page.rows
        if id_time(row["id"]) <= as_of
    ]
    refusals = await find_refusals(executor, company_id, [person.phone for _, person in contacts if person.phone])
    composer = loaded.composer
    for contact_id, person in contacts:
        variant, session_id = composer.variant_of(contact_id), composer.session_of(contact_id)
        message = composer.compose(variant, session_id, person, as_of)
        refusal = refusals.reason(company_id, person.phone, message.row.category) if person.phone else None
        tally.add(contact_id, person, variant, session_id, message, refusal)
    if page.next is None or id_time(page.next) > as_of:
        return None
    return page.next


async def show_counts(connection: Connection, company_id: UUID, preview_id: UUID, tally: Tally) -> None:
    """Keep what was counted as its preview, with those examples whose contacts are still there.

    They are locked until the transaction ends: who is erased after it is taken out of the preview (storage/erasure.py).
    """
    samples = [UUID(sample["contact_id"]) for sample in tally.samples]
    tally.show_only(await hold_contacts(connection, company_id, samples))
    await set_counts(connection, company_id, preview_id, tally.to_json())

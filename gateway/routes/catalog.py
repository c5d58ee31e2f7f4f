"""Every route of the API, in the order of its documentation."""

from __future__ import annotations

from gateway.operations import Operation
from gateway.routes import (
    asking,
    companies,
    contact_lists,
    contacts,
    dead_letters,
    events,
    health,
    jobs,
    linking,
    media,
    messages,
    metrics,
    opt_outs,
    reviewing,
    rules,
    schedules,
    sessions,
    templates,
    watching,
    webhook_activity,
    webhooks,
)

OPERATIONS: tuple[Operation, ...] = (
    *events.OPERATIONS,
    *messages.OPERATIONS,
    *rules.OPERATIONS,
    *templates.OPERATIONS,
    *reviewing.OPERATIONS,
    *contacts.OPERATIONS,
    *contact_lists.OPERATIONS,
    *opt_outs.OPERATIONS,
    *webhooks.OPERATIONS,
    *webhook_activity.OPERATIONS,
    *sessions.OPERATIONS,
    *asking.OPERATIONS,
    *linking.OPERATIONS,
    *media.OPERATIONS,
    *dead_letters.OPERATIONS,
    *watching.OPERATIONS,
    *jobs.OPERATIONS,
    *schedules.OPERATIONS,
    *metrics.OPERATIONS,
    *companies.OPERATIONS,
    *health.OPERATIONS,
)

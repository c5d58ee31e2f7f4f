"""The route that tags contacts, or puts them into a list, by a filter: counted first, then run as a job."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from engine.audience import parse_audience
from engine.contacts import MAX_TAG, MAX_TAGS, read_tags
from engine.errors import FieldProblem
from engine.problems import Problems
from gateway.bulk import BulkAction, answer_bulk, bulk_answers, bulk_schema
from gateway.calls import Call
from gateway.operations import Operation
from gateway.schema import anything, identifier, items, text
from storage.contact_lists import unknown_lists

_CHANGES = ("add_tags", "remove_tags", "add_to_list", "remove_from_list")
_CHANGE = BulkAction(name="contacts_change", job_kind="contacts_change", counting_kind="contacts_change_preview")


async def _change(call: Call) -> Response:
    if call.body.get("preview"):
        await _check(call)
    return await answer_bulk(call, _CHANGE)


async def _check(call: Call) -> None:
    """Read the filter and the change.

    Raises:
        FieldProblem: names everything that is wrong.
    """
    body, problems = call.body, Problems()
    given = [name for name in _CHANGES if name in body]
    if len(given) != 1:
        problems.add("add_tags", f"is needed, or one of {', '.join(_CHANGES[1:])}, and only one of them")
    asked: dict[str, list[UUID]] = {}
    if "filter" in body:
        audience, found = parse_audience(body["filter"])
        problems.found += found
        asked |= {"filter.lists": list(audience.lists), "filter.exclude_lists": list(audience.exclude_lists)}
    for name in given:
        if name.endswith("_tags"):
            body[name] = read_tags(problems, name, body[name])
        else:
            asked[name] = [UUID(body[name])]
    unknown = await unknown_lists(call.services.pool, call.company_id, [one for ids in asked.values() for one in ids])
    for name, ids in asked.items():
        for at, list_id in enumerate(ids):
            if list_id in unknown:
                problems.add(f"{name}[{at}]" if name.startswith("filter") else name, "is no list of this company")
    if problems.found:
        raise FieldProblem(problems.found)


_TAGS = items(text(MAX_TAG), MAX_TAGS, minItems=1)

OPERATIONS = (
    Operation(
        name="changeContacts",
        method="POST",
        path="/contacts/change",
        handler=_change,
        summary="Tag contacts, or put them into a list, by a filter: count first, then run",
        description=(
            "Two calls. `{filter}` (as a campaign's `audience`) or `ids` (at most 1,000), one of the "
            "four changes and `preview: true` count and change nothing; `{preview_id}` runs what that showed as a job, "
            "and never more. Who came after the preview is not in it. Left alone: `changed_already` (it is so), "
            "`not_found`, `not_in_preview`."
        ),
        tag="Contacts",
        role="operator",
        body=bulk_schema(
            anything(description="Whom it means, as a campaign's `audience` does."),
            {
                "add_tags": _TAGS,
                "remove_tags": _TAGS,
                "add_to_list": identifier(),
                "remove_from_list": identifier(),
            },
        ),
        body_example={"filter": {"tags": {"any": ["cliente"]}}, "add_tags": ["vip"], "preview": True},
        answers=bulk_answers("A change of contacts"),
    ),
)

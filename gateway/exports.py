"""What the export routes share: how a file is asked for, what it is called, and its bytes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson

from engine.errors import FieldProblem
from engine.export_columns import KINDS, ExportKind
from engine.export_text import MEDIA_TYPES, FileWriter, Format, Gzip, Style, file_name, gunzip_member
from engine.zones import zone_named
from gateway.calls import Call
from gateway.downloads import Download, attachment, takes_gzip
from gateway.operations import TIME_RANGE, Query, choice_query, flag_query, id_query
from gateway.parameters import read_parameters
from gateway.routes import campaign_reports, contacts, events, messages
from storage.campaign_recipients import ExportedRecipients
from storage.campaigns import get_campaign
from storage.companies import get_company
from storage.exporting import Selection, pages, select
from storage.exports import read_chunks
from storage.pool import storage_errors
from storage.searching import Row

DELIMITERS = {"comma": ",", "semicolon": ";", ",": ",", ";": ";"}
STYLE_QUERY = (
    choice_query("lang", "The language of CSV's column names; `pt` by default.", "pt", "en"),
    choice_query(
        "delimiter",
        "Of CSV; a comma by default. With a semicolon money has a decimal comma (`97,00`), as a Brazilian Excel reads "
        "it.",
        *DELIMITERS,
    ),
    flag_query("bom", "Begin a CSV with the byte order mark by which Excel knows UTF-8."),
    choice_query(
        "compress",
        "`gzip`: a file `….gz`. Without it `Accept-Encoding: gzip` compresses the transfer alone.",
        "none",
        "gzip",
    ),
)


@dataclass(frozen=True, slots=True)
class Exported:
    """A list that can be exported: its filter's parameters, and what reads them into the filter.

    Attributes:
        kind: its columns.
        filters: the list's parameters.
        read: makes the filter of them.
        times: whether a range of time can be asked for.
        check: raises where a filter names something that the company does not have.
    """

    kind: ExportKind
    filters: tuple[Query, ...]
    read: Callable[[dict[str, Any]], tuple[object, ...]]
    times: tuple[Query, ...] = TIME_RANGE
    check: Callable[[Call, Mapping[str, Any]], Awaitable[None]] | None = None

    @property
    def query(self) -> tuple[Query, ...]:
        return (*self.times, *self.filters)

    async def selection(self, call: Call, query: dict[str, Any]) -> Selection:
        """Return what a list's parameters ask for.

        Raises:
            FieldProblem: names a parameter that is missing, or finds nothing.
        """
        wanted = self.read(query)
        if self.check is not None:
            await self.check(call, query)
        return select(self.kind.name, wanted, query, call.now())


def _recipients(query: dict[str, Any]) -> ExportedRecipients:
    if "campaign_id" not in query:
        raise FieldProblem([{"field": "campaign_id", "reason": "is needed"}])
    return ExportedRecipients(query["campaign_id"], *campaign_reports.recipient_filter(query))


async def _campaign_exists(call: Call, query: Mapping[str, Any]) -> None:
    if await get_campaign(call.services.pool, call.company_id, query["campaign_id"]) is None:
        raise FieldProblem([{"field": "campaign_id", "reason": "no campaign has this id"}])


# A kind is exported once it stands here, in engine/export_columns.py and in storage/exporting.py.
EXPORTED: Mapping[str, Exported] = {
    "events": Exported(KINDS["events"], events.FILTERS, events.event_filter),
    "messages": Exported(KINDS["messages"], messages.FILTERS, messages.message_filter),
    "contacts": Exported(KINDS["contacts"], contacts.FILTERS, contacts.contact_filter),
    "campaign-recipients": Exported(
        KINDS["campaign-recipients"],
        (id_query("campaign_id", "The campaign; needed."), *campaign_reports.FILTERS),
        _recipients,
        times=(),
        check=_campaign_exists,
    ),
}


async def zone_of(call: Call) -> str:
    """Return the name of the company's time zone."""
    company = await get_company(call.services.pool, call.company_id)
    return str(company["time_zone"] if company else call.services.settings.time_zone)


async def style_of(call: Call, form: Format, wanted: Mapping[str, Any]) -> Style:
    """Return how a file is written; viewers get phones and documents masked."""
    return Style(
        format=form,
        lang=wanted.get("lang", "pt"),
        delimiter=DELIMITERS[wanted.get("delimiter", "comma")],
        bom=wanted.get("bom", False),
        zone=zone_named(await zone_of(call)),
        masked=call.principal is None or not call.principal.may("operator"),
    )


async def stream(call: Call, exported: Exported, form: Format) -> Download:
    """Return the file that a request asks for."""
    query = call.query
    style = await style_of(call, form, query)
    selection = await exported.selection(call, query)
    as_file = query.get("compress") == "gzip"
    in_transit = not as_file and takes_gzip(call.request.headers.get("accept-encoding", ""))
    headers = attachment(
        "application/gzip" if as_file else MEDIA_TYPES[form],
        file_name(exported.kind, style, call.now(), compressed=as_file),
    )
    if in_transit:
        headers["content-encoding"] = "gzip"
    pieces = _pieces(call, selection, FileWriter(exported.kind, style))
    if as_file or in_transit:
        pieces = _compressed(pieces)
    return Download(pieces, call.services.downloads, call.company_id, headers)


async def select_by_filter(call: Call, exported: Exported, given: Mapping[str, Any]) -> Selection:
    """Return what the filter of a body asks for, read as the list reads its parameters.

    Raises:
        FieldProblem: names what is wrong, as ``filter.<name>``.
    """
    texts = {name: _text(value) for name, value in given.items() if value is not None}
    try:
        query = read_parameters({query.name: query for query in exported.query}, urlencode(texts).encode())
        return await exported.selection(call, query)
    except FieldProblem as error:
        raise FieldProblem([{**one, "field": f"filter.{one['field']}"} for one in error.errors]) from error


def _text(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def stored_style(style: Style, zone: str, *, compressed: bool) -> dict[str, Any]:
    """Return the form in which a job keeps how its file is written."""
    return {
        "format": style.format,
        "lang": style.lang,
        "delimiter": style.delimiter,
        "bom": style.bom,
        "zone": zone,
        "masked": style.masked,
        "compressed": compressed,
    }


async def stored_file(call: Call, row: Row) -> Download:
    """Return a file that a job made."""
    style, pool = row["style"], call.services.pool
    members = read_chunks(pool, call.company_id, row["id"], row["chunks"])
    if style["compressed"]:
        headers = attachment("application/gzip", row["file_name"])
        return Download(_stored(members), call.services.downloads, call.company_id, headers)
    headers = attachment(MEDIA_TYPES[style["format"]], row["file_name"])
    pieces = _unpacked(_stored(members))
    if takes_gzip(call.request.headers.get("accept-encoding", "")):
        headers["content-encoding"] = "gzip"
        pieces = _compressed(pieces)
    return Download(pieces, call.services.downloads, call.company_id, headers)


async def _stored(members: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    async with storage_errors():
        async for member in members:
            yield member


async def _unpacked(members: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    async for member in members:
        yield gunzip_member(member)


async def _pieces(call: Call, selection: Selection, writer: FileWriter) -> AsyncIterator[bytes]:
    first = True
    head = writer.head()
    async with storage_errors():
        async for rows in pages(call.services.pool, call.company_id, selection):
            yield head + writer.rows(rows, first=first)
            head, first = b"", False
    yield head + writer.tail()


async def _compressed(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    gzip = Gzip()
    async for piece in pieces:
        yield gzip.add(piece)
    yield gzip.end()

"""Contacts, their lists, tags and consents."""

from __future__ import annotations

from engine.contacts import MAX_FIELDS, MAX_TAG, MAX_TAGS
from engine.csv_format import DELIMITERS, ENCODINGS, MAX_COLUMNS
from gateway.components.shared import ADDRESS, COUNT, E164, MAYBE_ID, MAYBE_TIME, SENTENCE, WORDS, shown
from gateway.schema import (
    Schema,
    anything,
    boolean,
    choice,
    define,
    identifier,
    items,
    moment,
    nullable,
    record,
    ref,
    text,
)

MOST_IDS = 1_000
IDS: Schema = items(identifier(), MOST_IDS, minItems=1, description=f"At most {MOST_IDS}; more go by a filter.")
TAGS: Schema = items(text(MAX_TAG), MAX_TAGS)
PURPOSES = ("marketing", "transactional", "all")
MAPPING_MOST = MAX_COLUMNS

_FIELDS = anything(
    description=f"Custom fields: up to {MAX_FIELDS} names in snake_case, each with a text, number or flag."
)
_INPUT: dict[str, Schema] = {
    "name": nullable(text(300)),
    "email": nullable(text(320)),
    "document": nullable(text(60)),
    "fields": {**_FIELDS, "description": f"{_FIELDS['description']} null removes one; the others stay."},
    "tags": {**TAGS, "description": "All of the contact's tags; those that are not here are taken off."},
}
_PHONE = text(64, description="Anything that can be read as a phone; Brazilian unless it begins with `+`.")
define("ContactInput", record({"phone": _PHONE, **_INPUT}, required=("phone",)))
define("ContactChange", record({"phone": _PHONE, **_INPUT}))
define(
    "Contact",
    shown(
        {
            "id": identifier(),
            "phone": nullable(E164),
            "wa_id": {**SENTENCE, "description": "WhatsApp's own digits, where they differ from the phone's."},
            "bsuid": {**SENTENCE, "description": "WhatsApp's id of a person who hides the number."},
            "name": SENTENCE,
            "email": SENTENCE,
            "document": SENTENCE,
            "fields": _FIELDS,
            "tags": {"type": "array", "items": {"type": "string"}},
            "lists": {"type": "array", "items": identifier()},
            "source": choice("event", "message", "import", "api", description="How the contact came first."),
            "opted_out": boolean(description="Wants no messages at all: nothing is sent but a person's answers."),
            "marketing_stopped": boolean(description="Wants no marketing."),
            "consent": {
                **nullable(
                    shown(
                        {
                            "purpose": choice("marketing", "all"),
                            "granted": boolean(description="false: withdrawn."),
                            "source": {"type": "string"},
                            "at": moment(),
                        }
                    )
                ),
                "description": "The newest word about marketing; null: none is noted.",
            },
            "first_seen_at": moment(),
            "first_event_at": MAYBE_TIME,
            "last_event_at": MAYBE_TIME,
            "last_event_id": MAYBE_ID,
            "last_event_type": SENTENCE,
            "last_inbound_at": {**MAYBE_TIME, "description": "When the person wrote last."},
            "last_message_at": {
                **MAYBE_TIME,
                "description": "When the last message went to the person, that WhatsApp accepted, or came from them.",
            },
            "window_until": {**MAYBE_TIME, "description": "Until when plain texts may be sent (24 hours)."},
            "created_at": moment(),
            "updated_at": moment(),
        }
    ),
)
define("ContactListInput", record({"name": text(120), "description": text(500, 0)}, required=("name",)))
define("ContactListChange", record({"name": text(120), "description": text(500, 0)}))
define(
    "ContactList",
    shown(
        {
            "id": identifier(),
            "name": {"type": "string"},
            "description": {"type": "string"},
            "members": {**COUNT, "description": "Up to 10,000."},
            "members_capped": boolean(),
            "created_at": moment(),
            "updated_at": moment(),
        }
    ),
)
define("Members", record({"ids": IDS}, required=("ids",)))
define("Changed", shown({"changed": {**COUNT, "description": "How many were new, or were taken away."}}))
define("Tagging", record({"ids": IDS, "tags": {**TAGS, "minItems": 1}}, required=("ids", "tags")))
define(
    "Tag",
    shown(
        {"tag": {"type": "string"}, "contacts": {**COUNT, "description": "Up to 10,000."}, "contacts_capped": boolean()}
    ),
)
define("Tags", shown({"data": {"type": "array", "items": ref("Tag")}, "more": boolean()}))
define(
    "ConsentInput",
    record(
        {
            "purpose": choice(*PURPOSES, description="By default marketing."),
            "granted": boolean(description="false: withdrawn."),
            "source": text(200, description="Where it was given: `checkout`, `formulário da loja`, …"),
            "note": text(1_000, description="What proves it: an address, a version of the terms, …"),
            "at": moment(description="When it was given; by default now."),
        },
        required=("granted", "source"),
    ),
)
define(
    "Consent",
    shown(
        {
            "id": identifier(),
            "purpose": choice(*PURPOSES),
            "granted": boolean(),
            "source": {"type": "string"},
            "note": SENTENCE,
            "at": moment(),
            "created_by": {"type": "string"},
            "created_at": moment(),
        }
    ),
)
define(
    "OptOutInput",
    record(
        {
            "phones": items(
                text(160),
                MOST_IDS,
                minItems=1,
                description="Anything that can be read as phones, or WhatsApp's ids (BSUID).",
            ),
            "kind": choice("all", "marketing", description="By default all."),
            "source": text(200, description="Where it was said: `pediu por telefone`, …"),
        },
        required=("phones",),
    ),
)
define(
    "OptOut",
    shown(
        {
            "phone": ADDRESS,
            "kind": choice("all", "marketing"),
            "source": {"type": "string", "description": "`message`: the person wrote it; else who or what noted it."},
            "event_id": {**MAYBE_ID, "description": "The inbound message in which it was said."},
            "contact_id": MAYBE_ID,
            "name": SENTENCE,
            "at": moment(),
        }
    ),
)
define(
    "OptOutPolicy",
    record(
        {
            "spares_utility": boolean(
                description="Templates of the categories utility and authentication go to opted-out people too."
            )
        },
        required=("spares_utility",),
    ),
)
_FORMAT: dict[str, Schema] = {
    "encoding": choice(*ENCODINGS),
    "delimiter": choice(*DELIMITERS),
    "header": boolean(description="The first row names the columns."),
    "mapping": items(nullable(text(70)), MAPPING_MOST, description="What each column means, in their order."),
}
_SUMMARY: dict[str, Schema] = {
    "id": identifier(),
    "filename": {"type": "string"},
    "bytes": COUNT,
    "lines": COUNT,
    "job_id": MAYBE_ID,
    "created_by": {"type": "string"},
    "created_at": moment(),
    "expires_at": moment(description="When the file and its refused rows go."),
}
define("ContactImportFormat", record(_FORMAT))
define(
    "ContactImportStart",
    record(
        {
            **_FORMAT,
            "mode": choice("update", "skip", description="By default update."),
            "list_ids": items(identifier(), 20, description="Lists that everybody in the file is put into."),
            "tags": TAGS,
            "consent": record(
                {
                    "source": text(200, description="Where these people agreed to be written to."),
                    "purpose": choice(*PURPOSES, description="By default marketing."),
                    "at": moment(description="By default now."),
                },
                required=("source",),
            ),
        },
        required=("consent",),
    ),
)
define("ContactImportSummary", shown(_SUMMARY))
define(
    "ContactImport",
    shown(
        {
            **_SUMMARY,
            "encoding": choice(*ENCODINGS),
            "delimiter": choice(*DELIMITERS),
            "header": boolean(),
            "columns": items(
                shown({"name": {"type": "string"}, "target": SENTENCE, "samples": items({"type": "string"}, 3)}),
                MAPPING_MOST,
            ),
            "mapping_problems": items(anything(), 50),
            "rows": items(
                shown(
                    {
                        "row": COUNT,
                        "cells": {"type": "array", "items": {"type": "string"}},
                        "phone": nullable(E164),
                        "problem": SENTENCE,
                        "problem_text": WORDS,
                        "wrong": items(
                            shown({"column": COUNT, "problem": {"type": "string"}, "problem_text": WORDS}),
                            MAPPING_MOST,
                            description="The cells that cannot be taken as they stand; columns count from 0.",
                        ),
                    }
                ),
                50,
            ),
            "list_ids": {"type": "array", "items": identifier(), "description": "Where it put everybody."},
            "job": nullable(ref("Job")),
        }
    ),
)
define(
    "Erasure",
    shown(
        {
            "id": identifier(),
            "contact_id": {**MAYBE_ID, "description": "null: the person was no contact."},
            "counts": anything(description="How many events and messages there were.", additionalProperties=COUNT),
            "job_id": MAYBE_ID,
            "requested_by": {"type": "string"},
            "created_at": moment(),
            "finished_at": MAYBE_TIME,
        }
    ),
)
define(
    "RevealedContact",
    shown({"phone": nullable(E164), "name": SENTENCE, "email": SENTENCE, "document": SENTENCE}),
)

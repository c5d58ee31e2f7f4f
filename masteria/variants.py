"""The command `template`, as far as texts are written: variants listed, added, reviewed, proposed and tried; ideas."""

from __future__ import annotations

import argparse

from masteria.api_client import client_for
from masteria.jobs import follow
from masteria.tables import show_one, show_rows

_COLUMNS = ("id", "state", "origin", "template_version", "text")


def list_(given: argparse.Namespace) -> int:
    """Print a template's variants."""
    rows = list(client_for(given).pages(f"/templates/{given.id}/variants"))
    show_rows(rows, _COLUMNS, given.json)
    return 0


def add(given: argparse.Namespace) -> int:
    """Write a variant by hand."""
    body = {"text": given.text, "state": "approved" if given.approved else "proposed"}
    show_one(client_for(given).call("POST", f"/templates/{given.id}/variants", body), given.json)
    return 0


def review(given: argparse.Namespace) -> int:
    """Approve or reject a variant."""
    path = f"/templates/{given.id}/variants/{given.variant}"
    show_one(client_for(given).call("PATCH", path, {"state": given.state}), given.json)
    return 0


def write(given: argparse.Namespace) -> int:
    """Have the company's language model propose variants, and wait for it; 1 if it made none."""
    client = client_for(given)
    body = {"brief": given.brief, "count": given.count}
    job = follow(client, client.call("POST", f"/templates/{given.id}/variants/write", body)["id"], quiet=given.json)
    if given.json:
        show_one(job, as_json=True)
        return 0 if job["result"] and job["result"]["made"] else 1
    result = job["result"] or {"made": 0, "refused": [], "reason": job["error"]}
    print(f"{result['made']} proposed" + (f" ({result['reason']})" if result["reason"] else ""))
    for one in result["refused"]:
        print(f"  refused ({one['reason']}): {one['text']}")
    return 0 if result["made"] else 1


def samples(given: argparse.Namespace) -> int:
    """Print what recent events would be told."""
    answer = client_for(given).call("POST", f"/templates/{given.id}/variants/preview", {"proposed": given.proposed})
    if given.json:
        show_one(answer, as_json=True)
        return 0
    print(f"{answer['variants']} variants")
    show_rows(answer["data"], ("event_id", "variant_id", "problem", "text"), as_json=False)
    return 0


def ideas(given: argparse.Namespace) -> int:
    """Print ideas of templates for an event."""
    body = {"event_type": given.event_type, "count": given.count, "language": given.language, "brief": given.brief}
    answer = client_for(given).call("POST", "/ai/template-ideas", body)
    if given.json:
        show_one(answer, as_json=True)
        return 0
    show_rows(answer["data"], ("name", "origin", "body"), as_json=False)
    return 0

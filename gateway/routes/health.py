"""Routes for machines: alive, ready, Prometheus. No key is needed; nothing here tells a company's business."""

from __future__ import annotations

from starlette.responses import Response

from gateway.calls import Call, json_response
from gateway.operations import Answer, Operation, ok
from gateway.prometheus import CONTENT_TYPE, exposition


async def _healthz(call: Call) -> Response:
    return json_response({"status": "ok"})


async def _readyz(call: Call) -> Response:
    status = await call.services.health.status()
    return json_response(status, 200 if status["ok"] else 503)


async def _metrics(call: Call) -> Response:
    return Response(exposition(await call.services.metrics.prometheus()), media_type=CONTENT_TYPE)


OPERATIONS = (
    Operation(
        name="healthz",
        method="GET",
        path="/healthz",
        handler=_healthz,
        summary="Is this gateway alive?",
        tag="System",
        answers=ok("Alive", "It is."),
        access="open",
        rooted=True,
    ),
    Operation(
        name="readyz",
        method="GET",
        path="/readyz",
        handler=_readyz,
        summary="Is every part of the system there?",
        tag="System",
        answers={
            **ok("Ready", "Every part answers."),
            503: Answer("Some part does not; `parts` tells which.", {"$ref": "#/components/schemas/Ready"}),
        },
        access="open",
        rooted=True,
    ),
    Operation(
        name="metrics",
        method="GET",
        path="/metrics",
        handler=_metrics,
        summary="Numbers of the whole installation for Prometheus",
        tag="System",
        answers={200: Answer("Prometheus' text format 0.0.4.", None, "text/plain")},
        access="open",
        rooted=True,
    ),
)

"""How long things are kept."""

from __future__ import annotations

from engine.retention import LEAST_DAYS
from gateway.components.shared import COUNT, MAYBE_TIME, WORDS, shown
from gateway.schema import Schema, boolean, define, items, moment, nullable, record, whole

_DAYS: dict[str, Schema] = {
    name: nullable(whole(least, 36_500, description="In days; null keeps it for ever."))
    for name, least in LEAST_DAYS.items()
}
define("RetentionInput", record(_DAYS))
define("InstallationRetentionInput", record({**_DAYS, "archive": boolean()}))
define(
    "Retention",
    shown(
        {
            "company": shown(_DAYS),
            "effective": shown(_DAYS, description="What holds: nothing is kept longer than by the installation."),
            "preview": shown(
                {
                    "counts": shown(dict.fromkeys(LEAST_DAYS, COUNT)),
                    "before": shown(dict.fromkeys(LEAST_DAYS, MAYBE_TIME)),
                    "text": WORDS,
                }
            ),
        }
    ),
)
_ARCHIVE = shown(
    {"partition": {"type": "string"}, "file": {"type": "string"}, "rows": COUNT, "bytes": COUNT, "created_at": moment()}
)
define("InstallationRetention", shown({**_DAYS, "archive": boolean(), "archives": items(_ARCHIVE, 500)}))

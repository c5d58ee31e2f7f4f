"""Notifications in words: what each kind says, Portuguese first. Used by ``storage/notifications.py``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_MOST = 300
_TITLES = {
    "outgoing_webhook_disabled": ("Webhook de saída desativado: {name}", "Outgoing webhook disabled: {name}"),
    "campaign_finished": ("Campanha concluída: {name}", "Campaign finished: {name}"),
    "campaign_paused": ("Campanha pausada: {name}", "Campaign paused: {name}"),
    "job_failed": ("Tarefa falhou: {kind}", "Job failed: {kind}"),
    "session_paused": ("Número pausado: {name}", "Number paused: {name}"),
}


def notice_titles(kind: str, data: Mapping[str, Any]) -> tuple[str, str]:
    """Return a notification's title in Portuguese and English.

    ``data`` may bring its own (``title_pt``, ``title_en``); a kind that nobody has words for is shown as it is.
    """
    pt, en = _TITLES.get(kind, (kind, kind))
    values = _Known({name: str(value) for name, value in data.items()})
    return (
        str(data.get("title_pt") or pt.format_map(values))[:_MOST],
        str(data.get("title_en") or data.get("title_pt") or en.format_map(values))[:_MOST],
    )


class _Known(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"

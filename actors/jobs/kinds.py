"""Every kind of job there is. A new kind: a file beside this one, and a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from actors.jobs import dead_letters, replay
from actors.jobs.campaign_dry_run import CampaignDryRun
from actors.jobs.campaign_expansion import CampaignExpansion
from actors.jobs.contacts_change import ContactsChangePreview, ContactsChanging
from actors.jobs.contacts_erase import ContactsErase
from actors.jobs.contacts_import import ContactsImport
from actors.jobs.export import Exporting
from actors.jobs.history_sync import HistorySync
from actors.jobs.knowledge_index import KnowledgeIndex
from actors.jobs.retention import Retention
from actors.jobs.tools import JobKind, JobTools
from actors.jobs.write_variants import WriteVariants

_KINDS: tuple[Callable[[JobTools], JobKind], ...] = (
    replay.EventReplayPreview,
    replay.EventReplay,
    dead_letters.RetryPreview,
    dead_letters.Retry,
    dead_letters.DiscardPreview,
    dead_letters.Discard,
    ContactsImport,
    ContactsErase,
    ContactsChangePreview,
    ContactsChanging,
    HistorySync,
    CampaignExpansion,
    CampaignDryRun,
    Exporting,
    Retention,
    KnowledgeIndex,
    WriteVariants,
)
# Nobody waits for them by the second, and each reads or writes very much.
GIVE_WAY = frozenset(kind.kind for kind in (replay.EventReplayPreview, replay.EventReplay, Exporting, Retention))


def make_kinds(tools: JobTools) -> Mapping[str, JobKind]:
    """Return the kinds by name."""
    return {kind.kind: kind for kind in (make(tools) for make in _KINDS)}

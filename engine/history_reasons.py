"""Why a history sync failed, or an entry of it: codes in words, Portuguese and English."""

from __future__ import annotations

from engine.reading_reasons import Words

# Nobody but a person can help: the run ends.
FATAL = {
    "source_token_refused": Words(
        "O sistema de origem recusou o token: confira-o e salve-o de novo.",
        "The source refused the token: check it and save it again.",
    ),
    "source_not_found": Words(
        "O sistema de origem não conhece esta configuração de webhook: confira o id.",
        "The source does not know this webhook setting: check its id.",
    ),
    "source_refused": Words("O sistema de origem não aceitou o pedido.", "The source did not accept the request."),
    "source_page_too_large": Words(
        "O sistema de origem mandou uma página grande demais.", "The source sent a page that is too large."
    ),
    "webhook_deleted": Words("O webhook foi excluído.", "The webhook was deleted."),
    "sync_deleted": Words("A sincronização foi excluída.", "The sync was deleted."),
    "sync_inactive": Words("A sincronização está desativada.", "The sync is inactive."),
}
# It may pass: the run waits and asks again.
PASSING = {
    "source_rate_limited": Words("O sistema de origem pediu para esperar (429).", "The source asked to wait (429)."),
    "source_failed": Words("O sistema de origem falhou (erro 5xx).", "The source failed (a 5xx)."),
    "source_timeout": Words("O sistema de origem não respondeu a tempo.", "The source did not answer in time."),
    "source_unreachable": Words("Não foi possível conectar ao sistema de origem.", "The source could not be reached."),
    "source_unreadable": Words(
        "A resposta do sistema de origem veio incompleta ou não é JSON.",
        "The source's answer was cut off or is no JSON.",
    ),
}
# One entry could not be imported; the others were.
ENTRY = {
    "payload_missing": Words("O registro não tem o corpo do evento.", "The record holds no payload."),
    "payload_too_large": Words("O corpo do evento é grande demais.", "The payload is too large."),
}
# The run ended, but something may be out of its reach.
WARNING = {
    "descending": Words(
        "O sistema de origem devolve os mais novos primeiro: eventos antigos podem ter ficado de fora.",
        "The source gives the newest first: old events may be out of reach.",
    ),
    "equal_times": Words(
        "Há mais eventos de um mesmo instante do que cabem em uma página: alguns podem ter ficado de fora.",
        "More events share one time than a page holds: some may be out of reach.",
    ),
    "more": Words("Há mais eventos; a próxima execução continua.", "There is more; the next run goes on."),
}
NOT_RUN = {
    "imported": Words(
        "Importado do histórico: as regras não rodam para ele.", "Imported from the history: rules do not run for it."
    ),
}


def history_words(code: str) -> Words | None:
    """Return a code of a sync in words; None for one that is none of its."""
    for table in (FATAL, PASSING, ENTRY, WARNING, NOT_RUN):
        if code in table:
            return table[code]
    return None

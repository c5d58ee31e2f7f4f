"""Why a campaign sends nothing, or one of its recipients gets nothing: the codes, in words.

Called by the gateway (``gateway/reasons.py``); beside them come the codes of holds, failures and templates.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.reading_reasons import Words

CAMPAIGN: Mapping[str, Words] = {
    "campaign_paused": Words("A campanha está pausada.", "The campaign is paused."),
    "campaign_cancelled": Words("A campanha foi cancelada.", "The campaign was cancelled."),
    "contact_gone": Words("O contato foi apagado.", "The contact was deleted."),
    "expansion_failed": Words(
        "A lista de destinatários parou com um erro; retome a campanha para continuar.",
        "Writing the recipients stopped with an error; resume the campaign to go on.",
    ),
    "expansion_cancelled": Words(
        "A lista de destinatários foi interrompida; retome a campanha para continuar.",
        "Writing the recipients was stopped; resume the campaign to go on.",
    ),
    "nothing_moves": Words(
        "Nada saiu nos últimos minutos, embora haja mensagens na fila.",
        "Nothing has left for some minutes, although messages are queued.",
    ),
    "already_dealt_with": Words("Já foi reenviada ou descartada.", "Was tried again or discarded already."),
    "uncertain": Words(
        "Não se sabe se chegou; reenviar poderia duplicar.", "Nobody knows whether it arrived; a retry could double it."
    ),
}

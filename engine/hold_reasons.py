"""Why a message that is due has not been sent yet: the codes of the budgets' holds, in words.

Called by the gateway (``gateway/reasons.py``); the codes come from ``engine/budgets.py`` and ``actors/admission.py``.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.reading_reasons import Words

BUDGETS: Mapping[str, Words] = {
    "lane_paused": Words(
        "Uma pessoa pausou esta fila do número; as mensagens vão quando ela for retomada.",
        "A person has paused this lane of the number; its messages go when it is resumed.",
    ),
    "pair_limit": Words(
        "O WhatsApp aceita uma mensagem a cada 6 segundos para a mesma pessoa, e até 45 de uma vez.",
        "WhatsApp takes one message in 6 seconds to the same person, and up to 45 at once.",
    ),
    "portfolio_limit": Words(
        "O portfólio já escreveu, em 24 horas, a tantas pessoas quantas o seu nível na Meta permite.",
        "Within 24 hours the portfolio has written to as many people as its messaging limit at Meta allows.",
    ),
    "marketing_limit": Words(
        "Esta pessoa já recebeu o marketing que cabe em 24 horas.",
        "This person has had the marketing that fits into 24 hours.",
    ),
    "outside_window": Words(
        "A janela de 24 horas está fechada: o texto espera a pessoa escrever; um modelo aprovado pode ir já.",
        "The 24-hour window is closed: the text waits until the person writes; an approved template may go now.",
    ),
    "template_paused": Words(
        "A Meta pausou o modelo; as mensagens dele esperam.", "Meta has paused the template; its messages wait."
    ),
    "template_not_usable": Words(
        "A Meta não aceita mais este modelo; escolha outro ou corrija-o.",
        "Meta does not take this template any more; choose another or mend it.",
    ),
    "quiet_hours": Words(
        "É horário de silêncio para esta pessoa; a mensagem vai quando ele acabar.",
        "These are quiet hours for this person; the message goes when they end.",
    ),
    "warm_up": Words(
        "O número está em aquecimento e já enviou o que cabe por agora.",
        "The number is warming up and has sent what it may for now.",
    ),
    "daily_cap": Words(
        "O número já enviou o que pode em 24 horas.", "The number has sent what it may within 24 hours."
    ),
    "hourly_cap": Words(
        "O número já enviou o que pode em uma hora.", "The number has sent what it may within an hour."
    ),
    "identical_text": Words(
        "O mesmo texto já saiu vezes demais na última hora; varie o texto.",
        "The same text has gone out too often within the last hour; vary the text.",
    ),
}
# What a change of the session's limits may end early: look again at once.
BUDGET_REASONS = tuple(BUDGETS)
# What only a change of its template ends.
TEMPLATE_REASONS = ("template_paused", "template_not_usable")
# Those of WhatsApp's own making, as against what the company has set.
PLATFORM_LIMITS = frozenset({"pair_limit", "portfolio_limit", "marketing_limit", "outside_window", "template_paused"})

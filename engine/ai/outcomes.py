"""What may follow from a message, and why, in words. Written with each decision, shown by the API."""

from __future__ import annotations

from engine.ai.answer_reasons import ANSWERS
from engine.reading_reasons import Words

ANSWERED, HANDED_OVER, SILENT, SUGGESTED = "answered", "handed_over", "silent", "suggested"
OUTCOMES = (ANSWERED, HANDED_OVER, SILENT, SUGGESTED)

# The reasons that understanding itself gives; an agent's are its own (engine/ai/).
REASONS: dict[str, Words] = {
    "no_agent": Words("Nenhum agente de IA está ligado para este número", "No AI agent is on for this number"),
    "no_text": Words("A mensagem não tem texto", "The message has no text"),
    "opted_out": Words("A pessoa não quer receber mensagens", "The person wants no messages"),
    "perhaps_opt_out": Words(
        "Talvez a pessoa não queira mais mensagens: alguém decide",
        "Perhaps the person wants no messages: somebody decides",
    ),
    "failed": Words("A mensagem não pôde ser lida", "The message could not be read"),
}


def reason_words(reason: str | None) -> Words | None:
    """Return a reason in words; one that nobody knows stands for itself."""
    if reason is None:
        return None
    return REASONS.get(reason) or ANSWERS.get(reason) or Words(reason, reason)

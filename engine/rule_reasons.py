"""Why a rule did not send, or its message waits: the codes of rule runs and held drafts, in words.

Each code has a Portuguese and an English sentence, for the dashboard and the API's documentation.
"""

from __future__ import annotations

from engine.reading_reasons import Words

# ``reason`` of a run that was not_matched, skipped or an error.
RUN = {
    "inactive": Words("A regra está desativada.", "The rule is not active."),
    "other_source": Words("A regra é de outra origem.", "The rule is for another source."),
    "field_missing": Words("O campo da condição não veio.", "The condition's field is missing."),
    "not_comparable": Words(
        "O valor não é um número nem uma data que se possa comparar.", "The value is no number or time to compare."
    ),
    "condition_false": Words("A condição não se cumpriu.", "The condition does not hold."),
    "negated_condition_true": Words(
        "Cumpriu-se uma condição que não devia.", "A condition holds that should not (not)."
    ),
    "invalid_definition": Words("A regra tem um erro; salve-a de novo.", "The rule is invalid; save it again."),
    "unknown_session": Words("A sessão da regra não existe mais.", "The rule's session does not exist any more."),
    "unknown_template": Words("O modelo da regra não existe mais.", "The rule's template does not exist any more."),
    "invalid_template": Words("O modelo da regra tem um erro.", "The rule's template is invalid."),
    "raised": Words("A regra falhou por um erro interno.", "The rule failed with an internal error."),
}

# ``reason`` of a held draft and of its run; what stands behind a colon names the variables.
HOLD = {
    "no_phone": Words("Não há telefone válido para enviar.", "There is no valid phone to send to."),
    "missing_variable": Words("Falta o valor de uma variável do texto.", "A variable of the text has no value."),
    "template_not_approved": Words("O modelo não está aprovado.", "The template is not approved."),
    "empty_text": Words("O texto ficou vazio.", "The text came out empty."),
    "text_too_long": Words("O texto passou de 4.096 caracteres.", "The text is longer than 4,096 characters."),
}


def hold_words(reason: str) -> Words | None:
    """Return the words for a held draft's reason, whatever names it carries; None for other parts' reasons."""
    return HOLD.get(reason.partition(":")[0])

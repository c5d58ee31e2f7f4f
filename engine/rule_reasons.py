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
    "outside_schedule": Words("Fora do horário da regra.", "Outside the rule's schedule."),
    "raised": Words("A regra falhou por um erro interno.", "The rule failed with an internal error."),
}

# ``reason`` of a held draft and of its run; what stands behind a colon names the variables.
HOLD = {
    "no_phone": Words("Não há telefone válido para enviar.", "There is no valid phone to send to."),
    "missing_variable": Words("Falta o valor de uma variável do texto.", "A variable of the text has no value."),
    "template_not_approved": Words("O modelo não está aprovado.", "The template is not approved."),
    "empty_text": Words("O texto ficou vazio.", "The text came out empty."),
    "text_too_long": Words("O texto passou de 4.096 caracteres.", "The text is longer than 4,096 characters."),
    "invalid_pix_code": Words(
        "O código PIX não é um BR Code válido; nada foi enviado.", "The PIX code is no sound BR Code; nothing was sent."
    ),
    "media_refused": Words("O WhatsApp recusou a imagem.", "WhatsApp refused the image."),
    "media_unavailable": Words(
        "A imagem não pôde ser entregue ao WhatsApp.", "The image could not be handed to WhatsApp."
    ),
    "no_image_on_web": Words(
        "Uma sessão do WhatsApp-Web não envia o QR code como imagem.",
        "A WhatsApp-Web session does not send the QR code as an image.",
    ),
}

# Why a run in steps ended, or one of its steps did nothing; what stands behind a colon is a name.
CASE = {
    "finished": Words("Todos os passos foram feitos.", "Every step was done."),
    "cap_per_order": Words("O limite por pedido foi alcançado.", "The cap per order was reached."),
    "cap_per_person": Words("O limite por pessoa foi alcançado.", "The cap per person was reached."),
    "rule_deleted": Words("A regra foi excluída.", "The rule was deleted."),
    "rule_inactive": Words("A regra está desativada.", "The rule is not active."),
    "rule_invalid": Words("A versão da regra não pôde ser lida.", "The rule's version cannot be read."),
    "event_erased": Words("O evento não existe mais.", "The event does not exist any more."),
    "cancelled_by_user": Words("Cancelado por uma pessoa.", "Cancelled by a person."),
    "moment_missing": Words(
        "O evento não diz o horário que o passo espera:", "The event does not tell the time that the step waits for:"
    ),
    "moment_past": Words("O horário que o passo esperava já tinha passado:", "The step's time had passed already:"),
    "no_contact": Words("Não há contato com um telefone válido.", "There is no contact with a valid phone."),
    "list_gone": Words("A lista não existe mais.", "The list does not exist any more."),
    "webhook_gone": Words("O webhook de saída não existe mais.", "The outgoing webhook does not exist any more."),
    "no_order": Words("O evento não tem pedido.", "The event has no order."),
    "condition_true": Words("A condição se cumpriu.", "The condition holds."),
    "waits_for_schedule": Words("Espera o horário da regra.", "Waits for the rule's schedule."),
    "step_failed": Words("O passo falhou por um erro interno.", "The step failed with an internal error."),
}


def hold_words(reason: str) -> Words | None:
    """Return the words for a held draft's reason, whatever names it carries; None for other parts' reasons."""
    return HOLD.get(reason.partition(":")[0])


def case_words(reason: str) -> Words | None:
    """Return the words for what a run in steps says, with the name it carries; None for other parts' reasons."""
    code, _, name = reason.partition(":")
    words = CASE.get(code)
    if words is None or not name:
        return words
    return Words(f"{words.pt} {name}", f"{words.en} {name}")

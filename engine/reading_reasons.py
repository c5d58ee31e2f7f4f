"""Why something of a body could not be read: the codes of bodies, events' problems and signatures, in words.

Each code has a Portuguese and an English sentence, for the dashboard, the API's documentation and the logs.
"""

from __future__ import annotations

from typing import NamedTuple


class Words(NamedTuple):
    """One reason in words."""

    pt: str
    en: str


# Why an event is unparsed.
UNPARSED = {
    "empty_body": Words("O corpo veio vazio.", "The body is empty."),
    "not_json": Words("O corpo não é JSON nem formulário.", "The body is neither JSON nor a form."),
    "json_too_deep": Words("O JSON tem níveis demais.", "The JSON is nested too deeply."),
    "not_an_object": Words("O JSON não é um objeto.", "The JSON is not an object."),
    "array_empty": Words("A lista veio vazia.", "The array is empty."),
    "array_too_long": Words("A lista tem mais de 1.000 eventos.", "The array has more than 1,000 events."),
    "form_without_fields": Words("O formulário não tem campos.", "The form has no fields."),
    "form_too_many_fields": Words("O formulário tem mais de 2.000 campos.", "The form has more than 2,000 fields."),
    "multipart_unreadable": Words("O formulário multipart está incompleto.", "The multipart form is broken."),
    "count_mismatch": Words(
        "Partes do sistema em versões diferentes contaram os eventos de modo diferente; reprocesse.",
        "Parts of the system in different versions counted the events differently; replay it.",
    ),
}

# Why the payload column of an event is empty; the bytes are kept in any case.
PAYLOAD = {
    "payload_nul": Words("O JSON contém o caractere NUL.", "The JSON holds the character NUL."),
    "payload_surrogate": Words("O JSON contém meio caractere.", "The JSON holds half a character."),
    "payload_number": Words("O JSON contém um número grande demais.", "The JSON holds too large a number."),
    "payload_too_deep": Words("O JSON tem níveis demais.", "The JSON is nested too deeply."),
}

# Why a canonical field is empty, shortened or doubtful.
FIELD = {
    "unreadable": Words("O valor não pôde ser lido.", "The value could not be read."),
    "too_large": Words("O valor é grande demais.", "The value is too large."),
    "shortened": Words("O texto foi encurtado.", "The text was shortened."),
    "checksum": Words(
        "O código PIX não confere com seu dígito verificador.", "The PIX code does not match its checksum."
    ),
}

# Why a delivery was refused at the door (401).
SIGNATURE = {
    "signature_missing": Words("Falta a assinatura.", "The signature is missing."),
    "signature_mismatch": Words("A assinatura não confere.", "The signature does not match."),
    "timestamp_missing": Words("Falta o horário da assinatura.", "The signature's timestamp is missing."),
    "timestamp_unreadable": Words("O horário da assinatura é ilegível.", "The timestamp is unreadable."),
    "timestamp_too_old": Words("A assinatura é antiga demais.", "The signature is too old."),
    "timestamp_in_future": Words("A assinatura vem do futuro.", "The signature is from the future."),
    "id_missing": Words("Falta o id da assinatura.", "The signature's id is missing."),
    "token_missing": Words("Falta o token.", "The token is missing."),
    "token_mismatch": Words("O token não confere.", "The token does not match."),
    "secret_missing": Words(
        "Este webhook não tem segredo configurado.", "This webhook has no usable secret configured."
    ),
}

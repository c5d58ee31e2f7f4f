"""Why a row of a file was not taken in, or not all of it: codes with their words."""

from __future__ import annotations

from collections.abc import Mapping

from engine.reading_reasons import Words

# The row is not taken in.
REFUSED: Mapping[str, Words] = {
    "no_phone": Words("O telefone está vazio.", "The phone is empty."),
    "invalid_phone": Words("O telefone não é um número válido.", "The phone is no valid number."),
    "open_quote": Words("Uma aspa aberta não foi fechada.", "A quote is opened and never closed."),
    "too_many_columns": Words("Há mais colunas do que no cabeçalho.", "There are more columns than in the header."),
}
# The row is taken in without that value.
WARNED: Mapping[str, Words] = {
    "invalid_email": Words(
        "Importado sem o e-mail, que não é válido.", "Taken in without the e-mail, which is not valid."
    ),
    "value_too_long": Words(
        "Importado sem um valor com mais de 1.000 caracteres.", "Taken in without a value of over 1,000 characters."
    ),
    "invalid_tag": Words("Importado sem uma etiqueta inválida.", "Taken in without a tag that is not valid."),
}


def import_words(code: str) -> Words:
    """Return a problem's words."""
    return REFUSED.get(code) or WARNED[code]

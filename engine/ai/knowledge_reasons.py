"""Why a source of knowledge could not be read, in words."""

from __future__ import annotations

from collections.abc import Mapping

from engine.reading_reasons import Words

KNOWLEDGE: Mapping[str, Words] = {
    "pdf_unreadable": Words(
        "O PDF não pôde ser lido: está com defeito, protegido por senha, ou é só imagem.",
        "The PDF could not be read: it is broken, locked by a password, or pictures only.",
    ),
    "no_text": Words("Não há texto que se possa ler.", "There is no text to be read."),
    "text_too_long": Words(
        "O texto passa de 1.500.000 caracteres: divida-o.", "The text is longer than 1,500,000 characters: divide it."
    ),
    "too_many_passages": Words(
        "A empresa passaria de 5.000 trechos: apague ou encurte fontes.",
        "The company would have more than 5,000 passages: delete or shorten sources.",
    ),
}

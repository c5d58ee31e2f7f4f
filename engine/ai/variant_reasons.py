"""Why a text may not stand for a template: codes in words. What follows a colon is the detail."""

from __future__ import annotations

from collections.abc import Mapping

from engine.ai.answer_reasons import ANSWERS
from engine.reading_reasons import Words

VARIANTS: Mapping[str, Words] = {
    "variant_text": Words("O texto não pode ser enviado:", "The text cannot be sent:"),
    "variant_variables": Words(
        "As variáveis não são exatamente as do modelo (- falta, + sobra):",
        "The variables are not exactly the template's (- is missing, + is too many):",
    ),
    "variant_blank": Words(
        "O texto tem uma lacuna que ninguém preencheria, como [nome].",
        "The text has a blank that nobody would fill, such as [name].",
    ),
    "variant_touches": Words(
        "Uma variável encosta num número ou numa palavra, o que mudaria o que ela mostra.",
        "A variable touches a number or a word, which would change what it shows.",
    ),
    "variant_same": Words(
        "É igual ao modelo ou a outra variante.", "It is the same as the template or another variant."
    ),
    "no_model": Words(
        "Nenhum agente ativo da empresa tem um modelo de linguagem.",
        "No active agent of the company has a language model.",
    ),
    "ai_away": Words(
        "A IA está desligada ou reinicia; não se perguntou.", "AI is off or restarting: nobody was asked."
    ),
    "model_too_few": Words("O modelo propôs menos do que se pediu.", "The model proposed less than was asked for."),
    "template_gone": Words("O modelo de mensagem não existe mais.", "The template does not exist any more."),
}
_OF_ANSWERS = "answer_"


def variant_words(code: str) -> Words | None:
    """Return why a variant was refused; None where the code is of something else."""
    prefix, colon, detail = code.partition(":")
    if prefix in VARIANTS:
        words = VARIANTS[prefix]
        return Words(f"{words.pt} {detail}", f"{words.en} {detail}") if colon else words
    return ANSWERS.get(code) if code.startswith(_OF_ANSWERS) else None


def writing_words(code: str | None) -> dict[str, str] | None:
    """Return why there is less writing than was asked for, in both languages; None where there is no reason."""
    words = None if code is None else variant_words(code) or ANSWERS.get(code)
    return None if words is None else words._asdict()

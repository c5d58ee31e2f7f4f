"""What is wrong with a send: of a rule's ``action`` or of one of its steps."""

from __future__ import annotations

from engine.problems import Problems
from engine.template_syntax import MAX_TEXT
from engine.templates import recipient_problem, text_problems

MAX_CAPTION = 1_024  # WhatsApp's limit for an image's caption (Cloud API, image messages)
IMAGES = ("pix_code",)


def check_send(problems: Problems, path: str, send: dict[str, object], *, images: bool = False) -> None:
    """Note everything that is wrong with ``{session_id, template_id | text | image, to?, variants?}``.

    Which keys there may be is the caller's to say.
    """
    problems.identifier(f"{path}.session_id", send.get("session_id"))
    template_id, text, image = send.get("template_id"), send.get("text"), send.get("image")
    if images and image is not None:
        if image not in IMAGES:
            problems.add(f"{path}.image", f"must be one of {', '.join(IMAGES)}: what the QR code is drawn of")
        if template_id is not None:
            problems.add(path, "needs an image or a template_id, and not both")
        _check_text(problems, path, text, MAX_CAPTION)
    elif (template_id is None) == (text is None):
        problems.add(path, "needs either template_id or text, and not both")
    elif template_id is not None:
        problems.identifier(f"{path}.template_id", template_id)
    else:
        _check_text(problems, path, text, MAX_TEXT, needed=True)
    variants = send.get("variants")
    if variants is not None and not isinstance(variants, bool):
        problems.add(f"{path}.variants", "must be true or false")
    elif variants and template_id is None:
        problems.add(f"{path}.variants", "belongs to a template_id: only a template has variants")
    if send.get("to") is not None:
        problems.note(f"{path}.to", recipient_problem(send["to"]))


def _check_text(problems: Problems, path: str, text: object, longest: int, *, needed: bool = False) -> None:
    if text is None and not needed:
        return
    for reason in text_problems(text, longest):
        problems.add(f"{path}.text", reason)

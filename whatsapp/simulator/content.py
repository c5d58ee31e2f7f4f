"""Free-form messages that are no plain text: what Graph accepts of each type (facts: whatsapp.md §1.2)."""

from __future__ import annotations

from typing import Any

from whatsapp.simulator.checks import member, members, optional_text, text_of, wamid_of
from whatsapp.simulator.graph_errors import GraphRefusal, invalid
from whatsapp.simulator.interactive import check_interactive
from whatsapp.simulator.media import MediaStore

MEDIA_TYPES = ("image", "video", "audio", "document", "sticker")
_CAPTIONED = ("image", "video", "document")
_CAPTION_LIMIT = 1024
_LINK_LIMIT = 2048


class ContentReader:
    """Checks the content of a message of one number.

    Args:
        media: The simulator's media store, for media sent by id.
    """

    def __init__(self, media: MediaStore) -> None:
        self._media = media

    def read(self, kind: str, data: dict[str, Any], phone_number_id: str) -> tuple[str, Any]:
        """Return the text that the person reads and the content as it was sent.

        Raises:
            GraphRefusal: with the first thing that is wrong; 131051 for a type that does not exist.
        """
        if kind in MEDIA_TYPES:
            spec = member(data, kind, kind)
            self.check_media(spec, kind, kind, phone_number_id)
            return _caption(spec, kind), spec
        if kind == "interactive":
            spec = member(data, kind, kind)

            def check_media(one: dict[str, Any], media_kind: str, path: str) -> None:
                self.check_media(one, media_kind, path, phone_number_id)

            return check_interactive(spec, check_media), spec
        if kind == "location":
            spec = member(data, kind, kind)
            return _location(spec), spec
        if kind == "contacts":
            people = members(data, kind, kind)
            return _contacts(people), people
        if kind == "reaction":
            spec = member(data, kind, kind)
            return _reaction(spec), spec
        raise GraphRefusal(131051)

    def check_media(self, spec: dict[str, Any], kind: str, path: str, phone_number_id: str) -> None:
        """Check that a media object names exactly one of ``id`` and ``link``, and that it can be used.

        Raises:
            GraphRefusal: 100 for an unknown id or a bad address, 131053 for media of another type.
        """
        identity, link = spec.get("id"), spec.get("link")
        if (identity is None) == (link is None):
            raise GraphRefusal(131009, f"{path} must have exactly one of id and link")
        if link is not None:
            if not isinstance(link, str) or not link.startswith(("http://", "https://")) or len(link) > _LINK_LIMIT:
                raise GraphRefusal(100, message=f"(#100) Param {path}['link'] is not a valid URI.")
            return
        if isinstance(identity, int) and not isinstance(identity, bool):
            identity = str(identity)
        if not isinstance(identity, str) or not self._media.usable(identity, phone_number_id):
            raise GraphRefusal(
                100,
                message=f"(#100) Param {path}['id'] is not a valid whatsapp business account media attachment ID",
            )
        if not self._media.fits(identity, kind):
            raise GraphRefusal(131053, f"Media {identity} cannot be sent as {kind}.")


def _caption(spec: dict[str, Any], kind: str) -> str:
    if kind == "document":
        optional_text(spec, "filename", "document['filename']", 255)
    if kind in _CAPTIONED:
        return optional_text(spec, "caption", f"{kind}['caption']", _CAPTION_LIMIT)
    if spec.get("caption") is not None:
        raise GraphRefusal(100, f'Unexpected key "caption" on param "{kind}".')
    return ""


def _location(spec: dict[str, Any]) -> str:
    for name, bound in (("latitude", 90), ("longitude", 180)):
        value = spec.get(name)
        if value is None:
            raise GraphRefusal(100, message=f"(#100) The parameter location['{name}'] is required.")
        try:
            inside = not isinstance(value, bool) and abs(float(value)) <= bound
        except (TypeError, ValueError):
            inside = False
        if not inside:
            raise invalid(f"location['{name}'] must be between -{bound} and {bound}")
    name = optional_text(spec, "name", "location['name']", 1000)
    return name or optional_text(spec, "address", "location['address']", 1000)


def _contacts(people: list[dict[str, Any]]) -> str:
    names = []
    for at, person in enumerate(people):
        path = f"contacts[{at}]['name']"
        name = member(person, "name", path)
        names.append(text_of(name, "formatted_name", f"{path}['formatted_name']", 1000))
        for field in ("phones", "emails", "urls", "addresses"):
            if field in person and not isinstance(person[field], list):
                raise invalid(f"contacts[{at}]['{field}'] must be a list")
    return ", ".join(names)


def _reaction(spec: dict[str, Any]) -> str:
    wamid_of(spec, "message_id", "reaction['message_id']")
    emoji = spec.get("emoji")
    if emoji is None:
        raise GraphRefusal(100, message="(#100) The parameter reaction['emoji'] is required.")
    if not isinstance(emoji, str) or len(emoji) > 16:
        raise invalid("reaction['emoji'] must be an emoji or an empty string")
    return emoji

"""The media store: what was uploaded or sent in by people, for 30 days, behind addresses that live five minutes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

_DAY_MS = 86_400_000
_KEPT_MS = 30 * _DAY_MS  # uploaded media is kept 30 days
_URL_MS = 300_000  # a media URL lives about five minutes
_STORE_LIMIT = 256 * 1024 * 1024
_MIB = 1024 * 1024
_FIRST_ID = 1_000_000_000_000_000

# type → mime types and the limit in bytes; an animated sticker may have 500 KB, a still one 100
_IMAGES = ("image/jpeg", "image/png")
_VIDEOS = ("video/mp4", "video/3gp", "video/3gpp")
_AUDIOS = ("audio/aac", "audio/mp4", "audio/mpeg", "audio/amr", "audio/ogg", "audio/opus")
_STICKERS = ("image/webp",)
_DOCUMENTS = (
    "text/plain",
    "application/pdf",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
)
_KINDS: dict[str, tuple[tuple[str, ...], int]] = {
    "image": (_IMAGES, 5 * _MIB),
    "video": (_VIDEOS, 16 * _MIB),
    "audio": (_AUDIOS, 16 * _MIB),
    "sticker": (_STICKERS, 500 * 1024),
    "document": (_DOCUMENTS + _IMAGES, 100 * _MIB),
}
MIME_TYPES = tuple(sorted({mime for mimes, _ in _KINDS.values() for mime in mimes}))


@dataclass(slots=True)
class Media:
    """One stored file. ``url_key`` is what its present download address ends in, good until ``url_until_ms``."""

    identity: str
    phone_number_id: str
    mime_type: str
    content: bytes
    sha256: str
    until_ms: int
    filename: str = ""
    url_key: str = ""
    url_until_ms: int = 0

    @property
    def base_type(self) -> str:
        """The mime type without its parameters (``audio/ogg; codecs=opus`` → ``audio/ogg``)."""
        return self.mime_type.partition(";")[0].strip().lower()


def limit_of(mime_type: str) -> int | None:
    """Return the greatest size in bytes of this mime type, None when Graph does not take it."""
    base = mime_type.partition(";")[0].strip().lower()
    if base in _STICKERS:
        return _KINDS["sticker"][1]
    return next((limit for mimes, limit in _KINDS.values() if base in mimes), None)


class MediaStore:
    """Files by id; the ids are counted, so that the same uploads get the same ids."""

    def __init__(self) -> None:
        self._files: dict[str, Media] = {}
        self._by_key: dict[str, Media] = {}
        self._serial = 0
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._files)

    @property
    def size(self) -> int:
        """Bytes in store."""
        return self._bytes

    def add(self, now_ms: int, phone_number_id: str, mime_type: str, content: bytes, filename: str = "") -> Media:
        """Store a file.

        Raises:
            ValueError: the simulator keeps no more than 256 MiB.
        """
        if self._bytes + len(content) > _STORE_LIMIT:
            raise ValueError("the simulator's media store is full")
        self._serial += 1
        media = Media(
            identity=str(_FIRST_ID + self._serial),
            phone_number_id=phone_number_id,
            mime_type=mime_type,
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            until_ms=now_ms + _KEPT_MS,
            filename=filename,
        )
        self._files[media.identity] = media
        self._bytes += len(content)
        return media

    def find(self, identity: str, now_ms: int) -> Media | None:
        """Return a file that has not expired."""
        media = self._files.get(identity)
        if media is not None and media.until_ms <= now_ms:
            self.remove(identity)
            return None
        return media

    def usable(self, identity: str, phone_number_id: str) -> bool:
        """Tell whether this number may send this file."""
        media = self._files.get(identity)
        return media is not None and media.phone_number_id == phone_number_id

    def fits(self, identity: str, kind: str) -> bool:
        """Tell whether the file can be sent as ``kind``; a document may be anything."""
        return kind == "document" or self._files[identity].base_type in _KINDS[kind][0]

    def address(self, media: Media, now_ms: int) -> str:
        """Return the key of a fresh download address; the old one goes on until its time."""
        if media.url_until_ms <= now_ms:
            self._by_key.pop(media.url_key, None)
            media.url_key = hashlib.sha256(f"{media.identity}/{now_ms}".encode()).hexdigest()[:32]
            self._by_key[media.url_key] = media
        media.url_until_ms = now_ms + _URL_MS
        return media.url_key

    def at_address(self, key: str, now_ms: int) -> Media | None:
        """Return the file behind a download address that still lives."""
        media = self._by_key.get(key)
        return media if media is not None and media.url_until_ms > now_ms else None

    def remove(self, identity: str) -> bool:
        """Delete one; False when there is none of that id."""
        media = self._files.pop(identity, None)
        if media is None:
            return False
        self._by_key.pop(media.url_key, None)
        self._bytes -= len(media.content)
        return True

    def clear(self) -> None:
        """Delete all."""
        self._files.clear()
        self._by_key.clear()
        self._bytes = 0

"""Bytes → text by the charset a content type declares, from a short list; what lies is read as Windows-1252."""

from __future__ import annotations

# The WHATWG encoding standard reads the Latin-1 labels as Windows-1252; so do the checkouts that send them.
_CODECS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
    "iso-8859-15": "iso-8859-15",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "utf-32": "utf-32",
}
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)


def decode_text(raw: bytes, charset: str | None) -> str:
    """Return the text of ``raw``; never fails.

    The declared charset is tried first (unknown ones are ignored: some codecs of Python are no charsets and
    some are slow), then UTF-8, then Windows-1252, then Latin-1, in which every byte is a character.
    """
    for codec in (_CODECS.get(charset or ""), "utf-8", "cp1252"):
        if codec is not None:
            try:
                return raw.decode(codec)
            except UnicodeDecodeError:
                continue
    return raw.decode("latin-1")


def decode_marked(raw: bytes, charset: str | None) -> str:
    """Return the text of a whole body: a byte order mark says more than the content type, and is taken away."""
    for mark, codec in _MARKS:
        if raw.startswith(mark):
            try:
                return raw[len(mark) :].decode(codec)
            except UnicodeDecodeError:
                return decode_text(raw[len(mark) :], charset)
    return decode_text(raw, charset)

"""A row of a file → a person, by the columns' targets; what is wrong with it as a code (engine/import_reasons.py)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from engine.contacts import MAX_FIELD_TEXT, MAX_FIELDS_BYTES, MAX_TAGS, tag_name
from engine.csv_cells import unguarded
from engine.csv_format import FIELD
from engine.csv_records import Broken, Record, mended
from engine.phones import normalise_typed, without_filling
from engine.texts import clean

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_TAG_ENDS = re.compile(r"[,;|]")
_DIGITS = re.compile(r"[0-9]{8,}")
_TAIL, _LONGEST_NUMBER, _MOST_TAILS = 8, 15, 200
_NAME_MAX, _EMAIL_MAX, _DOCUMENT_MAX = 300, 320, 60


class ImportedPerson(NamedTuple):
    """A person of a file."""

    phone: str
    name: str | None
    email: str | None
    document: str | None
    fields: dict[str, str]
    tags: tuple[str, ...]


class RowReader:
    """Reads rows of one file.

    Args:
        targets: what each column means (``engine/csv_format.py:check_targets`` has nothing against them).
    """

    def __init__(self, targets: Sequence[str | None]) -> None:
        places = {target: index for index, target in enumerate(targets) if target is not None}
        self._phone = places["phone"]
        self._ddd = places.get("ddd")
        self._name, self._email = places.get("name"), places.get("email")
        self._document, self._tags = places.get("document"), places.get("tags")
        self._fields = [
            (target.removeprefix(FIELD), index) for target, index in places.items() if target.startswith(FIELD)
        ]
        self._width = len(targets)

    def read(self, record: Record) -> tuple[ImportedPerson | None, str | None]:
        """Return a row's person (None: it has none) and the code of its worst problem; (None, None): it is empty."""
        if isinstance(record, Broken):
            return None, "open_quote"
        if not any(record) or not any(map(str.strip, record)):
            return None, None
        if len(record) > self._width and any(cell.strip() for cell in record[self._width :]):
            return None, "too_many_columns"
        typed = _cell(record, self._phone)
        if not typed:
            return None, "no_phone"
        phone = self._read_phone(record, typed)
        if phone is None:
            return None, "invalid_phone"
        problem = None
        email = _cell(record, self._email)
        if not _is_email(email):
            email, problem = "", "invalid_email"
        fields, too_long = self._read_fields(record)
        tags, bad_tag = self._read_tags(record)
        problem = problem or ("value_too_long" if too_long else "invalid_tag" if bad_tag else None)
        name = " ".join(_cell(record, self._name).split())[:_NAME_MAX]
        document = _cell(record, self._document)[:_DOCUMENT_MAX]
        return ImportedPerson(phone, name or None, email.lower() or None, document or None, fields, tags), problem

    def wrong_cells(self, record: Record) -> dict[int, str]:
        """Return what is wrong with a row's cells, by their columns; with a row that is empty or broken, nothing."""
        if isinstance(record, Broken) or not any(map(str.strip, record)):
            return {}
        found = {at: "too_many_columns" for at in range(self._width, len(record)) if record[at].strip()}
        typed = _cell(record, self._phone)
        if not typed or self._read_phone(record, typed) is None:
            found[self._phone] = "invalid_phone" if typed else "no_phone"
        if self._email is not None and not _is_email(_cell(record, self._email)):
            found[self._email] = "invalid_email"
        kept, _ = self._read_fields(record)
        found |= {at: "value_too_long" for name, at in self._fields if name not in kept and _cell(record, at)}
        if self._tags is not None and self._read_tags(record)[1]:
            found[self._tags] = "invalid_tag"
        return found

    def _read_phone(self, record: list[str], typed: str) -> str | None:
        if self._ddd is not None and (ddd := _cell(record, self._ddd).lstrip("0").strip("()")):
            joined = normalise_typed(f"{ddd}{typed}")
            if joined is not None:
                return joined
        return normalise_typed(_plain_number(typed))

    def _read_fields(self, record: list[str]) -> tuple[dict[str, str], bool]:
        found: dict[str, str] = {}
        size, too_long = 2, False
        for name, index in self._fields:
            value = _cell(record, index)
            if value:
                size += len(name) + len(value) * 4 + 6
                if len(value) > MAX_FIELD_TEXT or size > MAX_FIELDS_BYTES:
                    too_long = True
                else:
                    found[name] = value
        return found, too_long

    def _read_tags(self, record: list[str]) -> tuple[tuple[str, ...], bool]:
        if self._tags is None or not (text := _cell(record, self._tags)):
            return (), False
        given = [part for part in _TAG_ENDS.split(text) if part.strip()]
        tags = [tag_name(part) for part in given[:MAX_TAGS]]
        return tuple(dict.fromkeys(tag for tag in tags if tag)), None in tags or len(given) > MAX_TAGS


def _is_email(text: str) -> bool:
    return not text or (len(text) <= _EMAIL_MAX and _EMAIL.fullmatch(text) is not None)


def _cell(record: list[str], index: int | None) -> str:
    if index is None or index >= len(record):
        return ""
    text = unguarded(record[index])
    return text.strip() if text.isascii() and "\x00" not in text else clean(mended(text))


def _plain_number(text: str) -> str:
    """Spreadsheets write long numbers as ``5,511900000001E+12`` or ``5511900000000.0``, and texts as ``'5511…``."""
    text = text.lstrip("'")
    if text.endswith((".0", ",0")):
        return text[:-2]
    if "E+" in text or "e+" in text:
        try:
            number = float(text.replace(",", "."))
        except ValueError:
            return text
        mantissa = re.sub(r"\D", "", text.upper().split("E")[0])
        # Digits that the spreadsheet has rounded away cannot be guessed.
        return str(int(number)) if number.is_integer() and len(mantissa) >= len(str(int(number))) - 1 else text
    return text


def phone_tail(phone: str) -> str | None:
    """Return the last eight digits of a phone: those that are written whatever else is left out; None: it has fewer."""
    digits = phone.removeprefix("+")
    return digits[-_TAIL:] if len(digits) >= _TAIL else None


def phone_tails(cells: Sequence[str]) -> list[str]:
    """Return what the numbers of a row may end in, up to 200 of them; of two in one piece, what either may."""
    tails: dict[str, None] = {}
    for cell in cells:
        for run in _DIGITS.findall(without_filling(_plain_number(cell.strip()))):
            first = 0 if len(run) > _LONGEST_NUMBER else len(run) - _TAIL
            tails |= dict.fromkeys(run[at : at + _TAIL] for at in range(first, len(run) - _TAIL + 1))
        if len(tails) >= _MOST_TAILS:
            break
    return list(tails)[:_MOST_TAILS]

"""What a file of contacts is: encoding, delimiter, header, and which column means what. Guessed, shown, and corrected
by people in the preview.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from engine.contacts import OWN_COLUMNS, field_name
from engine.csv_cells import unguarded
from engine.csv_records import mended, read_records
from engine.phones import normalise_typed
from engine.texts import snake_case

UTF_8, LATIN = "utf-8", "cp1252"
ENCODINGS = (UTF_8, LATIN)
DELIMITERS = (";", ",", "\t", "|")
MAX_COLUMNS = 200
TARGETS = (*OWN_COLUMNS, "ddd", "tags")
FIELD = "field:"
MARK = b"\xef\xbb\xbf"
_SAMPLED = 30

# Headers as they stand in files of Brazilian shops and address books, in snake_case.
_HEADERS = {
    "phone": (
        "telefone telefones celular cel fone tel whatsapp whats whatsapp_number zap numero numero_de_telefone "
        "num_telefone telefone_celular celular_whatsapp telefone_whatsapp numero_whatsapp numero_do_whatsapp phone "
        "phone_number mobile "
        "mobile_phone cell telephone customer_phone client_phone telefone_do_cliente telefone_cliente phone_1_value "
        "telefone_1 telefone1 msisdn contact_phone"
    ),
    "ddd": "ddd codigo_de_area cod_area area area_code",
    "name": (
        "nome nome_completo nome_do_cliente nome_cliente cliente comprador contato name full_name fullname first_name "
        "customer_name customer client buyer_name nome_comprador nome_do_comprador primeiro_nome aluno lead"
    ),
    "email": "email e_mail mail email_address endereco_de_email e_mail_1_value customer_email email_do_cliente",
    "document": "cpf cnpj cpf_cnpj cnpj_cpf documento document doc cpf_do_cliente customer_document rg tax_id",
    "tags": "tags tag etiquetas etiqueta marcadores marcador group_membership labels segmento",
}
_TARGET_OF = {header: target for target, line in _HEADERS.items() for header in line.split()}


@dataclass(frozen=True, slots=True)
class CsvFormat:
    """How a file is read; ``header``: its first record names the columns."""

    encoding: str
    delimiter: str
    header: bool


def preamble(sample: bytes) -> int:
    """Return how many bytes stand before a file's first record: its mark, empty lines, Excel's ``sep=;``."""
    length = len(MARK) if sample.startswith(MARK) else 0
    if sample[length : length + 4].lower() == b"sep=" and (end := sample.find(b"\n", length, length + 10)) > 0:
        length = end + 1
    while sample[length : length + 1] in (b"\r", b"\n"):
        length += 1
    return length


def guess_format(sample: bytes, *, whole: bool) -> CsvFormat:
    """Return how a file that begins like this is probably written.

    Args:
        sample: its first bytes, with or without a byte order mark.
        whole: the sample is all of it.
    """
    encoding = _guess_encoding(sample, whole)
    body = sample[preamble(sample) :]
    best = max(DELIMITERS, key=lambda one: (*_regularity(body, encoding, one, whole), -DELIMITERS.index(one)))
    rows = _sample_rows(body, encoding, best, whole)
    return CsvFormat(
        encoding, best, bool(rows) and not any(normalise_typed(unguarded(cell).strip()) for cell in rows[0])
    )


def _guess_encoding(sample: bytes, whole: bool) -> str:
    if sample.startswith(MARK):
        return UTF_8
    try:
        sample.decode("utf-8")
    except UnicodeDecodeError as error:
        cut = not whole and error.start >= len(sample) - 3 and error.reason == "unexpected end of data"
        return UTF_8 if cut else LATIN
    return UTF_8


def _regularity(body: bytes, encoding: str, delimiter: str, whole: bool) -> tuple[float, int]:
    """Return how many rows agree on how many columns they have (if more than one), and on how many."""
    widths = Counter(len(row) for row in _sample_rows(body, encoding, delimiter, whole))
    if not widths:
        return 0.0, 0
    width, rows = widths.most_common(1)[0]
    return (rows / sum(widths.values()) if width > 1 else 0.0), width


def _sample_rows(body: bytes, encoding: str, delimiter: str, whole: bool) -> list[list[str]]:
    records, _ = read_records(body, encoding=encoding, delimiter=delimiter, final=whole, most=_SAMPLED)
    if not records and not whole:
        records, _ = read_records(body, encoding=encoding, delimiter=delimiter, final=True, most=_SAMPLED)
    return [record for record in records if isinstance(record, list) and record]


def column_names(first: Sequence[str], *, header: bool, width: int) -> list[str]:
    """Return a name for each column: the header's, or ``Coluna 1``, ``Coluna 2`` …"""
    cells = [mended(cell).strip()[:120] for cell in first] if header else []
    count = min(max(width, len(cells)), MAX_COLUMNS)
    return [cells[index] if index < len(cells) and cells[index] else f"Coluna {index + 1}" for index in range(count)]


def suggest_targets(names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str | None]:
    """Return what each column probably means: ``phone``, ``name``, …, ``field:<name>``; None for an empty one.

    Where no header says so, the phone is the column in which most cells are phones.
    """
    taken: set[str] = set()
    targets: list[str | None] = []
    for name in names:
        target = _TARGET_OF.get(snake_case(name.lower()) or "")
        targets.append(target if target is not None and target not in taken else None)
        taken |= {target} if target else set()
    if "phone" not in taken:
        found = _phone_column(len(names), rows, targets)
        if found is not None:
            targets[found] = "phone"
    used = set(TARGETS)
    for index, name in enumerate(names):
        if targets[index] is None and any(index < len(row) and row[index].strip() for row in rows):
            targets[index] = _field(name, used)
    return targets


def _phone_column(width: int, rows: Sequence[Sequence[str]], targets: Sequence[str | None]) -> int | None:
    hits = [
        sum(normalise_typed(unguarded(row[index]).strip()) is not None for row in rows if index < len(row))
        for index in range(width)
    ]
    free = [index for index in range(width) if targets[index] in (None, "name") and hits[index] * 2 > len(rows)]
    return max(free, key=lambda index: hits[index], default=None)


def _field(name: str, used: set[str]) -> str | None:
    plain = field_name(name)
    if plain is None:
        return None
    found, number = plain, 2
    while found in used:
        found, number = f"{plain[:50]}_{number}", number + 1
    used.add(found)
    return FIELD + found


def check_targets(targets: Sequence[str | None]) -> list[dict[str, str]]:
    """Return what is wrong with a mapping of columns; [] if it can be used."""
    errors = []
    seen: set[str] = set()
    for index, target in enumerate(targets):
        where = f"mapping[{index}]"
        if target is None:
            continue
        name = target.removeprefix(FIELD) if target.startswith(FIELD) else None
        if name is None and target not in TARGETS:
            errors.append({"field": where, "reason": f"must be one of {', '.join(TARGETS)}, field:<name>, or null"})
        elif name is not None and (field_name(name) != name or name in TARGETS):
            errors.append({"field": where, "reason": f"must name a field such as field:{field_name(name) or 'plano'}"})
        elif target in seen:
            errors.append({"field": where, "reason": "is named twice"})
        seen.add(target)
    if "phone" not in seen:
        errors.append({"field": "mapping", "reason": "needs a column with the phone"})
    return errors

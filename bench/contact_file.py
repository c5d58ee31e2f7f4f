"""A CSV file of contacts as shops have them: Latin-1, ``;``, quotes, line breaks, wrong and repeated numbers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bench.grapfy import phone_of

_WRONG_AT, _MISSING_AT, _REPEAT_AT, _QUOTED_AT, _EVERY = 7, 19, 31, 43, 50
_EMPTY_AT, _EMPTY_EVERY = 500, 1_000
_WRONG = ("11 9999-000", "não tem", "+55 00 91234-5678", "0800 123 456", "119" + "0" * 14)
_NAMES = ("José da Conceição", "Ana Lúcia", "João D'Ávila", "MARIA  DAS DORES", "Zé")


@dataclass(frozen=True, slots=True)
class ContactFile:
    """What a file holds, by the kind of row.

    Attributes:
        people: distinct phones that can be reached.
        repeated: rows that give a person's phone once more, in another notation.
        refused: rows without a phone that is one.
        empty: rows of delimiters alone.
    """

    path: Path
    size: int
    people: int
    repeated: int
    refused: int
    empty: int


def write_contact_file(path: Path, rows: int, first: int = 0) -> ContactFile:
    """Write so many rows below a header.

    Args:
        path: the file, which is replaced.
        rows: how many.
        first: the number of the first person (``bench.grapfy.phone_of``); each row has a number of its own.
    """
    people = repeated = refused = empty = 0
    with path.open("w", encoding="latin-1", newline="") as out:
        out.write("Nome;Telefone;E-mail;Cidade;Valor gasto\r\n")
        for number in range(rows):
            at = number % _EVERY
            if number % _EMPTY_EVERY == _EMPTY_AT:
                out.write(";;;;\r\n")
                empty += 1
                continue
            phone = phone_of(first + number)
            name = _NAMES[number % len(_NAMES)]
            if at == _WRONG_AT:
                phone = _WRONG[number // _EVERY % len(_WRONG)]
                refused += 1
            elif at == _MISSING_AT:
                phone = ""
                refused += 1
            elif at == _REPEAT_AT:
                phone = f"({phone_of(first + number - 1)[3:5]}) {phone_of(first + number - 1)[5:]}"
                repeated += 1
            else:
                people += 1
            if at == _QUOTED_AT:
                name = f'"{name}; ""o {number}º""\n(loja 2)"'
            out.write(f"{name};{phone};c{number}@exemplo.com.br;São Paulo;1.234,{number % 100:02d}\r\n")
    return ContactFile(path, path.stat().st_size, people, repeated, refused, empty)

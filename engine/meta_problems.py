"""A pasted token or id that does not work: what Graph answered becomes a field and a reason in words.

Called before anything is saved. Codes: shared facts on WhatsApp, §1.4 and §1.5.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from engine.error_classes import error_brain
from engine.meta_graph import GraphFault, NumberHealth
from engine.phones import normalise_wa_id

Asked = Literal["phone_number_id", "waba_id"]
_EXPIRED, _CHANGED, _LOGGED_OUT = 463, 460, 467
_NO_SUCH_OBJECT = 33
_ALIASES_UNKNOWN = 803
_INVALID = 100
_FILE_REFUSED = (131053, 131052)
# Subcodes of a refused template (facts §1.5); the rest are about its components.
_TEMPLATE_CODES = (2388000, 2388999)
_TEMPLATE_FIELDS = {2388024: "language", 2388019: "waba_id", 2388039: "status", 2593002: "name"}
_TEMPLATE_WORDS = {
    2388024: (
        "o WhatsApp já tem este modelo neste idioma; sincronize os modelos",
        "WhatsApp has this template in this language already; sync the templates",
    ),
    2388039: ("o WhatsApp não deixa mudar este modelo agora", "WhatsApp lets nobody change this template now"),
    2593002: ("o WhatsApp não conhece este modelo", "WhatsApp does not know this template"),
    2388043: ("faltam exemplos das variáveis", "examples of the variables are missing"),
}
_NAMED_PARAMETER = re.compile(r"[Pp]aram(?:eter)? (name|language|category|components)\b")


@dataclass(frozen=True, slots=True)
class ConnectProblem:
    """One field that keeps a number from being connected."""

    field: str
    pt: str
    en: str

    def as_problem(self) -> dict[str, str]:
        """Return it in the API's form."""
        return {"field": self.field, "reason": self.en}

    def told(self) -> dict[str, Any]:
        """Return the same with its words in both languages."""
        return {**self.as_problem(), "reason_text": {"pt": self.pt, "en": self.en}}


def connect_problem(fault: GraphFault, asked: Asked) -> ConnectProblem | None:
    """Return the field that an error concerns; None where Graph itself is in trouble and trying again may help.

    Args:
        fault: what Graph answered.
        asked: whose object was asked for: the number's or the account's.
    """
    of = error_brain().classify(fault.code, fault.subcode)
    if fault.code in (0, 190) or of.scope == "token":
        return _token(fault)
    if fault.code in (3, 10) or 200 <= fault.code <= 299:
        return ConnectProblem(
            "token",
            "não tem as permissões whatsapp_business_messaging e whatsapp_business_management para esta conta",
            "lacks the permissions whatsapp_business_messaging and whatsapp_business_management for this account",
        )
    if fault.code == 100 and "nonexisting field" in fault.title:
        return _other_object(asked)
    if fault.code == _ALIASES_UNKNOWN or (fault.code == 100 and fault.subcode in (_NO_SUCH_OBJECT, None)):
        return ConnectProblem(
            asked,
            "não existe, ou o token não tem acesso a ele",
            "does not exist, or the token has no access to it",
        )
    if fault.transient or of.name in ("transient", "hold"):
        return None
    said = fault.user_message or fault.details or fault.title
    return ConnectProblem(asked, f"{of.meaning_pt}: {said}"[:500], f"{of.meaning_en}: {said}"[:500])


def template_problem(fault: GraphFault) -> ConnectProblem | None:
    """Return what a template, or its account, was refused for; None where trying again may help."""
    if fault.code != _INVALID and not _TEMPLATE_CODES[0] <= fault.code <= _TEMPLATE_CODES[1]:
        return connect_problem(fault, "waba_id")
    if fault.code == _INVALID and fault.subcode == _NO_SUCH_OBJECT:
        return connect_problem(fault, "waba_id")
    subcode = fault.code if fault.code != _INVALID else fault.subcode
    said = fault.user_message or fault.details or fault.title
    pt, en = _TEMPLATE_WORDS.get(subcode or 0, ("", ""))
    if not en and subcode is not None:
        of = error_brain().classify(subcode)
        pt, en = (of.meaning_pt, of.advice_en.rstrip(".")) if of.scope == "template" else ("", "")
    pt, en = pt or "o WhatsApp recusou o modelo", en or "WhatsApp refused the template"
    return ConnectProblem(_template_field(subcode, fault.title), f"{pt}: {said}"[:500], f"{en}: {said}"[:500])


def _template_field(subcode: int | None, title: str) -> str:
    if subcode in _TEMPLATE_FIELDS:
        return _TEMPLATE_FIELDS[subcode]
    named = _NAMED_PARAMETER.search(title)
    return named[1] if named else "components"


def upload_problem(fault: GraphFault) -> ConnectProblem | None:
    """Return what an upload was refused for: the file, else as :func:`connect_problem` says."""
    if fault.code in _FILE_REFUSED or (fault.code == _INVALID and fault.subcode != _NO_SUCH_OBJECT):
        of = error_brain().classify(_FILE_REFUSED[0])
        said = fault.user_message or fault.details or fault.title
        return ConnectProblem("file", f"{of.meaning_pt}: {said}"[:500], f"{of.meaning_en}: {said}"[:500])
    return connect_problem(fault, "phone_number_id")


def number_problem(number: NumberHealth, phone: str | None) -> ConnectProblem | None:
    """Return what speaks against a number that Graph knows: another phone than the one typed, or a closed one."""
    if phone is not None and number.phone is not None and normalise_wa_id(number.phone[1:]) != phone:
        return ConnectProblem(
            "phone", f"o número deste ID é {number.phone}", f"the number behind this id is {number.phone}"
        )
    if number.status in ("BANNED", "DELETED", "DISCONNECTED", "MIGRATED"):
        return ConnectProblem(
            "phone_number_id",
            f"o WhatsApp diz que este número está {number.status}",
            f"is {number.status}, says WhatsApp",
        )
    return None


def stranger_problem() -> ConnectProblem:
    """Return the problem of a number that does not belong to the account typed."""
    return ConnectProblem(
        "waba_id",
        "é uma conta que não tem este número",
        "is an account that does not have this number",
    )


def _token(fault: GraphFault) -> ConnectProblem:
    if fault.subcode == _EXPIRED or "expired" in fault.title.lower():
        return ConnectProblem(
            "token",
            "expirou; crie um token permanente de usuário do sistema",
            "has expired; create a permanent token of a system user",
        )
    if fault.subcode in (_CHANGED, _LOGGED_OUT):
        return ConnectProblem(
            "token",
            "foi invalidado (senha trocada ou sessão encerrada); crie outro",
            "was made invalid (password changed or logged out); create another one",
        )
    return ConnectProblem(
        "token",
        "não foi reconhecido pela Meta; copie-o inteiro, sem espaços",
        "is not known to Meta; copy the whole of it, without spaces",
    )


def _other_object(asked: Asked) -> ConnectProblem:
    if asked == "phone_number_id":
        return ConnectProblem(
            asked,
            "é o ID de outra coisa (talvez da conta); use o ID do número de telefone",
            "is the id of something else (perhaps of the account); use the phone number's id",
        )
    return ConnectProblem(
        asked,
        "é o ID de outra coisa (talvez do número); use o ID da conta do WhatsApp Business",
        "is the id of something else (perhaps of the number); use the WhatsApp Business account's id",
    )

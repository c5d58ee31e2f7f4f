"""Why a delivery to a company's own system was not taken, and why an outgoing webhook is out of use, in words."""

from __future__ import annotations

from engine.reading_reasons import Words

OUTGOING = {
    "outgoing_status": Words("O destino respondeu com erro.", "The receiver answered with an error."),
    "outgoing_redirect": Words(
        "O destino respondeu com redirecionamento, que não é seguido; use o endereço final.",
        "The receiver answered with a redirect, which is not followed; use the final address.",
    ),
    "outgoing_gone": Words(
        "O destino respondeu 410: não aceita mais nada neste endereço.",
        "The receiver answered 410: it takes nothing at this address any more.",
    ),
    "outgoing_timeout": Words("O destino não respondeu a tempo.", "The receiver did not answer in time."),
    "outgoing_connection": Words("Não foi possível conectar ao destino.", "The receiver could not be connected to."),
    "outgoing_tls": Words(
        "O certificado ou a conexão segura do destino foi recusado.",
        "The receiver's certificate or its secure connection was refused.",
    ),
    "outgoing_name": Words("O nome do destino não foi encontrado.", "The receiver's name was not found."),
    "outgoing_address": Words(
        "O destino fica em um endereço de rede interna, que não é acessado.",
        "The receiver is at an address of an internal network, which is not called.",
    ),
    "outgoing_answer": Words("A resposta do destino não é HTTP.", "The receiver's answer is no HTTP."),
    "outgoing_secret": Words(
        "O segredo não pôde ser aberto; gere outro.", "The secret could not be opened; make another one."
    ),
    "outgoing_failing": Words(
        "Desativado: todas as entregas falharam por cinco dias.",
        "Taken out of use: every delivery has failed for five days.",
    ),
    "outgoing_backlog": Words(
        "Desativado: havia entregas demais esperando.", "Taken out of use: too many deliveries were waiting."
    ),
}

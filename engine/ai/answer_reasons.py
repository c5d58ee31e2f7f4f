"""Why an assistant answered, gave a conversation to people, or said nothing: codes in words."""

from __future__ import annotations

from collections.abc import Mapping

from engine.reading_reasons import Words

ANSWERS: Mapping[str, Words] = {
    "no_agent": Words("Nenhum agente responde por este número.", "No agent answers for this number."),
    "ai_off": Words("Uma pessoa assumiu a conversa.", "A person has taken the conversation over."),
    "stop_word": Words("A pessoa pediu para parar.", "The person asked to stop."),
    "opted_out": Words(
        "A pessoa pediu para não receber mais mensagens (opt-out).",
        "The person has asked for no more messages (opt-out).",
    ),
    "window_closed": Words("A janela de 24 horas está fechada.", "The 24-hour window is closed."),
    "overtaken": Words("A pessoa escreveu de novo: a última mensagem é respondida.", "A newer message is answered."),
    "nothing_to_answer": Words("Não há o que responder.", "There is nothing to answer."),
    "outside_hours": Words("Fora do horário do agente.", "Outside of the agent's hours."),
    "conversation_limit": Words(
        "O agente já respondeu esta conversa quantas vezes pode em 24 horas.",
        "The agent has answered this conversation as often as it may in 24 hours.",
    ),
    "day_limit": Words("O agente já respondeu quantas vezes pode hoje.", "The agent's answers of today are used up."),
    "wants_person": Words("A pessoa pediu um atendente.", "The person asked for a person."),
    "complaint": Words("Reclamação ou pedido de reembolso.", "A complaint or a request for money back."),
    "no_text": Words("A mensagem não é texto.", "The message is no text."),
    "low_confidence": Words("Nada do que se sabe responde com confiança.", "Nothing known answers with confidence."),
    "no_approved_answer": Words(
        "Não há resposta aprovada que sirva e não há modelo de linguagem.",
        "There is no approved answer that fits, and no language model.",
    ),
    "approved_answer": Words("Resposta aprovada.", "An approved answer."),
    "says_what_it_is": Words("Disse que é um assistente.", "It said that it is an assistant."),
    "model_answer": Words("Resposta do modelo, conferida.", "The model's answer, checked."),
    "pix_resent": Words("O código PIX foi enviado de novo.", "The PIX code was sent again."),
    "order_told": Words("A situação do pedido foi contada.", "The order's state was told."),
    "model_asked_for_person": Words("O modelo pediu um atendente.", "The model asked for a person."),
    "model_timeout": Words("O modelo demorou demais.", "The model took too long."),
    "model_away": Words("O endereço do modelo não respondeu.", "The model's address did not answer."),
    "model_refused": Words("O endereço do modelo recusou a pergunta.", "The model's address refused the question."),
    "model_busy": Words("O endereço do modelo está ocupado (429).", "The model's address is busy (429)."),
    "model_nonsense": Words("A resposta do modelo não pôde ser lida.", "The model's answer could not be read."),
    "model_address": Words("Este endereço não é chamado.", "This address is not called."),
    "model_resting": Words("O modelo falhou várias vezes e descansa.", "The model failed repeatedly and rests."),
    "model_budget": Words("O orçamento de hoje do modelo acabou.", "The model's budget of today is used up."),
    "model_tools": Words("O modelo pediu ferramentas vezes demais.", "The model asked for tools too often."),
    "model_tool_refused": Words(
        "O modelo pediu algo que não lhe é permitido.", "The model asked for something that it may not do."
    ),
    "answer_empty": Words("A resposta do modelo estava vazia.", "The model's answer was empty."),
    "answer_too_long": Words("A resposta do modelo era longa demais.", "The model's answer was too long."),
    "answer_unreadable": Words(
        "A resposta do modelo tinha sinais que não se enviam.", "The model's answer held signs that are not sent."
    ),
    "answer_leaks": Words("A resposta revelava instruções.", "The answer gave instructions away."),
    "answer_link": Words(
        "A resposta tinha um link que não é permitido.", "The answer held a link that is not allowed."
    ),
    "answer_amount": Words(
        "A resposta tinha um valor que não está nos dados.", "The answer held an amount that is not in the data."
    ),
    "answer_number": Words(
        "A resposta tinha um número ou código que não está nos dados.",
        "The answer held a number or code that is not in the data.",
    ),
    "answer_promise": Words(
        "A resposta prometia um prazo ou favor que não está nos dados.",
        "The answer promised a time or favour that is not in the data.",
    ),
    "answer_claims_to_be_human": Words("A resposta dizia ser de uma pessoa.", "The answer claimed to be a person's."),
    "answer_language": Words("A resposta estava em outra língua.", "The answer was in another language."),
}

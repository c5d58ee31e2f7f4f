import { defineTexts } from "../../i18n";

export const useEventTexts = defineTexts("events", {
  title: "Eventos", event: "Evento", time: "Hora", type: "Tipo", source: "Fonte", customer: "Cliente", order: "Pedido", value: "Valor", state: "Estado", phone: "Telefone", external: "Id externo", json: "Contém JSON",
  processed: "Processado", unparsed: "Não entendido", failed: "Falhou", period: "Período", until: "Até", hour: "última hora", day: "24 horas", week: "7 dias", month: "30 dias",
  emptyTitle: "Nenhum evento ainda", emptyText: "Um evento é o que um webhook entrega: um pedido aprovado, um PIX criado.", jsonWrong: "Isto não é JSON: {{text}}",
  replay: "Reprocessar", replayTitle: "Reprocessar este evento?", replayCounting: "Contando o que sairia…", replayWould_zero: "Nenhuma mensagem nova vai sair.", replayWould_one: "{{n}} mensagem nova vai sair.", replayWould_many: "{{n}} de mensagens novas vão sair.", replayWould_other: "{{n}} mensagens novas vão sair.",
  replaySkip: "{{n}} não: {{reason}}", replayRules: "Valem as regras como estão agora.", replayStarted: "Reprocessamento iniciado", replayChanged: "Algo mudou depois da contagem; contado de novo.",
  trace: "O que aconteceu", request: "Requisição", signature: "Assinatura", signed: "conferida", unsigned: "sem assinatura", stored: "gravado", rule: "Regra", fired: "disparou", not_matched: "não disparou", not_triggered: "não é deste tipo de evento", held: "retida", skipped: "pulada", error: "erro",
  expected: "esperado", actual: "veio", message: "Mensagem", attempt: "Tentativa {{n}}", noRules: "Nenhuma regra olhou para este evento.", others_one: "{{n}} regra é de outro tipo de evento", others_other: "{{n}} regras são de outro tipo de evento", others_many: "{{n}} de regras são de outro tipo de evento", others_zero: "Nenhuma regra de outro tipo",
  payload: "Payload", headers: "Cabeçalhos", details: "Dados", raw: "Baixar bytes", unmatchedNone: "Sem payload: veja o motivo no estado.", to: "para", back: "Eventos", 
}, {
  title: "Events", event: "Event", time: "Time", type: "Type", source: "Source", customer: "Customer", order: "Order", value: "Value", state: "State", phone: "Phone", external: "External id", json: "Contains JSON",
  processed: "Processed", unparsed: "Not understood", failed: "Failed", period: "Period", until: "Until", hour: "last hour", day: "24 hours", week: "7 days", month: "30 days",
  emptyTitle: "No events yet", emptyText: "An event is what a webhook delivers: an approved order, a PIX that was made.", jsonWrong: "This is no JSON: {{text}}",
  replay: "Replay", replayTitle: "Replay this event?", replayCounting: "Counting what would be sent…", replayWould_zero: "No new message would be sent.", replayWould_one: "{{n}} new message will be sent.", replayWould_many: "{{n}} new messages will be sent.", replayWould_other: "{{n}} new messages will be sent.",
  replaySkip: "{{n}} not: {{reason}}", replayRules: "The rules apply as they are now.", replayStarted: "The replay has started", replayChanged: "Something changed after it was counted; counted anew.",
  trace: "What happened", request: "Request", signature: "Signature", signed: "checked", unsigned: "unsigned", stored: "stored", rule: "Rule", fired: "fired", not_matched: "did not fire", not_triggered: "is for another type of event", held: "held", skipped: "skipped", error: "error",
  expected: "expected", actual: "was", message: "Message", attempt: "Attempt {{n}}", noRules: "No rule looked at this event.", others_one: "{{n}} rule is for another type of event", others_other: "{{n}} rules are for another type of event", others_many: "{{n}} rules are for another type of event", others_zero: "No rule for another type",
  payload: "Payload", headers: "Headers", details: "Data", raw: "Download bytes", unmatchedNone: "No payload: the state says why.", to: "to", back: "Events", 
});

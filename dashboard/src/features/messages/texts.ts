import { defineTexts } from "../../i18n";

export const useMessageTexts = defineTexts("messages", {
  title: "Mensagens", message: "Mensagem", events: "Eventos", time: "Hora", status: "Estado", reason: "Motivo", to: "Para", text: "Texto", attempts: "Tentativas", phone: "Telefone",
  number: "Número", rule: "Regra", campaign: "Campanha", event: "Evento", from: "Desde", until: "Até", hour: "última hora", day: "24 horas", week: "7 dias", month: "30 dias",
  emptyTitle: "Nenhuma mensagem ainda", emptyText: "Uma mensagem nasce de um evento e de uma regra, de uma campanha, ou é enviada à mão pela API.",
  next: "Próxima tentativa", openEvent: "Abrir o evento", template: "Modelo", variant: "Variação", variantOf: "do texto {{version}} do modelo", seeVariant: "Ver a variação", variantGone: "foi excluída depois", provider: "Id no WhatsApp", code: "Código", meaning: "Significado", advice: "O que fazer", timeline: "Linha do tempo",
  cancel: "Cancelar mensagem", cancelTitle: "Cancelar esta mensagem?", cancelText: "Ela ainda não saiu e não vai sair. O histórico continua guardado.", cancelled: "Mensagem cancelada",
}, {
  title: "Messages", message: "Message", events: "Events", time: "Time", status: "Status", reason: "Reason", to: "To", text: "Text", attempts: "Attempts", phone: "Phone",
  number: "Number", rule: "Rule", campaign: "Campaign", event: "Event", from: "Since", until: "Until", hour: "last hour", day: "24 hours", week: "7 days", month: "30 days",
  emptyTitle: "No messages yet", emptyText: "A message is made by an event and a rule, by a campaign, or sent by hand with the API.",
  next: "Next try", openEvent: "Open the event", template: "Template", variant: "Variation", variantOf: "of the template's text {{version}}", seeVariant: "See the variation", variantGone: "it was deleted since", provider: "Id at WhatsApp", code: "Code", meaning: "Meaning", advice: "What to do", timeline: "Timeline",
  cancel: "Cancel the message", cancelTitle: "Cancel this message?", cancelText: "It has not left and will not leave. Its history is kept.", cancelled: "The message is cancelled",
});

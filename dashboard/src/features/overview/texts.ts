import { defineTexts } from "../../i18n";

export const useOverviewTexts = defineTexts("overview", {
  title: "Visão geral", range: "Período", events: "Eventos", accepted: "Mensagens aceitas", delivered: "Entregues", read: "Lidas", failed: "Falhas", 
  noBase: "— sem base", versus: "comparado com {{from}} a {{to}}", of: "{{part}} de {{whole}}", more: "a mais", less: "a menos",
  held_zero: "nenhuma retida", held_one: "{{n}} retida", held_many: "{{n}} de retidas", held_other: "{{n}} retidas", skipped_zero: "nenhuma pulada", skipped_one: "{{n}} pulada", skipped_many: "{{n}} de puladas", skipped_other: "{{n}} puladas", uncertain_zero: "nenhuma incerta", uncertain_one: "{{n}} incerta", uncertain_many: "{{n}} de incertas", uncertain_other: "{{n}} incertas", throughput: "O que entrou e o que saiu", series_events: "Eventos", series_accepted: "Aceitas", series_failed: "Falhas",
  funnel: "Até onde chegaram", attempted: "Tentadas", sent: "Enviadas", replied: "Responderam (72 h)", bought: "Compraram (7 d)", limitedBy_zero: "nenhuma por limite do WhatsApp", limitedBy_one: "{{n}} das falhas, por limite do WhatsApp", limitedBy_many: "{{n}} das falhas, por limite do WhatsApp", limitedBy_other: "{{n}} das falhas, por limite do WhatsApp", failures_zero: "nenhuma falha", failures_one: "{{n}} falha", failures_many: "{{n}} de falhas", failures_other: "{{n}} falhas",
  latency: "Do webhook ao envio", latencySentence: "Metade sai em {{p50}}, 99 de 100 em {{p99}}.", target: "meta 1 s",
  numbers: "Números", queue: "Fila", depth: "Na fila", oldest: "Mais antiga", waitingHeld: "Retidas", scheduled: "Agendadas", rate: "{{n}}/s", today: "hoje {{n}}",
  active: "Ativo", paused: "Pausado", stopped: "Parado", feed: "Ao vivo", feedEmpty: "Nada chegou ainda", feedEmptyText: "Cole este comando num terminal: o evento aparece aqui e vira mensagem.",
  noNumbers: "Nenhum número conectado", unmatched: "sem regra", stateProcessed: "Evento", stateUnparsed: "Não entendido", stateFailed: "Não guardado", 
  throughputSentence: "{{events}} e {{accepted}} no período.", eventsN_zero: "Nenhum evento", eventsN_one: "{{n}} evento", eventsN_many: "{{n}} de eventos", eventsN_other: "{{n}} eventos", acceptedN_zero: "nenhuma mensagem aceita", acceptedN_one: "{{n}} mensagem aceita", acceptedN_many: "{{n}} de mensagens aceitas", acceptedN_other: "{{n}} mensagens aceitas", failedLater_zero: "nenhuma das aceitas falhou depois", failedLater_one: "das aceitas, {{n}} falhou depois", failedLater_many: "das aceitas, {{n}} falharam depois", failedLater_other: "das aceitas, {{n}} falharam depois", perSecond: "agora {{events}} eventos/s, {{accepted}} mensagens/s", pause: "Pausar", resume: "Retomar", curl: "Comando para colar",
  recovered: "Recuperado por PIX", recoveredOf_zero: "nenhum pedido", recoveredOf_one: "{{n}} pedido", recoveredOf_many: "{{n}} de pedidos", recoveredOf_other: "{{n}} pedidos",
  open: "Abrir", firstSteps: "Primeiros passos", hideSteps: "Esconder", stepDone: "feito", stepOpen: "falta", keyFrom: "MASTERIA_KEY é uma chave de API:", keysPage: "Configurações, Chaves de API",
  step_number: "Conectar um número", step_number_text: "O número que envia. Para experimentar sem a Meta: masteria session add --transport simulator --name Vendas",
  step_webhook: "Criar um webhook", step_webhook_text: "O endereço a que sua loja manda o que acontece. A resposta traz o endereço com o segredo.",
  step_rule: "Criar uma regra", step_rule_text: "O que fazer com um evento: aqui, uma mensagem a cada pedido aprovado.",
  step_read: "Ver a primeira mensagem lida", step_read_text: "Mande um evento de teste: em segundos ele vira mensagem, e aqui se vê quando foi lida.",
  
}, {
  title: "Overview", range: "Period", events: "Events", accepted: "Messages accepted", delivered: "Delivered", read: "Read", failed: "Failures", 
  noBase: "— no base", versus: "compared with {{from}} to {{to}}", of: "{{part}} of {{whole}}", more: "more", less: "less",
  held_zero: "none held", held_one: "{{n}} held", held_many: "{{n}} held", held_other: "{{n}} held", skipped_zero: "none skipped", skipped_one: "{{n}} skipped", skipped_many: "{{n}} skipped", skipped_other: "{{n}} skipped", uncertain_zero: "none uncertain", uncertain_one: "{{n}} uncertain", uncertain_many: "{{n}} uncertain", uncertain_other: "{{n}} uncertain", throughput: "What came in and what went out", series_events: "Events", series_accepted: "Accepted", series_failed: "Failures",
  funnel: "How far they came", attempted: "Attempted", sent: "Sent", replied: "Replied (72 h)", bought: "Bought (7 d)", limitedBy_zero: "none by WhatsApp's limits", limitedBy_one: "{{n}} of the failures by WhatsApp's limits", limitedBy_many: "{{n}} of the failures by WhatsApp's limits", limitedBy_other: "{{n}} of the failures by WhatsApp's limits", failures_zero: "no failures", failures_one: "{{n}} failure", failures_many: "{{n}} failures", failures_other: "{{n}} failures",
  latency: "From webhook to sending", latencySentence: "Half leave within {{p50}}, 99 of 100 within {{p99}}.", target: "target 1 s",
  numbers: "Numbers", queue: "Queue", depth: "Queued", oldest: "Oldest", waitingHeld: "Held", scheduled: "Scheduled", rate: "{{n}}/s", today: "{{n}} today",
  active: "Active", paused: "Paused", stopped: "Stopped", feed: "Live", feedEmpty: "Nothing has come in yet", feedEmptyText: "Paste this command into a terminal: the event appears here and becomes a message.",
  noNumbers: "No number is connected", unmatched: "no rule", stateProcessed: "Event", stateUnparsed: "Not understood", stateFailed: "Not stored", 
  throughputSentence: "{{events}} and {{accepted}} in this period.", eventsN_zero: "No events", eventsN_one: "{{n}} event", eventsN_many: "{{n}} events", eventsN_other: "{{n}} events", acceptedN_zero: "no accepted messages", acceptedN_one: "{{n}} accepted message", acceptedN_many: "{{n}} accepted messages", acceptedN_other: "{{n}} accepted messages", failedLater_zero: "none of those accepted failed later", failedLater_one: "of those accepted, {{n}} failed later", failedLater_many: "of those accepted, {{n}} failed later", failedLater_other: "of those accepted, {{n}} failed later", perSecond: "now {{events}} events/s, {{accepted}} messages/s", pause: "Pause", resume: "Resume", curl: "Command to paste",
  recovered: "Recovered by PIX", recoveredOf_zero: "no order", recoveredOf_one: "{{n}} order", recoveredOf_many: "{{n}} orders", recoveredOf_other: "{{n}} orders",
  open: "Open", firstSteps: "First steps", hideSteps: "Hide", stepDone: "done", stepOpen: "open", keyFrom: "MASTERIA_KEY is an API key:", keysPage: "Settings, API keys",
  step_number: "Connect a number", step_number_text: "The number that sends. To try it without Meta: masteria session add --transport simulator --name Vendas",
  step_webhook: "Make a webhook", step_webhook_text: "The address to which your shop tells what happens. The answer brings the address with its secret.",
  step_rule: "Make a rule", step_rule_text: "What to do with an event: here, a message for every approved order.",
  step_read: "See the first message read", step_read_text: "Send a test event: within seconds it becomes a message, and you see here when it was read.",
  
});

import { defineTexts } from "../../i18n";

export const useOverviewTexts = defineTexts("overview", {
  title: "Visão geral", range: "Período", events: "Eventos", accepted: "Mensagens aceitas", delivered: "Entregues", read: "Lidas", failed: "Falhas", 
  noBase: "— sem base", versus: "comparado com {{from}} a {{to}}", of: "{{part}} de {{whole}}", more: "a mais", less: "a menos",
  held: "retidas", skipped: "puladas", uncertain: "incertas", throughput: "O que entrou e o que saiu", series_events: "Eventos", series_accepted: "Aceitas", series_failed: "Falhas",
  funnel: "Até onde chegaram", attempted: "Tentadas", sent: "Enviadas", replied: "Responderam (72 h)", bought: "Compraram (7 d)", limitedBy: "limitadas pelo WhatsApp", failures: "falhas",
  latency: "Do webhook ao envio", latencySentence: "Metade sai em {{p50}}, 99 de 100 em {{p99}}.", target: "meta 1 s",
  numbers: "Números", queue: "Fila", depth: "Na fila", oldest: "Mais antiga", waitingHeld: "Retidas", scheduled: "Agendadas", rate: "{{n}}/s", today: "hoje {{n}}",
  active: "Ativo", paused: "Pausado", stopped: "Parado", feed: "Ao vivo", feedEmpty: "Nada chegou ainda", feedEmptyText: "Cole este comando num terminal: o evento aparece aqui e vira mensagem.",
  noNumbers: "Nenhum número conectado", unmatched: "sem regra", 
  throughputSentence: "{{events}} eventos e {{accepted}} mensagens aceitas no período.", perSecond: "agora {{events}} eventos/s, {{accepted}} mensagens/s", pause: "Pausar", resume: "Retomar", curl: "Comando para colar",
  recovered: "Recuperado por PIX", recoveredOf_zero: "nenhum pedido", recoveredOf_one: "{{n}} pedido", recoveredOf_many: "{{n}} de pedidos", recoveredOf_other: "{{n}} pedidos",
  open: "Abrir", firstSteps: "Primeiros passos", hideSteps: "Esconder", stepDone: "feito", stepOpen: "falta", keyFrom: "MASTERIA_KEY é uma chave de API:", keysPage: "Configurações, Chaves de API",
  step_number: "Conectar um número", step_number_text: "O número que envia. Para experimentar sem a Meta: masteria session add --transport simulator --name Vendas",
  step_webhook: "Criar um webhook", step_webhook_text: "O endereço a que sua loja manda o que acontece. A resposta traz o endereço com o segredo.",
  step_rule: "Criar uma regra", step_rule_text: "O que fazer com um evento: aqui, uma mensagem a cada pedido aprovado.",
  step_read: "Ver a primeira mensagem lida", step_read_text: "Mande um evento de teste: em segundos ele vira mensagem, e aqui se vê quando foi lida.",
  
}, {
  title: "Overview", range: "Period", events: "Events", accepted: "Messages accepted", delivered: "Delivered", read: "Read", failed: "Failures", 
  noBase: "— no base", versus: "compared with {{from}} to {{to}}", of: "{{part}} of {{whole}}", more: "more", less: "less",
  held: "held", skipped: "skipped", uncertain: "uncertain", throughput: "What came in and what went out", series_events: "Events", series_accepted: "Accepted", series_failed: "Failures",
  funnel: "How far they came", attempted: "Attempted", sent: "Sent", replied: "Replied (72 h)", bought: "Bought (7 d)", limitedBy: "limited by WhatsApp", failures: "failures",
  latency: "From webhook to sending", latencySentence: "Half leave within {{p50}}, 99 of 100 within {{p99}}.", target: "target 1 s",
  numbers: "Numbers", queue: "Queue", depth: "Queued", oldest: "Oldest", waitingHeld: "Held", scheduled: "Scheduled", rate: "{{n}}/s", today: "{{n}} today",
  active: "Active", paused: "Paused", stopped: "Stopped", feed: "Live", feedEmpty: "Nothing has come in yet", feedEmptyText: "Paste this command into a terminal: the event appears here and becomes a message.",
  noNumbers: "No number is connected", unmatched: "no rule", 
  throughputSentence: "{{events}} events and {{accepted}} accepted messages in this period.", perSecond: "now {{events}} events/s, {{accepted}} messages/s", pause: "Pause", resume: "Resume", curl: "Command to paste",
  recovered: "Recovered by PIX", recoveredOf_zero: "no order", recoveredOf_one: "{{n}} order", recoveredOf_many: "{{n}} orders", recoveredOf_other: "{{n}} orders",
  open: "Open", firstSteps: "First steps", hideSteps: "Hide", stepDone: "done", stepOpen: "open", keyFrom: "MASTERIA_KEY is an API key:", keysPage: "Settings, API keys",
  step_number: "Connect a number", step_number_text: "The number that sends. To try it without Meta: masteria session add --transport simulator --name Vendas",
  step_webhook: "Make a webhook", step_webhook_text: "The address to which your shop tells what happens. The answer brings the address with its secret.",
  step_rule: "Make a rule", step_rule_text: "What to do with an event: here, a message for every approved order.",
  step_read: "See the first message read", step_read_text: "Send a test event: within seconds it becomes a message, and you see here when it was read.",
  
});

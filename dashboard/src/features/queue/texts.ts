import { defineTexts } from "../../i18n";

export const useQueueTexts = defineTexts("queue", {
  title: "Fila e falhas", depth: "Na fila", due: "Prontas", held: "Retidas", scheduled: "Agendadas", sending: "Saindo agora", oldest: "Mais antiga", next: "Próxima saída", rate: "Ritmo", perSecond: "{{n}}/s",
  lanes: "Faixas por número", lane: "Faixa", number: "Número", transactional: "Transacional", bulk: "Massa", paused: "Pausada", pause: "Pausar", resume: "Retomar", action: "Ação", removed: "Número removido",
  lanePaused: "Faixa {{lane}} de {{name}} pausada", laneResumed: "Faixa {{lane}} de {{name}} retomada", pauseTitle: "Pausar a faixa {{lane}} de {{name}}?", pauseLane: "Pausar faixa",
  pauseWaits_zero: "Nenhuma mensagem espera agora.", pauseWaits_one: "{{n}} mensagem que espera fica parada.", pauseWaits_many: "{{n}} de mensagens que esperam ficam paradas.", pauseWaits_other: "{{n}} mensagens que esperam ficam paradas.",
  pauseText: "O que chegar depois também espera, até alguém retomar. A outra faixa continua.", nothingWaits: "Nada espera", nothingWaitsText: "Tudo o que podia sair já saiu.",
  whyNot: "Por que ainda não?", since: "a mais antiga", goes: "a próxima sai em", untilAct: "até alguém agir", nothingHeld: "Nada retido", nothingHeldText: "Nenhum limite e nenhuma pausa segura mensagens.", incomplete: "A fila é longa: foram olhadas as 2.000 primeiras mensagens de cada número.",
  heldCount_zero: "nenhuma", heldCount_one: "{{n}} mensagem", heldCount_many: "{{n}} de mensagens", heldCount_other: "{{n}} mensagens",
  deadLetters: "Fila morta", byClass: "Por classe de falha", message: "Mensagem", event: "Evento", last: "última", see: "Ver", seeAll: "Ver todas", retry: "Tentar de novo", discard: "Descartar",
  time: "Hora", class: "Classe", code: "Código", target: "Alvo", reason: "Motivo", state: "Situação", period: "Período", hour: "última hora", day: "24 horas", week: "7 dias", month: "30 dias", campaign: "Campanha", rule: "Regra",
  transient: "Passageira", permanent: "Definitiva", fix: "A corrigir", suppress: "Pessoa não recebe", hold: "Esperou demais", stop: "Número parado", unparsed: "Não entendida", failed: "Não guardada",
  open: "Aberta", retried: "Tentada de novo", discarded: "Descartada", delivered: "Acabou entregue", dealt: "Resolvidas", all: "Todas",
 
 
  tooMany: "São mais de 1.000: marque todos deste filtro.", newLetters: "Há falhas novas: mostrar", noLetters: "Nada na fila morta", noLettersText: "Tudo o que entrou foi entendido e o que saiu foi aceito.",
  verbRetry: "Tentar", verbDiscard: "Descartar", retryCounting: "Contando o que iria de novo…", discardCounting: "Contando o que seria descartado…", changed: "O conjunto mudou enquanto você lia: contei de novo.",
  retryTitle_zero: "Nada a tentar de novo", retryTitle_one: "Tentar {{n}} de novo?", retryTitle_many: "Tentar {{n}} de novo?", retryTitle_other: "Tentar {{n}} de novo?", discardTitle_zero: "Nada a descartar", discardTitle_one: "Descartar {{n}}?", discardTitle_many: "Descartar {{n}}?", discardTitle_other: "Descartar {{n}}?",
  retryOf: "Tentar de novo {{n}} de {{total}}?", discardOf: "Descartar {{n}} de {{total}}?", retryText: "Cada mensagem vai como uma nova, na ordem e no ritmo do seu número; o corpo de cada evento é lido outra vez.", discardText: "Saem da fila morta; continuam no histórico.",
  letter: "Falha", text: "Texto", timeline: "Linha do tempo", payload: "Payload", attempts: "Tentativas", attempt: "Tentativa {{n}}:", answer: "Resposta", noAttempts: "Nenhuma tentativa foi feita.", seeEvent: "Ver o evento",
  jobProgress: "Andamento", jobDone: "feitas", jobCancelling: "Cancelando…", job_running: "Em andamento", job_done: "Terminado", job_cancelled: "Cancelado", job_failed: "Falhou",
}, {
  title: "Queue and failures", depth: "Queued", due: "Due", held: "Held", scheduled: "Scheduled", sending: "Leaving now", oldest: "Oldest", next: "Next to go", rate: "Rate", perSecond: "{{n}}/s",
  lanes: "Lanes by number", lane: "Lane", number: "Number", transactional: "Transactional", bulk: "Bulk", paused: "Paused", pause: "Pause", resume: "Resume", action: "Action", removed: "Removed number",
  lanePaused: "Lane {{lane}} of {{name}} paused", laneResumed: "Lane {{lane}} of {{name}} resumed", pauseTitle: "Pause lane {{lane}} of {{name}}?", pauseLane: "Pause lane",
  pauseWaits_zero: "No message waits now.", pauseWaits_one: "{{n}} waiting message stays.", pauseWaits_many: "{{n}} waiting messages stay.", pauseWaits_other: "{{n}} waiting messages stay.",
  pauseText: "What comes later waits, too, until somebody resumes it. The other lane goes on.", nothingWaits: "Nothing waits", nothingWaitsText: "All that could leave has left.",
  whyNot: "Why not yet?", since: "oldest", goes: "the next goes at", untilAct: "until somebody acts", nothingHeld: "Nothing is held", nothingHeldText: "No limit and no pause holds messages.", incomplete: "The queue is long: the first 2,000 messages of each number were looked at.",
  heldCount_zero: "none", heldCount_one: "{{n}} message", heldCount_many: "{{n}} messages", heldCount_other: "{{n}} messages",
  deadLetters: "Dead letters", byClass: "By class of failure", message: "Message", event: "Event", last: "last", see: "Show", seeAll: "Show all", retry: "Try again", discard: "Discard",
  time: "Time", class: "Class", code: "Code", target: "Target", reason: "Reason", state: "State", period: "Period", hour: "last hour", day: "24 hours", week: "7 days", month: "30 days", campaign: "Campaign", rule: "Rule",
  transient: "Passing", permanent: "For good", fix: "To be mended", suppress: "Person gets none", hold: "Waited too long", stop: "Number stopped", unparsed: "Not understood", failed: "Not stored",
  open: "Open", retried: "Tried again", discarded: "Discarded", delivered: "Delivered after all", dealt: "Dealt with", all: "All",
 
 
  tooMany: "More than 1,000: choose all of this filter.", newLetters: "There are new failures: show", noLetters: "No dead letters", noLettersText: "All that came in was understood, and what went out was accepted.",
  verbRetry: "Try", verbDiscard: "Discard", retryCounting: "Counting what would go again…", discardCounting: "Counting what would be discarded…", changed: "The set changed while you read: it was counted again.",
  retryTitle_zero: "Nothing to try again", retryTitle_one: "Try {{n}} again?", retryTitle_many: "Try {{n}} again?", retryTitle_other: "Try {{n}} again?", discardTitle_zero: "Nothing to discard", discardTitle_one: "Discard {{n}}?", discardTitle_many: "Discard {{n}}?", discardTitle_other: "Discard {{n}}?",
  retryOf: "Try {{n}} of {{total}} again?", discardOf: "Discard {{n}} of {{total}}?", retryText: "Each message goes as a new one, in the order and at the pace of its number; each event's body is read again.", discardText: "They leave the dead letters; they stay in the history.",
  letter: "Failure", text: "Text", timeline: "Timeline", payload: "Payload", attempts: "Attempts", attempt: "Attempt {{n}}:", answer: "Answer", noAttempts: "No attempt was made.", seeEvent: "See the event",
  jobProgress: "Progress", jobDone: "done", jobCancelling: "Cancelling…", job_running: "Running", job_done: "Done", job_cancelled: "Cancelled", job_failed: "Failed",
});

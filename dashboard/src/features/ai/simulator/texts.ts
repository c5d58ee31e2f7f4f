import { defineTexts } from "../../../i18n";

export const useSimulatorTexts = defineTexts("ai-simulator", {
  intro: "Escreva como um cliente escreveria. Nada é enviado nem guardado; a decisão é a mesma que uma mensagem de verdade teria, para alguém de quem nada se sabe: sem pedidos e com a janela de 24 horas aberta.",
  costs: "O modelo de linguagem é chamado de verdade e conta no gasto de hoje.", who: "Quem responde", usual: "Quem responde pela maioria dos números", resting: "fora de uso",
  thread: "Conversa de ensaio", empty: "Ainda não há nada. Tente “oi, quanto tempo demora pra chegar?”", customer: "Cliente", write: "Mensagem do cliente", send: "Ensaiar", again: "Recomeçar", thinking: "Decidindo…",
  answered: "Responderia", handed_over: "Chamaria uma pessoa", silent: "Ficaria em silêncio", suggested: "Sugeriria", show: "Ver a decisão", decision: "Decisão", intent: "Intenção", outcome: "O que haveria", agent: "Agente", nobody: "nenhum",
  cost: "Modelo de linguagem", notAsked: "não foi chamado", took: "Levou", pause: "Esperaria antes de enviar", tags: "Etiquetas que poria",
  tokens_zero: "nenhum token", tokens_one: "{{n}} token", tokens_many: "{{n}} de tokens", tokens_other: "{{n}} tokens",
  passages: "O que o conhecimento trouxe", noPassages: "O conhecimento não foi consultado, ou nada se parece.", used: "usada na resposta", approvedAnswer: "resposta aprovada", likeness: "semelhança {{share}}",
}, {
  intro: "Write as a customer would. Nothing is sent or stored; the decision is the one that a real message would get, for somebody of whom nothing is known: no orders, and the 24-hour window open.",
  costs: "The language model is really asked, and counts among today's spending.", who: "Who answers", usual: "Whoever answers for most numbers", resting: "out of use",
  thread: "Rehearsed conversation", empty: "Nothing yet. Try “oi, quanto tempo demora pra chegar?”", customer: "Customer", write: "The customer's message", send: "Rehearse", again: "Start again", thinking: "Deciding…",
  answered: "Would answer", handed_over: "Would call a person", silent: "Would stay silent", suggested: "Would suggest", show: "See the decision", decision: "Decision", intent: "Intent", outcome: "What would follow", agent: "Agent", nobody: "none",
  cost: "Language model", notAsked: "was not called", took: "Took", pause: "Would wait before sending", tags: "Tags that it would give",
  tokens_zero: "no tokens", tokens_one: "{{n}} token", tokens_many: "{{n}} tokens", tokens_other: "{{n}} tokens",
  passages: "What the knowledge brought", noPassages: "The knowledge was not asked, or nothing is like it.", used: "used in the answer", approvedAnswer: "approved answer", likeness: "likeness {{share}}",
});

import { defineTexts } from "../../i18n";

export const useAiTexts = defineTexts("ai", {
  title: "IA e conhecimento", knowledge: "Conhecimento",
  addText: "Novo texto", addQuestion: "Nova pergunta", addFile: "Mandar arquivo", name: "Nome", nameHint: "As respostas citam este nome.", question: "Pergunta", answer: "Resposta aprovada", answerHint: "Pode ser enviada como está, sem modelo de linguagem.", text: "Texto", textHint: "Texto comum ou Markdown.",
  kind: "Tipo", kind_text: "Texto", kind_question: "Pergunta e resposta", kind_file: "Arquivo", state: "Estado", waiting: "Lendo…", ready: "Pronto", failed: "Não foi lido", outOfUse: "Fora de uso", passages: "Trechos", updated: "Mudou", actions: "Ações", edit: "Editar", remove: "Excluir", putInUse: "Pôr em uso", takeOut: "Tirar de uso", open: "Ver trechos", save: "Salvar", cancel: "Cancelar", saved: "Salvo", removed: "Excluído",
  passagesN_zero: "Nenhum trecho", passagesN_one: "{{n}} trecho", passagesN_many: "{{n}} de trechos", passagesN_other: "{{n}} trechos", morePassages: "Mais trechos", approved: "resposta aprovada",
  removeTitle: "Excluir {{name}}?", removeText: "O que a IA sabia daqui deixa de valer na hora.", sending: "Enviando {{name}}…", fileHint: "txt, md, pdf ou csv. Num CSV, as colunas pergunta e resposta são respostas aprovadas.",
  empty: "A IA ainda não sabe nada da sua loja", emptyText: "Cole um texto, escreva uma pergunta com a resposta, ou mande um arquivo: em segundos ela responde a partir dele.",
  test: "Testar pergunta", testPlace: "Ex.: quanto tempo demora pra chegar?", ask: "Perguntar", found: "O que foi encontrado", nothing: "Nada no conhecimento responde a isto.", likeness: "semelhança {{share}}", from: "de {{name}}", testText: "Nada é enviado e nenhum modelo de linguagem é chamado.",
}, {
  title: "AI and knowledge", knowledge: "Knowledge",
  addText: "New text", addQuestion: "New question", addFile: "Hand in a file", name: "Name", nameHint: "Answers cite this name.", question: "Question", answer: "Approved answer", answerHint: "May be sent as it is, without a language model.", text: "Text", textHint: "Plain text or Markdown.",
  kind: "Kind", kind_text: "Text", kind_question: "Question and answer", kind_file: "File", state: "State", waiting: "Being read…", ready: "Ready", failed: "Could not be read", outOfUse: "Out of use", passages: "Passages", updated: "Changed", actions: "Actions", edit: "Edit", remove: "Delete", putInUse: "Put into use", takeOut: "Take out of use", open: "See the passages", save: "Save", cancel: "Cancel", saved: "Saved", removed: "Deleted",
  passagesN_zero: "No passages", passagesN_one: "{{n}} passage", passagesN_many: "{{n}} passages", passagesN_other: "{{n}} passages", morePassages: "More passages", approved: "approved answer",
  removeTitle: "Delete {{name}}?", removeText: "What the AI knew from here no longer counts at once.", sending: "Sending {{name}}…", fileHint: "txt, md, pdf or csv. In a CSV the columns pergunta and resposta are approved answers.",
  empty: "The AI knows nothing about your shop yet", emptyText: "Paste a text, write a question with its answer, or hand in a file: within seconds it answers from it.",
  test: "Try a question", testPlace: "E.g. how long does it take to arrive?", ask: "Ask", found: "What was found", nothing: "Nothing in the knowledge answers this.", likeness: "likeness {{share}}", from: "from {{name}}", testText: "Nothing is sent and no language model is called.",
});

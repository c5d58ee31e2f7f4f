import { defineTexts } from "../i18n";

export const useUiTexts = defineTexts("ui", {
  close: "Fechar", cancel: "Cancelar", copy: "Copiar", copied: "Copiado", retry: "Tentar de novo", loading: "Carregando",
  more: "Carregar mais", undo: "Desfazer", clearFilters: "Limpar filtros", actions: "Ações",
  loaded: "{{loaded}} de {{total}}", atLeast: "mais de {{total}}",
  errorTitle: "Não foi possível carregar", errorOld: "O que se vê é de {{at}}.",
  errorAway: "O servidor não respondeu. Os dados continuam guardados; a tela volta quando ele voltar.",
  errorSlow: "Está demorando mais que o normal.", errorForbidden: "Seu papel nesta empresa não permite ver isto.",
  errorMissing: "Isto não existe, ou não é desta empresa.", errorOther: "O servidor recusou o pedido.",
  errorInternal: "Foi uma falha nossa. Ao pedir ajuda, informe o código do pedido.",
  requestId: "Código do pedido", noMatchTitle: "Nada corresponde aos filtros", noMatchText: "Tire um filtro ou aumente o período.",
  typeToConfirm: "Digite {{word}} para confirmar", filter: "Filtrar", removeFilter: "Tirar o filtro {{name}}",
  scheduled: "Agendada", queued: "Na fila", held: "Retida", sending: "Enviando", accepted: "Aceita", sent: "Enviada", delivered: "Entregue",
  read: "Lida", failed: "Falhou", uncertain: "Incerta", skipped: "Pulada", cancelled: "Cancelada", exportCsv: "Exportar CSV", exportJson: "Exportar JSON",
  
}, {
  close: "Close", cancel: "Cancel", copy: "Copy", copied: "Copied", retry: "Try again", loading: "Loading",
  more: "Load more", undo: "Undo", clearFilters: "Clear filters", actions: "Actions",
  loaded: "{{loaded}} of {{total}}", atLeast: "more than {{total}}",
  errorTitle: "This could not be loaded", errorOld: "What you see is from {{at}}.",
  errorAway: "The server did not answer. The data is safe; the page comes back when it does.",
  errorSlow: "This takes longer than usual.", errorForbidden: "Your role in this company may not see this.",
  errorMissing: "This does not exist, or is not of this company.", errorOther: "The server refused the request.",
  errorInternal: "Our fault. Name the request id when asking about it.",
  requestId: "Request id", noMatchTitle: "Nothing matches the filters", noMatchText: "Remove a filter or widen the period.",
  typeToConfirm: "Type {{word}} to confirm", filter: "Filter", removeFilter: "Remove the filter {{name}}",
  scheduled: "Scheduled", queued: "Queued", held: "Held", sending: "Sending", accepted: "Accepted", sent: "Sent", delivered: "Delivered",
  read: "Read", failed: "Failed", uncertain: "Uncertain", skipped: "Skipped", cancelled: "Cancelled", exportCsv: "Export CSV", exportJson: "Export JSON",
  
});

import { defineTexts } from "../../i18n";

export const useMessageTexts = defineTexts("message", {
  insert: "Inserir variável", counter: "{{used}} de {{most}}", unknown: "Não existe: {{names}}", broken: "Falta fechar com }}",
  preview: "Prévia no telefone", light: "Claro", dark: "Escuro", missing: "sem valor: {{name}}", emptyBubble: "O texto aparece aqui.", picture: "Imagem", qr: "QR code do PIX",
}, {
  insert: "Insert a variable", counter: "{{used}} of {{most}}", unknown: "Does not exist: {{names}}", broken: "A closing }} is missing",
  preview: "Preview on a phone", light: "Light", dark: "Dark", missing: "no value: {{name}}", emptyBubble: "The text appears here.", picture: "Picture", qr: "The PIX QR code",
});

/** A file as it should look: with a mark, so that spreadsheets read its accents, and a semicolon as they write it here. */
const ROWS = [
  ["nome", "telefone", "email", "cpf", "etiquetas", "plano"],
  ["Ana Souza", "(11) 90000-0001", "ana@exemplo.com.br", "", "cliente, vip", "anual"],
  ["José Lima", "+55 21 90000-0002", "", "", "cliente", "mensal"],
];

export const SAMPLE = `data:text/csv;charset=utf-8,${encodeURIComponent(`\ufeff${ROWS.map((row) => row.join(";")).join("\r\n")}\r\n`)}`;

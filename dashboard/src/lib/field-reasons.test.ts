import { expect, test } from "vitest";
import { inPortuguese } from "./field-reasons";

test.each([
  ["is needed", "é obrigatório"],
  ["must be from 1 to 500", "deve ficar entre 1 e 500"],
  ["must be one of open, closed", "deve ser um destes: open, closed"],
  ["must be one of failed, held, or several of them with commas between them", "deve ser um ou mais destes, com vírgulas: failed, held"],
  ["is no URL", "não é um endereço (URL)"],
  ["must have at most 4 MiB", "pode ter no máximo 4 MiB"],
  ["must be later than from, 24:00 at most; divide a night in two", "deve ser depois do início, até 24:00; divida a noite em duas"],
  ["is no conversation of this company", "não é uma conversa desta empresa"],
  ["the campaign is running: only a draft can be changed", "a campanha está em andamento: só um rascunho pode ser mudado"],
  ["the company has a list of this name already", "já existe uma lista com este nome"],
  ["unknown field 'nome'; known: name, phone", "não existe “nome”; há: name, phone"],
  ["must be an e-mail address such as ana@loja.com.br", "deve ser um e-mail como ana@loja.com.br"],
])("%s", (english, portuguese) => expect(inPortuguese(english)).toBe(portuguese));

test("what nobody has translated is shown as it is", () => expect(inPortuguese("is something quite new")).toBe("is something quite new"));

/** What the API says is wrong with a field, in Portuguese: it says the common ones in English only. */
import { FORMS } from "./field-reasons-forms";
import { MORE } from "./field-reasons-more";

const SAID: [RegExp, (found: RegExpExecArray) => string][] = [
  [/^(is required|is needed|has no value)$/, () => "é obrigatório"],
  [/^must have (\d+) to (\d+) characters$/, (found) => (found[1] === "1" ? `deve ter de 1 a ${found[2]} caracteres` : `deve ter de ${found[1]} a ${found[2]} caracteres`)],
  [/^must have (\d+) to (\d+) (?:entries|items)$/, (found) => `deve ter de ${found[1]} a ${found[2]} itens`],
  [/^must have at most (\d+) (?:entries|items|characters)$/, (found) => `pode ter no máximo ${found[1]}`],
  [/^must be one of (.+)$/, (found) => `deve ser um destes: ${found[1]}`],
  [/^must be from (\S+) to (\S+)$/, (found) => `deve ficar entre ${found[1]} e ${found[2]}`],
  [/^must be at least (\S+)$/, (found) => `deve ser pelo menos ${found[1]}`],
  [/^must be at most (\S+)$/, (found) => `deve ser no máximo ${found[1]}`],
  [/^must be above (\S+)$/, (found) => `deve ser maior que ${found[1]}`],
  [/^must be an id \(UUID\)$/, () => "deve ser um id (UUID)"],
  [/^must be a time such as (.+)$/, (found) => `deve ser um horário como ${found[1]}`],
  [/^must be a phone number such as (.+)$/, (found) => `deve ser um telefone como ${found[1]}`],
  [/^must be an IANA name such as (.+)$/, (found) => `deve ser um fuso como ${found[1]}`],
  [/^must be (?:a text|a string)$/, () => "deve ser texto"],
  [/^must be an? (integer|whole number)$/, () => "deve ser um número inteiro"],
  [/^must be a number$/, () => "deve ser um número"],
  [/^must be (?:true or false|a boolean)$/, () => "deve ser verdadeiro ou falso"],
  [/^must lie ahead$/, () => "deve estar no futuro"],
  [/^must not be in the future$/, () => "não pode estar no futuro"],
  [/^must not hold NUL or half a character$/, () => "tem um caractere que não pode ser guardado"],
  [/^is (?:given|named) twice$/, () => "aparece duas vezes"],
  [/^is not your password$/, () => "não é a sua senha"],
  [/^is not the code of this moment$/, () => "não é o código deste momento"],
  [/^is unknown, was used or is over$/, () => "é desconhecido, já foi usado ou venceu"],
  [/^is no session of this company$/, () => "não é um número desta empresa"],
  [/^is no template of this company$/, () => "não é um modelo desta empresa"],
  [/^is no list of this company$/, () => "não é uma lista desta empresa"],
  [/^is no rule of this company$/, () => "não é uma regra desta empresa"],
  [/^is no event of this company$/, () => "não é um evento desta empresa"],
  [/^is no outgoing webhook of this company$/, () => "não é um webhook de saída desta empresa"],
  [/^must be a text of 1 to (\d+) characters$/, (found) => `deve ser um texto de 1 a ${found[1]} caracteres`],
  [/^must be a list with at least one (condition|step)$/, (found) => (found[1] === "step" ? "precisa de pelo menos um passo" : "precisa de pelo menos uma condição")],
  [/^must be a list of 1 to (\d+) event types$/, (found) => `escolha de 1 a ${found[1]} tipos de evento`],
  [/^must be the name of an event type, such as .+$/, () => "deve ser um tipo de evento"],
  [/^must be the name of a field, or a path into the payload such as (.+)$/, (found) => `escolha um campo, ou digite um caminho do payload como ${found[1]}`],
  [/^must be a field that holds a time.*$/, () => "deve ser um campo que guarda um horário"],
  [/^must be a list of 1 to (\d+) values$/, (found) => `deve ter de 1 a ${found[1]} valores`],
  [/^must be a number, or a time such as (.+)$/, (found) => `deve ser um número, ou um horário como ${found[1]}`],
  [/^must be a list of two numbers, or of two times.*$/, () => "precisa de dois números, ou de dois horários"],
  [/^must begin with the lower of the two$/, () => "o primeiro deve ser o menor"],
  [/^must not be empty; to ask whether a value is there, use the operator exists$/, () => "não pode ficar vazio; para saber se há valor, use “tem valor”"],
  [/^must be a time of day such as (.+)$/, (found) => `deve ser um horário como ${found[1]}`],
  [/^must not be the same as from$/, () => "não pode ser igual ao início"],
  [/^must be a whole number from (\S+) to (\S+)$/, (found) => `deve ser um número inteiro de ${found[1]} a ${found[2]}`],
  [/^must be a tag of .+$/, () => "deve ser uma etiqueta: letras, números, espaço, _ . e -"],
  [/^must be a tag or a list of .+$/, () => "escreva uma ou mais etiquetas"],
  [/^needs either template_id or text, and not both$/, () => "escolha um modelo ou escreva um texto"],
  [/^is no phone number; write it like (\S+)$/, (found) => `não é um telefone; escreva como ${found[1]}`],
  [/^must hold only a-z, 0-9 and _.*$/, () => "só letras minúsculas, números e _"],
  [/^may not begin or end with a variable.*$/, () => "não pode começar nem terminar com uma variável: a Meta recusa"],
  [/^may not hold two variables without a word between them.*$/, () => "precisa de uma palavra entre duas variáveis: a Meta recusa"],
  [/^must be a language code such as (\S+)$/, (found) => `deve ser um idioma como ${found[1]}`],
  [/^must have (\d+) texts, one for each variable.*$/, (found) => `precisa de ${found[1]} exemplos, um por variável`],
  [/^is nested deeper than (\d+) (groups|branches)$/, (found) => `passa de ${found[1]} níveis`],
  [/^has more than (\d+) (conditions|steps|variables)$/, (found) => `passa de ${found[1]} ${{ conditions: "condições", steps: "passos", variables: "variáveis" }[found[2] as "steps"]}`],
  [/^(.*)unknown (field|filter|operator) '(.*)'; did you mean '(.*)'\?$/, (found) => `${found[1]}não existe “${found[3]}”; seria “${found[4]}”?`],
];

// The closest words first: those of the forms hold what is left.
const ALL = [...MORE, ...SAID, ...FORMS];

export function inPortuguese(reason: string): string {
  for (const [pattern, words] of ALL) {
    const found = pattern.exec(reason);
    if (found) return words(found);
  }
  return reason;
}

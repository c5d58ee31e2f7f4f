/** What the API says is wrong with a field, in Portuguese: it says the common ones in English only. */
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
];

export function inPortuguese(reason: string): string {
  for (const [pattern, words] of SAID) {
    const found = pattern.exec(reason);
    if (found) return words(found);
  }
  return reason;
}

/** Time zones as options: Brazil's first, each with its distance to Greenwich. */
import { zoneName, type Language } from "../../lib/time";
import type { Option } from "../../ui/picker";

const BRAZIL = ["America/Sao_Paulo", "America/Bahia", "America/Fortaleza", "America/Recife", "America/Belem", "America/Manaus", "America/Cuiaba", "America/Campo_Grande", "America/Porto_Velho", "America/Boa_Vista", "America/Rio_Branco", "America/Noronha"];

export function zoneOptions(language: Language, present: string): Option[] {
  const known = typeof Intl.supportedValuesOf === "function" ? Intl.supportedValuesOf("timeZone") : [];
  const names = [...new Set([present, ...BRAZIL, ...known])];
  return names.map((value) => ({ value, title: value.replace(/_/g, " "), note: zoneName(language, value) }));
}

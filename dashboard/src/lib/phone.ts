/** "+5511900000000" becomes "+55 (11) 90000-0000"; other countries' numbers are spaced after their first digits. */
export function phone(e164: string | null | undefined): string {
  if (!e164) return "—";
  const brazil = /^\+55(\d{2})(\d{4,5})(\d{4})$/.exec(e164);
  return brazil ? `+55 (${brazil[1]}) ${brazil[2]}-${brazil[3]}` : e164;
}

/** Who did something, as a person reads it: `user:ana@loja.com` is ana@loja.com, a key of the API is named as one. */
export function author(stored: string): string {
  return stored.replace(/^user:/, "").replace(/^api_key:/, "API · ");
}

/** A key that stands for one try: the API does what carries it once, however often it is asked. */
export function onceKey(): string {
  // randomUUID is there only in a secure context; an installation may be reached by plain http.
  return typeof crypto.randomUUID === "function" ? crypto.randomUUID() : [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

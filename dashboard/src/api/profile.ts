/** Language and theme, kept in the profile: chosen on one device, found on the next. */
import { api, read } from "./client";
import type { Person } from "./schema.gen";
import { getSession, setSession } from "./session";

type Taste = Partial<Pick<Person, "language" | "theme" | "name">>;

/** Change the own profile; the session knows it at once. */
export async function changeProfile(change: Taste): Promise<void> {
  setSession({ user: await read(api.PATCH("/api/v1/me", { body: change })) });
}

/** The same where the choice holds on this device anyway: a refusal changes nothing. */
export function keepTaste(change: Taste): void {
  if (getSession().user) void changeProfile(change).catch(() => undefined);
}

/** Who is signed in, in which company this tab works, and the token that every change carries. */
import { useSyncExternalStore } from "react";
import type { OwnCompany, Person } from "./schema.gen";

export type Role = "owner" | "operator" | "viewer";

export interface Session {
  user: Person | null;
  companies: OwnCompany[];
  csrf: string | null;
  /** The cookie ended while somebody worked: the page stays, a dialog asks for the password. */
  expired: boolean;
  company: OwnCompany | null;
}

let session: Session = { user: null, companies: [], csrf: null, expired: false, company: null };
const listeners = new Set<() => void>();
const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("masteria.session");

export function getSession(): Session {
  return session;
}

export function setSession(change: Partial<Session>): void {
  session = { ...session, ...change };
  listeners.forEach((tell) => tell());
}

export function signedIn(told: { user: Person | null; companies: OwnCompany[]; csrf_token: string | null }): void {
  const company = told.companies.find((one) => one.id === session.company?.id) ?? null;
  setSession({ user: told.user, companies: told.companies, csrf: told.csrf_token, expired: false, company });
}

/** Signing out in one tab ends all of them. */
export function signedOut(tellOthers: boolean): void {
  setSession({ user: null, companies: [], csrf: null, expired: false, company: null });
  if (tellOthers) channel?.postMessage("signed-out");
}

channel?.addEventListener("message", () => {
  signedOut(false);
  location.assign("/sign-in");
});

const subscribe = (tell: () => void) => {
  listeners.add(tell);
  return () => listeners.delete(tell);
};

export function useSession(): Session {
  return useSyncExternalStore(subscribe, getSession);
}

/** The company of the path; pages stand below the shell, which waits for it. */
export function useCompany(): OwnCompany {
  const { company } = useSession();
  if (!company) throw new Error("no company is chosen");
  return company;
}

const RANK: Record<Role, number> = { viewer: 0, operator: 1, owner: 2 };

/** Whether the person may do what takes that role here. Who may not is shown no control for it. */
export function useMay(role: Role): boolean {
  const { company } = useSession();
  return company != null && RANK[company.role as Role] >= RANK[role];
}

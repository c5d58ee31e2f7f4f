/** The one way to the API: company, CSRF token, errors as `Problem`, and what an ended session does. */
import createClient, { type Middleware } from "openapi-fetch";
import { refusal, unreachable } from "./problem";
import type { paths } from "./schema.gen";
import { getSession, setSession } from "./session";

const UNSAFE = new Set(["POST", "PUT", "PATCH", "DELETE"]);

const identity: Middleware = {
  onRequest({ request }) {
    const { csrf, company } = getSession();
    if (company) request.headers.set("X-Company-Id", company.id);
    if (csrf && UNSAFE.has(request.method)) request.headers.set("X-CSRF-Token", csrf);
    return request;
  },
  onResponse({ request, response }) {
    if (response.status === 401 && getSession().user && !request.url.endsWith("/auth/sign-in")) setSession({ expired: true });
    return undefined;
  },
};

export const api = createClient<paths>({ baseUrl: typeof location === "undefined" ? "" : location.origin, credentials: "same-origin" });
api.use(identity);

/** Wait for an answer and return its body; a refusal is thrown as a `Problem`. */
export async function read<T>(answer: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  let told;
  try {
    told = await answer;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw unreachable();
  }
  if (!told.response.ok) throw await refusal(told.response, told.error);
  return told.data as T;
}

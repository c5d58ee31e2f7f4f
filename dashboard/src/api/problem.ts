/** What the API says when it refuses: RFC 9457, with the fields that are wrong. */
export interface FieldProblem {
  field: string;
  reason: string;
  reason_text?: { pt: string; en: string } | null;
}

export class Problem extends Error {
  /** The detail in Portuguese, where it is known (lib/conflict-reasons.ts). */
  detailPt: string | null = null;

  constructor(
    readonly status: number,
    readonly type: string,
    readonly title: string,
    readonly detail: string,
    readonly requestId: string | null,
    readonly fields: FieldProblem[],
    readonly retryAfterS: number | null,
  ) {
    super(detail || title);
  }

  /** Whether the same request may go well in a moment. */
  get transient(): boolean {
    return this.status === 0 || this.status === 429 || this.status === 503;
  }
}

type Body = Partial<{ type: string; title: string; detail: string; request_id: string; errors: FieldProblem[] }>;

export function problemOf(response: Response, body: unknown): Problem {
  const told: Body = body && typeof body === "object" ? body : {};
  const wait = Number(response.headers.get("retry-after"));
  return new Problem(
    response.status,
    told.type ?? "about:blank",
    told.title ?? response.statusText,
    told.detail ?? "",
    told.request_id ?? response.headers.get("x-request-id"),
    told.errors ?? [],
    Number.isFinite(wait) && wait > 0 ? wait : null,
  );
}

/** The same with what the API says in Portuguese, too: those words are many, and loaded when one is refused for the first time. */
export async function refusal(response: Response, body: unknown): Promise<Problem> {
  const problem = problemOf(response, body);
  if (problem.detail && problem.status >= 400 && problem.status < 500 && problem.status !== 404) {
    const words = await import("../lib/field-reasons").catch(() => null); // without them it is said in English
    problem.detailPt = words?.inPortuguese(problem.detail) ?? null;
  }
  return problem;
}

/** No answer at all: the gateway cannot be reached. */
export function unreachable(): Problem {
  return new Problem(0, "unreachable", "", "", null, [], null);
}

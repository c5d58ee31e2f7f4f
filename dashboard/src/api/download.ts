/** A file of the API, saved by the browser; a link could not say for which company. */
import { problemOf, unreachable } from "./problem";
import { getSession } from "./session";

export async function download(path: string, query: Record<string, string | undefined>, name: string): Promise<void> {
  const parameters = new URLSearchParams(Object.entries(query).filter((one): one is [string, string] => Boolean(one[1])));
  const { company } = getSession();
  let response;
  try {
    response = await fetch(`${path}?${parameters}`, { credentials: "same-origin", headers: company ? { "X-Company-Id": company.id } : {} });
  } catch {
    throw unreachable();
  }
  if (!response.ok) throw problemOf(response, await response.json().catch(() => null));
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

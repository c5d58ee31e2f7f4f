/** Files of the API: a link, or an element's address, could not say for which company. */
import { refusal, unreachable } from "./problem";
import { getSession } from "./session";

/** Read a file. */
export async function fileOf(path: string, query: Record<string, string | undefined> = {}, signal?: AbortSignal): Promise<Blob> {
  const parameters = new URLSearchParams(Object.entries(query).filter((one): one is [string, string] => Boolean(one[1]))).toString();
  const { company } = getSession();
  let response;
  try {
    response = await fetch(parameters ? `${path}?${parameters}` : path, { credentials: "same-origin", signal, headers: company ? { "X-Company-Id": company.id } : {} });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw unreachable();
  }
  if (!response.ok) throw await refusal(response, await response.json().catch(() => null));
  return response.blob();
}

/** Let the browser save a file under a name. */
export function save(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export async function download(path: string, query: Record<string, string | undefined>, name: string): Promise<void> {
  save(await fileOf(path, query), name);
}

/** A file sent as a request's body, with how much of it has gone: fetch does not tell that. */
import { refusal, unreachable } from "./problem";
import { getSession, setSession } from "./session";

export interface Upload<T> { answer: Promise<T>; cancel: () => void }

export function upload<T>(path: string, query: Record<string, string>, file: Blob, onProgress: (sent: number) => void, type = "text/csv"): Upload<T> {
  const request = new XMLHttpRequest();
  const answer = new Promise<T>((resolve, reject) => {
    const { company, csrf } = getSession();
    request.open("POST", `${path}?${new URLSearchParams(query)}`);
    request.responseType = "json";
    request.setRequestHeader("Content-Type", type);
    if (company) request.setRequestHeader("X-Company-Id", company.id);
    if (csrf) request.setRequestHeader("X-CSRF-Token", csrf);
    request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onerror = () => reject(unreachable());
    request.onabort = () => reject(new DOMException("the upload was stopped", "AbortError"));
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) return resolve(request.response as T);
      if (request.status === 401 && getSession().user) setSession({ expired: true });
      void refusal(new Response(null, { status: request.status, statusText: request.statusText, headers: told(request) }), request.response).then(reject);
    };
    request.send(file);
  });
  return { answer, cancel: () => request.abort() };
}

function told(request: XMLHttpRequest): Headers {
  const headers = new Headers();
  for (const name of ["retry-after", "x-request-id"]) {
    const value = request.getResponseHeader(name);
    if (value) headers.set(name, value);
  }
  return headers;
}

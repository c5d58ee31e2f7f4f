/** A file that a person sent. A picture is shown, sounds and films are fetched when somebody wants them, the rest is saved. Nothing of it is ever markup. */
import { useQuery } from "@tanstack/react-query";
import { Download, Paperclip, Play } from "lucide-react";
import { useEffect, useState } from "react";
import { fileOf, save } from "../../api/download";
import { Problem } from "../../api/problem";
import { key } from "../../api/queries";
import { useMay } from "../../api/session";
import { Button } from "../../ui/button";
import { useOnScreen } from "../../ui/on-screen";
import { useErrorText } from "../../ui/states";
import { kindOf, nameOf, type SentFile } from "./file-kind";
import { useInboxTexts } from "./texts";

const KEPT_MS = 300_000;

export function Media({ file, conversation, event, held }: { file: SentFile; conversation: string; event: string; held: boolean }) {
  const operator = useMay("operator");
  const name = file.filename ? nameOf(file) : file.mime_type ?? nameOf(file);
  // WhatsApp-Web sessions do not keep the key of a file; a viewer sees what was sent, not the file itself.
  if (!operator || !held || !file.id) return <p className="mb-1 flex items-center gap-2 text-table text-muted"><Paperclip size={14} aria-hidden />{name}</p>;
  return <Fetched file={file} name={name} conversation={conversation} event={event} />;
}

function Fetched({ file, name, conversation, event }: { file: SentFile; name: string; conversation: string; event: string }) {
  const t = useInboxTexts();
  const words = useErrorText();
  const { ref, ever } = useOnScreen<HTMLDivElement>();
  const [wanted, want] = useState(false);
  const kind = kindOf(file.mime_type);
  const found = useQuery({
    queryKey: key("media", conversation, event), enabled: wanted || (kind === "image" && ever), staleTime: Infinity, gcTime: KEPT_MS, retry: false, placeholderData: undefined,
    queryFn: ({ signal }) => fileOf(`/api/v1/conversations/${conversation}/messages/${event}/media`, {}, signal),
  });
  const blob = found.data;
  const shown = blob && kindOf(blob.type) === kind ? kind : "file";
  const url = useAddress(shown === "file" ? undefined : blob);
  const keep = () => { if (blob) save(blob, nameOf(file)); else void found.refetch().then(({ data }) => data && save(data, nameOf(file))); };
  const gone = found.error instanceof Problem && found.error.status === 404;
  const icon = { size: 14, "aria-hidden": true };
  return (
    <div ref={ref} className="mb-1 space-y-1" data-media={kind}>
      {url && shown === "image" && <img src={url} alt={t("picture")} className="max-h-72 max-w-full rounded-control object-contain" />}
      {url && shown === "audio" && <audio src={url} controls aria-label={name} className="w-64 max-w-full" />}
      {url && shown === "video" && <video src={url} controls aria-label={name} className="max-h-72 max-w-full rounded-control" />}
      <div className="flex flex-wrap items-center gap-2 text-table text-muted">
        <Paperclip size={14} aria-hidden className="shrink-0" />
        <span className="min-w-0 break-all">{name}</span>
        {(kind === "audio" || kind === "video") && !url && !gone && <Button kind="quiet" busy={found.isFetching} icon={<Play {...icon} />} onClick={() => want(true)}>{t(kind === "audio" ? "listen" : "watch")}</Button>}
        {!gone && <Button kind="quiet" busy={kind === "file" && found.isFetching} icon={<Download {...icon} />} aria-label={t("saveFile", { name })} onClick={keep}>{t("saveShort")}</Button>}
      </div>
      {found.error && <p className="text-caption text-danger-fg">{gone ? t("fileGone") : words(found.error)}{" "}{!gone && <button type="button" className="underline" onClick={() => void found.refetch()}>{t("again")}</button>}</p>}
    </div>
  );
}

/** An address of the browser's own for a file, for as long as it is shown. */
function useAddress(blob: Blob | undefined): string | null {
  const [url, set] = useState<string | null>(null);
  useEffect(() => {
    if (!blob) return undefined;
    const made = URL.createObjectURL(blob);
    set(made);
    return () => { URL.revokeObjectURL(made); set(null); };
  }, [blob]);
  return url;
}

/** Linking a phone: a QR code with its own time, replaced when WhatsApp makes another, or a code to type. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { CircleCheck } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { api, read } from "../../api/client";
import { key, refresh } from "../../api/queries";
import type { LinkedDevice, SessionWithUsage } from "../../api/schema.gen";
import { useWords } from "../../i18n";
import { phone as written } from "../../lib/phone";
import { Button } from "../../ui/button";
import { CopyButton } from "../../ui/copy";
import { Dialog } from "../../ui/dialog";
import { Form, TextField } from "../../ui/form";
import { ErrorBox, Skeleton } from "../../ui/states";
import { Tabs } from "../../ui/tabs";
import { QrRing } from "./qr-ring";
import { askAgainMs, nextShown, type Shown } from "./qr-clock";
import { useSessionTexts } from "./texts";

const STARTS = new Set(["new", "unpaired", "logged_out"]);
/** The session's process needs seconds to start; only then is silence an error. It is asked every second, so no try waits longer. */
const STARTING = 8;
const PHONE_SCREEN = "(max-width: 640px)";

export function PairDialog({ session, onClose }: { session: SessionWithUsage; onClose: () => void }) {
  const t = useSessionTexts();
  const say = useWords();
  const path = { params: { path: { session_id: session.id } } };
  const [shown, setShown] = useState<Shown | null>(null);
  const [tab, setTab] = useState(() => (matchMedia(PHONE_SCREEN).matches ? "code" : "qr"));
  const [phone, setPhone] = useState(session.phone ?? "");
  const asked = useRef(0);
  const take = (told: LinkedDevice, askedMs: number) => setShown((before) => nextShown(before, told, askedMs, Date.now()));
  const device = useQuery({
    queryKey: key("sessions", "device", session.id), placeholderData: undefined, staleTime: 0, gcTime: 0, retry: false,
    queryFn: async ({ signal }) => {
      const at = Date.now();
      const told = await read(api.GET("/api/v1/sessions/{session_id}/qr", { ...path, signal }));
      take(told, at);
      return told;
    },
    refetchInterval: (query) => (query.state.data?.state === "connected" ? false : askAgainMs(shown, Date.now())),
  });
  const start = useMutation({
    mutationFn: async () => {
      asked.current = Date.now();
      return read(api.POST("/api/v1/sessions/{session_id}/pair", { ...path, body: {} }));
    },
    onSuccess: (told) => { take(told, asked.current); void device.refetch(); },
  });
  const code = useMutation({
    mutationFn: () => read(api.POST("/api/v1/sessions/{session_id}/pair", { ...path, body: { phone } })),
    onSuccess: () => { setShown(null); void device.refetch(); },
  });
  const told = device.data;
  const state = told?.state;
  const begun = useRef(false);
  useEffect(() => {
    if (!begun.current && tab === "qr" && state && STARTS.has(state)) {
      begun.current = true;
      start.mutate();
    }
  }, [state, tab, start]);
  useEffect(() => { if (state === "connected") refresh("sessions"); }, [state]);
  const over = begun.current && !start.isPending && state !== undefined && STARTS.has(state);
  const away = device.error !== null && !shown && (told !== undefined || device.errorUpdateCount > STARTING);
  const pairCode = code.data?.pair_code ?? (state === "pairing" ? told?.pair_code : null);
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} firm title={t("pairTitle", { name: session.name })} footer={<Button kind={state === "connected" ? "primary" : "plain"} onClick={onClose}>{t(state === "connected" ? "done" : "close")}</Button>}>
      {away && <ErrorBox error={device.error} onRetry={() => void device.refetch()} />}
      {!told && !away && <Skeleton rows={4} onRetry={() => void device.refetch()} />}
      {state === "connected" && <p role="status" className="flex items-center gap-2 rounded-control bg-success-soft px-4 py-3 text-success-fg"><CircleCheck size={16} aria-hidden />{t("pairDone", { phone: written(told?.phone) })}</p>}
      {told && state !== "connected" && (
        <div className="space-y-3">
          {state && !STARTS.has(state) && state !== "pairing" && <p role="status" className="text-table text-muted">{say(told.meaning) ?? told.why ?? t("pairState", { state })}</p>}
          {(state === "unpaired" || state === "logged_out") && told.reason && <p className="text-table text-warning-fg">{say(told.meaning) ?? (told.reason === "pairing_timed_out" ? t("pairTimedOut") : told.reason)}</p>}
          <Tabs
            label={t("pairHow")} value={tab} onChange={setTab}
            tabs={[
              {
                value: "qr", title: t("qr"),
                content: (
                  <div className="grid gap-4 sm:grid-cols-[272px_1fr]">
                    <div className="grid min-h-[272px] place-items-center">
                      {shown ? <QrRing key={shown.code} shown={shown} onOver={() => { setShown(null); void device.refetch(); }} />
                        : over ? <Button kind="primary" busy={start.isPending} onClick={() => start.mutate()}>{t("newCode")}</Button>
                          : <p role="status" className="text-center text-table text-muted">{t("waitingCode")}</p>}
                    </div>
                    <Steps steps={[t("stepOpen"), t("stepDevices"), t("stepScan")]} note={t("qrNote")} />
                    {start.error && <div className="sm:col-span-2"><ErrorBox error={start.error} onRetry={() => start.mutate()} /></div>}
                  </div>
                ),
              },
              {
                value: "code", title: t("pairCode"),
                content: (
                  <div className="space-y-4">
                    {pairCode ? (
                      <div className="space-y-2">
                        <p className="flex items-center gap-2" aria-live="polite"><strong className="rounded-control bg-sunken px-4 py-2 font-mono text-kpi tracking-[0.2em]" data-pair-code>{`${pairCode.slice(0, 4)}-${pairCode.slice(4)}`}</strong><CopyButton text={pairCode} /></p>
                        <Steps steps={[t("stepOpen"), t("stepDevices"), t("stepNumber"), t("stepType")]} note={t("codeNote")} />
                        {over && <Button busy={code.isPending} onClick={() => code.mutate()}>{t("newCode")}</Button>}
                      </div>
                    ) : (
                      <Form error={code.error} onSubmit={() => code.mutate()}>
                        <TextField name="phone" label={t("pairPhone")} hint={t("pairPhoneHint")} value={phone} onChange={setPhone} type="tel" autoComplete="tel" placeholder="+55 11 90000-0000" />
                        <Button kind="primary" type="submit" busy={code.isPending}>{t("getCode")}</Button>
                      </Form>
                    )}
                  </div>
                ),
              },
            ]}
          />
        </div>
      )}
    </Dialog>
  );
}

function Steps({ steps, note }: { steps: string[]; note: string }) {
  return (
    <div className="space-y-2 text-table">
      <ol className="list-decimal space-y-1 pl-5">{steps.map((step) => <li key={step}>{step}</li>)}</ol>
      <p className="text-caption text-muted">{note}</p>
    </div>
  );
}

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, read } from "../../api/client";
import { refresh } from "../../api/queries";
import type { SessionWithUsage } from "../../api/schema.gen";
import { useWords } from "../../i18n";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Form, TextField } from "../../ui/form";
import { toast } from "../../ui/toasts";
import { useSessionTexts } from "./texts";

/** Another token for the same number; WhatsApp is asked right after whether it works. */
export function TokenDialog({ session, onClose }: { session: SessionWithUsage; onClose: () => void }) {
  const t = useSessionTexts();
  const say = useWords();
  const [token, setToken] = useState("");
  const path = { params: { path: { session_id: session.id } } };
  const save = useMutation({
    mutationFn: async () => {
      await read(api.PATCH("/api/v1/sessions/{session_id}", { ...path, body: { token: token.trim() } }));
      return read(api.POST("/api/v1/sessions/{session_id}/check", path)).catch(() => null);
    },
    onSuccess: (told) => {
      const problem = told?.problems[0];
      toast(problem ? say(problem.reason_text) ?? problem.reason : t(told?.asked ? "checkFine" : "tokenSaved"), { bad: Boolean(problem) });
      refresh("sessions");
      if (!problem) onClose();
    },
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} firm title={t("tokenTitle", { name: session.name })} footer={<><Button onClick={onClose}>{t("cancel")}</Button><Button kind="primary" type="submit" form="token" busy={save.isPending}>{t("save")}</Button></>}>
      <Form id="token" error={save.error} onSubmit={() => save.mutate()}><TextField name="token" label={t("token")} hint={t("tokenHint")} value={token} onChange={setToken} mono autoComplete="off" /></Form>
    </Dialog>
  );
}

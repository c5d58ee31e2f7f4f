import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, read } from "../../api/client";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { ChoiceField, Form, TextField } from "../../ui/form";
import { useSettingsTexts } from "./texts";

const DOES = { viewer: "viewerDoes", operator: "operatorDoes", owner: "ownerDoes" } as const;

export function KeyForm({ onClose, onMade }: { onClose: () => void; onMade: (key: string) => void }) {
  const t = useSettingsTexts();
  const [name, setName] = useState("");
  const [role, setRole] = useState("operator");
  const make = useMutation({
    mutationFn: () => read(api.POST("/api/v1/api-keys", { body: { name: name.trim(), role: role as "operator" } })),
    onSuccess: (made) => onMade(made.key),
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} firm title={t("newKey")} footer={<Button kind="primary" type="submit" form="key" busy={make.isPending}>{t("makeKey")}</Button>}>
      <Form id="key" error={make.error} onSubmit={() => !make.isPending && make.mutate()}>
        <TextField name="name" label={t("name")} hint={t("keyNameHint")} value={name} onChange={setName} autoFocus autoComplete="off" />
        <ChoiceField name="role" label={t("role")} value={role} onChange={setRole} options={(["viewer", "operator", "owner"] as const).map((value) => ({ value, title: `${t(value)} — ${t(DOES[value])}` }))} />
      </Form>
    </Dialog>
  );
}

import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, read } from "../../api/client";
import { key } from "../../api/queries";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { CheckField, ChoiceField, Form, FormField, TextField } from "../../ui/form";
import { ErrorBox, Skeleton } from "../../ui/states";
import { grid, type Right } from "./scopes";
import { useSettingsTexts } from "./texts";

const DOES = { viewer: "viewerDoes", operator: "operatorDoes", owner: "ownerDoes" } as const;

export function KeyForm({ onClose, onMade }: { onClose: () => void; onMade: (key: string) => void }) {
  const t = useSettingsTexts();
  const [name, setName] = useState("");
  const [role, setRole] = useState("operator");
  const [narrow, setNarrow] = useState(false);
  const [rights, setRights] = useState<Record<string, Right>>({});
  const scopes = useQuery({ queryKey: key("api-keys", "scopes"), staleTime: Infinity, enabled: narrow, queryFn: ({ signal }) => read(api.GET("/api/v1/api-keys/scopes", { signal })) });
  const chosen = Object.entries(rights).filter(([, right]) => right !== "none").map(([area, right]) => `${area}:${right}`);
  const make = useMutation({
    mutationFn: () => read(api.POST("/api/v1/api-keys", { body: { name: name.trim(), role: role as "operator", ...(narrow ? { scopes: chosen as never } : {}) } })),
    onSuccess: (made) => onMade(made.key),
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} firm title={t("newKey")} footer={<Button kind="primary" type="submit" form="key" busy={make.isPending}>{t("makeKey")}</Button>}>
      <Form id="key" error={make.error} onSubmit={() => !make.isPending && make.mutate()}>
        <TextField name="name" label={t("name")} hint={t("keyNameHint")} value={name} onChange={setName} autoFocus autoComplete="off" />
        <ChoiceField name="role" label={t("role")} value={role} onChange={setRole} options={(["viewer", "operator", "owner"] as const).map((value) => ({ value, title: `${t(value)} — ${t(DOES[value])}` }))} />
        <CheckField name="narrow" label={t("narrow")} hint={t("narrowHint")} checked={narrow} onChange={setNarrow} />
        {narrow && (
          <FormField name="scopes" label={t("scopes")}>
            {() => (scopes.error ? <ErrorBox error={scopes.error} onRetry={() => void scopes.refetch()} /> : !scopes.data ? <Skeleton rows={4} /> : (
              <ul className="grid grid-cols-1 gap-x-6 gap-y-1 sm:grid-cols-2">
                {grid(scopes.data.data).map(({ area, may }) => (
                  <li key={area} className="flex items-center justify-between gap-2 text-table">
                    <code className="truncate text-caption">{area}</code>
                    <select aria-label={area} className="field !w-32" value={rights[area] ?? "none"} onChange={(event) => setRights({ ...rights, [area]: event.target.value as Right })}>
                      <option value="none">{t("noRight")}</option>
                      {may.map((right) => <option key={right} value={right}>{t(right === "read" ? "mayRead" : "mayWrite")}</option>)}
                    </select>
                  </li>
                ))}
              </ul>
            ))}
          </FormField>
        )}
      </Form>
    </Dialog>
  );
}

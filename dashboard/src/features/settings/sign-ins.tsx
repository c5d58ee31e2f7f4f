/** Where one is signed in, and the way to end it elsewhere. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { api, read } from "../../api/client";
import { key, refresh } from "../../api/queries";
import { Button } from "../../ui/button";
import { Card } from "../../ui/page";
import { ErrorBox, Skeleton, useErrorText } from "../../ui/states";
import { Chip } from "../../ui/status";
import { toast } from "../../ui/toasts";
import { When } from "../../ui/when";
import { useSettingsTexts } from "./texts";

export function SignIns() {
  const t = useSettingsTexts();
  const words = useErrorText();
  const list = useQuery({ queryKey: key("sign-ins"), queryFn: ({ signal }) => read(api.GET("/api/v1/auth/sessions", { signal })) });
  const done = { onSuccess: () => { toast(t("ended")); refresh("sign-ins"); }, onError: (error: unknown) => toast(words(error), { bad: true }) };
  const end = useMutation({ mutationFn: (id: string) => read(api.DELETE("/api/v1/auth/sessions/{sign_in_id}", { params: { path: { sign_in_id: id } } })), ...done });
  const others = useMutation({ mutationFn: () => read(api.POST("/api/v1/auth/sessions/end-others")), ...done });
  const rows = list.data?.data;
  return (
    <Card title={t("signIns")} aside={rows && rows.length > 1 ? <Button kind="quiet" busy={others.isPending} onClick={() => others.mutate()}>{t("endOthers")}</Button> : undefined}>
      {list.error && <ErrorBox error={list.error} onRetry={() => void list.refetch()} />}
      {!rows && !list.error && <Skeleton rows={3} onRetry={() => void list.refetch()} />}
      <ul className="divide-y divide-line">
        {rows?.map((one) => (
          <li key={one.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2 text-table">
            <span className="min-w-0 grow basis-56"><span className="block truncate" title={one.agent}>{one.agent || "—"}</span><span className="text-caption text-muted"><code>{one.address}</code>{" · "}{t("lastSeen")}{" "}<When at={one.last_seen_at} /></span></span>
            {one.current ? <Chip tone="info">{t("thisOne")}</Chip> : <Button busy={end.isPending && end.variables === one.id} onClick={() => end.mutate(one.id)}>{t("end")}</Button>}
          </li>
        ))}
      </ul>
    </Card>
  );
}

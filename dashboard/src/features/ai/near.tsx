/** The examples that a text was nearest to: why it was taken for what it was. */
import type { AiDecision } from "../../api/schema.gen";
import { useIntentNames } from "../../api/intents";
import { Bars } from "../../ui/bars";
import { useFormats } from "../../ui/when";
import { useAiTexts } from "./texts";

export function Near({ neighbours }: { neighbours: AiDecision["neighbours"] }) {
  const t = useAiTexts();
  const { percent } = useFormats();
  const names = useIntentNames();
  if (neighbours.length === 0) return null;
  return (
    <section aria-label={t("nearest")}>
      <h3 className="mb-2 text-table">{t("nearest")}</h3>
      <Bars label={t("nearest")} top={1} rows={neighbours.map((one, at) => ({ key: String(at), name: <span title={one.text}>{`${names.of(one.intent)}: ${one.text}`}</span>, value: Math.max(0, one.nearness), text: percent(one.nearness) }))} />
    </section>
  );
}

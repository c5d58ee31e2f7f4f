/** Whom may I write to? People, lists, tags and those who want nothing. */
import { Link, useParams } from "@tanstack/react-router";
import { Upload, UserPlus } from "lucide-react";
import { useState } from "react";
import { useMay } from "../../api/session";
import { useUrlState } from "../../lib/url";
import { Button } from "../../ui/button";
import { PageHead } from "../../ui/page";
import { Tabs } from "../../ui/tabs";
import { ContactForm } from "./contact-form";
import { FILTERS } from "./filters";
import { Lists } from "./lists";
import { OptOuts } from "./opt-outs";
import { People } from "./people";
import { Tags } from "./tags";
import { useContactTexts } from "./texts";

export function Contacts() {
  const t = useContactTexts();
  const operator = useMay("operator");
  const { company } = useParams({ strict: false }) as { company: string };
  const [search, setSearch] = useUrlState();
  const [making, setMaking] = useState(false);
  // Filters are the people's: another tab begins without them.
  const choose = (tab: string) => setSearch({ ...Object.fromEntries(FILTERS.map((name) => [name, undefined])), kind: undefined, tab: tab === "people" ? undefined : tab }, { replace: false });
  return (
    <>
      <PageHead title={t("title")}>
        {operator && (
          <>
            <Link to={`/c/${company}/contacts/import` as string} className="control border border-line-strong bg-surface hover:bg-sunken"><Upload size={14} aria-hidden />{t("import")}</Link>
            <Button kind="primary" icon={<UserPlus size={14} aria-hidden />} onClick={() => setMaking(true)}>{t("newContact")}</Button>
          </>
        )}
      </PageHead>
      <Tabs
        label={t("title")}
        value={search.tab ?? "people"}
        onChange={choose}
        tabs={[
          { value: "people", title: t("people"), content: <People onNew={operator ? () => setMaking(true) : undefined} /> },
          { value: "lists", title: t("lists"), content: <Lists /> },
          { value: "tags", title: t("tags"), content: <Tags /> },
          { value: "opt-outs", title: t("optOuts"), content: <OptOuts /> },
        ]}
      />
      {making && <ContactForm onClose={() => setMaking(false)} />}
    </>
  );
}

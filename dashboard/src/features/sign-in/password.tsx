/** A password that can be looked at; the browser is told whether it is a new one. */
import { Eye, EyeOff } from "lucide-react";
import { useState } from "react";
import { IconButton } from "../../ui/button";
import { FormField } from "../../ui/form";
import { useSignInTexts } from "./texts";

interface Props { label: string; value: string; onChange: (value: string) => void; fresh?: boolean; hint?: string; autoFocus?: boolean; name?: string }

export function PasswordField({ label, value, onChange, fresh = false, hint, autoFocus, name = "password" }: Props) {
  const t = useSignInTexts();
  const [shown, setShown] = useState(false);
  return (
    <FormField name={name} label={label} hint={hint}>
      {(props) => (
        <div className="relative">
          <input {...props} className="field pr-10" type={shown ? "text" : "password"} name={name} autoComplete={fresh ? "new-password" : "current-password"} required autoFocus={autoFocus} value={value} onChange={(event) => onChange(event.target.value)} />
          <IconButton label={shown ? t("hide") : t("show")} onClick={() => setShown(!shown)} className="!absolute top-0 right-0">{shown ? <EyeOff size={16} /> : <Eye size={16} />}</IconButton>
        </div>
      )}
    </FormField>
  );
}

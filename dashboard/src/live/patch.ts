/** JSON merge patch (RFC 7396) without changing what was there: parts that stay the same stay identical. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type Data = { [name: string]: Json };

export function merge(target: Json | undefined, patch: Json): Json {
  if (patch === null || typeof patch !== "object" || Array.isArray(patch)) return patch;
  const base: Data = target && typeof target === "object" && !Array.isArray(target) ? target : {};
  const made: Data = { ...base };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete made[name];
    else made[name] = merge(base[name], value);
  }
  return made;
}

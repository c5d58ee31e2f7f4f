/** A value once it has stood still for a moment: what is asked of the server is not asked at every letter. */
import { useEffect, useState } from "react";

export function useSettled<T>(value: T, ms = 300): T {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

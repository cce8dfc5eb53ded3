/** The time, for ages. */
import { useEffect, useState } from 'preact/hooks'

/** Epoch milliseconds; the part that calls it is drawn again each `everyMs`. */
export function useNow(everyMs = 1_000): number {
  const [nowMs, setNowMs] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return nowMs
}

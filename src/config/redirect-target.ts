/** Where a plain listener of the gateway sends its clients: `https`, or `https:8443`. */
import { err, ok } from '../result.ts'
import type { Result } from '../result.ts'
import type { Problem } from './diagnostic.ts'
import { quoted } from './printable.ts'

const HTTPS_PORT = 443

/** The port. */
export function parseRedirect(text: string): Result<number, Problem> {
  const [, digits = String(HTTPS_PORT)] = /^https(?::(\d{1,5}))?$/.exec(text) ?? ['', '0']
  const port = Number(digits)
  if (port > 0 && port <= 65_535) return ok(port)
  const hints = ['write `https`, or `https:PORT` where the listener with `tls` has another port than 443']
  return err({ code: 'ERR_CONFIG_VALUE', message: `${quoted(text)} is not where requests can go`, hints })
}

export const formatRedirect = (port: number): string => (port === HTTPS_PORT ? 'https' : `https:${port}`)

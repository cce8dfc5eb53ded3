/** What to change when a probe fails, in the configuration of the proxy in use. */
import type { ProxyName } from '../site/proxy-name.ts'

/** `{field}` stands for a name that arrived, `{variable}` for the end of nginx's variables for it. */
export interface Fix extends Readonly<Partial<Record<ProxyName, string>>> {
  /** For a proxy that is unknown, or has no line of its own here. */
  readonly general: string
}

/** Most fields that get a line of their own. */
const MAX_LINES = 4

/** The lines to change. @param names Fields that the finding is about. */
export function fixLines(
  fix: Fix,
  proxy: ProxyName | undefined,
  names: readonly string[],
): readonly string[] {
  const text = (proxy === undefined ? undefined : fix[proxy]) ?? fix.general
  if (!text.includes('{field}')) return [text]
  const spelled = names.map((name) => name.replaceAll(/[^A-Za-z0-9]/g, '-'))
  const folded = spelled.map((name) => name.toLowerCase())
  // One line removes a field in every letter case.
  const named = spelled.filter((name, index) => folded.indexOf(name.toLowerCase()) === index)
  const lines = named.slice(0, MAX_LINES).map((name) => fill(text, name))
  const left = named.length - lines.length
  return left > 0 ? [...lines, `… and the same for ${left} more`] : lines
}

const fill = (text: string, name: string): string =>
  text.replaceAll('{field}', name).replaceAll('{variable}', name.toLowerCase().replaceAll('-', '_'))

/** Two issuers, one above the other, and where they differ. */
import { firstDifference } from '../../keys/fetch/discovery.ts'
import { parseUrl } from '../../syntax/parse-url.ts'

/** Lines of equal width up to the caret; longer issuers are cut in the middle of what they share. */
export function describeIssuerDifference(configured: string, announced: string): readonly string[] {
  const at = firstDifference(configured, announced)
  // What is far before the difference is the same in both, and would push the caret out of sight.
  const from = Math.max(0, at - 100)
  const cut = (text: string): string => `${from === 0 ? '' : '…'}${text.slice(from, from + 160)}`
  const indent = ' '.repeat('configured  '.length + (from === 0 ? 0 : 1) + at - from)
  return [
    `configured  ${cut(configured)}`,
    `announced   ${cut(announced)}`,
    `${indent}^ ${nameDifference(configured, announced)}`,
  ]
}

function nameDifference(configured: string, announced: string): string {
  if (`${announced}/` === configured || announced === `${configured}/`) return 'trailing slash'
  if (announced.toLowerCase() === configured.toLowerCase()) return 'letter case'
  const [a, b] = [parseUrl(configured), parseUrl(announced)]
  if (a === null || b === null) return 'from here on'
  if (a.protocol !== b.protocol) return 'scheme'
  return a.host === b.host ? 'path' : 'host'
}

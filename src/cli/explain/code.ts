/** What the docs say about one error, warning or reason. The pages themselves are in the binary: there is no second text. */
import errorsPage from '../../../docs/errors.md' with { type: 'text' }
import reasonsPage from '../../../docs/reasons.md' with { type: 'text' }
import { suggest } from '../../config/suggest.ts'

export interface CodePage {
  readonly code: string
  /** Paragraphs and lists as plain text. */
  readonly text: string
  /** Where it stands. */
  readonly docs: string
}

const ERROR_ROW = /^\| <a id="\w+"><\/a>`(\w+)` \| (.*) \| (.*) \|$/gm
const REASON_SECTION = /^### `(\w+)`\n\n((?:(?!#).*\n)*)/gm
/** Undefined for an unknown code. The letter case is ignored. */
export const findCodePage = (code: string): CodePage | undefined =>
  readPages().find((page) => page.code.toLowerCase() === code.toLowerCase())

/** The known code that was probably meant. */
export const suggestCode = (code: string): string | undefined =>
  suggest(
    code,
    readPages().map((page) => page.code),
  )

/** All of them, in the order of the docs. */
export function readPages(): readonly CodePage[] {
  const errors = [...errorsPage.matchAll(ERROR_ROW)].map(([, code = '', says = '', advice = '']) => ({
    code,
    text: toPlainText(`What it means: ${says}.\n\nWhat to do: ${advice}`),
    docs: `docs/errors.md#${code.toLowerCase()}`,
  }))
  const reasons = [...reasonsPage.matchAll(REASON_SECTION)].map(([, code = '', section = '']) => ({
    code,
    text: toPlainText(section),
    docs: `docs/reasons.md#${code}`,
  }))
  return [...errors, ...reasons]
}

function toPlainText(markdown: string): string {
  return markdown
    .trim()
    .replaceAll('\\|', '|')
    .replaceAll('**', '')
    .replaceAll(/\[([^\]]+)\]\(([^)\s]+)\)/g, (_, name: string, target: string) => {
      const where = /^[a-z]+:/.test(target) || target.startsWith('#') ? target : `docs/${target}`
      return target.startsWith('#') || name === target ? name : `${name} (${where})`
    })
}

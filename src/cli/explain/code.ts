/**
 * `warder explain CODE`: what an error, a warning or a reason means, and what to do. The pages of the docs are in the
 * binary, so there is no second text.
 */
import errorsPage from '../../../docs/errors.md' with { type: 'text' }
import reasonsPage from '../../../docs/reasons.md' with { type: 'text' }
import { writeResult, type Cli } from '../cli.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { createPaint } from '../paint.ts'
import { didYouMean, usageError } from '../usage-error.ts'

export interface CodePage {
  readonly code: string
  /** Paragraphs and lists as plain text. */
  readonly text: string
  /** Where it stands. */
  readonly docs: string
}

const ERROR_ROW = /^\| <a id="\w+"><\/a>`(\w+)` \| (.*) \| (.*) \|$/gm
const REASON_SECTION = /^### `(\w+)`\n\n((?:(?!#).*\n)*)/gm

/** @throws WarderError ERR_CLI_USAGE for an unknown code; the letter case is ignored. */
export function runExplainCode(cli: Cli, code: string): ExitCode {
  const pages = readPages()
  const page = pages.find((one) => one.code.toLowerCase() === code.toLowerCase())
  if (page === undefined) {
    const known = pages.map((one) => one.code)
    throw usageError(
      `"${code}" is neither a code nor a token`,
      ...didYouMean(code, known),
      'docs/errors.md and docs/reasons.md list all codes',
      'to explain a decision, pipe the token in: echo "$TOKEN" | warder explain --request …',
    )
  }
  const title = createPaint(cli.colour.stdout)('green', page.code)
  const text = `${title}\n\n${page.text}\n\ndocs  ${page.docs}\n`
  writeResult(cli, 'warder.explain-code/v1', { ...page }, () => text)
  return EXIT.ok
}

/** All pages, in the order of the docs. */
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

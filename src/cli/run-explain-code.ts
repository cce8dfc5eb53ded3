/** `warder explain CODE`: what an error, a warning or a reason means, and what to do. Nothing is read or asked. */
import { writeJson, type Cli } from './cli.ts'
import { findCodePage, suggestCode } from './explain/code.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { createPaint } from './paint.ts'
import { usageError } from './usage-error.ts'

/** @throws WarderError for an unknown code. */
export function runExplainCode(cli: Cli, code: string): ExitCode {
  const page = findCodePage(code)
  if (page === undefined) {
    const near = suggestCode(code)
    throw usageError(
      `"${code}" is neither a code nor a token`,
      ...(near === undefined ? [] : [`did you mean "${near}"?`]),
      'codes: docs/errors.md and docs/reasons.md have them all',
      'to explain a decision, pipe the token in: echo "$TOKEN" | warder explain --request …',
    )
  }
  if (cli.json) writeJson(cli, 'warder.explain-code/v1', { ...page })
  else {
    const paint = createPaint(cli.colour.stdout)
    cli.stdout.write(`${paint('green', page.code)}\n\n${page.text}\n\ndocs  ${page.docs}\n`)
  }
  return EXIT.ok
}

/** Diagnostics as one error, for callers that have no terminal. */
import { formatDiagnostics } from '../config/format-diagnostics.ts'
import type { ConfigFailure } from '../config/load-config.ts'
import { WarderError } from '../errors.ts'

/** The first error's code, and the text of all diagnostics. */
export function toDiagnosticsError({ diagnostics, source }: ConfigFailure): WarderError {
  const first = diagnostics.find(({ severity }) => severity === 'error')
  return new WarderError(first?.code ?? 'ERR_INTERNAL', formatDiagnostics(diagnostics, source), {
    hints: first?.hints ?? [],
  })
}

/** Diagnostics of a running Warder, as `--json` prints them, read back. */
import type { CodeFrame } from '../../config/code-frame.ts'
import type { Diagnostic } from '../../config/diagnostic.ts'
import type { FramedDiagnostic } from '../../config/format-diagnostics.ts'
import type { ErrorCode } from '../../errors.ts'
import { isJsonObject, type JsonObject } from '../../strict-json.ts'
import { shown } from '../report-fault.ts'
import { numberIn, objectsIn, textOr, textsIn } from '../running/members.ts'

/** What is no diagnostic is left out. */
export const readDiagnostics = (value: unknown): readonly FramedDiagnostic[] =>
  objectsIn(value).flatMap((one) => {
    const { code, message, severity, suggestion, hints } = one
    if (typeof code !== 'string' || !/^[A-Z_]{1,64}$/.test(code)) return []
    const position = readPosition(one)
    const frame = readFrame(one['frame'])
    return [
      {
        // Of another version, it may be one that this command does not know.
        code: code as ErrorCode,
        severity: severity === 'warning' ? 'warning' : 'error',
        message: shown(textOr(message, '')),
        ...(position === undefined ? {} : { position }),
        ...(typeof suggestion === 'string' ? { label: shown(suggestion) } : {}),
        hints: textsIn(hints).map(shown),
        ...(frame === undefined ? {} : { frame }),
      },
    ]
  })

function readPosition({ file, line, column, length }: JsonObject): Diagnostic['position'] {
  const [atLine, atColumn] = [numberIn(line), numberIn(column)]
  if (typeof file !== 'string' || atLine === undefined || atColumn === undefined) return undefined
  return { file: shown(file), line: atLine, column: atColumn, length: numberIn(length) ?? 1 }
}

function readFrame(value: unknown): CodeFrame | undefined {
  if (!isJsonObject(value)) return undefined
  const lines = objectsIn(value['lines']).flatMap(({ number, text }) =>
    typeof number === 'number' && typeof text === 'string' ? [{ number, text: shown(text) }] : [],
  )
  const { carets } = value
  return lines.length > 0 && typeof carets === 'string' && /^[\t ]*\^+$/.test(carets)
    ? { lines, carets }
    : undefined
}

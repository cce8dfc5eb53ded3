/** YAML or JSON text → plain data, with positions for those who ask. */
import { err, ok, type Result } from '../result.ts'
import { decodeText, MAX_CONFIG_BYTES } from './decode-text.ts'
import { toDiagnostic } from './diagnostic.ts'
import { readPlainYaml } from './plain-yaml/read-plain-yaml.ts'
import { readFullYaml, type ParseFailure } from './read-full-yaml.ts'
import type { SourceDocument } from './source-document.ts'

/** @param file How the file is called in messages. */
export function parseDocument(bytes: Uint8Array, file: string): Result<SourceDocument, ParseFailure> {
  const text = decodeText(bytes, MAX_CONFIG_BYTES)
  if (!text.ok) {
    const source = { file, text: '', secretRanges: [] }
    return err({ diagnostics: [toDiagnostic(text.error)], source })
  }
  const value = readPlainYaml(text.value)
  return value === undefined ? readFullYaml(text.value, file) : ok(locateLater(text.value, file, value))
}

/**
 * A document whose positions are looked up in the full reader's nodes when the first is asked for. Most never are:
 * nodes take ten times as long as values, and 30 times the memory of the text, so they are also forgotten when it is needed.
 */
function locateLater(text: string, file: string, value: SourceDocument['value']): SourceDocument {
  let known: WeakRef<SourceDocument> | undefined
  const located = (): SourceDocument => {
    const document = known?.deref() ?? readAgain(text, file)
    known = new WeakRef(document)
    return document
  }
  return {
    file,
    text,
    value,
    looseComments: [],
    get secretRanges() {
      return located().secretRanges
    },
    positionOf: (pointer) => located().positionOf(pointer),
    keyPositionOf: (pointer) => located().keyPositionOf(pointer),
  }
}

function readAgain(text: string, file: string): SourceDocument {
  const read = readFullYaml(text, file)
  // Only a bug leads here. A text that the full reader refuses must not come into force.
  if (!read.ok) throw new TypeError('the readers of YAML disagree')
  return read.value
}

/** A configuration of Goma Gateway → settings. */
import type { Diagnostic } from '../../config/diagnostic.ts'
import type { Translation } from '../../config/foreign-format.ts'
import type { SourceDocument } from '../../config/source-document.ts'
import type { Result } from '../../result.ts'
import type { Algorithm } from '../../syntax/algorithms.ts'
import { toTranslation } from '../read-foreign.ts'
import { withoutNulls } from './files/yaml-values.ts'
import { readGoma } from './read.ts'

export const translateGoma = (
  document: SourceDocument,
  supportedAlgorithms: ReadonlySet<Algorithm>,
): Result<Translation, readonly Diagnostic[]> =>
  toTranslation(readGoma(document, withoutNulls(document.value), supportedAlgorithms), document)

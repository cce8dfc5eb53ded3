/** A configuration of jwtauthrequest → settings. */
import type { Diagnostic } from '../../config/diagnostic.ts'
import type { Translation } from '../../config/foreign-format.ts'
import { locateIn } from '../../config/locate-problem.ts'
import type { SourceDocument } from '../../config/source-document.ts'
import { err, type Result } from '../../result.ts'
import { toLocatedProblems } from '../../settings/read/schema-problems.ts'
import type { Algorithm } from '../../syntax/algorithms.ts'
import { toTranslation } from '../read-foreign.ts'
import { readClients } from './read.ts'
import { JwtAuthRequestSchema } from './schema.ts'

export function translateClients(
  document: SourceDocument,
  supportedAlgorithms: ReadonlySet<Algorithm>,
): Result<Translation, readonly Diagnostic[]> {
  const read = JwtAuthRequestSchema.safeParse(document.value)
  if (!read.success) return err(toLocatedProblems(read.error.issues, document.value).map(locateIn(document)))
  const clients = read.data.clients.map((client, index) => ({ client, index }))
  return toTranslation(
    readClients(document, read.data['listen-port'], clients, supportedAlgorithms),
    document,
  )
}

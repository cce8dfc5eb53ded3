/** Configurations of jwtauthrequest, read as they are. */
import type { ForeignFormat } from '../../config/foreign-format.ts'
import { locateIn } from '../../config/locate-problem.ts'
import { toLocatedProblems } from '../../config/schema-problems.ts'
import { err, ok } from '../../result.ts'
import { translateClientsPartly } from './partly.ts'
import { JwtAuthRequestSchema } from './schema.ts'
import {
  clientOrigins,
  findClientProblems,
  findEndpointProblems,
  toClientSettings,
  warnOfExposure,
} from './read.ts'

/** Strict where the original is silent: an unknown key is an error, and every check left out is a warning. */
export const jwtauthrequestFormat: ForeignFormat = {
  format: 'jwtauthrequest',
  detects: (value) =>
    !Object.hasOwn(value, 'version') && ['listen-port', 'clients'].some((key) => Object.hasOwn(value, key)),
  translate(document, supportedAlgorithms) {
    const locate = locateIn(document)
    const read = JwtAuthRequestSchema.safeParse(document.value)
    if (!read.success) return err(toLocatedProblems(read.error.issues, document.value).map(locate))
    const address = read.data['listen-port']
    const clients = read.data.clients.map((client, index) => ({ client, index }))
    const diagnostics = [
      ...clients.flatMap((client) => findClientProblems(client, supportedAlgorithms)),
      ...findEndpointProblems(clients),
      ...warnOfExposure(address),
    ].map(locate)
    if (diagnostics.some(({ severity }) => severity === 'error')) return err(diagnostics)
    return ok({
      settings: toClientSettings(address, clients, supportedAlgorithms),
      warnings: diagnostics,
      origins: clientOrigins(clients),
    })
  },
  translatePartly: translateClientsPartly,
}

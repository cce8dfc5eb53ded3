/** Configurations of jwtauthrequest, read as they are. */
import type { ForeignFormat } from '../../config/foreign-format.ts'
import { locateIn } from '../../config/locate-problem.ts'
import { toLocatedProblems } from '../../settings/read/schema-problems.ts'
import { err } from '../../result.ts'
import { toTranslation } from '../read-foreign.ts'
import { translateClientsPartly } from './partly.ts'
import { readClients } from './read.ts'
import { JwtAuthRequestSchema } from './schema.ts'

/** Strict where the original is silent: an unknown key is an error, and every check left out is a warning. */
export const jwtauthrequestFormat: ForeignFormat = {
  format: 'jwtauthrequest',
  detects: (value) =>
    !Object.hasOwn(value, 'version') && ['listen-port', 'clients'].some((key) => Object.hasOwn(value, key)),
  translate(document, supportedAlgorithms) {
    const read = JwtAuthRequestSchema.safeParse(document.value)
    if (!read.success)
      return err(toLocatedProblems(read.error.issues, document.value).map(locateIn(document)))
    const clients = read.data.clients.map((client, index) => ({ client, index }))
    return toTranslation(
      readClients(document, read.data['listen-port'], clients, supportedAlgorithms),
      document,
    )
  },
  translatePartly: translateClientsPartly,
}

/** Configurations of jwtauthrequest, read as they are. */
import type { ForeignFormat } from '../../config/foreign-format.ts'

/** Strict where the original is silent: an unknown key is an error, and every check left out is a warning. */
export const jwtauthrequestFormat: ForeignFormat = {
  format: 'jwtauthrequest',
  detects: (value) =>
    !Object.hasOwn(value, 'version') && ['listen-port', 'clients'].some((key) => Object.hasOwn(value, key)),
  translate: async (...args) => (await import('./translate.ts')).translateClients(...args),
  translatePartly: async (document, supportedAlgorithms) =>
    (await import('./partly.ts')).translateClientsPartly(document, supportedAlgorithms),
}

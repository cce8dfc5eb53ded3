/** Configurations of Goma Gateway, read as they are. What Goma leaves open on a mistake is refused here. */
import type { ForeignFormat } from '../../config/foreign-format.ts'

const OWN_KEYS = ['issuers', 'policies', 'routes', 'upstreams', 'listen', 'endpoints', 'token_sources']

/** Goma's own `version` is no help: Goma never reads it. */
export const gomaFormat: ForeignFormat = {
  format: 'goma',
  detects: (value) =>
    !OWN_KEYS.some((key) => Object.hasOwn(value, key)) &&
    ['gateway', 'middlewares'].some((key) => Object.hasOwn(value, key)),
  allowsLooseComments: true,
  include: async (...args) => (await import('./files/include.ts')).includeExtraFiles(...args),
  translate: async (...args) => (await import('./translate.ts')).translateGoma(...args),
  translatePartly: async (...args) => (await import('./partly.ts')).translateGomaPartly(...args),
}

/** Configurations of Goma Gateway, read as they are. What Goma leaves open on a mistake is refused here. */
import type { ForeignFormat } from '../../config/foreign-format.ts'
import { toTranslation } from '../read-foreign.ts'
import { includeExtraFiles } from './files/include.ts'
import { withoutNulls } from './files/yaml-values.ts'
import { translateGomaPartly } from './partly.ts'
import { readGoma } from './read.ts'

const OWN_KEYS = ['issuers', 'policies', 'routes', 'upstreams', 'listen', 'endpoints', 'token_sources']

/** Goma's own `version` is no help: Goma never reads it. */
export const gomaFormat: ForeignFormat = {
  format: 'goma',
  detects: (value) =>
    !OWN_KEYS.some((key) => Object.hasOwn(value, key)) &&
    ['gateway', 'middlewares'].some((key) => Object.hasOwn(value, key)),
  allowsLooseComments: true,
  include: includeExtraFiles,
  translate: (document, supportedAlgorithms) =>
    toTranslation(readGoma(document, withoutNulls(document.value), supportedAlgorithms), document),
  translatePartly: translateGomaPartly,
}

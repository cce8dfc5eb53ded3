/** Goma's certificates → those of the second listener. */
import type { LocatedProblem, Problem } from '../../settings/problem.ts'
import { unsupported, withoutEffect } from './noted-keys.ts'
import { isWrittenKey } from './key-text.ts'
import type { GomaConfig } from './schema.ts'

/** A certificate of a `warder.yaml`. */
export interface GomaCertificate {
  readonly cert_file: string
  readonly key_file: string
}

export interface GomaTls {
  /** The default certificate comes first. Empty: no TLS. */
  readonly certificates: readonly GomaCertificate[]
  /** Where each is written. */
  readonly pointers: readonly string[]
  readonly clientCaFile?: string
  readonly problems: readonly LocatedProblem[]
}

interface Written {
  readonly cert: string
  readonly key: string
  readonly certPointer: string
  readonly keyPointer: string
}

/** An empty string counts as absent, as in Goma. */
export function translateTls({ gateway }: GomaConfig): GomaTls {
  const { tls } = gateway
  const { clientCA = '', required = false } = tls?.clientAuth ?? {}
  const all = writtenPairs(gateway).filter(({ cert, key }) => cert !== '' || key !== '')
  const problems: LocatedProblem[] = all.flatMap((pair) => checkPair(pair))
  const written = all.filter(({ cert, key }) => !isWrittenKey(cert) && !isWrittenKey(key))
  if (clientCA !== '' && !required) {
    const hint = 'write `required: true`, so that every client needs a certificate'
    const problem = unsupported('optional client certificates are not supported', hint)
    problems.push({ pointer: `${CLIENT_AUTH}/clientCA`, problem })
  } else if (required && clientCA === '') {
    const problem: Problem = {
      code: 'ERR_CONFIG_MISSING_KEY',
      message: '`required` needs `clientCA`, the authority of the accepted certificates',
    }
    problems.push({ pointer: `${CLIENT_AUTH}/required`, problem })
  } else if (isWrittenKey(clientCA)) problems.push({ pointer: `${CLIENT_AUTH}/clientCA`, problem: NO_PATH })
  return {
    certificates: written.map(({ cert, key }) => ({ cert_file: cert, key_file: key })),
    pointers: written.map(({ certPointer }) => certPointer),
    ...(clientCA === '' ? {} : { clientCaFile: clientCA }),
    problems,
  }
}

const CLIENT_AUTH = '/gateway/tls/clientAuth'

function writtenPairs(gateway: GomaConfig['gateway']): readonly Written[] {
  const { tls } = gateway
  const inMap = ({ cert = '', key = '' } = {}, pointer: string): Written => ({
    cert,
    key,
    certPointer: `${pointer}/cert`,
    keyPointer: `${pointer}/key`,
  })
  const inFiles = (name: 'tls' | 'ssl'): Written => ({
    cert: gateway[`${name}CertFile`] ?? '',
    key: gateway[`${name}KeyFile`] ?? '',
    certPointer: `/gateway/${name}CertFile`,
    keyPointer: `/gateway/${name}KeyFile`,
  })
  const inLists = (['certificates', 'keys'] as const).flatMap((list) =>
    (tls?.[list] ?? []).map((pair, i) => inMap(pair, `/gateway/tls/${list}/${i}`)),
  )
  return [inMap(tls?.default, '/gateway/tls/default'), inFiles('tls'), inFiles('ssl'), ...inLists]
}

function checkPair({ cert, key, certPointer, keyPointer }: Written): readonly LocatedProblem[] {
  if (cert === '') return [{ pointer: keyPointer, problem: half('this key has no certificate') }]
  if (key === '') return [{ pointer: certPointer, problem: half('this certificate has no key') }]
  if (isWrittenKey(cert)) return [{ pointer: certPointer, problem: NOT_IN_FILE }]
  return isWrittenKey(key) ? [{ pointer: keyPointer, problem: NOT_IN_FILE }] : []
}

/** In Goma there is then no TLS, without a message. */
const half = (message: string): Problem => ({
  code: 'ERR_CONFIG_MISSING_KEY',
  message,
  hints: ['write both, or leave both out'],
})

/** A warning: without the certificate fewer clients are answered, and none is let in that was not before. */
const NOT_IN_FILE = withoutEffect(
  'the text of a certificate has no effect here',
  'write the certificate and its key into PEM files, and their paths here',
)

const NO_PATH = unsupported(
  'the text of a certificate is not supported here',
  'write it into a PEM file, and its path here',
)

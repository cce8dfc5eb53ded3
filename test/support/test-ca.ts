/** Certificates made in the test by openssl: a CA of its own, and what it signs. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface IssuedCertificate {
  readonly certFile: string
  readonly keyFile: string
  readonly cert: string
  readonly key: string
}

export interface TestCa {
  /** A directory of the test's own. */
  readonly directory: string
  readonly caFile: string
  readonly ca: string
  /** @param names DNS names and addresses, the first of which is the subject. */
  issue(...names: readonly string[]): IssuedCertificate
  remove(): void
}

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'] as const

export function createTestCa(): TestCa {
  const directory = mkdtempSync(join(tmpdir(), 'warder-ca-'))
  const at = (name: string): string => join(directory, name)
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', args, { stdio: 'pipe', cwd: directory })
  }
  openssl('req', '-x509', ...EC, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '30', '-subj', '/CN=test ca')
  return {
    directory,
    caFile: at('ca.pem'),
    ca: readFileSync(at('ca.pem'), 'utf8'),
    issue(...names) {
      const [name = 'test'] = names
      writeFileSync(
        at('ext'),
        `subjectAltName=${names.map((one) => `${isIP(one) === 0 ? 'DNS' : 'IP'}:${one}`).join(',')}`,
      )
      openssl('req', ...EC, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`)
      const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '30']
      openssl('x509', '-req', '-in', `${name}.csr`, ...signed, '-out', `${name}.pem`, '-extfile', 'ext')
      const [certFile, keyFile] = [at(`${name}.pem`), at(`${name}.key`)]
      return { certFile, keyFile, cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') }
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}

/** What connections are secured with, read from files. */
import { listenerSetting } from '../config/setting-places.ts'
import {
  loadCertificates,
  loadServerTrust,
  type Certificates,
  type SelfSigned,
  type ServerTrust,
} from '../http/sockets/certificates.ts'
import type { Settings } from '../settings/definition.ts'
import { authCaFiles } from '../settings/route/judges.ts'
import type { Attempt } from './keys/key-sources.ts'

export interface TlsFiles {
  /** Of the listeners that proxies ask; undefined for plain HTTP. */
  readonly callerCertificates: Certificates | undefined
  /** Of the admin listener; undefined for plain HTTP, and in a worker. */
  readonly adminCertificates: Certificates | undefined
  /** Of the gateway's listeners, in their order; undefined for plain HTTP. */
  readonly certificates: readonly (Certificates | undefined)[]
  /** By what the gateway knows its `https://` servers, by name of the upstream. */
  readonly serverTrust: ReadonlyMap<string, ServerTrust>
  /** Of auth services, by the file of their authorities. */
  readonly authTrust: ReadonlyMap<string, ServerTrust>
}

/**
 * @param attempt Runs each part, and reports what is wrong with it.
 * @param selfSigned Certificates that were made earlier, by place of the listener; others are made now.
 */
export function readTlsFiles(
  { listen, admin, upstreams, routes }: Settings,
  readFileSync: (path: string) => Uint8Array,
  attempt: Attempt,
  selfSigned: readonly (SelfSigned | undefined)[] = [],
): TlsFiles {
  const authorities = authCaFiles(routes).map((caFile) => ({ name: caFile, caFile }))
  const certificatesOf = (tls: Parameters<typeof loadCertificates>[0], i: number): Certificates => {
    const made = selfSigned[i]
    return made === undefined
      ? loadCertificates(tls, readFileSync)
      : loadCertificates(tls, readFileSync, () => made)
  }
  const { tls: callerTls } = listen
  const { tls: adminTls } = admin
  return {
    callerCertificates: callerTls && attempt('listen/tls', () => loadCertificates(callerTls, readFileSync)),
    adminCertificates: adminTls && attempt('admin/tls', () => loadCertificates(adminTls, readFileSync)),
    certificates: listen.gateway.map(({ tls }, i) =>
      tls === undefined
        ? undefined
        : attempt(`${listenerSetting(listen.gateway, i)}/tls`, () => certificatesOf(tls, i)),
    ),
    serverTrust: attempt('upstreams', () => loadServerTrust(upstreams, readFileSync)) ?? new Map(),
    authTrust: attempt('routes', () => loadServerTrust(authorities, readFileSync)) ?? new Map(),
  }
}

/** A configuration as a worker needs it: plain data, read from files by the supervisor alone. */
import type { LineStyle } from '../../observe/formats/line-style.ts'
import type { Settings } from '../../settings/definition.ts'
import type { SocketAddress } from '../../socket-address.ts'
import { socketText } from '../../socket-address.ts'
import type { Instance } from '../build-instance.ts'
import type { SelfSigned } from '../../http/sockets/certificates.ts'
import { identityKeyOf } from '../identity-key.ts'
import type { KeyRelay } from './key-relay.ts'
import type { SourceKeys } from './source-keys.ts'

/** What is in a plan besides the settings that all workers have in common. */
export interface OwnPlan {
  /** Counts the configurations of the service, so that all workers switch to the same one. */
  readonly generation: number
  /** Settings of this worker. */
  readonly own: Pick<Settings, 'listen' | 'log' | 'tracing' | 'admin'>
  /** How the lines of its log look. */
  readonly lineStyle: LineStyle
  readonly digest: string
  /** Whether this worker has the unix sockets: there is no way to share them. */
  readonly holdsUnixSockets: boolean
  /** The content of the files that the gateway needs, by absolute path. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** Certificates that the supervisor made, by place of the listener. */
  readonly selfSigned: readonly (SelfSigned | undefined)[]
  /** The ids of the key sources of each issuer. */
  readonly sources: readonly (readonly number[])[]
  readonly keys: readonly SourceKeys[]
}

export interface Plan extends Omit<OwnPlan, 'own'> {
  readonly settings: Settings
}

/** Addresses as they were bound: port 0 of the settings has become a port. */
export interface BoundAddresses {
  readonly decisions: SocketAddress
  readonly grpc: SocketAddress | null
  readonly spoe: SocketAddress | null
  /** TLS of the first two, as the service started; undefined: none. */
  readonly tls: Settings['listen']['tls']
  readonly gateway: readonly { readonly asked: SocketAddress; readonly bound: SocketAddress }[]
}

/** What the plans of a service have in common. */
export interface PlanContext {
  /** Of workers. */
  readonly count: number
  readonly bound: BoundAddresses
  readonly relay: KeyRelay
  readonly styleOf: (log: Settings['log']) => LineStyle
}

/** @param common The settings that all workers have in common, whole. */
export const toPlan = ({ own, ...plan }: OwnPlan, common: Partial<Settings>): Plan => ({
  ...plan,
  settings: { ...common, ...own } as Settings,
})

/** @param worker From 1. */
export function createOwnPlan(
  instance: Instance,
  generation: number,
  worker: number,
  { count, bound, relay, styleOf }: PlanContext,
): OwnPlan {
  const { config, guard, files, certificates } = instance
  const { listen, log, tracing, admin } = config.settings
  const holdsUnixSockets = worker === 1
  return {
    generation,
    own: {
      listen: boundListen(listen, bound, holdsUnixSockets),
      // Workers have no admin listener: neither its tokens nor its TLS leave this process.
      admin: withoutAccess(admin),
      // All together write as many lines as one process; the same for spans.
      log: {
        ...log,
        denialsPerSecond: Math.ceil(log.denialsPerSecond / count),
        ...(log.identity === 'hashed' && { identityKey: identityKeyOf(log) }),
      },
      ...(tracing && {
        tracing: { ...tracing, tracesPerSecond: Math.ceil(tracing.tracesPerSecond / count) },
      }),
    },
    lineStyle: styleOf(log),
    digest: config.digest,
    holdsUnixSockets,
    files,
    selfSigned: certificates.map((loaded) => loaded?.selfSigned),
    sources: relay.idsOf(guard.issuers),
    keys: relay.keysOf(guard.issuers),
  }
}

const withoutAccess = ({
  tls: _tls,
  clientCertificates: _right,
  ...admin
}: Settings['admin']): Settings['admin'] => ({ ...admin, tokens: [] })

/** The supervisor has the admin listener. */
function boundListen(
  listen: Settings['listen'],
  { decisions, gateway, grpc, spoe, tls: boundTls }: BoundAddresses,
  holdsUnixSockets: boolean,
): Settings['listen'] {
  const unclaimed = [...gateway]
  const boundTo = (asked: SocketAddress): SocketAddress => {
    const at = unclaimed.findIndex((one) => socketText(one.asked) === socketText(asked))
    return at < 0 ? asked : (unclaimed.splice(at, 1)[0]?.bound ?? asked)
  }
  // Only a restart changes whether there is TLS: a replaced worker must not differ from its neighbours. Without the
  // files of a `tls` that was removed, the workers refuse the configuration.
  const { tls = boundTls, ...rest } = listen
  return {
    ...rest,
    ...(boundTls !== undefined && tls !== undefined && { tls }),
    decisions,
    grpc,
    spoe,
    admin: null,
    gateway: listen.gateway
      .filter(({ address }) => holdsUnixSockets || address.kind === 'tcp')
      .map((listener) => ({ ...listener, address: boundTo(listener.address) })),
  }
}

/** Makes sure that this service alone listens on its addresses, which its workers share. */
import { listenError } from '../../listen-error.ts'
import { socketText, type SocketAddress } from '../../socket-address.ts'
import type { Settings } from '../../settings/definition.ts'
import type { BoundAddresses } from './plan.ts'

export interface Reservation {
  readonly bound: BoundAddresses
  /** Gives the addresses up. */
  release(): void
}

/**
 * Takes the addresses. With `SO_REUSEPORT`, the system would let any process of this user listen there too, and give it a
 * share of the connections, decided by another configuration. So each address is bound once without that option, which
 * fails if any process listens there; and for as long as the service runs it holds a lock, so that two services that start
 * at the same time cannot both pass.
 *
 * @throws WarderError ERR_SERVER_LISTEN
 */
export function reserveAddresses({ decisions, gateway }: Settings['listen']): Reservation {
  const locks: Lock[] = []
  const release = (): void => {
    for (const lock of locks) lock.stop()
  }
  const reserve = (address: SocketAddress): SocketAddress => {
    if (address.kind === 'unix') return address
    const port = address.port === 0 ? bindOnce(address) : address.port
    const bound = { ...address, port, isShared: true } as const
    locks.push(lock(bound))
    if (address.port !== 0) bindOnce(address)
    return bound
  }
  try {
    const bound = {
      decisions: reserve(decisions),
      gateway: gateway.map(({ address }) => ({ asked: address, bound: reserve(address) })),
    }
    return { bound, release }
  } catch (fault) {
    release()
    throw fault
  }
}

/** The port. */
function bindOnce(address: Extract<SocketAddress, { readonly kind: 'tcp' }>): number {
  try {
    const { host, port } = address
    const probe = Bun.listen({ hostname: host, port, exclusive: true, socket: { data() {} } })
    const bound = probe.port
    probe.stop(true)
    return bound
  } catch (cause) {
    throw listenError(address, cause)
  }
}

type Lock = ReturnType<typeof lock>

/** A socket without a file: the system frees its name with the process, and each network namespace has its own names. */
function lock(address: SocketAddress) {
  try {
    const unix = `\0warder ${socketText(address)}`
    return Bun.listen({ unix, socket: { data() {}, open: (socket) => socket.terminate() } })
  } catch (cause) {
    throw listenError(address, cause)
  }
}

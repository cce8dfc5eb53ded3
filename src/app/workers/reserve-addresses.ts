/** Makes sure that this service alone listens on its addresses, which its workers share. */
import { listenError } from '../../listen-error.ts'
import { isListenedOn } from '../../server/free-socket.ts'
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
 * share of the connections, decided by another configuration. So an address on which something listens is refused, and
 * the service holds a lock for as long as it runs: two that start at the same time cannot both pass.
 *
 * @throws WarderError ERR_SERVER_LISTEN
 */
export async function reserveAddresses({
  decisions,
  gateway,
  grpc,
  spoe,
  tls,
}: Settings['listen']): Promise<Reservation> {
  const locks: ReturnType<typeof lock>[] = []
  const release = (): void => {
    for (const held of locks) held.stop()
  }
  const reserve = async (address: SocketAddress): Promise<SocketAddress> => {
    if (address.kind === 'unix') return address
    const port = address.port === 0 ? freePort(address) : address.port
    const bound = { ...address, port, isShared: true } as const
    locks.push(lock(bound))
    if (await isListenedOn(bound)) throw listenError(bound, 'EADDRINUSE')
    return bound
  }
  try {
    const first = await reserve(decisions)
    const others: BoundAddresses['gateway'][number][] = []
    for (const { address } of gateway) others.push({ asked: address, bound: await reserve(address) })
    const calls = grpc === null ? null : await reserve(grpc)
    const frames = spoe === null ? null : await reserve(spoe)
    return { bound: { decisions: first, grpc: calls, spoe: frames, tls, gateway: others }, release }
  } catch (fault) {
    release()
    throw fault
  }
}

/** One of the system's choice. */
function freePort(address: Extract<SocketAddress, { readonly kind: 'tcp' }>): number {
  try {
    const probe = Bun.listen({ hostname: address.host, port: 0, exclusive: true, socket: { data() {} } })
    const { port } = probe
    probe.stop(true)
    return port
  } catch (cause) {
    throw listenError(address, cause)
  }
}

/** A socket without a file: the system frees its name with the process, and each network namespace has its own names. */
function lock(address: SocketAddress) {
  try {
    const unix = `\0warder ${socketText(address)}`
    return Bun.listen({ unix, socket: { data() {}, open: (socket) => socket.terminate() } })
  } catch (cause) {
    throw listenError(address, cause)
  }
}

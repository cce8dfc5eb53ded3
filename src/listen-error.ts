/** Why Warder cannot listen on an address, and how to find out which process has it. */
import { WarderError } from './errors.ts'
import { socketText, type SocketAddress } from './socket-address.ts'

interface Trouble {
  readonly why: string
  readonly hint: (address: SocketAddress) => string
}

/** By the system's error code. */
const TROUBLES: Readonly<Record<string, Trouble>> = {
  EADDRINUSE: {
    why: 'another process listens there',
    hint: (address) =>
      address.kind === 'tcp'
        ? `find it with: ss -ltnp 'sport = :${address.port}'`
        : `find it with: ss -lxp | grep -F '${address.path}'`,
  },
  EACCES: {
    why: 'this user has no permission to listen there',
    hint: (address) =>
      address.kind === 'tcp'
        ? 'ports below 1024 need a permission: AmbientCapabilities=CAP_NET_BIND_SERVICE in the systemd unit'
        : 'let the user that runs Warder write to the directory of the socket',
  },
  EADDRNOTAVAIL: {
    why: 'this machine does not have that address',
    hint: () => 'list its addresses: ip -brief address',
  },
  ENOENT: { why: 'its directory does not exist', hint: () => 'create the directory of the socket' },
}

const ELSEWHERE =
  'or listen on another address: `listen` in the configuration; `--decisions` and `--admin` of `warder dev`, `--listen` of `warder echo`'

/** @param cause The error of the runtime, or the system's code. */
export function listenError(address: SocketAddress, cause: unknown): WarderError {
  const where = address.kind === 'unix' ? address.path : socketText(address)
  const code = typeof cause === 'string' ? cause : (cause as { readonly code?: unknown } | null)?.code
  const known = typeof code === 'string' && Object.hasOwn(TROUBLES, code) ? TROUBLES[code] : undefined
  const why = known?.why ?? (cause instanceof Error ? cause.message : String(cause))
  const hints = known === undefined ? [] : [known.hint(address)]
  return new WarderError('ERR_SERVER_LISTEN', `cannot listen on ${where}: ${why}`, {
    hints: [...hints, ELSEWHERE],
    cause,
  })
}

/** The unix sockets of a service. */
import { freeSocket } from '../server/free-socket.ts'
import type { Settings } from '../settings/definition.ts'

/** Removes those of a killed process. @throws WarderError ERR_SERVER_LISTEN when one is in use. */
export async function freeSockets({
  decisions,
  admin,
  gateway,
  grpc,
  spoe,
}: Settings['listen']): Promise<void> {
  for (const address of [decisions, admin, grpc, spoe, ...gateway.map((listener) => listener.address)])
    if (address !== null) await freeSocket(address)
}

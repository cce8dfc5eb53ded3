/** What the schema cannot check about the gateway's listeners. */
import { USUAL } from '../definition.ts'
import type { LocatedProblem } from '../problem.ts'
import { pointerOf } from '../rate-limit/check.ts'
import type { ConfigParts } from '../read/read-config.ts'
import { formatListenAddress, isSameAddress } from '../values/listen-address.ts'

export function checkGatewayListeners({ listen = {}, root }: ConfigParts): readonly LocatedProblem[] {
  const taken = [
    listen.decisions ?? USUAL.listen.decisions,
    listen.admin === undefined ? USUAL.listen.admin : listen.admin,
  ]
  return (listen.gateway ?? []).flatMap((listener, i): readonly LocatedProblem[] => {
    const { address, client_ca_file: clientCa, redirect, self_signed: selfSigned } = listener
    const hasTls = listener.tls !== undefined || selfSigned === true
    const pointer = pointerOf(root, '/listen/gateway', i)
    if (clientCa !== undefined && !hasTls) {
      const message = '`client_ca_file` has no effect without `tls`'
      const problem = { code: 'ERR_CONFIG_USELESS_KEY', message } as const
      return [{ pointer: `${pointer}/client_ca_file`, atKey: true, problem }]
    }
    if (redirect !== undefined && hasTls) {
      const message = '`redirect` is for a listener without `tls`'
      const hints = ['move it to the listener without `tls`']
      const problem = { code: 'ERR_CONFIG_USELESS_KEY', message, hints } as const
      return [{ pointer: `${pointer}/redirect`, atKey: true, problem }]
    }
    const isTaken = taken.some((other) => other !== null && isSameAddress(address, other))
    taken.push(address)
    if (!isTaken) return []
    const message = `two listeners would be at ${formatListenAddress(address)}`
    return [{ pointer, problem: { code: 'ERR_CONFIG_ADDRESS_TAKEN', message } }]
  })
}

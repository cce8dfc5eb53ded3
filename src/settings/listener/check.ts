/** What the schema cannot check about the gateway's listeners. */
import { usualSettings } from '../definition.ts'
import { problemAt, problemAtKey, type LocatedProblem } from '../problem.ts'
import { pointerOf } from '../rate-limit/check.ts'
import type { ConfigParts } from '../read/read-config.ts'
import { uselessWords } from '../useless-words.ts'
import { formatListenAddress, isSameAddress } from '../values/listen-address.ts'
import { LISTENER } from './definition.ts'

export function checkGatewayListeners({ listen = {}, root }: ConfigParts): readonly LocatedProblem[] {
  const taken = [
    listen.decisions ?? usualSettings().listen.decisions,
    listen.admin === undefined ? usualSettings().listen.admin : listen.admin,
    listen.grpc ?? null,
    listen.spoe ?? null,
  ]
  return (listen.gateway ?? []).flatMap((listener, i) => {
    const { address, redirect, self_signed: selfSigned } = listener
    const pointer = pointerOf(root, '/listen/gateway', i)
    const useless = uselessWords(LISTENER, pointer, listener)
    if (useless.length > 0) return useless
    if (redirect !== undefined && (listener.tls !== undefined || selfSigned === true)) {
      const message = '`redirect` is for a listener without `tls`'
      const hint = 'move it to the listener without `tls`'
      return [problemAtKey(`${pointer}/redirect`, 'ERR_CONFIG_USELESS_KEY', message, hint)]
    }
    if (
      listener.h2c === true &&
      (redirect !== undefined || listener.tls !== undefined || selfSigned === true)
    ) {
      const message = '`h2c` is for a listener that has neither `tls` nor `redirect`'
      const hint = 'remove it: with `tls`, clients may use HTTP/2 anyway'
      return [problemAtKey(`${pointer}/h2c`, 'ERR_CONFIG_USELESS_KEY', message, hint)]
    }
    const isTaken = taken.some((other) => other !== null && isSameAddress(address, other))
    taken.push(address)
    if (!isTaken) return []
    const message = `two listeners would be at ${formatListenAddress(address)}`
    return [problemAt(pointer, 'ERR_CONFIG_ADDRESS_TAKEN', message)]
  })
}

/**
 * A real OpenID provider as a program of its own: `bun oidc-provider-main.ts [PORT KEYS_FILE]`. It listens on loopback
 * and prints its issuer. Without arguments it takes a free port and makes a key. `POST /test-rotate?overlap=true|false`
 * makes another signing key; the last one stays in the set with `true`.
 */
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createProviderHandler, type SigningJwk } from './provider-handler.ts'

const [port = '0', keysFile] = process.argv.slice(2)
let serial = 0
let keys: readonly [SigningJwk, ...SigningJwk[]] =
  keysFile === undefined ? [createRsaKey()] : JSON.parse(readFileSync(keysFile, 'utf8'))

const server = createServer()
server.listen(Number(port), '127.0.0.1', () => {
  const address = server.address()
  const issuer = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  let handle = createProviderHandler(issuer, keys)
  server.on('request', (request, response) => {
    if (request.url?.startsWith('/test-rotate') !== true) return handle(request, response)
    keys = [createRsaKey(), ...(request.url.endsWith('true') ? [keys[0]] : [])]
    handle = createProviderHandler(issuer, keys)
    response.end()
  })
  console.log(`issuer ${issuer}`)
})

function createRsaKey(): SigningJwk {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { ...privateKey.export({ format: 'jwk' }), kid: `live-${(serial += 1)}`, use: 'sig', alg: 'RS256' }
}

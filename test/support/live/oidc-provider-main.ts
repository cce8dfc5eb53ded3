/**
 * A real OpenID provider as a program of its own: `bun oidc-provider-main.ts [PORT KEYS_FILE]`. It listens on loopback
 * and prints its issuer. Without arguments it takes a free port and makes a key.
 */
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createProviderHandler, type SigningJwk } from './provider-handler.ts'

const [port = '0', keysFile] = process.argv.slice(2)
const keys =
  keysFile === undefined
    ? ([createRsaKey()] as const)
    : (JSON.parse(readFileSync(keysFile, 'utf8')) as readonly [SigningJwk, ...SigningJwk[]])

const server = createServer()
server.listen(Number(port), '127.0.0.1', () => {
  const address = server.address()
  const issuer = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  server.on('request', createProviderHandler(issuer, keys))
  console.log(`issuer ${issuer}`)
})

function createRsaKey(): SigningJwk {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { ...privateKey.export({ format: 'jwk' }), kid: 'live-1', use: 'sig', alg: 'RS256' }
}

import { describe, expect, it } from 'bun:test'
import { loadBad } from '../../config/load-text.ts'
import { config, KEY } from '../../support/jwtauthrequest.ts'

describe('a jwtauthrequest configuration is refused', () => {
  const CASES: readonly (readonly [what: string, text: string, code: string, says: string])[] = [
    ['with an unknown key', config({ hmac: KEY }), 'ERR_CONFIG_UNKNOWN_KEY', 'did you mean "HMAC"?'],
    [
      'with a key that is nearly right',
      config({ endpoint: ['/a'] }),
      'ERR_CONFIG_UNKNOWN_KEY',
      'did you mean "endpoints"?',
    ],
    [
      'with an unknown key at the top',
      config({}, { listen: 1 }),
      'ERR_CONFIG_UNKNOWN_KEY',
      'listen-port, clients',
    ],
    [
      'without listen-port',
      config({}, { 'listen-port': undefined }),
      'ERR_CONFIG_MISSING_KEY',
      'listen-port',
    ],
    ['with a bad listen-port', config({}, { 'listen-port': '8081' }), 'ERR_CONFIG_ADDRESS', ':port'],
    ['without clients', config({}, { clients: undefined }), 'ERR_CONFIG_MISSING_KEY', 'clients'],
    ['with an empty list of clients', config({}, { clients: [] }), 'ERR_CONFIG_EMPTY_LIST', ''],
    ['without endpoints', config({ endpoints: undefined }), 'ERR_CONFIG_MISSING_KEY', 'endpoints'],
    ['with an empty list of endpoints', config({ endpoints: [] }), 'ERR_CONFIG_EMPTY_LIST', ''],
    ['with an endpoint that is no path', config({ endpoints: ['auth'] }), 'ERR_CONFIG_PATH', 'begin with'],
    ['with one endpoint twice', config({ endpoints: ['/a', '/a'] }), 'ERR_CONFIG_DUPLICATE_NAME', '"/a"'],
    ['with an endpoint of Warder', config({ endpoints: ['/v1/auth/nginx'] }), 'ERR_CONFIG_PATH', '/v1/auth'],
    ['with an empty audience', config({ audience: [] }), 'ERR_CONFIG_EMPTY_LIST', 'leave the key out'],
    ['with an empty list of algorithms', config({ 'allowed-algo': [] }), 'ERR_CONFIG_EMPTY_LIST', ''],
    ['with an empty list of claims', config({ 'required-claims': [] }), 'ERR_CONFIG_EMPTY_LIST', ''],
    [
      'with the algorithm none',
      config({ 'allowed-algo': ['none'] }),
      'ERR_CONFIG_ALGORITHM_UNKNOWN',
      'without a signature',
    ],
    [
      'with an unknown algorithm',
      config({ 'allowed-algo': ['HS257'] }),
      'ERR_CONFIG_ALGORITHM_UNKNOWN',
      'did you mean "HS256"?',
    ],
    [
      'with an algorithm that the runtime lacks',
      config({ 'allowed-algo': ['ES256K'], HMAC: undefined, issuer: 'https://a.example' }),
      'ERR_CONFIG_ALGORITHM_UNSUPPORTED',
      'ES256K',
    ],
    [
      'with HMAC and RSA in one client',
      config({ 'allowed-algo': ['HS256', 'RS256'] }),
      'ERR_CONFIG_ALGORITHMS_MIXED',
      'two clients',
    ],
    [
      'with an HMAC key for RSA',
      config({ 'allowed-algo': ['RS256'] }),
      'ERR_CONFIG_ALGORITHMS_MIXED',
      'two clients',
    ],
    ['with an HMAC algorithm and no key', config({ HMAC: undefined }), 'ERR_CONFIG_MISSING_KEY', '`HMAC`'],
    ['with an HMAC key that can be guessed', config({ HMAC: 'secret' }), 'ERR_CONFIG_SECRET_SHORT', '16'],
    ['with an empty HMAC key', config({ HMAC: '' }), 'ERR_CONFIG_SECRET_SHORT', '16'],
    [
      'without issuer where keys come from it',
      config({ HMAC: undefined, issuer: undefined, 'allowed-algo': ['RS256'] }),
      'ERR_CONFIG_MISSING_KEY',
      'issuer',
    ],
    [
      'with an issuer that is no URL where keys come from it',
      config({ HMAC: undefined, 'allowed-algo': ['RS256'] }),
      'ERR_CONFIG_URL',
      'not a URL',
    ],
    ['with an issuer called any', config({ issuer: 'any' }), 'ERR_COMPAT_ISSUER_ANY', 'any'],
    ['with any audience as a wildcard', config({ audience: ['*'] }), 'ERR_CONFIG_WILDCARD', 'remove the key'],
    [
      'with a wildcard in the issuer',
      config({ issuer: 'https://*.example' }),
      'ERR_CONFIG_WILDCARD',
      'exact value',
    ],
    ['with a flag in quotes', config({ debug: 'yes' }), 'ERR_CONFIG_TYPE', 'true or false'],
  ]
  for (const [what, text, code, says] of CASES) {
    it(`${what}: ${code}`, async () => {
      const { diagnostics } = await loadBad(text, {}, 'config.json')
      const [error, ...others] = diagnostics.filter(({ severity }) => severity === 'error')
      expect(others).toEqual([])
      expect(error?.code as string).toBe(code)
      expect([error?.message, error?.label, ...(error?.hints ?? [])].join('\n')).toContain(says)
      expect(error?.position).toBeDefined()
    })
  }

  it('when a warder.yaml has its keys by mistake: that is an unknown key', async () => {
    const { diagnostics } = await loadBad('version: 1\nclients: []\n')
    expect(diagnostics.map(({ code }) => code)).toEqual(['ERR_CONFIG_UNKNOWN_KEY'])
  })
})

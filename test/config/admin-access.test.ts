import { describe, expect, it } from 'bun:test'
import { checkReload } from '../../src/config/reload-checks.ts'
import { renderConfig } from '../../src/config/show-config.ts'
import { ISSUER, loadBad, loadGood } from './load-text.ts'

const TOKEN = 'a-token-of-the-tests-32-characters'
const NETWORK = 'listen: { admin: "0.0.0.0:9181" }\n'
const CA = 'tls: { cert_file: a.pem, key_file: a.key, client_ca_file: ca.pem }'
const withAdmin = (members: string, listen = ''): string => `${ISSUER}${listen}admin: { ${members} }\n`
const tokens = (...list: readonly string[]): string => `tokens: [${list.join(', ')}]`
const token = (name: string, text = TOKEN, more = ''): string => `{ name: ${name}, token: "${text}"${more} }`

describe('`admin`', () => {
  it('has no tokens by default; a token may only read unless `rights` says more', async () => {
    expect((await loadGood(ISSUER)).settings.admin).toEqual({ tokens: [], recentDecisions: 2_000 })
    const more = `${TOKEN}2`
    const text = withAdmin(tokens(token('a'), token('b', more, ', rights: change')))
    expect((await loadGood(text)).settings.admin.tokens).toEqual([
      { name: 'a', token: TOKEN, rights: 'read' },
      { name: 'b', token: more, rights: 'change' },
    ])
  })

  it('is shown without its tokens', async () => {
    const { settings } = await loadGood(withAdmin(tokens(token('a'))))
    const shown = renderConfig(settings, { secrets: 'masked', defaults: 'shown' })
    expect(shown).toContain('name: a')
    expect(shown).not.toContain(TOKEN)
  })

  it('lets the listener be at an address of the network', async () => {
    const ofCodes = async (text: string): Promise<readonly string[]> =>
      (await loadGood(text)).warnings.map(({ code }) => code).filter((code) => code.includes('ADMIN'))
    expect(await ofCodes(withAdmin(`${CA}, client_certificates: read`, NETWORK))).toEqual([])
    const certificate = 'tls: { cert_file: a.pem, key_file: a.key }'
    expect(await ofCodes(withAdmin(`${tokens(token('a'))}, ${certificate}`, NETWORK))).toEqual([])
    expect(await ofCodes(withAdmin(tokens(token('a'))))).toEqual([])
    expect(await ofCodes(withAdmin(tokens(token('a')), NETWORK))).toEqual(['WARN_CONFIG_ADMIN_PLAINTEXT'])
  })

  const REFUSED: readonly (readonly [what: string, text: string, code: string, position: string])[] = [
    ['a network address alone', `${ISSUER}${NETWORK}`, 'ERR_CONFIG_ADMIN_EXPOSED', '6:18'],
    ['a network address with TLS alone', withAdmin(CA, NETWORK), 'ERR_CONFIG_ADMIN_EXPOSED', '6:18'],
    ['an empty list of tokens', withAdmin('tokens: []', NETWORK), 'ERR_CONFIG_EMPTY_LIST', '7:18'],
    ['a short token', withAdmin(tokens(token('a', 'fifteen-letters'))), 'ERR_CONFIG_ADMIN_TOKEN', '6:37'],
    [
      'a token with a line end',
      withAdmin(tokens(token('a', `${TOKEN}\\n`))),
      'ERR_CONFIG_ADMIN_TOKEN',
      '6:37',
    ],
    ['a token with a space', withAdmin(tokens(token('a', `${TOKEN} x`))), 'ERR_CONFIG_ADMIN_TOKEN', '6:37'],
    [
      'a token that is too long',
      withAdmin(tokens(token('a', 'x'.repeat(513)))),
      'ERR_CONFIG_ADMIN_TOKEN',
      '6:37',
    ],
    ['one token twice', withAdmin(tokens(token('a'), token('b'))), 'ERR_CONFIG_ADMIN_TOKEN', '6:95'],
    [
      'one name twice',
      withAdmin(tokens(token('a'), token('a', `${TOKEN}2`))),
      'ERR_CONFIG_DUPLICATE_NAME',
      '6:85',
    ],
    ['an unknown right', withAdmin(tokens(token('a', TOKEN, ', rights: write'))), 'ERR_CONFIG_VALUE', '6:83'],
    ['a right without TLS', withAdmin('client_certificates: read'), 'ERR_CONFIG_USELESS_KEY', '6:10'],
    [
      'a right without authorities',
      withAdmin('tls: { cert_file: a.pem, key_file: a.key }, client_certificates: read'),
      'ERR_CONFIG_USELESS_KEY',
      '6:54',
    ],
    [
      'tokens without a listener',
      withAdmin(tokens(token('a')), 'listen: { admin: off }\n'),
      'ERR_CONFIG_USELESS_KEY',
      '7:10',
    ],
  ]
  for (const [what, text, code, position] of REFUSED)
    it(`refuses ${what}`, async () => {
      const { diagnostics } = await loadBad(text)
      const found = diagnostics.map((one) => `${one.code} ${one.position?.line}:${one.position?.column}`)
      expect(found).toEqual([`${code} ${position}`])
    })

  it('names the line to write for an address of the network', async () => {
    const [problem] = (await loadBad(`${ISSUER}${NETWORK}`)).diagnostics
    expect(problem?.hints.join('\n')).toContain('admin: { tokens: [{ name: ops,')
  })

  it('never quotes a token', async () => {
    for (const text of ['fifteen-letters', `${TOKEN} x`]) {
      const { diagnostics } = await loadBad(withAdmin(tokens(token('a', text))))
      expect(JSON.stringify(diagnostics.map(({ message, hints }) => [message, hints]))).not.toContain(text)
    }
  })
})

describe('a reload of `admin`', () => {
  const certificate = 'tls: { cert_file: a.pem, key_file: a.key }'
  const CASES: readonly (readonly [what: string, from: string, to: string, codes: readonly string[]])[] = [
    ['another token', withAdmin(tokens(token('a'))), withAdmin(tokens(token('a', `${TOKEN}2`))), []],
    ['TLS', ISSUER, withAdmin(certificate), ['ERR_SERVER_RESTART']],
    ['client certificates', withAdmin(certificate), withAdmin(CA), ['ERR_SERVER_RESTART']],
    [
      'no tokens, while the listener is still at an address of the network',
      withAdmin(tokens(token('a')), NETWORK),
      `${ISSUER}listen: { admin: "127.0.0.1:9181" }\n`,
      ['ERR_SERVER_RESTART'],
    ],
    ['no tokens on this machine', withAdmin(tokens(token('a'))), ISSUER, []],
  ]
  for (const [what, from, to, codes] of CASES)
    it(`with ${what}: ${codes.join(', ') || 'is taken'}`, async () => {
      const { settings } = await loadGood(from)
      expect(checkReload(settings, await loadGood(to), 'signal').map(({ code }) => code)).toEqual(
        codes as never,
      )
    })

  it('without tokens is only taken when somebody asks for it', async () => {
    const { settings } = await loadGood(withAdmin(tokens(token('a'))))
    expect(checkReload(settings, await loadGood(ISSUER), 'watch').map(({ code }) => code)).toEqual([
      'ERR_SERVER_RELOAD_DROPS',
    ])
  })
})

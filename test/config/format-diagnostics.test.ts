import { describe, expect, it } from 'bun:test'
import { codeFrame } from '../../src/config/code-frame.ts'
import { diagnosticsToJson, formatDiagnostics } from '../../src/config/format-diagnostics.ts'
import { ISSUER, loadBad } from './load-text.ts'

const format = async (text: string, colour = false): Promise<string> => {
  const { diagnostics, source } = await loadBad(text, {}, 'warder.yaml')
  return formatDiagnostics(diagnostics, source, { colour })
}

describe('diagnostics for people', () => {
  it('show the line, carets, a suggestion, the known keys and where to read more', async () => {
    expect(await format(ISSUER.replace('audience', 'audiance')))
      .toBe(`error[ERR_CONFIG_UNKNOWN_KEY]: unknown key "audiance" in issuers[0]
 --> warder.yaml:5:5
  |
4 |     issuer: https://idp.example.com/realms/main
5 |     audiance: api://orders
  |     ^^^^^^^^ did you mean "audience"?
  = known keys here: name, issuer, issuer_aliases, tenants, tenant_claim, audience, audience_claim, keys, algorithms, leeway, max_age, typ, require, claims, scope_claims, allow_missing_exp, require_kid, allow_sender_constrained, preset, url, realm, domain, authorization_server, pool, region, trust_domain, bundle_url
  = docs/errors.md#err_config_unknown_key

1 error
`)
  })

  it('come all at once, errors and warnings, with a margin as wide as the line number', async () => {
    const text = `${ISSUER}    allow_missing_exp: true\n\n\nlisten:\n  decisions: here\n`
    expect(await format(text))
      .toBe(`warning[WARN_CONFIG_EXP_OPTIONAL]: tokens without \`exp\` are accepted, and never expire
 --> warder.yaml:6:24
  |
5 |     audience: api://orders
6 |     allow_missing_exp: true
  |                        ^^^^
  = have the issuer set \`exp\`, and remove \`allow_missing_exp\`
  = docs/errors.md#warn_config_exp_optional

error[ERR_CONFIG_ADDRESS]: "here" is not a listen address
  --> warder.yaml:10:14
   |
 9 | listen:
10 |   decisions: here
   |              ^^^^
   = write host:port, [IPv6]:port, :port for all interfaces, or unix:/path/to/socket
   = docs/errors.md#err_config_address

1 error, 1 warning
`)
  })

  it('name the file when there is no line to show', async () => {
    expect(await format('')).toBe(`error[ERR_CONFIG_EMPTY]: the configuration is empty
 --> warder.yaml
  = begin with \`version: 1\` and one entry in \`issuers\`
  = docs/errors.md#err_config_empty

1 error
`)
  })

  it('are the same in colour', async () => {
    const text = ISSUER.replace('audience', 'audiance')
    const coloured = await format(text, true)
    expect(coloured).toContain('\u001b[1m\u001b[31merror[ERR_CONFIG_UNKNOWN_KEY]\u001b[39m\u001b[22m')
    expect(coloured.replaceAll(/\u001b\[[\d;]*m/g, '')).toBe(await format(text))
  })

  it('are nothing when there are none', () => {
    expect(formatDiagnostics([], { file: 'w', text: '', secretRanges: [] })).toBe('')
  })

  it('obey no control character of the file', async () => {
    const printed = await format('{"version": 1, "\\u001b[2Jx": "\\u009b"}')
    expect(printed).toContain('\ufffd[2Jx')
    expect(printed).not.toContain('\u001b')
  })
})

describe('diagnostics for programs', () => {
  it('hold the same facts and no text of the file', async () => {
    const { diagnostics } = await loadBad(ISSUER.replace('audience', 'audiance'), {}, 'warder.yaml')
    expect(diagnosticsToJson(diagnostics)).toEqual([
      {
        code: 'ERR_CONFIG_UNKNOWN_KEY',
        severity: 'error',
        message: 'unknown key "audiance" in issuers[0]',
        file: 'warder.yaml',
        line: 5,
        column: 5,
        length: 8,
        pointer: '/issuers/0/audiance',
        suggestion: 'did you mean "audience"?',
        hints: [expect.stringContaining('known keys here: ')],
        docs: 'docs/errors.md#err_config_unknown_key',
      },
    ])
  })
})

describe('a code frame', () => {
  const frame = (
    text: string,
    line: number,
    column: number,
    length: number,
    secretRanges: [number, number][] = [],
  ) => {
    const found = codeFrame({ file: 'w', text, secretRanges }, { file: 'w', line, column, length })
    return [...(found?.lines.map(({ number, text }) => `${number} ${text}`) ?? []), found?.carets]
  }

  it('keeps tabs under tabs', () => {
    expect(frame('\ta:\tb', 1, 5, 1)).toEqual(['1 \ta:\tb', '\t  \t^'])
  })

  it('leaves an empty line above out', () => {
    expect(frame('a\n\nb', 3, 1, 1)).toEqual(['3 b', '^'])
  })

  it('cuts a long line around the carets', () => {
    const [line, carets] = frame(`${'x'.repeat(500)}bad${'y'.repeat(500)}`, 1, 501, 3)
    expect(line).toBe(`1 …${'x'.repeat(40)}bad${'y'.repeat(77)}…`)
    expect(carets).toBe(`${' '.repeat(41)}^^^`)
  })

  it('masks secrets with a mask that does not reveal their length, and moves the carets along', () => {
    expect(frame('a: longest secret, b: c', 1, 20, 1, [[3, 17]])).toEqual([
      '1 a: ********, b: c',
      `${' '.repeat(13)}^`,
    ])
    expect(frame('a: s, b: c', 1, 4, 1, [[3, 4]])).toEqual(['1 a: ********, b: c', '   ^^^^^^^^'])
  })

  it('masks a secret of several lines on each of them', () => {
    expect(frame('a: |\n  one\n  two\nb: c', 3, 3, 1, [[3, 17]])).toEqual(['2 ********', '3 ********', '^'])
  })
})

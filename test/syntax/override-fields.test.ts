import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'bun:test'
import { nginxSnippet } from '../../src/callers/nginx/snippet.ts'
import { parseIdentityHeader } from '../../src/settings/values/header-names.ts'
import { compileHeaderRules, isHopByHop } from '../../src/gateway/exchange/forward-headers.ts'
import { OVERRIDE_FIELDS, PROXY_FIELDS } from '../../src/syntax/override-fields.ts'

const PAGE = readFileSync(`${import.meta.dir}/../../docs/gateway.md`, 'utf8')
const [, SECTION = ''] = /### Removed header fields\n([^]*?)\n## /.exec(PAGE) ?? []
const NAMES = OVERRIDE_FIELDS.map(({ name }) => name)
const rules = compileHeaderRules([], [])

const snippetLines = (identityNames: readonly string[]): readonly string[] =>
  nginxSnippet({
    decisions: ['127.0.0.1:9180'],
    identityNames,
    upstream: 'http://127.0.0.1:8000',
    serverName: 'api.example.com',
    listen: '80',
  })
    .split('    location / {')[1]
    ?.split('\n')
    .flatMap((line) => /^ *proxy_set_header (\S+) /.exec(line)?.[1] ?? []) ?? []

describe('the header fields that describe another request', () => {
  it('are each there once', () => {
    const lower = [...NAMES, ...PROXY_FIELDS].map((name) => name.toLowerCase())
    expect(new Set(lower).size).toBe(lower.length)
  })

  it('are all written into the location of the nginx text, each once', () => {
    const written = snippetLines(['X-Auth-Subject'])
    expect(written.filter((name) => NAMES.includes(name)).toSorted()).toEqual([...NAMES].toSorted())
    expect(PROXY_FIELDS.filter((name) => !written.includes(name))).toEqual([])
    expect(new Set(written).size).toBe(written.length)
  })

  it('are written once in the nginx text if one is an identity header', () => {
    const written = snippetLines(['x-forwarded-user']).filter(
      (name) => name.toLowerCase() === 'x-forwarded-user',
    )
    expect(written).toEqual(['X-Forwarded-User'])
  })

  it('are all on the page of the gateway, and no others', () => {
    const onPage = [...SECTION.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
    const others = ['trusted_proxies', 'X-Forwarded-', 'X-Original-', 'X-Decision-', 'Connection']
    expect([...new Set(onPage)].filter((name) => !others.includes(name)).toSorted()).toEqual(
      [...NAMES, ...PROXY_FIELDS].toSorted(),
    )
    const ofTrusted = SECTION.split('\n').flatMap((line) => [
      ...(line.split('|')[3] ?? '').matchAll(/`([^`]+)`/g),
    ])
    expect(ofTrusted.map(([, name = '']) => name).filter((name) => name !== 'trusted_proxies')).toEqual(
      OVERRIDE_FIELDS.filter(({ keptOfTrusted }) => keptOfTrusted).map(({ name }) => name),
    )
  })

  for (const { name, subject, keptOfTrusted } of OVERRIDE_FIELDS) {
    const lower = name.toLowerCase()
    it(`cannot come from a client of the gateway: ${name}`, () => {
      for (const spelling of [lower, lower.replaceAll('-', '_'), lower.replaceAll('-', '.')]) {
        const field = { name: spelling, lower: spelling, value: 'x' }
        expect(rules.isForbidden(field, false)).toBe(true)
        // A second spelling has no right to be kept.
        expect(rules.isForbidden(field, true)).toBe(!keptOfTrusted || spelling !== lower)
      }
    })

    it(`${subject === 'user' ? 'may' : 'cannot'} be an identity header: ${name}`, () => {
      expect(parseIdentityHeader(name).ok).toBe(subject === 'user')
    })
  }

  for (const name of PROXY_FIELDS) {
    it(`ends with the connection: ${name}`, () => expect(isHopByHop(name.toLowerCase())).toBe(true))
  }

  it('are kept of a trusted proxy only if they are not identity', () => {
    const own = compileHeaderRules(['x-client-ip'], [])
    expect(own.isForbidden({ name: 'x-client-ip', lower: 'x-client-ip', value: 'x' }, true)).toBe(true)
  })
})

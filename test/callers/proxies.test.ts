/** The contract of every dialect and of every proxy in the tables. */
import { describe, expect, it } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import type { ArrivedRequest, DecisionRequest } from '../../src/callers/caller.ts'
import { askedAt, DIALECTS, PROXIES } from '../../src/callers/callers.ts'
import type { Allow, Deny } from '../../src/decision/decision.ts'
import { splitTarget } from '../../src/request/split-target.ts'
import { OVERRIDE_FIELDS } from '../../src/syntax/override-fields.ts'
import { parseHost } from '../../src/syntax/parse-host.ts'
import { headersOf } from '../support/make-guard.ts'

const ROOT = `${import.meta.dir}/../..`
const ABOUT = { id: '01', route: undefined, policy: undefined, issuer: undefined }
const ALLOW: Allow = { ...ABOUT, outcome: 'allow', reason: 'ok', identity: ['alice', ''] }
const DENY: Deny = {
  ...ABOUT,
  outcome: 'deny',
  reason: 'token_expired',
  status: 401,
  challenge: 'Bearer',
  retryAfterSeconds: undefined,
  denial: { reason: 'token_expired', agoSeconds: 90, leewaySeconds: 30 },
}
const FACTS = { decisions: ['127.0.0.1:9180'], identityNames: ['X-Auth-Subject'] }

const headersIn = (lines: string): Readonly<Record<string, string>> =>
  Object.fromEntries([...lines.matchAll(/(.*?): (.*)\r\n/g)].map(([, name, value]) => [name, value]))

type Fields = readonly (readonly [string, string])[]

/** The request, with other fields than its own if they are given. */
function arrived({ method = 'GET', target = '/', fields }: DecisionRequest, other?: Fields): ArrivedRequest {
  const headers = headersOf(other ?? Object.entries(fields))
  const { path, query } = splitTarget(target)
  return { method, path, query, host: parseHost(headers.get('host') ?? '') ?? '', headers }
}

const NOTHING: DecisionRequest = { fields: {} }

for (const dialect of DIALECTS) {
  describe(`the dialect ${dialect.name}`, () => {
    it('is a folder with its name, and has golden files', () => {
      expect(readdirSync(`${ROOT}/src/callers`)).toContain(dialect.name)
      expect(readdirSync(`${ROOT}/test/golden/callers/${dialect.name}`).length).toBeGreaterThan(3)
    })

    it('reads the original request as it was described, byte for byte', () => {
      fc.assert(
        fc.property(
          fc.constantFrom('GET', 'POST', 'DELETE', 'PROPFIND'),
          fc.constantFrom('http', 'https'),
          fc.webPath({ size: 'small' }),
          (method, scheme, path) => {
            const way = path.replace(/^\/+/, '')
            const url = `${scheme}://api.example.com/${way}?a=b`
            const parsed = dialect.parse(arrived(dialect.originalRequest(method, url)))
            if (!parsed.ok) throw new Error(parsed.error.reason)
            const { method: read, scheme: by, host, path: raw, query } = parsed.value
            // Envoy writes `!` in place of bytes that are not UTF-8.
            const judged = dialect.name === 'envoy' ? way.replaceAll('!', '%FF') : way
            expect([read, `${by}://${host}${raw}?${query}`]).toEqual([method, url.replace(way, () => judged)])
          },
        ),
      )
    })

    it('refuses a request without one of these fields', () => {
      const asked = dialect.originalRequest('GET', 'https://api.example.com/orders')
      for (const left of [undefined, ...Object.keys(asked.fields)]) {
        const some = Object.entries(asked.fields).filter(([name]) => left !== undefined && name !== left)
        const parsed = dialect.parse(arrived(asked, some))
        expect(!parsed.ok && parsed.error.reason).toBe('origin_missing')
      }
    })

    it('refuses a request with one of these fields twice', () => {
      const asked = dialect.originalRequest('GET', 'https://api.example.com/orders')
      for (const twice of Object.entries(asked.fields)) {
        const parsed = dialect.parse(arrived(asked, [...Object.entries(asked.fields), twice]))
        expect([twice[0], !parsed.ok && parsed.error.reason]).toEqual([twice[0], 'origin_missing'])
      }
    })

    it('reads the fields of no other dialect', () => {
      for (const other of DIALECTS.filter((one) => one !== dialect)) {
        const parsed = dialect.parse(arrived(other.originalRequest('GET', 'https://api.example.com/orders')))
        expect(!parsed.ok && parsed.error.reason).toBe('origin_missing')
      }
    })

    it('has a remedy of its own for a request that names no original request', () => {
      const remedyOf = (one: typeof dialect): string => {
        const parsed = one.parse(arrived(NOTHING))
        return parsed.ok ? '' : JSON.stringify(parsed.error)
      }
      const others = DIALECTS.filter((other) => other !== dialect)
      expect(remedyOf(dialect)).not.toBe('')
      expect(others.map(remedyOf)).not.toContain(remedyOf(dialect))
    })

    it('answers an allow with exactly 200, no body and every identity header', () => {
      const { status, lines, body } = dialect.render(ALLOW, ['x-auth-subject', 'x-auth-roles'])
      expect([status, body]).toEqual([200, ''])
      expect(headersIn(lines)).toMatchObject({ 'x-auth-subject': 'alice', 'x-auth-roles': '' })
    })

    it('answers a denial with no identity header, and with nothing that a cache may keep', () => {
      const { status, lines } = dialect.render(DENY, ['x-auth-subject', 'x-auth-roles'])
      expect(status).toBeGreaterThanOrEqual(400)
      const headers = headersIn(lines)
      expect(Object.keys(headers)).not.toContain('x-auth-subject')
      expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-decision-reason': DENY.reason })
    })
  })
}

for (const proxy of PROXIES) {
  const defaults = Object.fromEntries(
    proxy.snippet.flags.map(({ usage, value }) => {
      const [, name = ''] = /^--([a-z-]+)/.exec(usage) ?? []
      return [name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()), value]
    }),
  )

  describe(`the proxy ${proxy.name}`, () => {
    it('is a folder with its name, and has a page', () => {
      expect(readdirSync(`${ROOT}/src/callers/${proxy.name}`)).toContain(`${proxy.name}.ts`)
      expect(readFileSync(`${ROOT}/${proxy.docs}`, 'utf8')).toContain(askedAt(proxy))
    })

    it('prints a snippet with the default flags', () => {
      const write = proxy.snippet.read(defaults)
      if (!write.ok) throw new Error(write.error.message)
      const text = write.value(FACTS)
      for (const part of ['127.0.0.1:9180', 'X-Auth-Subject', askedAt(proxy)]) expect(text).toContain(part)
    })

    it('prints a snippet that names every field in which a client could describe another request', () => {
      const write = proxy.snippet.read(defaults)
      const text = write.ok ? write.value(FACTS).toLowerCase() : ''
      const absent = OVERRIDE_FIELDS.filter(({ name }) => !text.includes(name.toLowerCase()))
      expect(absent.map(({ name }) => name)).toEqual([])
    })

    it('writes no address that would end its line (injection)', () => {
      for (const address of ['127.0.0.1:80\n', 'unix:/a;b', 'unix:/a b', 'unix:/a"b'])
        expect(proxy.snippet.canName(address)).toBe(false)
    })
  })
}

/** The contract of every proxy in the table. */
import { describe, expect, it } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { endpointPath, PROXIES } from '../../src/callers/callers.ts'
import type { Allow, Deny } from '../../src/decision/decision.ts'
import { OVERRIDE_FIELDS } from '../../src/syntax/override-fields.ts'
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

for (const proxy of PROXIES) {
  const arrived = (fields: Readonly<Record<string, string>>) => ({
    method: 'GET',
    query: undefined,
    headers: headersOf(Object.entries(fields)),
  })
  const defaults = Object.fromEntries(
    proxy.snippet.flags.map(({ usage, value }) => {
      const [, name = ''] = /^--([a-z-]+)/.exec(usage) ?? []
      return [name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()), value]
    }),
  )

  describe(`the proxy ${proxy.name}`, () => {
    it('is a folder with its name, has a page, and golden files', () => {
      expect(readdirSync(`${ROOT}/src/callers/${proxy.name}`)).toContain(`${proxy.name}.ts`)
      expect(readFileSync(`${ROOT}/${proxy.docs}`, 'utf8')).toContain(endpointPath(proxy))
      expect(readdirSync(`${ROOT}/test/golden/callers/${proxy.name}`).length).toBeGreaterThan(3)
    })

    it('reads the original request from its own fields, and not from the URL of the endpoint', () => {
      fc.assert(
        fc.property(
          fc.constantFrom('GET', 'POST', 'DELETE', 'PROPFIND'),
          fc.constantFrom('http', 'https'),
          fc.webPath({ size: 'small' }),
          (method, scheme, path) => {
            const url = `${scheme}://api.example.com/${path.replace(/^\/+/, '')}?a=b`
            const parsed = proxy.parse(arrived(proxy.originalRequest(method, url)))
            if (!parsed.ok) throw new Error(parsed.error.reason)
            const { method: read, scheme: by, host, path: raw, query } = parsed.value
            expect([read, `${by}://${host}${raw}?${query}`]).toEqual([method, url])
          },
        ),
      )
    })

    it('refuses a request without one of these fields', () => {
      const fields = proxy.originalRequest('GET', 'https://api.example.com/orders')
      for (const left of [undefined, ...Object.keys(fields)]) {
        const some = Object.entries(fields).filter(([name]) => left !== undefined && name !== left)
        const parsed = proxy.parse(arrived(Object.fromEntries(some)))
        expect(!parsed.ok && parsed.error.reason).toBe('origin_missing')
      }
    })

    it('prints a snippet with the default flags', () => {
      const write = proxy.snippet.read(defaults)
      if (!write.ok) throw new Error(write.error.message)
      const text = write.value(FACTS)
      for (const part of ['127.0.0.1:9180', 'X-Auth-Subject', endpointPath(proxy)])
        expect(text).toContain(part)
    })

    it('prints a snippet that names every field in which a client could describe another request', () => {
      const write = proxy.snippet.read(defaults)
      const text = write.ok ? write.value(FACTS).toLowerCase() : ''
      const absent = OVERRIDE_FIELDS.filter(({ name }) => !text.includes(name.toLowerCase()))
      expect(absent.map(({ name }) => name)).toEqual([])
    })

    it('has a remedy of its own for a request that names no original request', () => {
      const remedyOf = (one: typeof proxy): string => {
        const parsed = one.parse(arrived({}))
        return parsed.ok ? '' : JSON.stringify(parsed.error)
      }
      const others = PROXIES.filter((other) => other !== proxy)
      expect(remedyOf(proxy)).not.toBe('')
      expect(others.map(remedyOf)).not.toContain(remedyOf(proxy))
    })

    it('writes no address that would end its line (injection)', () => {
      for (const address of ['127.0.0.1:80\n', 'unix:/a;b', 'unix:/a b', 'unix:/a"b'])
        expect(proxy.snippet.canName(address)).toBe(false)
    })

    it('answers an allow with exactly 200, no body and every identity header', () => {
      const { status, lines, body } = proxy.render(ALLOW, ['x-auth-subject', 'x-auth-roles'])
      expect([status, body]).toEqual([200, ''])
      expect(headersIn(lines)).toMatchObject({ 'x-auth-subject': 'alice', 'x-auth-roles': '' })
    })

    it('answers a denial with no identity header, and with nothing that a cache may keep', () => {
      const { status, lines } = proxy.render(DENY, ['x-auth-subject', 'x-auth-roles'])
      expect(status).toBeGreaterThanOrEqual(400)
      const headers = headersIn(lines)
      expect(Object.keys(headers)).not.toContain('x-auth-subject')
      expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-decision-reason': DENY.reason })
    })
  })
}

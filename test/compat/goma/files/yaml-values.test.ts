import { describe, expect, it } from 'bun:test'
import { convertConfig } from '../../../../src/compat/convert.ts'
import { loadBad, loadGood } from '../../../config/load-text.ts'

/** Two routes; the first is the base of what is written in the second. */
const withBase = (second: string, more = ''): string => `x-base: &base
  destination: http://a:1
  middlewares: [closed]
x-open: &open { destination: "http://b:1", methods: [GET] }
gateway:
  ${more}
  routes:
    - { name: first, path: /first, <<: *base }
    - { name: second, path: /second, ${second} }
middlewares:
  - { name: closed, type: access, paths: [/*] }
`

describe('merge keys of Goma files', () => {
  /** What is written, the access of the route, its server. */
  const CASES: readonly (readonly [string, string, string])[] = [
    ['<<: *base', 'deny', 'a'],
    ['<<: [*base, *open]', 'deny', 'a'],
    ['<<: [*open, *base]', 'deny', 'b'],
    ['<<: { <<: *base, rewrite: / }', 'deny', 'a'],
    ['middlewares: [], <<: *base', 'public', 'a'],
    ['<<: *base, middlewares: [], methods: []', 'public', 'a'],
    ['<<: *open', 'public', 'b'],
  ]
  for (const [written, access, server] of CASES) {
    it(`are what Goma's reader makes of them: ${written}`, async () => {
      const original = await loadGood(withBase(written))
      const { settings } = original
      const [route] = settings.routes.filter(({ path: paths }) => paths.includes('/second/**'))
      expect(route?.access.kind).toBe(access as 'deny')
      const upstream = settings.upstreams.find(({ name }) => name === 'second')
      expect(JSON.stringify(upstream?.servers)).toContain(`"${server}"`)
      expect((await loadGood(convertConfig(original))).settings).toEqual(settings)
    })
  }

  it('work in further files', async () => {
    const extra = `x-m: &m [closed]\nroutes:\n  - &r { name: e, path: /e, destination: "http://e:1", middlewares: *m }\n  - { <<: *r, name: f, path: /f }\n`
    const text = withBase('<<: *base', 'extraConfig: { directory: extra }')
    const { settings } = await loadGood(text, { files: { '/etc/warder/extra/e.yml': extra } })
    expect(settings.routes.map(({ access }) => access.kind)).toEqual(['deny', 'deny', 'deny', 'deny'])
  })

  for (const written of ['<<: 5', '<<: [*base, 5]', '<<: []5', '<<:', '"<<": text']) {
    it(`are refused if they are not maps: ${written}`, async () => {
      const { diagnostics } = await loadBad(withBase(written))
      expect(diagnostics.length).toBeGreaterThan(0)
    })
  }

  it('show a mistake in a base at the route that it is for', async () => {
    const { diagnostics } = await loadBad(
      withBase('<<: *base').replace('  middlewares:', '  priority: 1\n  middlewares:'),
    )
    expect(diagnostics.map(({ code, position }) => [code as string, position?.line])).toEqual([
      ['ERR_COMPAT_UNSUPPORTED', 9],
      ['ERR_COMPAT_UNSUPPORTED', 10],
    ])
  })
})

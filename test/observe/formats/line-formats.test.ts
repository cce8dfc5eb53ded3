import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { lineFormatter, type LineStyle } from '../../../src/observe/formats/line-style.ts'
import type { LogFields } from '../../../src/observe/formats/line.ts'

const TIME = '2026-11-29T10:00:00.123Z'
const DENIAL = {
  event: 'decision',
  outcome: 'deny',
  reason: 'kid_unknown',
  status: 401,
  id: '01K0',
  via: 'nginx',
  client: '203.0.113.9',
  route: 'read',
  policy: undefined,
  path: '/orders/42',
  detail: 'kid "a"',
  ms: 0.25,
}
const STYLES: readonly LineStyle[] = [
  { format: 'json', isColoured: false },
  { format: 'logfmt', isColoured: false },
  { format: 'text', isColoured: false },
  { format: 'text', isColoured: true },
  { format: 'ecs', isColoured: false },
]
const lineOf = (
  style: LineStyle['format'],
  fields: LogFields,
  message = 'denied: kid_unknown',
  isColoured = false,
) => lineFormatter({ format: style, isColoured })('info', TIME, fields, message)

describe('a line of the log', () => {
  it('is JSON', () => {
    expect(lineOf('json', DENIAL)).toBe(
      `{"level":"info","time":"${TIME}","event":"decision","outcome":"deny","reason":"kid_unknown","status":401,"id":"01K0","via":"nginx","client":"203.0.113.9","route":"read","path":"/orders/42","detail":"kid \\"a\\"","ms":0.25,"msg":"denied: kid_unknown"}\n`,
    )
  })

  it('is logfmt', () => {
    expect(lineOf('logfmt', DENIAL)).toBe(
      `level=info time=${TIME} event=decision outcome=deny reason=kid_unknown status=401 id=01K0 via=nginx client=203.0.113.9 route=read path=/orders/42 detail="kid \\"a\\"" ms=0.25 msg="denied: kid_unknown"\n`,
    )
  })

  it('is text, with what people look for first', () => {
    expect(lineOf('text', DENIAL)).toBe(
      `${TIME} INFO  denied: kid_unknown  status=401 client=203.0.113.9 path=/orders/42 detail="kid \\"a\\"" route=read id=01K0 via=nginx ms=0.25\n`,
    )
  })

  it('is JSON with the names of ECS', () => {
    expect(JSON.parse(lineOf('ecs', DENIAL))).toEqual({
      '@timestamp': TIME,
      'log.level': 'info',
      message: 'denied: kid_unknown',
      'ecs.version': '8.11.0',
      'service.name': 'warder',
      'event.dataset': 'warder.log',
      'event.action': 'decision',
      'event.kind': 'event',
      'event.category': ['api'],
      'event.type': ['denied'],
      'event.outcome': 'success',
      'event.reason': 'kid_unknown',
      'event.id': '01K0',
      'event.duration': 250_000,
      'http.response.status_code': 401,
      'client.ip': '203.0.113.9',
      'rule.name': 'read',
      'url.path': '/orders/42',
      'warder.via': 'nginx',
      'warder.detail': 'kid "a"',
    })
  })

  it('has lists and maps in every format', () => {
    const fields = { event: 'x', listeners: ['a:1', 'b:2'], counts: { token_missing: 2, 'two words': 1 } }
    expect(lineOf('logfmt', fields, 'm')).toBe(
      `level=info time=${TIME} event=x listeners=a:1,b:2 counts.token_missing=2 counts.two_words=1 msg=m\n`,
    )
    expect(lineOf('text', fields, 'm')).toBe(
      `${TIME} INFO  m  listeners=a:1,b:2 counts.token_missing=2 counts.two_words=1\n`,
    )
    const refused = lineOf('logfmt', { refused: [{ kid: 'a', why: 'weak' }] }, 'm')
    expect(refused).toContain(String.raw`refused="{\"kid\":\"a\",\"why\":\"weak\"}"`)
  })

  it('is one line without hidden characters, whatever its values', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        'a\nlevel=error',
        '\u001b[2J',
        '\u202egnp',
        '" x="1',
        '\\',
        '',
        '\u2028',
        '\ud800',
        'ü=ß',
      ),
    )
    // Messages are Warder's own; a tab in one would be harmless, and stays.
    const said = hostile.map((message) => message.replaceAll('\t', ' '))
    fc.assert(
      fc.property(hostile, said, (path, message) => {
        for (const style of STYLES) {
          const line = lineFormatter(style)('warn', TIME, { event: 'x', path, list: [path] }, message)
          const ours = style.isColoured ? line.replaceAll(/\u001b\[\d+m/g, '') : line
          expect(ours.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)
          expect(line.endsWith('\n')).toBe(true)
        }
      }),
    )
  })
})

describe('text on a terminal', () => {
  it('has colours if they are wanted', () => {
    expect(lineOf('text', { event: 'x', path: '/a' }, 'm', true)).toContain('\u001b[2mpath=\u001b[22m/a')
    expect(lineOf('text', { event: 'x', path: '/a' }, 'm')).not.toContain('\u001b')
  })

  it('attack: no value looks like another field or another line', () => {
    for (const path of ['/a status=200', '/"', '/\\', '/\nlevel', '']) {
      const line = lineOf('text', { event: 'x', path }, 'm')
      expect(line).toMatch(/^\S+ INFO {2}m {2}path=".*"\n$/)
    }
  })
})

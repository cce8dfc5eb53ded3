import { describe, expect, it } from 'bun:test'
import { encodeSpans } from '../../../src/observe/tracing/otlp-json.ts'
import type { Span } from '../../../src/tracing/span.ts'
import { mint } from '../../support/mint.ts'

const ORIGIN = { serviceName: 'warder', version: '1.2.3', instanceId: 'i', pid: 7 }
const SPAN: Span = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: '00f067aa0ba902b7',
  parentId: 'b7ad6b7169203331',
  tracestate: 'a=1',
  name: 'GET orders',
  kind: 'server',
  startMs: 1.25,
  endMs: 2.5,
  attributes: {},
  error: undefined,
}

interface Encoded {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly unknown[] }
    readonly scopeSpans: readonly { readonly spans: readonly Readonly<Record<string, unknown>>[] }[]
  }[]
}

const encode = (span: Partial<Span>, offsetMs = 1_700_000_000_000): Encoded =>
  JSON.parse(encodeSpans([{ ...SPAN, ...span }], ORIGIN, offsetMs)) as Encoded
const spanOf = (encoded: Encoded): Readonly<Record<string, unknown>> =>
  encoded.resourceSpans[0]?.scopeSpans[0]?.spans[0] ?? {}

describe('spans in OTLP', () => {
  it('name their process', () => {
    expect(encode({}).resourceSpans[0]?.resource.attributes).toEqual([
      { key: 'service.name', value: { stringValue: 'warder' } },
      { key: 'service.version', value: { stringValue: '1.2.3' } },
      { key: 'service.instance.id', value: { stringValue: 'i' } },
      { key: 'process.pid', value: { intValue: '7' } },
    ])
  })
  it('have ids in hexadecimal, kinds as numbers and nanoseconds as text', () => {
    expect(spanOf(encode({}))).toEqual({
      traceId: SPAN.traceId,
      spanId: SPAN.spanId,
      traceState: 'a=1',
      parentSpanId: SPAN.parentId,
      flags: 0x301,
      name: 'GET orders',
      kind: 2,
      startTimeUnixNano: '1700000000001250000',
      endTimeUnixNano: '1700000000002500000',
      attributes: [],
    })
  })
  it('attack: have no token that a client wrote into its tracestate', () => {
    const encoded = spanOf(encode({ tracestate: `a=1,b=${mint()},c=2` }))
    expect(encoded['traceState']).toBe('a=1,b=[redacted],c=2')
  })
  it('leave out what is not there', () => {
    const encoded = spanOf(
      encode({ parentId: undefined, tracestate: '', attributes: { a: undefined }, kind: 'internal' }),
    )
    expect(Object.keys(encoded)).not.toContain('parentSpanId')
    expect(Object.keys(encoded)).not.toContain('traceState')
    expect(Object.keys(encoded)).not.toContain('status')
    expect(encoded['attributes']).toEqual([])
  })
  it('have an error as their status', () => {
    expect(spanOf(encode({ error: 'internal_error' }))['status']).toEqual({
      code: 2,
      message: 'internal_error',
    })
  })
  it('have attributes of every type', () => {
    expect(spanOf(encode({ attributes: { a: 'x', b: true, c: 3, d: 0.5 } }))['attributes']).toEqual([
      { key: 'a', value: { stringValue: 'x' } },
      { key: 'b', value: { boolValue: true } },
      { key: 'c', value: { intValue: '3' } },
      { key: 'd', value: { doubleValue: 0.5 } },
    ])
  })

  const token = mint()
  const hostile = ['\u202e/gpj.exe', '\u001b[2J', '</script>\u2028', `/a/${token}`, 'x'.repeat(10_000)]
  for (const text of hostile)
    it(`have no hostile text and no token: ${JSON.stringify(text.slice(0, 12))}`, () => {
      const written = encodeSpans(
        [{ ...SPAN, name: text, error: text, attributes: { 'url.path': text } }],
        ORIGIN,
        0,
      )
      expect(written).not.toContain(token)
      expect(written).not.toMatch(/[\u202e\u001b\u2028]|\\u202e|\\u001b|\\u2028/)
      expect(written.length).toBeLessThan(3_000)
    })
})

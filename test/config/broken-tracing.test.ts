import { describe, expect, it } from 'bun:test'
import { describeBroken, type Case } from './broken-cases.ts'
import { renderConfig } from '../../src/config/show-config.ts'
import { ISSUER, loadGood } from './load-text.ts'

const LINE = ISSUER.split('\n').length
const tracing = (text: string): string => `${ISSUER}tracing: { ${text} }\n`
const COLLECTOR = 'endpoint: "http://127.0.0.1:4318"'

const CASES: readonly Case[] = [
  ['no endpoint', tracing('sample_ratio: 1'), 'ERR_CONFIG_MISSING_KEY', `${LINE}:1`, 'endpoint'],
  [
    'an endpoint of gRPC',
    tracing('endpoint: "grpc://collector:4317"'),
    'ERR_CONFIG_URL',
    `${LINE}:22`,
    'https://',
  ],
  [
    'an endpoint without a scheme',
    tracing('endpoint: "collector:4318"'),
    'ERR_CONFIG_URL',
    `${LINE}:22`,
    'https://',
  ],
  [
    'an endpoint with a user name',
    tracing('endpoint: "https://me:hunter2@collector"'),
    'ERR_CONFIG_URL',
    `${LINE}:22`,
    'Authorization',
  ],
  [
    'an endpoint with a fragment',
    tracing('endpoint: "https://collector/#a"'),
    'ERR_CONFIG_URL',
    `${LINE}:22`,
    'fragment',
  ],
  [
    'a ratio above 1',
    tracing(`${COLLECTOR}, sample_ratio: 10`),
    'ERR_CONFIG_RANGE',
    `${LINE}:61`,
    'between 0 and 1',
  ],
  ['a ratio in per cent', tracing(`${COLLECTOR}, sample_ratio: 10%`), 'ERR_CONFIG_TYPE', `${LINE}:61`, '10%'],
  [
    'an unknown trust',
    tracing(`${COLLECTOR}, trust: everybody`),
    'ERR_CONFIG_VALUE',
    `${LINE}:54`,
    'proxies',
  ],
  [
    'a header that the request has itself',
    tracing(`${COLLECTOR}, headers: { Host: a }`),
    'ERR_CONFIG_HEADER',
    `${LINE}:58`,
    'Host',
  ],
]

describeBroken('a tracing section', CASES)

describe('a tracing section', () => {
  const urls: readonly (readonly [string, string])[] = [
    ['http://127.0.0.1:4318', 'http://127.0.0.1:4318/v1/traces'],
    ['http://127.0.0.1:4318/', 'http://127.0.0.1:4318/v1/traces'],
    ['https://collector.example.com?tenant=a', 'https://collector.example.com/v1/traces?tenant=a'],
    ['https://collector.example.com/otlp/v1/traces', 'https://collector.example.com/otlp/v1/traces'],
    ['http://[::1]:4318', 'http://[::1]:4318/v1/traces'],
  ]
  for (const [written, meant] of urls)
    it(`sends spans for ${written} to ${meant}`, async () => {
      const { settings } = await loadGood(tracing(`endpoint: "${written}"`))
      expect(settings.tracing).toMatchObject({ endpoint: meant, sampleRatio: 1, tracesPerSecond: 100 })
    })
  it('takes a ratio from the environment', async () => {
    const { settings } = await loadGood(tracing(`${COLLECTOR}, sample_ratio: "\${RATIO}"`), {
      env: { RATIO: '0.25' },
    })
    expect(settings.tracing?.sampleRatio).toBe(0.25)
  })
  it('shows neither a header nor a query', async () => {
    const text = tracing('endpoint: "https://c.example/?key=hunter2", headers: { X-Key: hunter3 }')
    const { settings } = await loadGood(text)
    const shown = renderConfig(settings, { defaults: 'shown', secrets: 'masked' })
    expect(shown).not.toMatch(/hunter/)
  })
})

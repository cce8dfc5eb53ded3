import { describe, expect, it } from 'bun:test'
import { readFileSync } from 'node:fs'
import { denyUnread } from '../../src/decision/decide.ts'
import { DENY_REASONS } from '../../src/decision/reasons.ts'
import type { ExchangeEvent } from '../../src/gateway/gateway-event.ts'
import { createDecisionLog } from '../../src/observe/decision-log.ts'
import { createGatewayLog } from '../../src/observe/gateway-log.ts'
import { exampleDenial } from '../support/denials.ts'
import { ID, makeGuard } from '../support/make-guard.ts'
import { ECS_NAMES } from '../../src/observe/formats/ecs-line.ts'
import { lineFormatter } from '../../src/observe/formats/line-style.ts'
import type { LogFields } from '../../src/observe/formats/line.ts'

const PAGE = readFileSync(new URL('../../docs/log.md', import.meta.url), 'utf8')

/** The first block below a heading. */
const blockBelow = (heading: string): string =>
  new RegExp(`^### ${heading}\\n[\\s\\S]*?^\`\`\`\\w*\\n(.*?)^\`\`\``, 'ms').exec(PAGE)?.[1] ?? ''

describe('docs/log.md', () => {
  const { level: _level, time, msg, ...fields } = JSON.parse(blockBelow('JSON')) as LogFields

  for (const [heading, format] of [
    ['JSON', 'json'],
    ['logfmt', 'logfmt'],
    ['text', 'text'],
    ['ECS', 'ecs'],
  ] as const) {
    it(`shows the same denial as ${heading}`, () => {
      const line = lineFormatter({ format, isColoured: false })('info', String(time), fields, String(msg))
      expect(blockBelow(heading)).toBe(line)
    })
  }

  it('has a row for every event', () => {
    const source = new URL('../../src/', import.meta.url).pathname
    const files = [...new Bun.Glob('**/*.ts').scanSync(source)].map((file) =>
      readFileSync(`${source}${file}`, 'utf8'),
    )
    const events = new Set(
      files.flatMap((text) => [...text.matchAll(/\bevent: '(\w+)'/g)].map(([, name = '']) => name)),
    )
    expect(events.size).toBeGreaterThan(15)
    const table = /^\| `event` \|[\s\S]*?\n\n/m.exec(PAGE)?.[0] ?? ''
    for (const name of events) expect(table, name).toContain(`\`${name}\``)
  })

  it('has a row for every field of a decision and of an exchange', () => {
    const lines: LogFields[] = []
    const write = (given: LogFields): boolean => lines.push(given) > 0
    const logger = { info: write, warn: write, error: write, flush: async () => true, flushSync() {} }
    const onDecision = createDecisionLog(logger, undefined, undefined)
    for (const reason of DENY_REASONS) {
      const decision = { ...denyUnread(makeGuard(), exampleDenial(reason), ID), subject: '["a","b","c"]' }
      onDecision({
        decision,
        status: 403,
        request: undefined,
        via: 'x',
        durationMs: 1,
        clientAddress: undefined,
      })
    }
    createGatewayLog(logger, onDecision).onExchange(
      {
        id: ID,
        request: undefined,
        decision: undefined,
        clientAddress: undefined,
        status: 502,
        upstream: 'app',
        server: undefined,
        address: undefined,
        fault: 'connect_failed',
        detail: undefined,
        durationMs: 1,
        decisionMs: undefined,
        upstreamMs: undefined,
        requestBytes: 0,
        responseBytes: 0,
      } as ExchangeEvent,
      false,
    )
    const [denials = '', exchanges = ''] = ['Denials', 'Exchanges of the gateway'].map(
      (heading) => new RegExp(`^## ${heading}\n([\\s\\S]*?)^## `, 'm').exec(PAGE)?.[1] ?? '',
    )
    for (const one of lines)
      for (const name of Object.keys(one)) {
        const section = one['event'] === 'gateway' ? exchanges : denials
        expect(section, name).toContain(name === 'event' ? 'event' : `\`${name}\``)
      }
  })

  it('has the name of every field in ECS', () => {
    const rows = PAGE.split('\n').filter((line) => line.startsWith('| `'))
    for (const [name, ecs] of Object.entries(ECS_NAMES)) {
      const isListed = rows.some((row) => row.includes(`\`${name}\``) && row.includes(`\`${ecs}\``))
      expect(isListed, name).toBe(true)
    }
  })
})

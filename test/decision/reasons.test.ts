import { describe, expect, it } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { ALLOW_REASONS, DENY_REASONS, DENY_ROWS } from '../../src/decision/reasons.ts'
import { FAULT_STATUS } from '../../src/gateway/gateway-event.ts'
import { reasonsPage } from './reasons-page.ts'

const PAGE = new URL('../../docs/reasons.md', import.meta.url)

describe('the table of reasons', () => {
  it('has the statuses that every caller can pass on', () => {
    for (const reason of DENY_REASONS) expect([401, 403, 502, 503]).toContain(DENY_ROWS[reason].status)
  })
  it('has snake_case codes, none of them both an allow and a deny', () => {
    const codes = [...ALLOW_REASONS, ...DENY_REASONS]
    for (const code of codes) expect(code).toMatch(/^[a-z]+(?:_[a-z]+)*$/)
    expect(new Set(codes).size).toBe(codes.length)
  })
  it('gives insufficient_scope to 403 alone, and the other errors to 401 alone', () => {
    for (const reason of DENY_REASONS) {
      const { error, status } = DENY_ROWS[reason]
      if (error !== undefined)
        expect(`${reason} ${status}`).toBe(`${reason} ${error === 'insufficient_scope' ? 403 : 401}`)
    }
  })
  it('explains to an operator in one sentence what happened and what to do', () => {
    for (const reason of DENY_REASONS) {
      const { message, hint } = DENY_ROWS[reason]
      for (const text of [message, hint]) expect(text).toMatch(/^[^\n]{10,160}[^.\n]$/)
    }
  })
})

describe('docs/reasons.md', () => {
  // UPDATE_DOCS=1 writes the page anew after a change of the table.
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PAGE, reasonsPage())
  const page = readFileSync(PAGE, 'utf8')

  it('has exactly one heading per reason and per fault, and no other', () => {
    const headings = [...page.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading)
    const codes = [...ALLOW_REASONS, ...DENY_REASONS, ...Object.keys(FAULT_STATUS), 'proxy_error']
    expect(headings).toEqual(codes.map((code) => `\`${code}\``))
    expect(new Set(codes).size).toBe(codes.length)
  })
  it('has what the table has', () => expect(page).toBe(reasonsPage()))
})

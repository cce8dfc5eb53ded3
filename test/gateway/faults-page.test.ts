import { describe, expect, it } from 'bun:test'
import { readFileSync } from 'node:fs'
import { FAULT_STATUS } from '../../src/gateway/gateway-event.ts'

const page = readFileSync(new URL('../../docs/gateway.md', import.meta.url), 'utf8')
const rows = page.split('\n').filter((line) => /^\| (?:\d|none)/.test(line))

describe('docs/gateway.md', () => {
  for (const [fault, status] of Object.entries(FAULT_STATUS)) {
    it(`describes when the log has \`${fault}\`, and what the client gets then`, () => {
      const row = rows.find((line) => line.includes(`\`${fault}\``)) ?? ''
      expect(row.split('|')[1]).toContain(status === 0 ? 'none' : String(status))
    })
  }
})

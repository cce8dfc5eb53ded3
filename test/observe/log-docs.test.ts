import { describe, expect, it } from 'bun:test'
import { readFileSync } from 'node:fs'
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

  it('has the name of every field in ECS', () => {
    const rows = PAGE.split('\n').filter((line) => line.startsWith('| `'))
    for (const [name, ecs] of Object.entries(ECS_NAMES)) {
      const isListed = rows.some((row) => row.includes(`\`${name}\``) && row.includes(`\`${ecs}\``))
      expect(isListed, name).toBe(true)
    }
  })
})

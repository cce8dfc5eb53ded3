import { readFileSync, writeFileSync } from 'node:fs'
import { expect, it } from 'bun:test'
import { metricsPage } from './docs-page.ts'

const PAGE = new URL('../../../docs/metrics.md', import.meta.url)

it('docs/metrics.md has what the table of definitions has', () => {
  // UPDATE_DOCS=1 writes the page anew after a change of the table.
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PAGE, metricsPage())
  expect(readFileSync(PAGE, 'utf8')).toBe(metricsPage())
})

import { describe, expect, it } from 'bun:test'
import { isCodeLike } from '../../../src/cli/explain/command.ts'
import { readPages } from '../../../src/cli/explain/code.ts'
import { ALLOW_REASONS, DENY_REASONS } from '../../../src/decision/reasons.ts'
import { ERROR_CODES } from '../../../src/errors.ts'
import { FAULT_STATUS } from '../../../src/gateway/gateway-event.ts'
import { makeToken } from '../fixtures.ts'
import { runWarder } from '../run-warder.ts'

const CODES: readonly string[] = [
  ...Object.keys(ERROR_CODES),
  ...ALLOW_REASONS,
  ...DENY_REASONS,
  ...Object.keys(FAULT_STATUS),
  // Of the printed nginx text, when there was no decision.
  'proxy_error',
]

describe('warder explain CODE', () => {
  it('has the page of every error, warning, reason and fault, and of nothing else', () =>
    expect(
      readPages()
        .map(({ code }) => code)
        .sort(),
    ).toEqual([...CODES].sort()))

  it('prints what it means and what to do, without Markdown', () => {
    for (const { code, text } of readPages()) {
      expect(text, code).not.toMatch(/\*\*|\]\(|<a |\\\||\.\.$/m)
      expect(text.length, code).toBeGreaterThan(20)
    }
  })

  for (const code of ['kid_missing', 'ERR_CONFIG_UNKNOWN_KEY', 'err_config_unknown_key', 'public'])
    it(`needs neither configuration nor token for ${code}`, async () => {
      const { code: exitCode, stdout, stderr } = await runWarder(['explain', code])
      expect([exitCode, stderr]).toEqual([0, ''])
      expect(stdout.toLowerCase()).toStartWith(`${code.toLowerCase()}\n`)
      expect(stdout).toMatch(/^docs {2}docs\/(?:errors|reasons)\.md#[a-z_]+$/m)
    })

  it('names the code that was probably meant', async () =>
    expect((await runWarder(['explain', 'audience_mismach'])).stderr).toContain('"audience_mismatch"'))

  it('recognises every code, and no token as one', () => {
    for (const code of CODES) expect([code, isCodeLike(code)]).toEqual([code, true])
    for (const token of ['-', '', makeToken(), '2YotnFZFEjr1zCsicMWpAA', 'a.b.c', 'a'.repeat(65)])
      expect([token, isCodeLike(token)]).toEqual([token, false])
  })
})

import { describe, expect, it } from 'bun:test'
import { renderConfig } from '../../src/config/show-config.ts'
import { describeBroken, type Case } from './broken-cases.ts'
import { ISSUER, loadGood } from './load-text.ts'

const LONG = 'x'.repeat(32)
const text = (callers: string, more = ''): string => `${ISSUER}trusted_callers: ${callers}\n${more}`

describe('trusted_callers', () => {
  const GOOD = text(`[{ from: [10.0.0.0/8, unix] }, { secret: ${LONG}, header: X-Key, from: "::1" }]`)

  it('are networks and secrets, and are shown as a configuration that loads to the same settings', async () => {
    const { settings } = await loadGood(GOOD)
    expect(settings.trustedCallers).toEqual([
      { from: ['10.0.0.0/8', 'unix'] },
      { from: ['::1'], secret: { header: 'X-Key', values: [LONG] } },
    ])
    for (const defaults of ['shown', 'omitted'] as const) {
      const written = renderConfig(settings, { secrets: 'plain', defaults })
      expect((await loadGood(written)).settings).toEqual(settings)
      expect(renderConfig(settings, { secrets: 'masked', defaults })).not.toContain(LONG)
    }
  })

  it('end the warning about a listener that others can reach', async () => {
    const { warnings } = await loadGood(
      text('[{ from: 10.0.0.5 }]', 'listen: { decisions: "0.0.0.0:9180" }\n'),
    )
    expect(warnings).toEqual([])
  })
})

const BROKEN: readonly Case[] = [
  ['an empty list', text('[]'), 'ERR_CONFIG_EMPTY_LIST', '6:18', 'leave the key out'],
  ['an entry that names nobody', text('[{}]'), 'ERR_CONFIG_MISSING_KEY', '6:19', 'from'],
  ['a header without a secret', text('[{ from: ::1, header: X-Key }]'), 'ERR_CONFIG_USELESS_KEY', '6:32', ''],
  ['a short secret', text('[{ secret: short }]'), 'ERR_CONFIG_SECRET_SHORT', '6:29', 'openssl'],
  ['a secret of two lines', text(`[{ secret: "${LONG}\\n${LONG}" }]`), 'ERR_CONFIG_VALUE', '6:29', ''],
  ['a network that is none', text('[{ from: 10.0.0.0/40 }]'), 'ERR_CONFIG_NETWORK', '6:27', 'unix'],
  ['an unknown word', text('[{ form: unix }]'), 'ERR_CONFIG_UNKNOWN_KEY', '6:21', 'from'],
]

describeBroken('trusted_callers', BROKEN)

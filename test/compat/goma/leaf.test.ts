import { describe, expect, it } from 'bun:test'
import { loadBad, loadGood } from '../../config/load-text.ts'
import { goma } from './goma-config.ts'

describe('a flag of Goma', () => {
  for (const [words, isOn] of [
    [['true', 'yes', 'on', 'y', 'Y'], true],
    [['false', 'no', 'off', 'n', 'N'], false],
  ] as const)
    for (const word of words)
      it(`is ${isOn} as \`${word}\``, async () => {
        const { settings } = await loadGood(goma(`enabled: ${word}`))
        expect(settings.routes.map(({ name }) => name)).toEqual([isOn ? 'api' : 'no-routes'])
        const text = goma('', '', `blockCommonExploits: ${word}`)
        if (isOn) await loadBad(text)
        else await loadGood(text)
      })

  for (const word of ['Yes', 'NO', '1', '"true"', 'nope', '[]'])
    it(`is refused as \`${word}\`, as by Goma's reader`, async () => {
      const { diagnostics } = await loadBad(goma(`enabled: ${word}`))
      expect(diagnostics.map(({ position }) => position?.line)).toEqual([8])
    })

  it('decides whether a directory is watched', async () => {
    const files = { '/etc/warder/extra/a.yml': '' }
    for (const [word, watched] of [
      ['yes', 1],
      ['no', 0],
    ] as const) {
      const { directories } = await loadGood(
        goma('', '', `extraConfig: { directory: extra, watch: ${word} }`),
        {
          files,
        },
      )
      expect(directories.size).toBe(watched)
    }
  })
})

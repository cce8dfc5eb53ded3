import { afterEach, describe, expect, it } from 'bun:test'
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createCleanup } from '../../support/live/cleanup.ts'
import { createTempDir } from '../../support/live/temp-dir.ts'
import { loadOrThrow } from '../../support/run-service.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

const isRoot = process.geteuid?.() === 0

/** What a check warns of; `arrange` is given the directory of the snapshot and its file, neither of which exists. */
async function warningsOf(
  arrange: (directory: string, file: string) => void,
  keys = '{ jwks_url: "https://a.invalid/jwks", startup: snapshot }',
): Promise<readonly string[]> {
  const directory = join(createTempDir(cleanup), 'state')
  arrange(directory, join(directory, 'main.keys.json'))
  const instance = await loadOrThrow(`version: 1
state_dir: ${directory}
issuers:
  - { name: main, issuer: https://a.invalid, audience: api, keys: ${keys.replace('DIR', directory)} }
`)
  instance.close()
  return instance.warnings
    .filter(({ code }) => code === 'WARN_KEYS_SNAPSHOT_UNSAFE')
    .map(({ message, hints }) => [message, ...hints].join(' | ').replaceAll(directory, 'DIR'))
}

/** A directory and a file of these modes. */
const made =
  (directoryMode: number, fileMode: number) =>
  (directory: string, file: string): void => {
    mkdirSync(directory)
    writeFileSync(file, '{}')
    chmodSync(file, fileMode)
    chmodSync(directory, directoryMode)
  }

describe('a snapshot of keys', () => {
  const SAFE: readonly (readonly [string, (directory: string, file: string) => void])[] = [
    ['that does not exist', () => undefined],
    ['of this user alone', made(0o700, 0o600)],
    ['that everybody may read', made(0o755, 0o644)],
  ]
  for (const [what, arrange] of SAFE)
    it(`${what} is no warning`, async () => expect(await warningsOf(arrange)).toEqual([]))

  const UNSAFE: readonly (readonly [string, (directory: string, file: string) => void, readonly RegExp[]])[] =
    [
      ['that a group may write to', made(0o700, 0o620), [/chmod go-w 'DIR\/main.keys.json'/]],
      ['in a directory that all may write to', made(0o1777, 0o600), [/chmod go-w 'DIR'/]],
      ['with both', made(0o770, 0o666), [/chmod go-w 'DIR'/, /chmod go-w 'DIR\/main.keys.json'/]],
      [
        'that is a link',
        (directory, file) => {
          mkdirSync(directory)
          symlinkSync('/etc/hosts', file)
        },
        [/rm 'DIR\/main.keys.json'/],
      ],
    ]
  for (const [what, arrange, expected] of UNSAFE) {
    it(`${what} is a warning with the command that corrects it`, async () => {
      const warnings = await warningsOf(arrange)
      expect(warnings.length).toBe(expected.length)
      for (const [i, pattern] of expected.entries()) expect(warnings[i]).toMatch(pattern)
    })
  }

  it('of one of several key sources is a warning, too', async () => {
    const keys = `[{ jwks_url: "https://b.invalid/jwks" }, { jwks_url: "https://a.invalid/jwks", startup: snapshot, snapshot_file: DIR/main.keys.json }]`
    expect(await warningsOf(made(0o700, 0o620), keys)).toHaveLength(1)
  })

  it.if(isRoot)('of another user is a warning for root too', async () => {
    const warnings = await warningsOf((directory, file) => {
      made(0o700, 0o600)(directory, file)
      chownSync(file, 65_534, 65_534)
    })
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain(`chown 0 'DIR/main.keys.json'`)
  })
})

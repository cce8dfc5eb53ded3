import { describe, expect, it } from 'bun:test'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { listFiles } from '../../../../src/app/list-files.ts'
import { convertConfig } from '../../../../src/compat/convert.ts'
import { formatDiagnostics } from '../../../../src/config/format-diagnostics.ts'
import { createCleanup } from '../../../support/live/cleanup.ts'
import { createTempDir } from '../../../support/live/temp-dir.ts'
import { loadBad, loadGood } from '../../../config/load-text.ts'
import { goma, localJwt, SECRET } from '../goma-config.ts'

const MAIN = 'extraRoutes: { directory: extra, watch: true }'
const file = (name: string): string => `/etc/warder/extra/${name}`
const route = (name: string, more = ''): string =>
  `routes:\n  - { name: ${name}, path: /${name}, destination: "http://${name}:1"${more} }\n`
const places = ({ diagnostics }: Awaited<ReturnType<typeof loadBad>>) =>
  diagnostics.map(({ code, position: at }) => [
    code as string,
    at && `${at.file}:${at.line}:${at.column}`.replace('/etc/warder/', ''),
  ])

describe('further files of Goma', () => {
  const FILES = {
    [file('b.yml')]: route('bees', ', middlewares: [guard, own]'),
    [file('a.yaml')]: `middlewares:\n  - { name: own, type: access, paths: [/admin/*] }\n${route('apes')}`,
    [file('sub/c.yml')]: route('cats'),
    [file('empty.yml')]: '# nothing yet\n',
    [file('notes.txt')]: 'not: [read',
    [file('LOUD.YML')]: 'not: [read',
    [file('.#a.yml')]: 'not: [read',
    [file('..data/a.yaml')]: 'not: [read',
    [file('sub/.git/a.yaml')]: 'not: [read',
  }

  it('count with a dot before their names, as in every version of Goma', async () => {
    const text = goma('', 'middlewares: [{ name: closed, type: access, paths: [/*] }]', MAIN)
    const { settings } = await loadGood(text, {
      files: {
        [file('.b.yml')]:
          'routes: [{ name: b, path: /api/b, destination: "http://b:1", middlewares: [closed] }]',
      },
    })
    expect(settings.routes.map(({ path: paths, access }) => [...paths, access.kind])).toEqual([
      ['/api/b/**', 'deny'],
      ['/api/**', 'public'],
    ])
  })

  it('follow the main one in the order of their names, and may name the middlewares of each other', async () => {
    const { settings, warnings } = await loadGood(goma('', localJwt('guard', '[/*]'), MAIN), { files: FILES })
    expect(warnings.filter(({ code }) => code.startsWith('WARN_COMPAT'))).toEqual([])
    expect(settings.upstreams.map(({ name }) => name)).toEqual(['api', 'apes', 'bees', 'cats'])
    const bees = settings.routes.filter(
      ({ upstream, access }) => upstream === 'bees' || access.kind === 'deny',
    )
    expect(bees.map(({ path: paths, access }) => [paths, access.kind])).toEqual([
      [['/bees/admin/**'], 'deny'],
      [['/bees/**'], 'policy'],
    ])
  })

  for (const key of ['extraRoutes', 'extraConfig']) {
    it(`are watched as \`${key}\` says, and count in the digest anyway`, async () => {
      const load = (watch: boolean, more = {}) =>
        loadGood(
          goma('', localJwt('guard', '[/*]'), `${key}: { directory: /etc/warder/extra, watch: ${watch} }`),
          {
            files: { ...FILES, ...more },
          },
        )
      const [watched, unwatched] = [await load(true), await load(false)]
      expect([...watched.directories.keys()]).toEqual(['/etc/warder/extra'])
      expect([...unwatched.directories.keys()]).toEqual([])
      expect(unwatched.files).toEqual(['/etc/warder/warder.yaml'])
      const changed = await load(true, { [file('empty.yml')]: '# still nothing\n' })
      expect(changed.digest).not.toBe(watched.digest)
      expect(changed.directories).not.toEqual(watched.directories)
    })
  }

  it('may hold everything', async () => {
    const main = `gateway:\n  ${MAIN}\n`
    const { settings } = await loadGood(main, { files: { [file('a.yml')]: route('apes') } })
    expect(settings.routes.map(({ name }) => name)).toEqual(['apes'])
  })

  it('are converted into one warder.yaml with the same settings', async () => {
    const original = await loadGood(goma('', localJwt('guard', '[/*]'), MAIN), { files: FILES })
    expect((await loadGood(convertConfig(original))).settings).toEqual(original.settings)
  })

  it('are missing with a warning that names the directory, and are looked for', async () => {
    const { warnings, directories } = await loadGood(goma('', '', MAIN))
    expect(
      warnings.map(({ code, message, position }) => [
        code as string,
        message.includes('"extra"'),
        position?.line,
      ]),
    ).toEqual([['WARN_COMPAT_EXTRA_DIRECTORY', true, 3]])
    expect([...directories]).toEqual([['/etc/warder/extra', '']])
  })

  it('are where settings come from', async () => {
    const config = await loadGood(goma('', localJwt('guard', '[/*]'), MAIN), { files: FILES })
    const i = config.settings.routes.findIndex(({ name }) => name === 'cats')
    expect(config.positionOfSetting(`routes/${i}`)).toMatchObject({ file: file('sub/c.yml'), line: 2 })
  })

  /** What is wrong, in which files, and the place of the diagnostic. */
  const BROKEN: readonly (readonly [
    string,
    Readonly<Record<string, string>>,
    readonly (readonly [string, string])[],
  ])[] = [
    [
      'a file that is no YAML, beside another',
      { 'a.yml': 'routes: [\n', 'b.yml': 'routs: []\n', 'c.yml': route('cats') },
      [
        ['ERR_CONFIG_SYNTAX', 'extra/a.yml:2:1'],
        ['ERR_CONFIG_UNKNOWN_KEY', 'extra/b.yml:1:1'],
      ],
    ],
    ['keys of the main file', { 'a.yml': 'gateway: {}\n' }, [['ERR_CONFIG_UNKNOWN_KEY', 'extra/a.yml:1:1']]],
    ['routes that are no list', { 'a.yml': 'routes: {}\n' }, [['ERR_CONFIG_TYPE', 'extra/a.yml:1:9']]],
    [
      'a route of another file twice',
      { 'a.yml': route('apes'), 'b.yml': route('apes') },
      [['ERR_CONFIG_DUPLICATE_NAME', 'extra/b.yml:2:13']],
    ],
    [
      'a route of the main file twice',
      { 'a.yml': route('api') },
      [['ERR_CONFIG_DUPLICATE_NAME', 'extra/a.yml:2:13']],
    ],
    [
      'a middleware of the main file twice',
      { 'a.yml': 'middlewares:\n  - { name: guard, type: access, paths: [/*] }\n' },
      [['ERR_CONFIG_DUPLICATE_NAME', 'extra/a.yml:2:13']],
    ],
    [
      'a middleware that is nowhere',
      { 'a.yml': route('apes', ', middlewares: [gaurd]') },
      [['ERR_COMPAT_UNKNOWN_MIDDLEWARE', 'extra/a.yml:2:76']],
    ],
    [
      'an unknown key of a route',
      { 'a.yml': route('apes', ', middleware: [guard]') },
      [['ERR_CONFIG_UNKNOWN_KEY', 'extra/a.yml:2:62']],
    ],
    [
      'a rule that only shows in the translation',
      {
        'a.yml': `middlewares:\n  - { name: m, type: jwt, paths: [/*], rule: { url: "ftp://a" } }\n${route('apes', ', middlewares: [m]')}`,
      },
      [['ERR_CONFIG_AUTH_URL', 'extra/a.yml:2:53']],
    ],
    [
      'more files than are read',
      Object.fromEntries(Array.from({ length: 257 }, (_, i) => [`${i}.yml`, ''])),
      [['ERR_CONFIG_FILE_TOO_LARGE', 'warder.yaml:3:29']],
    ],
    [
      'a file that is too large',
      { 'a.yml': `#${' '.repeat(16 * 1024 ** 2)}` },
      [['ERR_CONFIG_FILE_TOO_LARGE', 'warder.yaml:3:29']],
    ],
    [
      'more than is read in all',
      Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`${i}.yml`, ' '.repeat(1024 ** 2)])),
      [['ERR_CONFIG_FILE_TOO_LARGE', 'warder.yaml:3:29']],
    ],
  ]
  for (const [what, extra, expected] of BROKEN) {
    it(`refuse all of the configuration, in their own lines: ${what}`, async () => {
      const files = Object.fromEntries(Object.entries(extra).map(([name, text]) => [file(name), text]))
      const failure = await loadBad(goma('middlewares: [guard]', localJwt('guard', '[/*]'), MAIN), { files })
      expect(places(failure)).toEqual(expected as never)
    })
  }

  it('are reported after the main one', async () => {
    const files = { [file('a.yml')]: route('apes', ', middleware: [guard]') }
    const main = `${MAIN}\n  blockCommonExploits: 1\n  plugin: x`
    const failure = await loadBad(goma('', '', main), { files }, '/etc/warder/z.yml')
    expect(places(failure).map(([, place]) => place)).toEqual(['z.yml:5:3', 'extra/a.yml:2:62'])
  })

  it('are shown with their own text, and without their secrets', async () => {
    const text = `middlewares:\n  - { name: m, type: jwtAuth, paths: [/*], rule: { secret: ${SECRET}, algorithmus: HS256 } }\n`
    const { diagnostics, source } = await loadBad(goma('', '', MAIN), { files: { [file('a.yml')]: text } })
    const shown = formatDiagnostics(diagnostics, source)
    expect(shown).toContain('/etc/warder/extra/a.yml:2:')
    expect(shown).toContain('2 |   - { name: m')
    expect(shown).not.toContain(SECRET)
    expect(diagnostics.map(({ pointer }) => pointer)).toContain('/middlewares/0/rule/algorithmus')
    expect(shown).toContain('in middlewares[0].rule\n')
  })

  it('are in one directory, not in two', async () => {
    const both = `${MAIN}\n  extraConfig: { directory: other }`
    expect(places(await loadBad(goma('', '', both)))).toContainEqual([
      'ERR_CONFIG_EXACTLY_ONE',
      'warder.yaml:3:3',
    ])
  })
})

describe('listFiles()', () => {
  it('lists all but directories, links to files too, below the directory as well, and nothing that is hidden', async () => {
    const cleanup = createCleanup()
    const directory = createTempDir(cleanup)
    await mkdir(join(directory, '..data/x'), { recursive: true })
    await mkdir(join(directory, 'sub'))
    for (const name of ['..data/real.yml', 'sub/b.yml', 'c.yml']) await writeFile(join(directory, name), '')
    await symlink('..data/real.yml', join(directory, 'a.yml'))
    await symlink('..data', join(directory, 'linked'))
    await symlink('nowhere', join(directory, 'dangling.yml'))
    await symlink('/dev/zero', join(directory, 'endless.yml'))
    expect([...(await listFiles(directory))].sort()).toEqual([
      'a.yml',
      'c.yml',
      'dangling.yml',
      'endless.yml',
      'sub/b.yml',
    ])
    await mkdir(join(directory, Array.from({ length: 10 }, () => 'd').join('/')), { recursive: true })
    await writeFile(join(directory, `${'d/'.repeat(10)}e.yml`), '')
    expect(listFiles(directory)).rejects.toMatchObject({ code: 'EFBIG' })
    expect(listFiles(join(directory, 'none'))).rejects.toMatchObject({ code: 'ENOENT' })
    await cleanup.run()
  })
})

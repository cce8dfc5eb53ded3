import { afterEach, beforeEach, describe, expect, it } from 'bun:test'
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listFiles } from '../../src/app/list-files.ts'
import { hashContent } from '../../src/config/interpolate.ts'
import { stampOf } from '../../src/app/watch-config.ts'
import { watchFiles } from '../../src/config/watch-files.ts'
import { watchByHand } from './watch-by-hand.ts'

let directory = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'warder-watch-'))
})
afterEach(() => rm(directory, { recursive: true }))

describe('watched files', () => {
  it('are silent while their content is the same, even when they are written again', async () => {
    const file = join(directory, 'a')
    await writeFile(file, '1')
    const { said, look } = watchByHand(directory, [file])
    await look()
    await writeFile(file, '1')
    await look()
    expect(said).toEqual([])
  })

  it('are reported together when several change', async () => {
    const files = [join(directory, 'a'), join(directory, 'b'), join(directory, 'c')]
    for (const file of files) await writeFile(file, '1')
    const { said, look } = watchByHand(directory, files)
    await look()
    await writeFile(join(directory, 'a'), '2')
    await writeFile(join(directory, 'c'), '2')
    await look()
    await look()
    expect(said).toEqual(['changed a c'])
  })

  it('are seen through the symlink swap of a Kubernetes volume', async () => {
    for (const version of ['v1', 'v2']) {
      await mkdir(join(directory, version))
      await writeFile(join(directory, version, 'warder.yaml'), version)
    }
    await symlink('v1', join(directory, '..data'))
    await symlink('..data/warder.yaml', join(directory, 'warder.yaml'))
    const { said, look } = watchByHand(directory, [join(directory, 'warder.yaml')])
    await look()
    await symlink('v2', join(directory, '..data_tmp'))
    await rename(join(directory, '..data_tmp'), join(directory, '..data'))
    await look()
    expect(said).toEqual(['changed warder.yaml'])
  })

  it('are seen when an editor renames a new file over the old one', async () => {
    const file = join(directory, 'a')
    await writeFile(file, '1')
    const { said, look } = watchByHand(directory, [file])
    await look()
    await writeFile(join(directory, 'a~'), '2')
    await rename(join(directory, 'a~'), file)
    await look()
    expect(said).toEqual(['changed a'])
  })

  it('are missed when a pipe takes their place, which holds up no look', async () => {
    const file = join(directory, 'a')
    await writeFile(file, '1')
    const { said, look } = watchByHand(directory, [file])
    await look()
    await rm(file)
    execFileSync('mkfifo', [file])
    await look()
    await rm(file)
    await writeFile(file, '2')
    await look()
    expect(said).toEqual(['missing a', 'changed a'])
  })

  it('of a refused configuration are watched too, until another is refused', async () => {
    const [file, later, key, read] = ['a', 'later', 'key', 'read'].map((name) => join(directory, name))
    await writeFile(file ?? '', '1')
    await writeFile(read ?? '', '1')
    const { said, look, watch } = watchByHand(directory, [file ?? ''])
    await look()
    const fileHashes = new Map([
      [later ?? '', ''],
      [read ?? '', hashContent(Buffer.from('1'))],
    ])
    watch.alsoWatch({ files: [key ?? ''], fileHashes, directories: new Map() })
    await look()
    expect(said).toEqual([])
    await writeFile(later ?? '', '1')
    await writeFile(key ?? '', '1')
    await look()
    await writeFile(read ?? '', '2')
    await look()
    expect(said).toEqual(['changed key later', 'changed read'])
    watch.alsoWatch({ files: [], fileHashes: new Map(), directories: new Map() })
    await writeFile(later ?? '', '2')
    await rm(read ?? '')
    await look()
    await writeFile(file ?? '', '2')
    await look()
    expect(said.slice(2)).toEqual(['changed a'])
  })

  it('of a directory that a refused configuration names are watched, too', async () => {
    const file = join(directory, 'a')
    const extra = join(directory, 'extra')
    await writeFile(file, '1')
    const { said, look, watch } = watchByHand(directory, [file])
    watch.alsoWatch({ files: [], fileHashes: new Map(), directories: new Map([[extra, '']]) })
    await look()
    await mkdir(extra)
    await writeFile(join(extra, 'r.yml'), '1')
    await look()
    expect(said).toEqual(['changed extra'])
  })

  it('are missed once when they vanish, and are no change when they come back as they were', async () => {
    const file = join(directory, 'a')
    await writeFile(file, '1')
    const { said, look } = watchByHand(directory, [file])
    await look()
    await rm(file)
    await look()
    await look()
    await writeFile(file, '1')
    await look()
    expect(said).toEqual(['missing a'])
    await rm(file)
    await look()
    await writeFile(file, '2')
    await look()
    expect(said).toEqual(['missing a', 'missing a', 'changed a'])
  })

  it('are compared with what was loaded, so that no change before the first look is lost', async () => {
    const file = join(directory, 'a')
    await writeFile(file, '2')
    const { said, look } = watchByHand(
      directory,
      [file],
      new Map([[file, hashContent(new TextEncoder().encode('1'))]]),
    )
    await look()
    expect(said).toEqual(['changed a'])
  })

  it('are reported when one appears that could not be read before', async () => {
    const file = join(directory, 'a')
    const { said, look } = watchByHand(directory, [file], new Map([[file, '']]))
    await look()
    await writeFile(file, '1')
    await look()
    expect(said).toEqual(['changed a'])
  })

  it('are noticed in a watched directory, however they come, change and go', async () => {
    const extra = join(directory, 'extra')
    await mkdir(extra)
    const { said, look } = watchByHand(directory, [], new Map(), new Map([[extra, '']]))
    await look()
    const steps: readonly (readonly [string, () => Promise<unknown>, boolean])[] = [
      ['a file', () => writeFile(join(extra, 'a.yml'), '1'), true],
      ['nothing', () => Promise.resolve(), false],
      ['its content', () => writeFile(join(extra, 'a.yml'), '2'), true],
      ['what an editor keeps beside it', () => writeFile(join(extra, '.a.yml.swp'), '2'), false],
      ['another kind of file', () => writeFile(join(extra, 'a.txt'), '2'), false],
      ['another name', () => rename(join(extra, 'a.yml'), join(extra, 'b.yaml')), true],
      ['a directory in it', () => mkdir(join(extra, 'c')), false],
      ['a file below it', () => writeFile(join(extra, 'c', 'd.yml'), '1'), true],
      ['the end of a file', () => rm(join(extra, 'b.yaml')), true],
    ]
    for (const [what, step, isSeen] of steps) {
      said.length = 0
      await step()
      await look()
      expect([what, said], what).toEqual([what, isSeen ? ['changed extra'] : []])
    }
    said.length = 0
    await rm(extra, { recursive: true })
    await look()
    await look()
    expect(said).toEqual(['missing extra'])
  })

  it('are left alone after stopping', async () => {
    const file = join(directory, 'a')
    await writeFile(file, '1')
    const { said, look, watch, isStopped } = watchByHand(directory, [file])
    await look()
    await writeFile(file, '2')
    watch.stop()
    await look()
    expect(said).toEqual([])
    expect(isStopped()).toBe(true)
  })

  it('are looked at by a timer of their own when none is given', async () => {
    const file = join(directory, 'a')
    await writeFile(file, '2')
    const { promise, resolve } = Promise.withResolvers<readonly string[]>()
    const fileHashes = new Map([[file, hashContent(new TextEncoder().encode('1'))]])
    const watch = watchFiles(
      { files: [file], fileHashes, directories: new Map() },
      {
        readFile: (path) => readFile(path),
        listFiles,
        onChange: resolve,
        stampOf,
        onMissing: () => {},
        onRestless: () => {},
        intervalMs: 1,
      },
    )
    expect(await promise).toEqual([file])
    watch.stop()
  })
})

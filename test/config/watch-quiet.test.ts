import { afterEach, beforeEach, describe, expect, it } from 'bun:test'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { listFiles } from '../../src/app/list-files.ts'
import { readWatched } from '../../src/app/watch-config.ts'
import { readExtraFiles } from '../../src/config/extra-files.ts'
import { hashContent } from '../../src/config/interpolate.ts'
import { CUT_OFF_LOOKS, QUIET_LOOKS, RESTLESS_LOOKS } from '../../src/config/watch-files.ts'
import { watchByHand } from './watch-by-hand.ts'

let directory = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'warder-watch-'))
})
afterEach(() => rm(directory, { recursive: true }))

/** A file in force with the content `1`, and its watcher. */
async function watchOne() {
  const file = join(directory, 'a')
  await writeFile(file, '1')
  const one = hashOf('1')
  return { file, ...watchByHand(directory, [file], new Map([[file, one]])) }
}

const hashOfDirectory = async (): Promise<string> => {
  const read = await readExtraFiles(directory, { readFile: readWatched, listFiles })
  return read.ok ? read.value.hash : ''
}

const hashOf = (text: string): string => hashContent(new TextEncoder().encode(text))

describe('files that are being written', () => {
  const WHOLE = 'one\ntwo\nthree\n'
  const LATER: readonly (readonly [what: string, next: string, isRenamed: boolean, looks: number])[] = [
    ['much shorter in place', 'one\ntwo\n', false, CUT_OFF_LOOKS],
    ['a little shorter in place', 'one\ntwo\ntre\n', false, QUIET_LOOKS],
    ['without the end of their last line, in place', 'one\ntwo\nthree\nfo', false, CUT_OFF_LOOKS],
    ['longer', 'one\ntwo\nthree\nfour\n', false, QUIET_LOOKS],
    ['of the same length', 'one\ntwo\nTHREE\n', false, QUIET_LOOKS],
    ['replaced by a shorter one', 'one\ntwo\n', true, QUIET_LOOKS],
    ['replaced by one without the end of its last line', 'one\ntwo\nthree\nfo', true, QUIET_LOOKS],
  ]
  for (const [what, next, isRenamed, looks] of LATER) {
    for (const isInDirectory of [false, true]) {
      it(`are reported after ${looks} quiet looks when ${what}${isInDirectory ? ', in a directory' : ''}`, async () => {
        const file = join(directory, 'a.yml')
        await writeFile(file, WHOLE)
        const watched = isInDirectory
          ? watchByHand(dirname(directory), [], new Map(), new Map([[directory, await hashOfDirectory()]]))
          : watchByHand(directory, [file], new Map([[file, hashOf(WHOLE)]]))
        await watched.look()
        await writeFile(isRenamed ? join(directory, '.new') : file, next)
        if (isRenamed) await rename(join(directory, '.new'), file)
        for (let i = 0; i < looks; i++) {
          await watched.lookOnce()
          expect(watched.said).toEqual([])
        }
        await watched.lookOnce()
        expect(watched.said).toEqual([`changed ${isInDirectory ? basename(directory) : 'a.yml'}`])
      })
    }
  }

  it('are reported when so many looks in a row have found the same, and not before', async () => {
    const { file, said, lookOnce } = await watchOne()
    for (const content of ['', '2', '23', '23 ']) {
      await writeFile(file, content)
      for (let i = 0; i < QUIET_LOOKS; i++) {
        await lookOnce()
        expect(said).toEqual([])
      }
    }
    await lookOnce()
    expect(said).toEqual(['changed a'])
    await lookOnce()
    expect(said).toEqual(['changed a'])
  })

  it('are not quiet while they are written again with the same content', async () => {
    const { file, said, lookOnce } = await watchOne()
    for (let i = 0; i < 5; i++) {
      await writeFile(file, '2')
      await lookOnce()
    }
    expect(said).toEqual([])
  })

  it('are waited for together: a quiet file is not taken while another one moves', async () => {
    const files = [join(directory, 'a'), join(directory, 'b')]
    for (const file of files) await writeFile(file, '1')
    const { said, look, lookOnce } = watchByHand(directory, files)
    await look()
    await writeFile(files[0] ?? '', '2')
    for (let i = 0; i < 4; i++) {
      await writeFile(files[1] ?? '', `2${i}`)
      await lookOnce()
    }
    expect(said).toEqual([])
    await look()
    expect(said).toEqual(['changed a b'])
  })

  it('hold nothing up when something writes what is in force, again and again', async () => {
    const files = [join(directory, 'a'), join(directory, 'b')]
    for (const file of files) await writeFile(file, '1')
    const { said, look, lookOnce } = watchByHand(directory, files)
    await look()
    await writeFile(files[0] ?? '', '2')
    for (let i = 0; i <= QUIET_LOOKS; i++) {
      await writeFile(files[1] ?? '', '1')
      await lookOnce()
    }
    expect(said).toEqual(['changed a'])
  })

  it('are no change when they end as they were', async () => {
    const { file, said, look, lookOnce } = await watchOne()
    await writeFile(file, '2')
    await lookOnce()
    await writeFile(file, '1')
    await look()
    expect(said).toEqual([])
  })

  it('are reported once as restless, and as changed when they come to rest', async () => {
    const { file, said, look, lookOnce } = await watchOne()
    for (let i = 0; i < 3 * RESTLESS_LOOKS; i++) {
      await writeFile(file, `2${i}`)
      await lookOnce()
    }
    expect(said).toEqual(['restless a'])
    await look()
    expect(said).toEqual(['restless a', 'changed a'])
  })

  it('are not missed when they are gone for one look only, as with some editors', async () => {
    const { file, said, look, lookOnce } = await watchOne()
    await rm(file)
    await lookOnce()
    await writeFile(file, '2')
    await look()
    expect(said).toEqual(['changed a'])
  })
})

describe('a configuration that was loaded after a change', () => {
  it('is quiet when it was read from what was reported', async () => {
    const { file, said, look, watch } = await watchOne()
    await writeFile(file, '2')
    await look()
    const loaded = { files: [file], fileHashes: new Map([[file, hashOf('2')]]), directories: new Map() }
    expect([said, watch.isQuiet(loaded)]).toEqual([['changed a'], true])
  })

  it('is not quiet when something else was read, and the file is reported again', async () => {
    const { file, said, look, watch } = await watchOne()
    await writeFile(file, '2')
    await look()
    const loaded = { files: [file], fileHashes: new Map([[file, hashOf('3')]]), directories: new Map() }
    expect(watch.isQuiet(loaded)).toBe(false)
    await look()
    expect(said).toEqual(['changed a', 'changed '])
  })

  it('is not quiet with an unwatched file, until that file is watched', async () => {
    const { file, said, look, lookOnce, watch } = await watchOne()
    const key = join(directory, 'key')
    await writeFile(key, 'k')
    await writeFile(file, '2')
    await look()
    const loaded = {
      files: [file, key],
      fileHashes: new Map([
        [file, hashOf('2')],
        [key, hashOf('key')],
      ]),
      directories: new Map(),
    }
    expect(watch.isQuiet(loaded)).toBe(false)
    await lookOnce()
    await writeFile(key, 'key')
    await look()
    expect([said.length, watch.isQuiet(loaded)]).toEqual([2, true])
  })

  it('is quiet with the files of a watched directory, each by its own content', async () => {
    const extra = join(directory, 'extra')
    await mkdir(extra)
    const { said, look, watch } = watchByHand(directory, [], new Map(), new Map([[extra, '']]))
    await writeFile(join(extra, 'a.yml'), '1')
    await look()
    expect(said).toEqual(['changed extra'])
    const loaded = (text: string) => ({
      files: [],
      fileHashes: new Map([[join(extra, 'a.yml'), hashOf(text)]]),
      directories: new Map(),
    })
    expect([watch.isQuiet(loaded('1')), watch.isQuiet(loaded('2'))]).toEqual([true, false])
  })
})

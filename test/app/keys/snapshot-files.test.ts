import { afterAll, describe, expect, it } from 'bun:test'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { snapshotFiles } from '../../../src/app/keys/snapshot-files.ts'

const directory = mkdtempSync(join(tmpdir(), 'warder-snapshots-'))
afterAll(() => rmSync(directory, { recursive: true }))
const bytes = Buffer.from('{"a":1}')

describe('snapshotFiles', () => {
  it('writes a file that only this user can read, in a directory that it makes', async () => {
    const path = join(directory, 'new', 'a.json')
    await snapshotFiles.write(path, bytes)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(join(directory, 'new')).mode & 0o777).toBe(0o700)
    const found = snapshotFiles.read(path, 100)
    expect(found).toMatchObject({ mode: 0o600, isOwn: true })
    expect(Buffer.from(found?.bytes ?? []).toString()).toBe('{"a":1}')
  })

  it('replaces a file whole, whoever could read the old one, and leaves nothing else behind', async () => {
    const path = join(directory, 'replaced', 'a.json')
    mkdirSync(join(directory, 'replaced'))
    writeFileSync(path, 'old', { mode: 0o644 })
    await Promise.all(Array.from({ length: 8 }, () => snapshotFiles.write(path, bytes)))
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readdirSync(join(directory, 'replaced'))).toEqual(['a.json'])
  })

  it('leaves nothing behind when it cannot write', async () => {
    const path = join(directory, 'blocked')
    mkdirSync(join(path, 'inner'), { recursive: true })
    const outcome = await snapshotFiles.write(path, bytes).then(
      () => 'written',
      () => 'refused',
    )
    expect(outcome).toBe('refused')
    expect(readdirSync(directory).filter((name) => name.startsWith('blocked'))).toEqual(['blocked'])
  })

  it('finds nothing if there is no file', () => {
    expect(snapshotFiles.read(join(directory, 'nowhere', 'a.json'), 100)).toBeUndefined()
  })

  it('reports which other users may write', () => {
    const path = join(directory, 'open.json')
    writeFileSync(path, bytes)
    chmodSync(path, 0o666)
    expect(snapshotFiles.read(path, 100)?.mode).toBe(0o666)
  })

  it('reads no link, no directory, and nothing that is too large', () => {
    const path = join(directory, 'target.json')
    writeFileSync(path, bytes)
    symlinkSync(path, join(directory, 'link.json'))
    for (const [name, maxBytes] of [
      ['link.json', 100],
      ['.', 100],
      ['target.json', bytes.length - 1],
    ] as const) {
      expect(() => snapshotFiles.read(join(directory, name), maxBytes)).toThrow()
    }
  })

  it('is not own for root either when another user owns it, or its directory', () => {
    if (process.geteuid?.() !== 0) return
    const below = join(directory, 'others')
    const path = join(below, 'a.json')
    mkdirSync(below, { mode: 0o700 })
    writeFileSync(path, bytes, { mode: 0o600 })
    expect(snapshotFiles.read(path, 100)).toMatchObject({
      isOwn: true,
      directory: { isOwn: true, mode: 0o700 },
    })
    chownSync(path, 65_534, 65_534)
    expect(snapshotFiles.read(path, 100)).toMatchObject({ isOwn: false, directory: { isOwn: true } })
    chownSync(path, 0, 0)
    chownSync(below, 65_534, 65_534)
    expect(snapshotFiles.read(path, 100)).toMatchObject({ isOwn: true, directory: { isOwn: false } })
  })

  it('reports which other users may write to its directory', () => {
    const below = join(directory, 'shared')
    mkdirSync(below)
    chmodSync(below, 0o1777)
    writeFileSync(join(below, 'a.json'), bytes, { mode: 0o600 })
    expect(snapshotFiles.read(join(below, 'a.json'), 100)?.directory.mode).toBe(0o777)
  })
})

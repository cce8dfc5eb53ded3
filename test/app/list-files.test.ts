import { afterEach, describe, expect, it } from 'bun:test'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { listFiles } from '../../src/app/list-files.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { createTempDir } from '../support/live/temp-dir.ts'

const cleanup = createCleanup()
afterEach(() => cleanup.run())

describe('listFiles()', () => {
  it('lists files with a dot before their names, and nothing in directories with one, as Kubernetes has them', async () => {
    const directory = createTempDir(cleanup)
    for (const name of ['..2026_11_28', '.git', 'sub']) mkdirSync(join(directory, name))
    for (const name of ['.a.yml', '.git/b.yml', 'sub/.c.yml', '..2026_11_28/d.yml'])
      writeFileSync(join(directory, name), '')
    symlinkSync('..2026_11_28', join(directory, '..data'))
    symlinkSync('..data/d.yml', join(directory, 'd.yml'))
    const found = await listFiles(directory)
    expect(found.toSorted()).toEqual(['.a.yml', 'd.yml', 'sub/.c.yml'])
  })
})

import { describe, expect, it } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listFiles } from '../../src/app/list-files.ts'

describe('listFiles()', () => {
  it('lists files with a dot before their names, and nothing in directories with one, as Kubernetes has them', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'warder-'))
    for (const name of ['..2026_11_28', '.git', 'sub']) mkdirSync(join(directory, name))
    for (const name of ['.a.yml', '.git/b.yml', 'sub/.c.yml', '..2026_11_28/d.yml'])
      writeFileSync(join(directory, name), '')
    symlinkSync('..2026_11_28', join(directory, '..data'))
    symlinkSync('..data/d.yml', join(directory, 'd.yml'))
    const found = await listFiles(directory)
    rmSync(directory, { recursive: true })
    expect(found.toSorted()).toEqual(['.a.yml', 'd.yml', 'sub/.c.yml'])
  })
})

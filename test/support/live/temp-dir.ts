/** A directory that lives as long as the test. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Cleanup } from './cleanup.ts'

export function createTempDir(cleanup: Cleanup): string {
  const dir = mkdtempSync(join(tmpdir(), 'warder-live-'))
  cleanup.add(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

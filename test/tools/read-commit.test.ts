import { afterAll, describe, expect, it } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readCommit } from '../../tools/read-commit.ts'

const directory = mkdtempSync(join(tmpdir(), 'warder-commit-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const git = (...args: readonly string[]): void => {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'commit.gpgsign=false']
  const { exitCode, stderr } = Bun.spawnSync(['git', ...identity, ...args], { cwd: directory })
  if (exitCode !== 0) throw new Error(stderr.toString())
}

describe.skipIf(Bun.which('git') === null)('the commit of a build', () => {
  it('is unknown outside a checkout, and marks changed files', () => {
    expect(readCommit(directory)).toBeUndefined()
    git('init', '-q')
    writeFileSync(join(directory, 'a'), '1')
    git('add', 'a')
    git('commit', '-qm', 'first')
    git('tag', '-m', 'v1', 'v1.0.0')
    expect(readCommit(directory)).toMatch(/^[0-9a-f]{12}$/)
    writeFileSync(join(directory, 'a'), '2')
    expect(readCommit(directory)).toMatch(/^[0-9a-f]{12}-dirty$/)
  })
})

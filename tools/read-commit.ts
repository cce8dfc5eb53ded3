/** Which commit a build is made from. */

/**
 * Twelve digits of the commit, followed by `-dirty` if tracked files differ from it; undefined outside a git
 * checkout, as in an unpacked source archive.
 */
export function readCommit(directory: string): string | undefined {
  if (Bun.which('git') === null) return undefined
  const git = Bun.spawnSync(['git', 'describe', '--always', '--dirty', '--abbrev=12', '--exclude=*'], {
    cwd: directory,
    stdin: 'ignore',
    stderr: 'ignore',
  })
  const commit = git.stdout.toString().trim()
  return git.exitCode === 0 && /^[0-9a-f]{12,40}(?:-dirty)?$/.test(commit) ? commit : undefined
}

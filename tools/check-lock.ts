/** Rejects a package-lock.json with a package that anyone could replace, or with the address of a registry. */
import { join } from 'node:path'

interface LockEntry {
  readonly version?: string
  readonly integrity?: string
  readonly resolved?: string
  readonly link?: boolean
}

/**
 * The faults of a lock file, one line each. npm forgets the digests of packages for other platforms when it writes the
 * file from the installed packages, and would then accept any package of that name from the registry.
 */
export function lockProblems(text: string): readonly string[] {
  const { packages } = JSON.parse(text) as { readonly packages: Readonly<Record<string, LockEntry>> }
  return Object.entries(packages).flatMap(([path, { integrity, resolved, link }]) => {
    // The empty path is this package itself.
    if (path === '' || link === true) return []
    return [
      ...(/^sha(384|512)-/.test(integrity ?? '') ? [] : [`${path}: no integrity`]),
      // Each installation may use another registry.
      ...(resolved === undefined ? [] : [`${path}: resolved`]),
    ]
  })
}

if (import.meta.main) {
  const problems = lockProblems(await Bun.file(join(import.meta.dir, '../package-lock.json')).text())
  for (const problem of problems) console.log(`package-lock.json: ${problem}`)
  if (problems.length > 0)
    console.log(
      'remove these entries, then: npm install --package-lock-only --omit-lockfile-registry-resolved',
    )
  process.exit(problems.length === 0 ? 0 : 1)
}

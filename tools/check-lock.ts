/** Refuses a package-lock.json with a package that anybody could replace, or with the address of a registry. */
import { join } from 'node:path'

interface LockEntry {
  readonly version?: string
  readonly integrity?: string
  readonly resolved?: string
  readonly link?: boolean
}

/**
 * What is wrong with the text of a lock file, one line each. npm forgets the digests of packages for other platforms
 * when it writes the file from what is installed, and would then take from the registry whatever has that name.
 */
export function lockProblems(text: string): readonly string[] {
  const { packages } = JSON.parse(text) as { readonly packages: Readonly<Record<string, LockEntry>> }
  return Object.entries(packages).flatMap(([path, { integrity, resolved, link }]) => {
    // The empty path is this package itself.
    if (path === '' || link === true) return []
    return [
      ...(/^sha(384|512)-/.test(integrity ?? '') ? [] : [`${path}: no integrity`]),
      // Whoever installs has a registry of their own.
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

/** What is in a directory and below it. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

const MAX_DEPTH = 8
/** A directory with more is not one of configuration files; looking at all of them would take all day. */
const MAX_ENTRIES = 10_000

/**
 * Relative paths of everything that is not a directory, links included: a pipe in the place of a file is listed, so
 * that reading it reports it. Links to directories are not followed, and directories whose names begin
 * with a dot are left out.
 *
 * @throws Error of node:fs when it cannot be read, or when it is too large or too deep: an unread part might hold what protects
 *   a route.
 */
export async function listFiles(directory: string): Promise<readonly string[]> {
  const found: string[] = []
  let entries = 0
  const visit = async (below: string, depth: number): Promise<void> => {
    for (const entry of await readdir(join(directory, below), { withFileTypes: true })) {
      if (++entries > MAX_ENTRIES || depth > MAX_DEPTH)
        throw Object.assign(new Error('the directory is too large'), { code: 'EFBIG' })
      if (entry.isDirectory() && entry.name.startsWith('.')) continue
      const path = join(below, entry.name)
      if (entry.isDirectory()) await visit(path, depth + 1)
      else if (!entry.isSymbolicLink() || !(await isDirectory(join(directory, path)))) found.push(path)
    }
  }
  await visit('', 0)
  return found
}

/** A link that leads nowhere is listed: that it cannot be read has to be reported. */
async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    return false
  }
}

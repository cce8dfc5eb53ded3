/** Watching whose timer is turned by the test. */
import { listFiles } from '../../src/app/list-files.ts'
import { readWatched, stampOf } from '../../src/app/watch-config.ts'
import { QUIET_LOOKS, watchFiles } from '../../src/config/watch-files.ts'

/** A watcher whose timer is turned by hand, and all that it reported; files are named relative to the directory. */
export function watchByHand(
  directory: string,
  files: readonly string[],
  fileHashes: ReadonlyMap<string, string> = new Map(),
  directories: ReadonlyMap<string, string> = new Map(),
) {
  const said: string[] = []
  let look = (): Promise<void> => Promise.resolve()
  let isStopped = false
  const name = (file: string): string => file.slice(directory.length + 1)
  const watch = watchFiles(
    { files, fileHashes, directories },
    {
      readFile: readWatched,
      listFiles,
      stampOf,
      onRestless: (changed) => said.push(`restless ${changed.map(name).join(' ')}`),
      onChange: (changed) => said.push(`changed ${changed.map(name).join(' ')}`),
      onMissing: (file) => said.push(`missing ${name(file)}`),
      every: (_, onTick) => {
        look = onTick
        return () => {
          isStopped = true
        }
      },
    },
  )
  /** Looks until what is written now is quiet. */
  const settle = async (): Promise<void> => {
    for (let i = 0; i <= QUIET_LOOKS; i++) await look()
  }
  return { said, watch, look: settle, lookOnce: () => look(), isStopped: () => isStopped }
}

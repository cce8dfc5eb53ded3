/** Reloads when a file of the running configuration has changed, and follows it to its next files. */
import { stat } from 'node:fs/promises'
import type { ConfigFailure } from '../config/load-config.ts'
import { watchFiles, type FileWatch } from '../config/watch-files.ts'
import type { Logger } from '../observe/logger.ts'
import type { Instance } from './build-instance.ts'
import { listFiles } from './list-files.ts'
import { MAX_READ_BYTES, readBoundedLater } from './read-bounded.ts'
import { watchedFiles, type Reloadable, type ReloadCause } from './reload.ts'

export interface ConfigWatch {
  /** Watches the files of the configuration that is in force now; a reload may have brought others. */
  follow(): void
  /** Watches the files of a refused configuration, too, until another one is refused or in force. */
  watchRefused(failure: ConfigFailure): void
  stop(): void
}

/** Starts watching. */
export function watchConfig(
  service: Pick<Reloadable, 'instance'>,
  reload: (cause: ReloadCause) => Promise<unknown>,
  logger: Logger,
): ConfigWatch {
  let followed = service.instance
  let current = startWatching(followed)
  function startWatching(instance: Instance): FileWatch {
    const watch = watchFiles(watchedFiles(instance), {
      readFile: readWatched,
      listFiles,
      stampOf,
      onChange: () => void reloadAndFollow(watch),
      onMissing: (file) =>
        logger.warn(
          { event: 'watch', file },
          'a watched file is missing or unreadable; the previous configuration stays in force',
        ),
      onRestless: (files) =>
        logger.warn(
          { event: 'watch', files },
          'files keep changing; waiting until they are unchanged for a second; the previous configuration stays in force',
        ),
    })
    return watch
  }
  async function reloadAndFollow({ isQuiet }: FileWatch): Promise<void> {
    await reload({ kind: 'watch', isQuiet })
    follow()
  }
  function follow(): void {
    if (service.instance === followed) return
    followed = service.instance
    current.stop()
    current = startWatching(followed)
  }
  return {
    follow,
    watchRefused({ watched }) {
      current.alsoWatch(watched ?? { files: [], fileHashes: new Map(), directories: new Map() })
    },
    stop: () => current.stop(),
  }
}

/** What a watched file holds, without waiting for the writer of a pipe. */
export const readWatched = (path: string): Promise<Uint8Array> => readBoundedLater(path, MAX_READ_BYTES)

/** Which file it is, how long, and when it was written and renamed; in nanoseconds where the file system has them. */
export async function stampOf(path: string): Promise<string> {
  const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true })
  return [ino, size, mtimeNs, ctimeNs].join(' ')
}

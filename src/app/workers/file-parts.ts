/** What a worker needs of a plan for the gateway and for TLS. */
import { readUsersFiles } from '../../config/start-checks/users-files.ts'
import type { ServingInstance } from '../build-instance.ts'
import { readTlsFiles, type TlsFiles } from '../tls-files.ts'
import type { Plan } from './plan.ts'

export type FileParts = TlsFiles & Pick<ServingInstance, 'usersOf'>

/** @throws WarderError or another Error */
export function readFileParts({ settings, files, selfSigned }: Plan): FileParts {
  const readFileSync = (path: string): Uint8Array => {
    const bytes = files.get(path)
    if (bytes !== undefined) return bytes
    throw Object.assign(new Error(`${path} was not there when the configuration was read`), {
      code: 'ENOENT',
    })
  }
  // Positions are of no use here: the supervisor has reported every mistake and warning.
  const config = { settings, positionOfSetting: () => ({ file: '', line: 1, column: 1, length: 1 }) }
  return {
    ...readTlsFiles(settings, readFileSync, (_setting, run) => run(), selfSigned),
    usersOf: readUsersFiles(config, readFileSync).usersOf,
  }
}

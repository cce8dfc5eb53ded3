/** Keys on their way to workers. */
import type { SharedKeys } from '../../keys/mirror/key-mirror.ts'

/** The keys of one source, by the id that the supervisor gave it. */
export interface SourceKeys {
  readonly source: number
  readonly shared: SharedKeys
}

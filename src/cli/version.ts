/** What is running here. */
import packageJson from '../../package.json' with { type: 'json' }

declare const WARDER_COMMIT: string | undefined

export interface Version {
  readonly version: string
  /** Commit it was built from; undefined when the build did not say. */
  readonly commit: string | undefined
  /** `bun 1.4.5`. */
  readonly runtime: string
}

export function readVersion(): Version {
  const { bun, node } = process.versions
  return {
    version: packageJson.version,
    // Set with --define by the build; a bare run has no such global.
    commit: typeof WARDER_COMMIT === 'string' ? WARDER_COMMIT : undefined,
    runtime: bun === undefined ? `node ${node}` : `bun ${bun}`,
  }
}

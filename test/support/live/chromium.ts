/** A real browser without a window and without a driver: it opens one page, which does the rest. */
import { startProgram, type ChildProgram } from './child-program.ts'
import type { Cleanup } from './cleanup.ts'
import { createTempDir } from './temp-dir.ts'

/** Nothing of its own goes to the network. */
const QUIET = [
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--no-proxy-server',
] as const

/** @param flags For example, which certificates it shall not mind. */
export function openInChromium(url: string, cleanup: Cleanup, flags: readonly string[] = []): ChildProgram {
  const profile = `--user-data-dir=${createTempDir(cleanup)}`
  // Its sandbox does not start as root, and the only page is ours.
  const browser = startProgram(['chromium', '--headless', '--no-sandbox', ...QUIET, profile, ...flags, url])
  cleanup.add(() => browser.stop('SIGTERM'))
  return browser
}

/** Makes the console's files from `src/console/`. */
import { readFileSync } from 'node:fs'
import type { ConsoleTexts } from '../../admin/console-routes.ts'

const FOLDER = `${import.meta.dir}/../../console`

/**
 * Runs as a macro: in the build, so that the binary has the result; from source, when console-files.ts is first
 * imported. It starts Bun's bundler as a program, because the bundler waits for its macros.
 */
export const bundleConsole = (): ConsoleTexts => ({
  page: readFileSync(`${FOLDER}/console.html`, 'utf8'),
  script: bundle('console.tsx'),
  style: bundle('console.css'),
})

function bundle(entry: string): string {
  const command = [process.execPath, 'build', '--target=browser', '--production', `${FOLDER}/${entry}`]
  const { stdout, stderr, exitCode } = Bun.spawnSync(command)
  if (exitCode !== 0) throw new Error(stderr.toString())
  return stdout.toString()
}

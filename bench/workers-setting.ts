/** Whether this Warder has workers; older ones are measured as they are. */
import { WARDER_FROM_SOURCE } from './warder-command.ts'

let answer: Promise<boolean> | undefined

/** True if `workers` is a setting of the configuration. */
export const hasWorkersSetting = (): Promise<boolean> => (answer ??= readSchema())

async function readSchema(): Promise<boolean> {
  const child = Bun.spawn([...WARDER_FROM_SOURCE, 'config', 'schema'], { stdin: 'ignore', stdout: 'pipe' })
  const schema = (await new Response(child.stdout).json()) as { readonly properties: object }
  return 'workers' in schema.properties
}

/** Real applications that route by the path, each in its own way, and answer with the name of the route. */
import { goProgramPath } from '../../../../tools/go-programs.ts'
import type { Program } from '../../../../tools/programs.ts'
import { startProgram } from '../child-program.ts'
import type { Cleanup } from '../cleanup.ts'

const JARS = [
  ...['server', 'servlet', 'security', 'http', 'io', 'util', 'util-ajax'].map((part) => `jetty9-${part}`),
  'servlet-api',
].map((name) => `/usr/share/java/${name}.jar`)
const at = (file: string): string => `${import.meta.dir}/${file}`

export interface RouteApp {
  readonly name: string
  readonly programs: readonly Program[]
  readonly command: () => readonly string[]
}

export const ROUTE_APPS: readonly RouteApp[] = [
  { name: 'Express', programs: [], command: () => ['node', at('express-app.mjs')] },
  { name: 'Go’s ServeMux', programs: ['go', 'go-mux'], command: () => [goProgramPath('go-mux')] },
  {
    name: 'werkzeug',
    programs: ['python3', 'werkzeug'],
    command: () => ['/usr/bin/python3', at('werkzeug_app.py')],
  },
  {
    name: 'Jetty',
    programs: ['java', 'jetty'],
    command: () => ['java', '-cp', JARS.join(':'), at('JettyApp.java')],
  },
]

/** Resolves with its port when it listens. */
export async function startRouteApp({ name, command }: RouteApp, cleanup: Cleanup): Promise<number> {
  const program = startProgram(command())
  cleanup.add(() => program.stop())
  return program.ready(name, () => {
    const [, port] = /^port (\d+)$/m.exec(program.output()) ?? []
    return port === undefined ? undefined : Number(port)
  })
}

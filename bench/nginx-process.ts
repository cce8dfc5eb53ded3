/** nginx as one process, so that its CPU time and memory can be read from one process. */
import { whichProgram } from '../tools/programs.ts'
import type { Bench } from './processes.ts'

export interface NginxOptions {
  /** Name of the files that it writes; unique within a benchmark. */
  readonly name: string
  /** Directives of `http`. */
  readonly http: string
  /** Answers when it is up. */
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Starts it, and returns its process id. It logs nothing, and keeps its connections. */
export async function startNginxProcess(bench: Bench, options: NginxOptions): Promise<number> {
  const file = await bench.write(`${options.name}.conf`, nginxText(bench.directory, options))
  const command = [whichProgram('nginx'), '-p', bench.directory, '-c', file, '-e', 'stderr']
  return bench.start(command, options.url, options.headers)
}

const nginxText = (directory: string, { name, http }: NginxOptions): string => `daemon off;
master_process off;
pid ${directory}/${name}.pid;
error_log stderr warn;
# Ten thousand idle clients; when less than a sixteenth is free, nginx closes idle ones.
events { worker_connections 12000; }
http {
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path ${directory}/body;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi;
  scgi_temp_path ${directory}/scgi;
  ${http}
}
`

/** A real nginx on loopback, with the least configuration around the text under test. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startProgram, type ChildProgram } from './child-program.ts'
import type { Cleanup } from './cleanup.ts'
import { isListening } from './loopback.ts'
import { createTempDir } from './temp-dir.ts'

const TEMP_PATHS = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']

/** The text in a minimal `http` block, with all files of nginx in the directory. */
export const wrapHttp = (text: string, dir: string): string => `\
daemon off;
master_process off;
pid ${dir}/nginx.pid;
error_log stderr notice;
events { worker_connections 512; }
http {
    access_log off;
${TEMP_PATHS.map((name) => `    ${name}_temp_path ${dir}/${name};\n`).join('')}
${text}
}
`

/** What `nginx -t` reports: its exit code and its output. */
export async function testNginxConfig(
  text: string,
  cleanup: Cleanup,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = startProgram(['nginx', '-t', '-c', writeConfig(text, cleanup)])
  const code = await child.exited
  return { code, output: child.output() }
}

/** Starts nginx and waits until it accepts connections on `port`. */
export async function startNginx(text: string, port: number, cleanup: Cleanup): Promise<ChildProgram> {
  const nginx = startProgram(['nginx', '-c', writeConfig(text, cleanup)])
  cleanup.add(() => nginx.stop())
  await nginx.ready(`nginx on port ${port}`, async () => (await isListening(port)) || undefined)
  return nginx
}

function writeConfig(text: string, cleanup: Cleanup): string {
  const dir = createTempDir(cleanup)
  const file = join(dir, 'nginx.conf')
  writeFileSync(file, wrapHttp(text, dir))
  return file
}

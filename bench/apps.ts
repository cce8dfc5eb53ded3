/** The applications behind every measured proxy. Their own cost is not counted. */
import { mkdir, truncate } from 'node:fs/promises'
import { startNginxProcess } from './nginx-process.ts'
import { type Bench, findFreePort } from './processes.ts'
import { startYardstick } from './warder-server.ts'

export interface AppPorts {
  /** nginx, which has {@link FILES}, and an empty answer under all other paths. */
  readonly content: number
  /** Accepts uploads. */
  readonly sink: number
}

/** The files of the application, under every path that ends in their name, and their sizes in bytes. */
export const FILES = { '1KiB': 1024, '100KiB': 102_400, '1GiB': 1_073_741_824 } as const

export type FileName = keyof typeof FILES

export const filePath = (bench: Bench, name: FileName): string => `${bench.directory}/files/${name}`

export async function startApps(bench: Bench): Promise<AppPorts> {
  await mkdir(`${bench.directory}/files`)
  for (const name of Object.keys(FILES) as FileName[]) {
    await Bun.write(filePath(bench, name), '')
    // A sparse file: no byte of it is on disk, and the kernel keeps it in memory once it is read.
    await truncate(filePath(bench, name), FILES[name])
  }
  const port = await findFreePort()
  await startNginxProcess(bench, {
    name: 'content',
    http: `sendfile on;
  open_file_cache max=16;
  server {
    listen 127.0.0.1:${port};
    location / { return 200; }
    location ~ /(${Object.keys(FILES).join('|')})$ { alias ${bench.directory}/files/$1; }
  }`,
    url: `http://127.0.0.1:${port}/1KiB`,
  })
  return { content: port, sink: (await startYardstick(bench, 'sink.ts')).port }
}

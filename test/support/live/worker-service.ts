/** `warder serve` with workers, and which of them serves which connection. Linux only. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { waitFor } from './loopback.ts'
import { openClient, type RawClient } from './raw-client.ts'

/** The process ids of the workers that serve, by the report of the admin listener; in the order of their numbers. */
export async function workersOf(admin: number): Promise<readonly number[]> {
  const text = await (await fetch(`http://127.0.0.1:${admin}/readyz?verbose`)).text()
  return [...text.matchAll(/^\[\+\] worker \d+, process (\d+)$/gm)].map(([, pid]) => Number(pid))
}

/** Waits until so many workers serve, none of which is `not`. */
export const waitForWorkers = (
  admin: number,
  count: number,
  not: readonly number[] = [],
): Promise<readonly number[]> =>
  waitFor(`${count} workers`, async () => {
    const pids = await workersOf(admin).catch(() => [])
    return pids.length === count && pids.every((pid) => !not.includes(pid)) ? pids : undefined
  })

/** A connection to each of the processes: the system chooses, so some are opened and closed again. */
export async function connectToEach(port: number, pids: readonly number[]): Promise<readonly RawClient[]> {
  const found = new Map<number, RawClient>()
  await waitFor('a connection to each worker', async () => {
    const client = await openClient(port)
    const owner = await waitFor('the connection to be accepted', () => ownerOf(port, client.localPort, pids))
    if (found.has(owner)) client.close()
    else found.set(owner, client)
    return found.size === pids.length || undefined
  })
  return pids.flatMap((pid) => found.get(pid) ?? [])
}

/** The process that has the server's end of a connection over IPv4 loopback; undefined until it is accepted. */
export function ownerOf(port: number, clientPort: number, pids: readonly number[]): number | undefined {
  const inode = inodeOf(port, clientPort)
  return inode === undefined ? undefined : pids.find((pid) => socketsOf(pid).has(inode))
}

/** How many connections of clients on IPv4 loopback a process has at its port. */
export function connectionsOf(port: number, pid: number): number {
  const sockets = socketsOf(pid)
  const at = `0100007F:${hex(port)}`
  const rows = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((row) => row.trim().split(/\s+/))
  return rows.filter(
    ([, local, , state, ...rest]) => local === at && state === ESTABLISHED && sockets.has(rest[5] ?? ''),
  ).length
}

const ESTABLISHED = '01'
const hex = (value: number): string => value.toString(16).toUpperCase().padStart(4, '0')

function inodeOf(port: number, clientPort: number): string | undefined {
  const ends = `0100007F:${hex(port)} 0100007F:${hex(clientPort)} `
  const line = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .find((row) => row.includes(ends))
  return line?.trim().split(/\s+/)[9]
}

function socketsOf(pid: number): ReadonlySet<string> {
  const folder = `/proc/${pid}/fd`
  const links = readdirSync(folder).map((name) => {
    try {
      return readlinkSync(`${folder}/${name}`)
    } catch {
      // Closed since it was listed.
      return ''
    }
  })
  return new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []))
}

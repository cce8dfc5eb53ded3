/**
 * Sends the same requests to a real Goma Gateway and to Warder, with the same configuration, and prints the
 * differences. Exits with 1 if a request reaches the application through Warder only, and docs/compat.md does not list
 * it. Neither a benchmark nor a test: Goma must be built, and up to 0.2.8 it listens on port 8080 of every address, so
 * run it in a separate network namespace.
 *
 *     node tools/with-bun.mjs bench/goma-differences.ts PATH_OF_GOMA OLD|NEW
 *
 * OLD writes the configuration with the keys of 0.2.0, NEW with those of 0.7 and later.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { convertConfig } from '../src/compat/convert.ts'
import { loadForConversion } from '../src/app/load-instance.ts'
import { createCleanup, type Cleanup } from '../test/support/live/cleanup.ts'
import { ask, type RawRequest } from '../test/support/live/raw-client.ts'
import {
  runGateway,
  startRawUpstream,
  type RawUpstream,
  type UpstreamRequest,
} from '../test/support/run-gateway.ts'
import { configFor, credentialsFor, isListedOpening, PATHS, type Words } from './goma-cases.ts'

/** The result of one request for the client and the application. */
interface Seen {
  readonly status: number
  /** The request target and the fields that name a user; undefined if the application received nothing. */
  readonly reached: string | undefined
}

const START_MS = 20_000

/** The auth service's answer by token: allow, deny, insufficient, and failures. */
function judge(request: UpstreamRequest): string {
  // The target of a followed redirect.
  if (request.target === '/welcome') return 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'
  const [token = ''] = request.values('authorization')
  const status = /^bearer (good|poor|broken|empty|away)$/i.exec(token)?.[1]?.toLowerCase()
  if (status === 'good') return 'HTTP/1.1 200 OK\r\nuserId: alice\r\nContent-Length: 0\r\n\r\n'
  if (status === 'away') return 'HTTP/1.1 302 Found\r\nLocation: /welcome\r\nContent-Length: 0\r\n\r\n'
  if (status === 'empty') return 'HTTP/1.1 204 No Content\r\n\r\n'
  const line = status === 'poor' ? '403 Forbidden' : status === 'broken' ? '500 Oh' : '401 Unauthorized'
  return `HTTP/1.1 ${line}\r\nContent-Length: 0\r\n\r\n`
}

async function main(binary: string, words: Words, cleanup: Cleanup): Promise<number> {
  const app = await startRawUpstream(cleanup)
  const auth = await startRawUpstream(cleanup, (request, socket) => void socket.write(judge(request)))
  const port = words === 'OLD' ? 8080 : 18_980
  const directory = mkdtempSync(join(tmpdir(), 'goma-'))
  cleanup.add(() => rmSync(directory, { recursive: true }))
  const file = join(directory, 'goma.yml')
  writeFileSync(file, configFor(words, { app: app.url, auth: auth.url, port }))
  const goma = Bun.spawn([binary, 'server', '--config', file], {
    stdout: 'ignore',
    stderr: 'ignore',
    cwd: directory,
  })
  cleanup.add(() => {
    goma.kill()
    return goma.exited
  })
  await waitFor(port)
  const loaded = await loadForConversion(file)
  if (!loaded.ok || loaded.value.missing.length > 0)
    throw new Error('the configuration is not converted whole')
  const text = convertConfig(loaded.value.config).replace(/^listen:.*\n?(?: .*\n)*/m, LISTEN)
  const warder = await runGateway(text, cleanup)
  return compare(app, { goma: port, warder: warder.port }, words)
}

const LISTEN = 'listen:\n  decisions: 127.0.0.1:0\n  admin: off\n  gateway: 127.0.0.1:0\n'

async function waitFor(port: number): Promise<void> {
  const end = Date.now() + START_MS
  while (Date.now() < end) {
    const answer = await ask(port, { target: '/' }).catch(() => undefined)
    if (answer !== undefined) return
    await Bun.sleep(100)
  }
  throw new Error(`Goma does not answer on port ${port}`)
}

async function compare(
  app: RawUpstream,
  ports: { readonly goma: number; readonly warder: number },
  words: Words,
): Promise<number> {
  const groups = new Map<string, string[]>()
  let asked = 0
  let opened = 0
  for (const request of requestsFor(words)) {
    const goma = await askOnce(app, ports.goma, request)
    const warder = await askOnce(app, ports.warder, request)
    asked++
    if (describe(goma) === describe(warder)) continue
    const isOpened = warder.reached !== undefined && goma.reached === undefined
    if (isOpened && !isListedOpening(request)) opened++
    const key = `${isOpened ? (isListedOpening(request) ? 'listed: ' : 'OPENED ') : ''}${describe(goma)} → ${describe(warder)}`
    groups.set(key, [...(groups.get(key) ?? []), nameOf(request)])
  }
  for (const [key, names] of [...groups].toSorted((a, b) => b[1].length - a[1].length))
    console.log(
      `${String(names.length).padStart(5)}  ${key}\n         ${names.slice(0, 4).join('\n         ')}`,
    )
  console.log(
    `${asked} requests, ${[...groups.values()].flat().length} differ; ${opened} reach the application through Warder alone and are not listed`,
  )
  return opened === 0 ? 0 : 1
}

async function askOnce(app: RawUpstream, port: number, request: RawRequest): Promise<Seen> {
  app.received.length = 0
  const answer = await ask(port, request).catch(() => undefined)
  const [arrived] = app.received
  return {
    status: answer?.status ?? 0,
    reached:
      arrived === undefined
        ? undefined
        : [
            arrived.method,
            arrived.target,
            ...['x-user', 'x_user', 'x-sub'].flatMap((name) =>
              arrived.values(name).map((value) => `${name}=${value}`),
            ),
          ].join(' '),
  }
}

const describe = ({ status, reached }: Seen): string =>
  reached === undefined ? String(status) : `${status} reached [${reached}]`

const nameOf = ({ method = 'GET', target = '/', headers = [] }: RawRequest): string =>
  [method, target, ...headers.map(([name, value]) => `${name}: ${value.slice(0, 40)}`)].join(' | ')

/** Every path with every credential; methods and forged user names with some of them. */
function* requestsFor(words: Words): Generator<RawRequest> {
  const credentials = credentialsFor(words)
  for (const target of PATHS) for (const headers of credentials) yield { target, headers }
  for (const target of ['/api/admin', '/api/open', '/api/basic', '/other', '/api/internal/x'])
    for (const method of ['POST', 'DELETE', 'HEAD', 'get', 'TRACE'])
      for (const headers of credentials.slice(0, 2)) yield { target, headers, method }
  for (const target of ['/api/admin', '/api/open', '/api/admin?uid=root', '/api/open?uid=root'])
    for (const headers of credentials.slice(0, 2))
      for (const spoofed of [
        [['X-User', 'root']],
        [['x_user', 'root']],
        [['X-Sub', 'root']],
        [
          ['X-User', 'root'],
          ['Connection', 'X-User'],
        ],
      ] as const)
        yield { target, headers: [...headers, ...spoofed] }
}

const [binary = '', words = ''] = process.argv.slice(2)
if (!existsSync(binary) || (words !== 'OLD' && words !== 'NEW')) {
  console.log('not run: pass the path of the Goma program, and OLD or NEW')
} else {
  const cleanup = createCleanup()
  try {
    process.exitCode = await main(binary, words, cleanup)
  } finally {
    await cleanup.run()
  }
}

/** `warder doctor` at a site of a test, with `warder echo` as its application. */
import { expect } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startEcho } from '../../../src/cli/echo/echo-server.ts'
import { runWarder, type Ran } from '../../cli/run-warder.ts'
import type { Cleanup } from './cleanup.ts'
import { createTempDir } from './temp-dir.ts'
import { portOf } from './warder.ts'

/** The echo on a free port of loopback. */
export function startEchoServer(cleanup: Cleanup): number {
  const echo = startEcho({ kind: 'tcp', host: '127.0.0.1', port: 0 }, () => undefined)
  cleanup.add(() => echo.stop())
  return portOf(echo.address)
}

export interface DoctorProbe {
  readonly name: string
  readonly result: 'pass' | 'fail' | 'warning' | 'unknown'
  readonly saw: string
  readonly fix?: readonly string[]
  readonly exact_with?: string
}

export interface DoctorReport {
  readonly proxy: string | null
  readonly has_echo: boolean
  readonly summary: Readonly<Record<DoctorProbe['result'], number>>
  readonly probes: readonly DoctorProbe[]
}

export interface Examined extends Ran {
  readonly report: DoctorReport
  /** `name: what was seen` of every probe with this result. */
  with(result: DoctorProbe['result']): readonly string[]
  probe(name: string): DoctorProbe
}

export interface DoctorAsk {
  readonly url?: string
  readonly port: number
  readonly token?: string | undefined
  /** The text of Warder's configuration. */
  readonly configText?: string | undefined
  readonly flags?: readonly string[]
}

export async function examine(ask: DoctorAsk, cleanup: Cleanup): Promise<Examined> {
  const dir = createTempDir(cleanup)
  const file = (name: string, text: string): string => {
    writeFileSync(join(dir, name), text)
    return join(dir, name)
  }
  const { url = 'http://api.example.com/orders/1', port, token, configText, flags = [] } = ask
  const ran = await runWarder([
    'doctor',
    url,
    '--connect',
    `127.0.0.1:${port}`,
    '--json',
    ...(token === undefined ? [] : ['--token-file', file('token', token)]),
    ...(configText === undefined ? [] : ['-c', file('warder.yaml', configText)]),
    ...flags,
  ])
  // Whatever happened, no part of the token is printed.
  for (const part of [token, ...(token?.split('.') ?? [])])
    if (part !== undefined && `${ran.stdout}${ran.stderr}`.includes(part))
      throw new Error('the token was printed')
  const report = JSON.parse(ran.stdout) as DoctorReport
  return {
    ...ran,
    report,
    with: (result) =>
      report.probes.filter((probe) => probe.result === result).map(({ name, saw }) => `${name}: ${saw}`),
    probe: (name) => {
      const found = report.probes.find((probe) => probe.name === name)
      if (found === undefined) throw new Error(`no probe ${name}`)
      return found
    },
  }
}

/** Everything passes, and each probe was tried. */
export function everythingPasses(examined: Examined, count: number): void {
  expect([...examined.with('fail'), ...examined.with('warning'), ...examined.with('unknown')]).toEqual([])
  expect([examined.code, examined.report.has_echo]).toEqual([0, true])
  expect(examined.report.probes.length).toBeGreaterThanOrEqual(count)
}

/** What came of a case: `yes`, or in words what happened instead. A wrong allow is an error whatever the case says. */
import type { ReceivedRequest } from '../echo-app.ts'
import { ask, type RawRequest, type RawResponse } from '../raw-client.ts'
import type { Expected, RequestCase } from './conformance-case.ts'
import type { ConformanceSite } from './site.ts'

/** What no client may plant: in fields of identity, and in those that describe another request. */
export const PLANTED = 'mallory'

export async function outcomeOf(
  { request, token, expected }: RequestCase,
  site: ConformanceSite,
): Promise<string> {
  const before = site.app.received.length
  const answer = await askSite(site, token === undefined ? request : withToken(request, token(site)))
  const received = site.app.received.slice(before)
  for (const one of received) assertHarmless(one)
  if (received.length > 1) throw new Error(`one request became ${received.length}`)
  const [arrived] = received
  return expected.kind === 'allowed'
    ? allowedOutcome(expected, request, arrived, answer)
    : deniedOutcome(expected, arrived, answer)
}

/** An answer, or undefined where the proxy just closes the connection. */
export async function askSite(site: ConformanceSite, request: RawRequest): Promise<RawResponse | undefined> {
  try {
    return await ask(site.port, request)
  } catch {
    return undefined
  }
}

const withToken = (request: RawRequest, token: string): RawRequest => ({
  ...request,
  headers: [...(request.headers ?? []), ['Authorization', `Bearer ${token}`]],
})

/** @throws Error when the application got what no decision allowed. */
export function assertHarmless({ startLine, target, headers }: ReceivedRequest): void {
  if (readings(target).some((path) => path.startsWith('/closed')))
    throw new Error(`wrong allow: the application got ${startLine}`)
  const planted = headers.find(([name, value]) => value.includes(PLANTED) && name.toLowerCase() !== 'x-mine')
  if (planted !== undefined) throw new Error(`spoofed: the application got ${planted.join(': ')}`)
  const upgrade = headers.find(([name]) => name.toLowerCase() === 'upgrade')
  if (upgrade !== undefined && upgrade[1] !== 'websocket')
    throw new Error(`wrong upgrade: the application got ${upgrade.join(': ')}`)
}

/** The path as readers of different kinds take it: unescaped, lower case, without dot segments. */
function readings(target: string): readonly string[] {
  const [path = ''] = target.split('?')
  const plain = path.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  const lower = plain.toLowerCase().replaceAll('\\', '/')
  const merged = lower.replaceAll(/\/+/g, '/').replaceAll(/;[^/]*/g, '')
  return [lower, merged, new URL(merged, 'http://x').pathname]
}

function allowedOutcome(
  { subject, also }: Extract<Expected, { kind: 'allowed' }>,
  request: RawRequest,
  arrived: ReceivedRequest | undefined,
  answer: RawResponse | undefined,
): string {
  if (arrived === undefined) return refusal(answer)
  const got = identityIn(arrived)
  if (got !== (subject ?? '')) throw new Error(`the application got the user ${JSON.stringify(got)}`)
  const { method = 'GET', target = '/' } = request
  if (arrived.method !== method) return `the application gets ${arrived.method}`
  if (arrived.target !== target) return `the application gets ${arrived.target}`
  if (answer === undefined || answer.status >= 300) return refusal(answer)
  return also?.(arrived, answer) ?? 'yes'
}

/** Values of every field that some application may read as the user: CGI and its heirs fold `_` and `.` into `-`. */
const identityIn = ({ headers }: ReceivedRequest): string =>
  headers
    .filter(([name]) => name.toLowerCase().replaceAll(/[_.]/g, '-') === 'x-auth-subject')
    .map(([, value]) => value)
    .join(', ')

function deniedOutcome(
  expected: Exclude<Expected, { kind: 'allowed' }>,
  arrived: ReceivedRequest | undefined,
  answer: RawResponse | undefined,
): string {
  if (arrived !== undefined) throw new Error(`wrong allow: the application got ${arrived.startLine}`)
  if (expected.kind === 'blocked') return 'yes'
  if (answer?.status !== expected.status) return refusal(answer)
  const [reason] = answer.values('x-decision-reason')
  if (reason === undefined) return `${answer.status} without a reason`
  if (!expected.reasons.some((one) => one === reason)) return `${answer.status} ${reason}`
  const needsChallenge = answer.status === 401 || reason === 'scope_missing'
  if (needsChallenge && answer.values('www-authenticate').length !== 1)
    return `${answer.status} without a challenge`
  if (!answer.body.includes(`"code":"${reason}"`)) return `${answer.status} without a problem`
  if (!answer.values('cache-control').join().includes('no-store'))
    return `${answer.status} that may be cached`
  return 'yes'
}

function refusal(answer: RawResponse | undefined): string {
  if (answer === undefined) return 'closes the connection'
  const [reason] = answer.values('x-decision-reason')
  return reason === undefined ? String(answer.status) : `${answer.status} ${reason}`
}

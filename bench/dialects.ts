/** What a warm decision costs in each dialect, beside nginx's. */
import { connect } from 'node:http2'
import { FIELDS } from '../src/callers/forward/origin-fields.ts'
import { encodeCheck } from './check-message.ts'
import { measureHttp2Load } from './http2-load.ts'
import { measureLoad } from './load.ts'
import { type Bench, findFreePort, withBench } from './processes.ts'
import { measureInterleaved } from './rounds.ts'
import { cpuRow, type Row } from './row.ts'
import { requirePrograms, type Suite } from './suite.ts'
import { writeTokens } from './token-files.ts'
import { createMinter } from './tokens.ts'
import { allowedHeaders, decisionUrl, startWarder, tokenUrl } from './warder-server.ts'
import { TOKEN_PLACE } from './wrk.ts'

const TOKENS = 1_000
const HOST = 'api.bench.example'
const CHECK = '/envoy.service.auth.v3.Authorization/Check'
const GRPC = { 'content-type': 'application/grpc', te: 'trailers' } as const
const TARGET = '/service-0/orders/4711?expand=lines'

export const dialectsSuite: Suite = {
  name: 'dialects',
  about: 'a warm decision in each dialect, and by gRPC, against one in that of nginx',
  async run() {
    await requirePrograms(['h2load'])
    return withBench(compare)
  },
}

async function compare(bench: Bench): Promise<readonly Row[]> {
  const minter = createMinter('ES256')
  const grpcPort = await findFreePort()
  const warder = await startWarder(bench, { minter, grpcPort })
  const at = (path: string): string => `http://127.0.0.1:${warder.port}${path}`
  const tokens = { file: await writeTokens(bench, minter, TOKENS) }
  const pids = [warder.pid]
  const bearer = { Authorization: `Bearer ${TOKEN_PLACE}` }
  const { method, proto, host, uri } = FIELDS
  const forwarded = { [method.name]: 'GET', [proto.name]: 'https', [host.name]: HOST, [uri.name]: TARGET }
  const inEnvoy = { Host: HOST, [proto.name]: 'https' }
  const load = (url: string, headers: Readonly<Record<string, string>>) => () =>
    measureLoad({ url, headers: { ...headers, ...bearer }, tokens, pids })
  const token = minter.mint(0)
  const message = encodeCheck({ host: HOST, target: TARGET, token })
  await assertAllowed(grpcPort, message)
  const check = await bench.write('check.bin', message)
  const cost = await measureInterleaved({
    nginx: load(decisionUrl(warder.port), allowedHeaders(TOKEN_PLACE)),
    token: load(tokenUrl(warder.port), {}),
    forward: load(at('/v1/auth/forward'), forwarded),
    envoy: load(at(`/v1/auth/envoy${TARGET}`), inEnvoy),
    // Over HTTP/2, with one token: h2load sends the same request each time.
    envoyHttp2: () =>
      measureHttp2Load({
        url: at(`/v1/auth/envoy${TARGET}`),
        headers: { ':authority': HOST, [proto.name]: 'https', Authorization: `Bearer ${token}` },
        pids,
      }),
    grpc: () =>
      measureHttp2Load({
        url: `http://127.0.0.1:${grpcPort}${CHECK}`,
        headers: GRPC,
        body: check,
        pids,
      }),
  })
  return [
    cpuRow('decision for forward auth / for nginx', cost.forward, cost.nginx),
    cpuRow('decision for Envoy / for nginx', cost.envoy, cost.nginx),
    cpuRow('decision on a token alone / for nginx', cost.token, cost.nginx),
    cpuRow('decision for Envoy over h2c / for nginx', cost.envoyHttp2, cost.nginx),
    cpuRow('Check by gRPC / decision for nginx', cost.grpc, cost.nginx),
    cpuRow('Check by gRPC / decision for Envoy over h2c', cost.grpc, cost.envoyHttp2),
  ]
}

/** To h2load a denial is an answer like any other: HTTP has 200 for both. */
async function assertAllowed(port: number, message: Buffer): Promise<void> {
  const session = connect(`http://127.0.0.1:${port}`)
  try {
    const call = session.request({ ':method': 'POST', ':path': CHECK, ...GRPC })
    call.end(message)
    let answer = ''
    for await (const bytes of call) answer += String(bytes)
    if (!answer.includes('x-auth-subject')) throw new Error(`the Check is denied: ${answer}`)
  } finally {
    session.close()
  }
}

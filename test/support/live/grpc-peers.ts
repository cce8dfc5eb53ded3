/** Real peers of gRPC, on grpc-go and on grpcio: servers, and clients that make the same calls. */
import { goProgramPath } from '../../../tools/go-programs.ts'
import { PIP_DIRECTORY } from '../../../tools/pip-programs.ts'
import { startProgram } from './child-program.ts'
import type { Cleanup } from './cleanup.ts'

export const PEERS = ['grpc-go', 'grpcio'] as const
export type Peer = (typeof PEERS)[number]

const commandOf = (peer: Peer): readonly string[] =>
  peer === 'grpc-go' ? [goProgramPath('grpc-peer')] : ['python3', `${import.meta.dir}/grpc_peer.py`]
const ENV = { PYTHONPATH: PIP_DIRECTORY, PYTHONDONTWRITEBYTECODE: '1' }

/** @param tls Certificate and key, for grpc-go alone. */
export async function startGrpcServer(
  peer: Peer,
  cleanup: Cleanup,
  tls?: { readonly certFile: string; readonly keyFile: string },
): Promise<number> {
  const files = tls === undefined ? [] : ['-cert', tls.certFile, '-key', tls.keyFile]
  const program = startProgram([...commandOf(peer), 'server', ...files], { env: ENV })
  cleanup.add(() => program.stop('SIGKILL'))
  return program.ready(`the server on ${peer}`, () => {
    const port = /^(\d+)\n/.exec(program.output())?.[1]
    return port === undefined ? undefined : Number(port)
  })
}

/** How a call ended: its code in one spelling (`FAILEDPRECONDITION`), and what the client has to say about it. */
export interface Outcome {
  readonly code: string
  readonly text: string
}

export interface ClientOptions {
  readonly token?: string
  /** Names of calls; default: all. */
  readonly only?: readonly string[]
  /** The authority and its name, for TLS, by grpc-go alone. */
  readonly tls?: { readonly caFile: string; readonly name: string }
}

/** Makes calls one after the other; their outcomes by name. */
export async function callGrpc(
  peer: Peer,
  port: number,
  { token = '', only = [], tls }: ClientOptions = {},
): Promise<Readonly<Record<string, Outcome>>> {
  const names = only.join(',')
  const address = `127.0.0.1:${port}`
  const ca = tls === undefined ? [] : ['-ca', tls.caFile, '-name', tls.name]
  const args =
    peer === 'grpc-go' ? [address, '-token', token, '-only', names, ...ca] : [address, token, names]
  const program = startProgram([...commandOf(peer), 'client', ...args], { env: ENV })
  const code = await program.exited
  if (code !== 0) throw new Error(`the client on ${peer} ended with ${code}:\n${program.output()}`)
  const lines = program
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
  return Object.fromEntries(
    lines.map((line) => {
      const { name, code: found, text } = JSON.parse(line) as Outcome & { readonly name: string }
      return [name, { code: found.replaceAll('_', '').toUpperCase(), text: text.toLowerCase() }]
    }),
  )
}

/** A caller on grpcio with Envoy's own definitions: what it reads of an answer is what Envoy would read. */
import { PIP_DIRECTORY } from '../../../tools/pip-programs.ts'
import type { Cleanup } from './cleanup.ts'

/** A CheckResponse in the JSON of Protocol Buffers. */
export interface XdsResponse {
  readonly status?: { readonly code?: number; readonly message?: string }
  readonly denied_response?: {
    readonly status?: { readonly code?: string }
    readonly headers?: readonly XdsHeader[]
    readonly body?: string
  }
  readonly ok_response?: {
    readonly headers?: readonly XdsHeader[]
    readonly headers_to_remove?: readonly string[]
  }
  readonly dynamic_metadata?: unknown
}

interface XdsHeader {
  readonly header: { readonly key: string; readonly value?: string }
  readonly append_action?: string
}

export interface XdsAnswer {
  readonly response?: XdsResponse
  readonly code?: number
  readonly has_status?: boolean
  /** How the call failed. */
  readonly error?: string
  readonly details?: string
}

/** Starts it; it answers one question after the other. */
export function startXdsPeer(port: number, cleanup: Cleanup): (question: object) => Promise<XdsAnswer> {
  const child = Bun.spawn(['python3', `${import.meta.dir}/xds_peer.py`, `127.0.0.1:${port}`], {
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'inherit',
    env: {
      ...process.env,
      PYTHONPATH: `${PIP_DIRECTORY}/xds:${PIP_DIRECTORY}`,
      PYTHONDONTWRITEBYTECODE: '1',
      PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION: 'upb',
    },
  })
  cleanup.add(() => child.kill())
  const lines = linesOf(child.stdout)
  return async (question) => {
    void child.stdin.write(`${JSON.stringify(question)}\n`)
    await child.stdin.flush()
    const { value, done } = await lines.next()
    if (done === true) throw new Error('the peer has ended')
    return JSON.parse(value) as XdsAnswer
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of stream) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = parts.pop() ?? ''
    yield* parts
  }
}

/** Warder inside another server: the same configuration and the same decisions, without a listener. */
import { formatDiagnostics } from '../config/format-diagnostics.ts'
import type { ConfigFailure } from '../config/load-config.ts'
import { loadInstance, loadInstanceText } from './load-instance.ts'
import { systemKeyDeps } from './system.ts'
import type { Decision } from '../decision/decision.ts'
import { createExplanation, type ExplainedStep } from '../decision/explain/create-explanation.ts'
import type { KeyDeps } from '../keys/key-deps.ts'
import type { AuthzRequest, HeaderReader } from '../request/authz-request.ts'
import { parseOriginalUrl } from '../request/parse-original-url.ts'
import { WarderError } from '../errors.ts'

export interface AuthorizerOptions {
  /** Text of a `warder.yaml`; or use `file`. */
  readonly text?: string
  /** Path of a `warder.yaml`. */
  readonly file?: string
  /** Clock, network and files in the place of the process's own; for tests. */
  readonly deps?: Partial<KeyDeps>
}

/** A request as any server has it; a Fetch API `Request` fits. */
export interface IncomingRequest {
  readonly method: string
  /** Absolute URL, raw. */
  readonly url: string
  readonly headers: HeaderReader
}

export interface Authorizer {
  /** Judges a request. Rejects with ERR_REQUEST_URL if the URL is not absolute: a mistake of the embedding server. */
  decide(request: IncomingRequest): Promise<Decision>
  /** The same decision with every step that led to it. */
  explain(
    request: IncomingRequest,
  ): Promise<{ readonly decision: Decision; readonly steps: readonly ExplainedStep[] }>
  /** Names of the identity headers, lower case, in the order of an allow's `identity`. */
  readonly identityNames: readonly string[]
  /** Resolves when every key source has ended its first load. */
  readonly started: Promise<void>
  /** Stops background refreshes. */
  close(): void
}

/** @throws WarderError with the code of the first problem; its message names all of them. */
export async function createAuthorizer({ text, file, deps = {} }: AuthorizerOptions): Promise<Authorizer> {
  const keyDeps = { ...systemKeyDeps, ...deps }
  const loaded =
    file === undefined
      ? await loadInstanceText(text ?? '', 'config', keyDeps)
      : await loadInstance(file, keyDeps)
  if (!loaded.ok) throw toDiagnosticsError(loaded.error)
  const instance = loaded.value
  const { guard, decide, started } = instance
  return {
    decide: async (request) => decide({ request: toAuthzRequest(request), policy: undefined }),
    async explain(request) {
      const { recorder, steps } = createExplanation()
      const decision = await decide({ request: toAuthzRequest(request), policy: undefined }, recorder)
      return { decision, steps }
    },
    identityNames: guard.identityNames,
    started,
    close: () => instance.close(),
  }
}

function toAuthzRequest({ method, url, headers }: IncomingRequest): AuthzRequest {
  const original = parseOriginalUrl(url)
  if (original === undefined) {
    throw new WarderError('ERR_REQUEST_URL', 'the URL of the request is not an absolute http(s) URL', {
      hints: ['pass the full URL as the client sent it, e.g. https://api.example.com/orders?x=1'],
    })
  }
  return { method, ...original, headers }
}

/** The first error's code, and the text of all diagnostics. */
function toDiagnosticsError({ diagnostics, source }: ConfigFailure): WarderError {
  const first = diagnostics.find(({ severity }) => severity === 'error')
  return new WarderError(first?.code ?? 'ERR_INTERNAL', formatDiagnostics(diagnostics, source), {
    hints: first?.hints ?? [],
  })
}

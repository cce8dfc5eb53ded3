/** A decision that a listener made for a caller, with the client's address if the caller may be believed. */
import type { Decision } from '../decision/decision.ts'
import type { DecisionEvent } from '../observe/decision-log.ts'
import type { AuthzRequest, HeaderReader } from '../request/authz-request.ts'
import { parseClientAddress } from '../syntax/client-address.ts'

/**
 * Reads the client's address out of what arrived.
 *
 * @param peer Address of the other side of the connection; empty on a unix socket.
 */
export type ReadClient<Arrived> = (arrived: Arrived, peer: string) => string | undefined

/** The address is parsed when it is first read, because most decisions are allowed, and have no line. */
export class DecisionMade<Arrived> implements DecisionEvent {
  readonly decision: Decision
  readonly status: number
  readonly request: AuthzRequest | undefined
  readonly via: string
  readonly durationMs: number
  readonly callerFields: HeaderReader | undefined
  trace: DecisionEvent['trace'] = undefined
  readonly decide: DecisionEvent['decide']
  readonly policy: DecisionEvent['policy']
  readonly #arrived: Arrived
  readonly #peer: string
  readonly #readClient: ReadClient<Arrived>
  #client: string | undefined
  #isClientRead = false

  constructor(
    facts: Omit<DecisionEvent, 'clientAddress' | 'isEveryLogged' | 'judges' | 'trace'>,
    arrived: Arrived,
    peer: string,
    readClient: ReadClient<Arrived>,
  ) {
    this.decision = facts.decision
    this.status = facts.status
    this.request = facts.request
    this.via = facts.via
    this.durationMs = facts.durationMs
    this.callerFields = facts.callerFields
    this.decide = facts.decide
    this.policy = facts.policy
    this.#arrived = arrived
    this.#peer = peer
    this.#readClient = readClient
  }

  get clientAddress(): string | undefined {
    if (!this.#isClientRead) this.#client = this.#readClient(this.#arrived, this.#peer)
    this.#isClientRead = true
    return this.#client
  }
}

/** Without `trusted_callers`, only programs of this machine are believed. */
export const believed =
  <Arrived>(
    hasTrustedCallers: boolean,
    read: (arrived: Arrived) => string | undefined,
  ): ReadClient<Arrived> =>
  (arrived, peer) =>
    hasTrustedCallers || isOnThisMachine(peer) ? read(arrived) : undefined

/** @param peer Empty on a unix socket. */
function isOnThisMachine(peer: string): boolean {
  if (peer === '' || peer === '127.0.0.1') return true
  const address = parseClientAddress(peer)
  return address === '::1' || address?.startsWith('127.') === true
}

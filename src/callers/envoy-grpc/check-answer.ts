/**
 * Writes `envoy.service.auth.v3.CheckResponse`. Callers decide by `status.code` alone: 0 is an allow, also if it is not
 * sent, and whatever else the answer says.
 */
import type { Allow, Decision, Deny } from '../../decision/decision.ts'
import { problemText, STATUS_TITLES } from '../../decision/problem.ts'
import { messageField, numberField, textField } from './protobuf-writer.ts'
import { namesToRemove, type AskedHeaders } from './removed-headers.ts'

/** Codes of google.rpc.Code for the statuses that a denial has. None is 0. */
const CODE_OF: Readonly<Record<Deny['status'], number>> = {
  401: 16, // UNAUTHENTICATED
  403: 7, // PERMISSION_DENIED
  502: 14, // UNAVAILABLE
  503: 14,
  504: 14,
}

/** `append_action`. The default of the format would add a second value to the client's. */
const OVERWRITE_IF_EXISTS_OR_ADD = 2

/** The part of a Check that its answer depends on. */
export interface CheckedRequest {
  readonly headers: AskedHeaders
  readonly clientAddress: string
}

/**
 * @param identityNames The guard's, in lower case.
 * @param asked Of its header fields, an allow removes those that must not reach the application.
 * @returns The message, one character for each byte.
 */
export const checkAnswer = (
  decision: Decision,
  identityNames: readonly string[],
  asked: CheckedRequest,
): string =>
  (decision.outcome === 'allow' ? allow(decision, identityNames, asked) : deny(decision)) +
  messageField(4, metadata(decision, identityNames))

function allow({ id, identity }: Allow, identityNames: readonly string[], asked: CheckedRequest): string {
  let ok = headerOption('x-decision-id', id)
  for (let i = 0; i < identityNames.length; i++) {
    const name = identityNames[i] ?? ''
    const value = identity[i] ?? ''
    // Envoy drops empty values, and then the client's would stay.
    ok += value === '' ? textField(5, name) : headerOption(name, value)
  }
  for (const name of namesToRemove(asked.headers, asked.clientAddress, identityNames))
    ok += textField(5, name)
  return `${messageField(1, numberField(1, 0))}${messageField(3, ok)}`
}

function deny(decision: Deny): string {
  const { id, reason, status, challenge, retryAfterSeconds } = decision
  const body = problemText({ status, title: STATUS_TITLES[status], code: reason, decisionId: id })
  let denied =
    messageField(1, numberField(1, status)) +
    headerOption('x-decision-id', id) +
    headerOption('x-decision-reason', reason) +
    headerOption('cache-control', 'no-store') +
    headerOption('content-type', 'application/problem+json')
  if (challenge !== undefined) denied += headerOption('www-authenticate', challenge)
  if (retryAfterSeconds !== undefined) denied += headerOption('retry-after', `${retryAfterSeconds}`)
  const code = CODE_OF[status]
  return (
    messageField(1, numberField(1, code) + textField(2, reason)) +
    messageField(2, denied + textField(3, body))
  )
}

const headerOption = (name: string, value: string): string =>
  messageField(
    2,
    messageField(1, textField(1, name) + textField(2, value)) + numberField(3, OVERWRITE_IF_EXISTS_OR_ADD),
  )

/** `google.protobuf.Struct`, for access logs and later filters. An identity value is what the application gets. */
function metadata(decision: Decision, identityNames: readonly string[]): string {
  const { id, reason, route, policy } = decision
  let fields = entry('decision_id', textValue(id)) + entry('reason', textValue(reason))
  if (route !== undefined) fields += entry('route', textValue(route))
  if (policy !== undefined) fields += entry('policy', textValue(policy))
  return decision.outcome === 'deny' ? fields : fields + identityEntry(decision, identityNames)
}

function identityEntry({ identity }: Allow, identityNames: readonly string[]): string {
  let members = ''
  for (let i = 0; i < identityNames.length; i++) {
    const value = identity[i] ?? ''
    if (value !== '') members += entry(identityNames[i] ?? '', textValue(value))
  }
  return members === '' ? '' : entry('identity', messageField(5, members))
}

const entry = (key: string, value: string): string =>
  messageField(1, textField(1, key) + messageField(2, value))
const textValue = (text: string): string => textField(3, text)

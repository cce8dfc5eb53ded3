/** Warder as a library: the same decisions inside another server, on Bun and on Node.js 20 or later. */
export {
  createAuthorizer,
  type Authorizer,
  type AuthorizerOptions,
  type IncomingRequest,
} from './app/create-authorizer.ts'
export type { Allow, Decision, Deny } from './decision/decision.ts'
export type { Denial } from './decision/denial.ts'
export { describeDenial } from './decision/explain/describe-denial.ts'
export type { ExplainedStep } from './decision/explain/create-explanation.ts'
export {
  ALLOW_REASONS,
  DENY_REASONS,
  DENY_ROWS,
  type AllowReason,
  type DenyReason,
  type DenyRow,
  type Reason,
} from './decision/reasons.ts'
export { ERROR_CODES, WarderError, type ErrorCode } from './errors.ts'
export type { KeyDeps } from './keys/key-deps.ts'
export type { HeaderReader } from './request/authz-request.ts'

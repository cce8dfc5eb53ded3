/** How calls of gRPC end. */

/** Its codes, those that occur here (https://grpc.io/docs/guides/status-codes/). */
export const GRPC_STATUS = {
  ok: 0,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  unimplemented: 12,
  internal: 13,
} as const

/** A call that fails as a call: no client takes it for an answer of its method. */
export interface GrpcFault {
  readonly status: Exclude<(typeof GRPC_STATUS)[keyof typeof GRPC_STATUS], 0>
  /** What to change; ASCII without `%`, so that nothing has to be encoded. */
  readonly message: string
}

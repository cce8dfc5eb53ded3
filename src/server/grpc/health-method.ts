/**
 * `grpc.health.v1.Health/Check`. `Watch` is not offered, which the protocol allows: Envoy and Kubernetes ask `Check`.
 *
 * @see https://github.com/grpc/grpc/blob/master/doc/health-checking.md
 */
import { MalformedMessage, MessageReader } from '../../callers/envoy-grpc/protobuf-reader.ts'
import { numberField, toBytes } from '../../callers/envoy-grpc/protobuf-writer.ts'
import type { GrpcMethod } from './grpc-handler.ts'
import { GRPC_STATUS, type GrpcFault } from './grpc-status.ts'

export const HEALTH_METHOD = '/grpc.health.v1.Health/Check'

/** The whole server, and the service that it has. */
const SERVICES: ReadonlySet<string> = new Set(['', 'envoy.service.auth.v3.Authorization'])
const SERVING = 1
const NOT_SERVING = 2
const MAX_BYTES = 1_024

const UNKNOWN: GrpcFault = {
  status: GRPC_STATUS.notFound,
  message: 'unknown service: ask for envoy.service.auth.v3.Authorization, or for none',
}
const UNREADABLE: GrpcFault = {
  status: GRPC_STATUS.invalidArgument,
  message: 'this is no HealthCheckRequest',
}

/** @param isReady Whether the process should get traffic. */
export const createHealthMethod = (isReady: () => boolean): GrpcMethod => ({
  maxBytes: MAX_BYTES,
  answer(message) {
    const service = readService(message)
    if (service === undefined) return UNREADABLE
    if (!SERVICES.has(service)) return UNKNOWN
    return toBytes(numberField(1, isReady() ? SERVING : NOT_SERVING))
  },
  answerTooLarge: () => UNREADABLE,
  answerFailed: () => toBytes(numberField(1, NOT_SERVING)),
})

function readService(message: Buffer): string | undefined {
  let service = ''
  try {
    const reader = new MessageReader(message)
    while (reader.next()) if (reader.field === 1) service = reader.text()
    return service
  } catch (fault) {
    if (fault instanceof MalformedMessage) return undefined
    throw fault
  }
}

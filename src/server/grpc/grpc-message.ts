/** Messages of gRPC in a body: a flag, a length, the bytes. */
import { err, ok, type Result } from '../../result.ts'
import { GRPC_STATUS, type GrpcFault } from './grpc-status.ts'

/** Flag and length. */
export const PREFIX_BYTES = 5

const COMPRESSED = err<GrpcFault>({
  status: GRPC_STATUS.unimplemented,
  message: 'the message is compressed: send it with grpc-encoding identity',
})
const NOT_ONE = err<GrpcFault>({
  status: GRPC_STATUS.invalidArgument,
  message: 'the body is not exactly one message: its length prefix does not fit',
})

/** The one message of a whole body; a view of its bytes. */
export function readGrpcMessage(body: Buffer): Result<Buffer, GrpcFault> {
  if (body.length < PREFIX_BYTES) return NOT_ONE
  const flag = body[0]
  if (flag === 1) return COMPRESSED
  if (flag !== 0 || body.readUInt32BE(1) !== body.length - PREFIX_BYTES) return NOT_ONE
  return ok(body.subarray(PREFIX_BYTES))
}

export function writeGrpcMessage(message: Buffer): Buffer {
  const body = Buffer.allocUnsafe(PREFIX_BYTES + message.length)
  body[0] = 0
  body.writeUInt32BE(message.length, 1)
  message.copy(body, PREFIX_BYTES)
  return body
}

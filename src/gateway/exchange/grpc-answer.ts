/**
 * Own answers as clients of gRPC understand them: the status of HTTP is 200, and gRPC's is a field of a head that is
 * everything ("trailers only"). Any other answer they report as a fault of the connection.
 */
import { STATUS_PHRASES } from '../../http/messages/status-phrases.ts'
import type { WholeAnswer } from '../../http/messages/whole-answer.ts'
import { valuesOf } from '../../http/messages/header-fields.ts'
import type { ClientStream } from '../../http/connections/client-stream.ts'
import { ownFields, type OwnAnswer } from './own-answer.ts'

/** `application/grpc-web` is not meant: its clients read neither trailers nor this form. */
const CONTENT_TYPE = /^application\/grpc(?:$|[+; \t])/i

/**
 * Whether a client speaks gRPC: over HTTP/2, with the type, and it reads trailers, which the protocol demands of it. What
 * only looks like it over HTTP/1.1 never gets a denial with the status 200, which most programs take for success.
 */
export const isGrpc = ({
  isHttp2,
  head: { fields, takesTrailers },
}: Pick<ClientStream, 'isHttp2' | 'head'>): boolean =>
  isHttp2 && takesTrailers && CONTENT_TYPE.test(valuesOf(fields, 'content-type')[0] ?? '')

const UNKNOWN = 2

/** Statuses of HTTP → those of gRPC, by which clients decide what to do: only UNAVAILABLE is worth another try. */
const STATUS_OF: Readonly<Record<number, number>> = {
  302: 16, // A login page, which no program can use: UNAUTHENTICATED.
  400: 13, // INTERNAL
  401: 16, // UNAUTHENTICATED
  403: 7, // PERMISSION_DENIED
  404: 12, // UNIMPLEMENTED
  413: 8, // RESOURCE_EXHAUSTED
  429: 14, // UNAVAILABLE
  502: 14,
  503: 14,
  504: 14,
}

/** @see https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md */
export function toGrpcAnswer(own: OwnAnswer, id: string): WholeAnswer {
  const status = STATUS_OF[own.status] ?? UNKNOWN
  const code = own.reason ?? own.fault
  const title = STATUS_PHRASES[own.status] ?? ''
  return {
    status: 200,
    fields: [
      { name: 'Content-Type', value: 'application/grpc' },
      { name: 'Grpc-Status', value: String(status) },
      // The same facts as in the problem document. All of it is ASCII without `%`, so nothing has to be encoded.
      { name: 'Grpc-Message', value: `${title}${code === undefined ? '' : `: ${code}`}, decision ${id}` },
      ...ownFields(own, id),
    ],
    body: '',
  }
}

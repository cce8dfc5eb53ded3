/** Envoy, as operators configure it: its filter ext_authz, by gRPC. */
import { ENVOY_CARRIES } from '../envoy/envoy.ts'
import { envoyCommand } from '../envoy/snippet-command.ts'
import type { Proxy } from '../proxy.ts'
import { CHECK_DIALECT } from './check-dialect.ts'
import { envoyGrpcSnippet } from './snippet.ts'

export const envoyGrpc: Proxy = {
  name: 'envoy-grpc',
  title: 'Envoy (gRPC)',
  asks: CHECK_DIALECT,
  docs: 'docs/envoy.md',
  keepsIdleSeconds: 60,
  carries: ENVOY_CARRIES,
  snippet: envoyCommand('envoy-grpc', 'by gRPC', envoyGrpcSnippet),
}

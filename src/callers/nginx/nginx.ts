/** nginx `auth_request`, and what works like it (ingress-nginx, OpenResty). */
import type { Proxy } from '../proxy.ts'
import { METHOD_FIELD, NO_BODY_HINT, parse, render, URL_FIELD } from './dialect.ts'
import { snippet } from './snippet-command.ts'

export const nginx: Proxy = {
  name: 'nginx',
  parse,
  render,
  noBodyHint: NO_BODY_HINT,
  docs: 'docs/nginx.md',
  // `keepalive_timeout` of an upstream block.
  keepsIdleSeconds: 60,
  originalRequest: (method, url) => ({ [METHOD_FIELD]: method, [URL_FIELD]: url }),
  snippet,
}

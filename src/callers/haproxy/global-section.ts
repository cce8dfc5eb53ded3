/** The sections `global` and `defaults`. */
import type { HaproxySnippetOptions } from './site.ts'

// 64 KiB, the largest `limits.max_token_bytes`, and the other header fields.
export const HAPROXY_HEAD_BYTES = 72 * 1024
const DEFAULT_IDENTITY_BYTES = 4096
// The decision's id, and the names of the header fields that are set.
const OTHER_SET_BYTES = 4096

/** @param identityCount Number of identity headers. */
export function haproxyGlobal(options: HaproxySnippetOptions, identityCount: number): string {
  const { asking, certificate, identityBytes = DEFAULT_IDENTITY_BYTES * identityCount } = options
  const setBytes = Math.ceil((OTHER_SET_BYTES + identityBytes) / 4096) * 4096
  return `\
# A whole haproxy.cfg for HAProxy 2.6 or later. Check it with \`haproxy -c -f FILE\`.
global
${asking.by === 'lua' ? luaSettings(asking.file) : ''}\
    # Room for the longest token that Warder can be set to accept, 64 KiB, with the rest of the request's head; with its
    # default of 16 KiB, HAProxy answers 400. Each request in progress occupies two buffers.
    tune.bufsize ${Math.max(HAPROXY_HEAD_BYTES, setBytes) + setBytes}
    # The part of a buffer that is left for the header fields that are set below, all identity headers at their longest.
    tune.maxrewrite ${setBytes}
    .if version_atleast(2.8)
    # So that each thread keeps buffers of this size for reuse: a fifth of the CPU of a request.
    tune.memory.hot-size 2097152
    .endif
${asking.by === 'lua' ? CLIENT_SETTINGS : ''}\
${certificate === undefined ? '' : tlsSettings(certificate.keyReplacesCrt)}\
    user haproxy
    group haproxy

defaults
    mode http
    log stdout format raw local0
    option httplog
    option dontlognull
    timeout connect 1s
    timeout client 60s
    timeout server 60s
    timeout http-request 10s
    timeout http-keep-alive 60s
    # Of a WebSocket without messages.
    timeout tunnel 1h`
}

const luaSettings = (file: string): string => `\
    .if version_atleast(3.1)
    tune.lua.bool-sample-conversion normal
    .endif
    # \`warder snippet haproxy --print lua\` prints this file. Every thread has its own copy, so that none waits for another.
    lua-load-per-thread ${file}
`

const CLIENT_SETTINGS = `\
    # No logs here, but below: with \`log global\`, HAProxy writes a second line about each decision.
    # Before 2.9, these are not settings: HAProxy tries to connect for 5s, and attempts four times.
    .if version_atleast(2.9)
    httpclient.timeout.connect 1s
    httpclient.retries 1
    .endif
`

const tlsSettings = (keyReplacesCrt: boolean): string =>
  `    ssl-default-bind-options ssl-min-ver TLSv1.2\n${
    keyReplacesCrt
      ? '    # The key of site.crt is in site.key, and not in site.crt.key.\n    ssl-load-extra-del-ext\n'
      : ''
  }`

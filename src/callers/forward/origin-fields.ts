/** The fields that name the original request, and what to write where one is missing. */
import type { DenialFor } from '../../decision/denial.ts'

export type OriginField = 'method' | 'proto' | 'host' | 'uri'
type OriginFault = DenialFor<'origin_missing'>
type Fault = OriginFault['fault']

interface Field {
  readonly name: string
  /** Lower case. */
  readonly key: string
  readonly expected: string
  /** Its value in HAProxy's configuration. */
  readonly haproxy: string
}

const field = (name: string, expected: string, haproxy: string): Field => ({
  name,
  key: name.toLowerCase(),
  expected,
  haproxy,
})

export const FIELDS: Readonly<Record<OriginField, Field>> = {
  method: field('X-Forwarded-Method', 'one method', '%[method]'),
  proto: field('X-Forwarded-Proto', 'http or https', '%[ssl_fc,iif(https,http)]'),
  host: field('X-Forwarded-Host', 'one host', '%[req.hdr(host)]'),
  uri: field('X-Forwarded-Uri', 'one path with its query', '%[pathq]'),
}

/** The path that APISIX sends by itself is a decoded one, and can have a space in it. */
const APISIX = 'in the extra_headers of APISIX: X-Forwarded-Uri: $real_request_uri; '

/** Traefik and Caddy send all of them by themselves, unless something in front of them or a setting prevents it. */
const remedyFor = ({ name, haproxy }: Field): string =>
  `Traefik, Caddy and APISIX send it by themselves, HAProxy and Apache httpd with the text of \`warder snippet\`; ${name === 'X-Forwarded-Uri' ? APISIX : ''}` +
  `in an HAProxy without it: http-request set-header ${name} ${haproxy}; nginx asks /v1/auth/nginx`

// Made once: a misconfigured proxy sends every request without them.
const FAULTS = new Map<string, OriginFault>(
  Object.entries(FIELDS).flatMap(([key, about]) =>
    (['missing', 'invalid'] as const).map((fault) => [
      `${key} ${fault}`,
      {
        reason: 'origin_missing',
        field: about.name,
        fault,
        expected: about.expected,
        remedy: remedyFor(about),
      },
    ]),
  ),
)

/** @throws TypeError never: every field has both faults. */
export function originFault(name: OriginField, fault: Fault): OriginFault {
  const found = FAULTS.get(`${name} ${fault}`)
  if (found === undefined) throw new TypeError(`no fault of ${name}`)
  return found
}

/** Why the outcome of a case is another one behind some proxy. Each is safe, as long as Warder is asked: the application gets nothing wrong. */

interface Note {
  /** Absent: for every proxy. */
  readonly proxy?: string
  /** The case; a part of its title is enough. */
  readonly title: string
  readonly text: string
}

const NOTES: readonly Note[] = [
  {
    proxy: 'nginx',
    title: 'two Authorization fields',
    text: 'nginx refuses the request itself, before it asks.',
  },
  {
    proxy: 'nginx',
    title: '%00',
    text: 'nginx refuses the request itself, before it asks.',
  },
  {
    proxy: 'apache',
    title: '%00',
    text: 'Apache answers 404 itself, before it asks.',
  },
  {
    proxy: 'traefik',
    title: 'escapes in the path',
    text: 'Traefik writes escapes in upper case before it asks, and the application gets what was judged.',
  },
  {
    proxy: 'traefik',
    title: 'Connection: Authorization',
    text: 'Traefik removes what `Connection` names from the question too, as HTTP wants it.',
  },
  {
    proxy: 'traefik',
    title: 'another program answers 200',
    text: 'Traefik takes every 2xx for an allow, and has no middleware that could tell: let only Warder listen at that address, or ask over TLS. Such a request has no `X-Decision-Id`.',
  },
  {
    proxy: 'traefik',
    title: 'Warder is down',
    text: 'Traefik has one status for an auth server that it cannot reach; nothing passes.',
  },
  {
    proxy: 'traefik',
    title: 'Warder does not answer',
    text: 'The time that Traefik waits for an auth server is fixed; nothing passes.',
  },
  {
    proxy: 'envoy',
    title: '`Connection: Authorization`',
    text: 'The client asks to remove its own token, and Envoy does, before it asks.',
  },
  {
    proxy: 'envoy-grpc',
    title: '`Connection: Authorization`',
    text: 'The client asks to remove its own token, and Envoy does, before it asks.',
  },
  {
    proxy: 'envoy',
    title: 'keys that cannot be had',
    text: 'Envoy takes every 5xx of Warder for a failure, and answers 503 itself; by gRPC, the reason reaches the client.',
  },
]

/** @throws Error when nobody has explained it. */
export function noteOn(proxy: string, title: string, outcome: string): string {
  const found = NOTES.find((note) => (note.proxy ?? proxy) === proxy && title.includes(note.title))
  if (found === undefined)
    throw new Error(`tools/conformance-notes.ts: why is ${proxy} ${outcome} for: ${title}`)
  return found.text
}

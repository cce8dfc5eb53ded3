/** Writes the files of examples/ that `warder snippet` prints, each from examples/warder.yaml. */
import { PROXIES } from '../src/callers/callers.ts'
import type { SnippetFacts } from '../src/callers/proxy.ts'

interface ExampleFile {
  readonly proxy: string
  /** Below examples/PROXY. */
  readonly file: string
  /** Besides {@link FLAGS}, in camel case. */
  readonly flags?: Readonly<Record<string, string>>
  /** Besides {@link FACTS}. */
  readonly facts?: Partial<SnippetFacts>
}

const FLAGS = { upstream: 'http://127.0.0.1:8400', serverName: '_', listen: '127.0.0.1:8480' }
/** What examples/warder.yaml says. */
const FACTS = {
  decisions: ['127.0.0.1:9480'],
  identityNames: ['X-Auth-Subject', 'X-Auth-Roles'],
  identityBytes: 8_300,
}

const HAPROXY = { luaFile: 'warder.lua' }
const FILES: readonly ExampleFile[] = [
  { proxy: 'nginx', file: 'warder.conf' },
  { proxy: 'caddy', file: 'Caddyfile' },
  { proxy: 'traefik', file: 'dynamic.yaml' },
  { proxy: 'haproxy', file: 'haproxy.cfg', flags: { ...HAPROXY, print: 'cfg' } },
  { proxy: 'haproxy', file: 'warder.lua', flags: { ...HAPROXY, print: 'lua' } },
  { proxy: 'apache', file: 'warder.conf' },
  { proxy: 'envoy', file: 'envoy.yaml' },
  { proxy: 'envoy-grpc', file: 'envoy.yaml', facts: { decisions: ['127.0.0.1:9490'] } },
]

/** The proxies that have an example. */
export const EXAMPLES: ReadonlySet<string> = new Set(FILES.map(({ proxy }) => proxy))

/** Path below examples/ → text. */
export function exampleFiles(): ReadonlyMap<string, string> {
  return new Map(
    FILES.map(({ proxy: name, file, flags, facts }) => {
      const write = PROXIES.find((proxy) => proxy.name === name)?.snippet.read({ ...FLAGS, ...flags })
      if (write?.ok !== true) throw new Error(`${name}: ${write?.error.message ?? 'no such proxy'}`)
      return [`${name}/${file}`, write.value({ ...FACTS, ...facts })]
    }),
  )
}

if (import.meta.main) {
  for (const [path, text] of exampleFiles())
    await Bun.write(new URL(`../examples/${path}`, import.meta.url), text)
}

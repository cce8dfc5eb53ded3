/**
 * Which room may import what: the picture of ARCHITECTURE.md as data. Adding an edge means changing this
 * table in the same commit, with the reason.
 */

export interface RoomRules {
  /** Part of the embeddable core: no Bun, sockets, files, clock, environment or logger. */
  readonly core: boolean
  /** Rooms (`keys`) and single files (`keys/algorithms.ts`) that may be imported; `*` is every room. */
  readonly imports: readonly string[]
  /** Rooms of which only types may be imported. */
  readonly types?: readonly string[]
}

export const CORE = ['request', 'token', 'keys', 'jwt', 'claims', 'policy', 'decision', 'callers'] as const
export const GROUND = ['syntax', 'settings'] as const
const ALL_BUT_CLI = [
  'http',
  'tracing',
  'gateway',
  'compat',
  'config',
  'server',
  'observe',
  'admin',
  'testing',
] as const

/** Rooms side by side, which do not import each other. */
export type Floor = Readonly<Record<string, RoomRules>>

/** From the ground up: a room imports from floors below its own, types included. */
export const FLOORS: readonly Floor[] = [
  {
    // One reading of each syntax: what the configuration accepts is what a decision understands.
    syntax: { core: true, imports: [] },
  },
  {
    // Definitions read and write text; the core knows their types alone.
    settings: { core: false, imports: ['syntax'] },
  },
  {
    request: { core: true, imports: ['syntax'], types: ['settings'] },
    keys: { core: true, imports: ['syntax'], types: ['settings'] },
    claims: { core: true, imports: ['syntax'], types: ['settings'] },
  },
  {
    token: { core: true, imports: ['request', 'syntax'], types: ['settings'] },
    // What every token of an issuer must claim is asked by the rules that policies have.
    jwt: { core: true, imports: ['keys', 'claims', 'syntax'], types: ['settings'] },
    testing: { core: false, imports: ['keys', ...GROUND] },
    // Every listener on own sockets reads and bounds requests in one way.
    http: { core: false, imports: ['request', 'syntax'], types: ['settings'] },
    // The gateway passes traces on, and the log names them: what both need is below them.
    tracing: { core: false, imports: ['request'] },
  },
  {
    policy: { core: true, imports: ['request', 'token', 'jwt', 'claims', 'syntax'], types: ['settings'] },
  },
  {
    decision: {
      core: true,
      imports: ['request', 'token', 'keys', 'jwt', 'claims', 'policy', 'syntax'],
      types: ['settings'],
    },
  },
  {
    callers: { core: true, imports: ['request', 'decision', 'syntax'], types: ['settings'] },
    // The gateway removes tokens where the core finds them, and reads a cookie that it counts in the same way.
    gateway: {
      core: false,
      imports: [
        'request',
        'http',
        'tracing',
        'decision',
        'token/read-cookie.ts',
        'token/read-query.ts',
        'token/read-websocket-protocol.ts',
        ...GROUND,
      ],
      types: ['token', 'policy'],
    },
  },
  {
    // Health shows the issuers, which are compiled in jwt/; the state of the gateway is passed on as it reports it.
    // Wrong tokens are counted as a rate limit counts: of IPv6 by its network.
    admin: { core: false, imports: ['keys', 'syntax'], types: ['jwt', 'gateway', 'settings'] },
  },
  {
    // A client of the log's sample is what a client of a rate limit is: of IPv6, its network. What is kept of recent
    // decisions has the shape in which the admin listener shows it.
    observe: {
      core: false,
      imports: ['decision', 'request', 'tracing', 'syntax'],
      types: ['http', 'gateway', 'keys', 'admin', 'settings'],
    },
    config: {
      core: false,
      imports: [
        // Messages name the endpoints by which proxies ask.
        'callers/callers.ts',
        // A warning about a snapshot and its refusal are one judgement.
        'keys/snapshot/snapshot-format.ts',
        ...GROUND,
      ],
      types: CORE,
    },
  },
  {
    compat: { core: false, imports: ['config', ...GROUND], types: CORE },
    // Runs in a browser, and asks the admin listener: of the program it has the shapes of the answers, and the reasons.
    console: { core: false, imports: ['decision/reasons.ts'], types: ['admin'] },
    // An endpoint may name a policy; the listener hands it on. The admin listener sends what admin/ answers.
    server: {
      core: false,
      imports: ['request', 'http', 'callers', 'decision', 'observe', 'admin', 'syntax'],
      types: ['policy', ...GROUND],
    },
  },
  {
    app: { core: false, imports: [...GROUND, ...CORE, ...ALL_BUT_CLI] },
  },
  {
    cli: { core: false, imports: ['*'] },
  },
]

/** The same without the floors. */
export const ROOMS: Readonly<Record<string, RoomRules>> = Object.assign({}, ...FLOORS)

/** Files directly under src/ that every room may import. They import nothing but each other. */
export const LEAVES: readonly string[] = [
  'result.ts',
  'errors.ts',
  'version.ts',
  'printable.ts',
  // Errors of the admin API quote requests, as the log does.
  'without-tokens.ts',
  'listen-error.ts',
  'socket-address.ts',
  'suggest.ts',
  'json-pointer.ts',
  // The guard and the gateway are compiled while they serve.
  'slices.ts',
  // Keys and answers of auth services share one reader of `Cache-Control`.
  'answer-lifetime.ts',
  // Tokens, key sets, snapshots and input of the CLI share one strict reader of JSON.
  'strict-json.ts',
]

/** Entry points directly under src/, which nothing imports, and the rooms and files they open to embedders. */
export const ENTRIES: Readonly<Record<string, readonly string[]>> = {
  // The library is the wiring without listeners.
  'index.ts': [...GROUND, ...CORE, 'app'],
}

/** The places that may import each npm package: a room (`config/`) or one file. No other package is allowed. */
export const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  // Files of other systems have shapes of their own, and so have the answers of the admin API.
  zod: ['settings/', 'compat/', 'admin/'],
  yaml: ['config/'],
  'fastest-levenshtein': ['suggest.ts'],
  commander: ['cli/'],
  preact: ['console/'],
  uplot: ['console/parts/chart.tsx'],
  'lru-cache': [
    'decision/denied-tokens.ts',
    'keys/refresh/unknown-kids.ts',
    'gateway/judges/expiring-entries.ts',
  ],
  // A pattern of the configuration is never a RegExp, which can take exponential time.
  re2js: ['syntax/claim-pattern.ts'],
}

/** Node modules that the core may import: computation only. */
export const CORE_NODE_MODULES: readonly string[] = ['node:crypto', 'node:diagnostics_channel']

/** Rooms besides the core that also run on Node.js, so that they may not name Bun. */
export const PORTABLE_ROOMS: readonly string[] = ['settings', 'testing', 'config', 'compat']

/** Files outside src/ that may be imported, and by which rooms. */
export const OUTSIDE_FILES: Readonly<Record<string, readonly string[]>> = {
  'package.json': ['version.ts', 'app', 'cli', 'admin'],
  // `warder explain CODE` prints their rows, and has no text of its own.
  'docs/errors.md': ['cli'],
  'docs/reasons.md': ['cli'],
}

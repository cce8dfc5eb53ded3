/** Every line of the nginx text that security depends on, broken: `warder doctor` names it. */
import { createServer } from 'node:net'
import { afterAll, afterEach, expect, it } from 'bun:test'
import { createCleanup, type Cleanup } from '../support/live/cleanup.ts'
import { examine, startEchoServer } from '../support/live/doctor-site.ts'
import { startGuardedSite } from '../support/live/guarded-site.ts'
import { takeMessage, valuesOf } from '../support/live/http-message.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { listen } from '../support/live/loopback.ts'

/** @throws Error when the text has no such part: the case would prove nothing. */
const replacing =
  (...pairs: readonly (readonly [from: string | RegExp, to: string])[]) =>
  (text: string): string =>
    pairs.reduce((before, [from, to]) => {
      const after = before.replaceAll(from instanceof RegExp ? new RegExp(from, 'g') : from, to)
      if (after === before) throw new Error(`the text has no ${String(from)}`)
      return after
    }, text)

const withoutLine = (line: string): ((text: string) => string) => replacing([`        ${line}\n`, ''])

interface Broken {
  readonly name: string
  readonly edit: (text: string) => string
  /** The probes that fail, all of them. */
  readonly fails: readonly string[]
  /** Part of the line to change that the first of them names. */
  readonly line: string
}

const removed = (field: string, probe: string): Broken => ({
  name: `without the line for ${field}`,
  edit: withoutLine(`proxy_set_header ${field} "";`),
  fails: [probe],
  line: `proxy_set_header ${field} "";`,
})

/** The line without which a request passes that Warder was not asked about, as in texts of other origin. */
const WITHOUT_BIND = ['        proxy_bind $warder_bind;\n', ''] as const

const BROKEN: readonly Broken[] = [
  {
    name: 'without the line for an identity header',
    edit: withoutLine('proxy_set_header X-Auth-Subject $warder_identity_x_auth_subject;'),
    fails: ['identity', 'connection-identity'],
    line: 'proxy_set_header X-Auth-Subject $warder_identity_x_auth_subject;',
  },
  {
    name: 'without the line for an identity header that this token does not have',
    edit: withoutLine('proxy_set_header X-Auth-Roles $warder_identity_x_auth_roles;'),
    fails: ['identity', 'connection-identity'],
    line: 'proxy_set_header X-Auth-Roles $warder_identity_x_auth_roles;',
  },
  {
    name: 'with underscores_in_headers on',
    edit: replacing(['underscores_in_headers off', 'underscores_in_headers on']),
    fails: ['identity-underscore', 'override-underscore', 'two-framings'],
    line: 'underscores_in_headers off;',
  },
  {
    name: 'whose default server lets underscores in',
    edit: (text) => {
      const address = /listen ([^;]+);/.exec(text)?.[1] ?? ''
      return `server { listen ${address}; underscores_in_headers on; return 404; }\n${text}`
    },
    fails: ['identity-underscore'],
    line: 'in the default server of its address',
  },
  {
    name: 'with ignore_invalid_headers off',
    edit: replacing(['ignore_invalid_headers on', 'ignore_invalid_headers off']),
    fails: ['identity-underscore', 'identity-dot', 'override-underscore', 'two-framings'],
    line: 'underscores_in_headers off;',
  },
  removed('X-HTTP-Method-Override', 'override-method'),
  removed('X-Rewrite-URL', 'override-target'),
  removed('Forwarded', 'override-host'),
  removed('X-Forwarded-Ssl', 'override-scheme'),
  removed('True-Client-IP', 'override-address'),
  removed('SSL-Client-Verify', 'override-certificate'),
  removed('Remote-User', 'identity-of-others'),
  removed('Proxy', 'proxy-fields'),
  {
    name: "that passes on the client's Upgrade",
    edit: replacing(
      ['Upgrade $warder_upgrade;', 'Upgrade $http_upgrade;'],
      ['Connection $warder_connection;', 'Connection "upgrade";'],
    ),
    fails: ['upgrade'],
    line: 'proxy_set_header Upgrade $warder_upgrade;',
  },
  {
    name: 'that sends Warder the normalised path ($uri)',
    edit: replacing(
      ['$scheme://$host$request_uri', '$scheme://$host$judged'],
      ['        auth_request /_warder;', '        set $judged $uri;\n        auth_request /_warder;'],
    ),
    fails: [
      'path-slashes',
      'path-dots',
      'path-encoded-slash',
      'path-encoded-letter',
      'path-control',
      'path-fragment',
    ],
    line: '$request_uri',
  },
  {
    name: 'that sends Warder the host of the client ($http_host)',
    edit: replacing(['$scheme://$host$request_uri', '$scheme://$http_host$request_uri']),
    fails: ['absolute-form'],
    line: 'and not $http_host',
  },
  {
    name: 'that passes on the original URL of the client',
    edit: replacing(
      [
        'proxy_set_header X-Original-URL $scheme://$host$request_uri;',
        'proxy_set_header X-Original-URL $warder_claimed;',
      ],
      [
        /^/,
        'map $http_x_original_url $warder_claimed { default $http_x_original_url; "" $scheme://$host$request_uri; }\n',
      ],
    ),
    fails: ['origin-fields'],
    line: 'X-Original-URL $scheme://$host$request_uri;',
  },
  {
    name: 'with an auth location that clients can ask',
    edit: replacing(['        internal;\n', '']),
    fails: ['own-endpoints'],
    line: 'internal;',
  },
  {
    name: 'that guards only the paths in their usual letter case',
    edit: (text) =>
      replacing(['location / {', 'location /orders/ {'])(text).replace(
        '    location = /_warder {',
        `    location / { proxy_pass ${/proxy_pass (http:\/\/127[^;]+);/.exec(text)?.[1] ?? ''}; }\n    location = /_warder {`,
      ),
    fails: ['path-encoded-letter', 'path-semicolon', 'path-backslash', 'path-letter-case'],
    line: '$request_uri',
  },
  {
    name: 'with a location that returns an answer',
    edit: replacing([
      '        auth_request /_warder;',
      '        return 200 open;\n        auth_request /_warder;',
    ]),
    fails: ['no-token'],
    line: 'without `return`',
  },
  {
    name: 'without auth_request',
    edit: replacing(['        auth_request /_warder;', '        auth_request off;'], WITHOUT_BIND),
    fails: ['no-token'],
    line: 'auth_request /_warder;',
  },
  {
    name: 'with satisfy any',
    edit: replacing(
      ['        auth_request /_warder;', '        satisfy any; allow all;\n        auth_request /_warder;'],
      WITHOUT_BIND,
    ),
    fails: ['no-token'],
    line: 'auth_request /_warder;',
  },
]

/** A decision server as Warder must not be: it keeps the connection, and reads what comes next as the announced body. */
async function startForgetfulServer(cleanup: Cleanup): Promise<number> {
  const server = createServer((socket) => {
    let bytes: Buffer = Buffer.alloc(0)
    let toSkip = 0
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk])
      for (;;) {
        const skipped = Math.min(toSkip, bytes.length)
        bytes = bytes.subarray(skipped)
        toSkip -= skipped
        const taken = takeMessage(bytes, false, false)
        if (taken === undefined) return
        bytes = taken.rest
        toSkip = Number(valuesOf(taken.message, 'content-length')[0] ?? 0)
        const isAllowed = valuesOf(taken.message, 'authorization').some((value) => value.length > 100)
        const isMine = taken.message.startLine === 'GET /v1/auth/nginx HTTP/1.1'
        const denial = 'X-Decision-Id: 1\r\nX-Decision-Reason: token_missing\r\n'
        const answer = isAllowed ? '200 OK\r\nX-Auth-Subject: alice\r\n' : `401 Unauthorized\r\n${denial}`
        socket.write(`HTTP/1.1 ${isMine ? answer : '400 Bad Request\r\n'}Content-Length: 0\r\n\r\n`)
      }
    })
  })
  return listen(server, cleanup)
}

const withoutLength = replacing(['        proxy_set_header Content-Length "";\n', ''])

liveSuite('warder doctor at a broken nginx', ['nginx'], () => {
  let cleanup = createCleanup()
  afterEach(async () => {
    await cleanup.run()
    cleanup = createCleanup()
  })
  afterAll(() => cleanup.run())

  for (const { name, edit, fails, line } of BROKEN) {
    it(`${name}: ${fails.join(', ')}`, async () => {
      const upstream = `127.0.0.1:${startEchoServer(cleanup)}`
      const site = await startGuardedSite(cleanup, { upstream, editSnippet: edit })
      const examined = await examine(
        { port: site.port, token: site.mint(), configText: site.configText },
        cleanup,
      )
      expect(examined.with('fail').map((text) => text.split(':')[0])).toEqual([...fails])
      expect(examined.code).toBe(5)
      expect(examined.probe(fails[0] ?? '').fix?.join('\n')).toContain(line)
    })
  }

  it('that announces bodies to a decision server which keeps the connection: desync', async () => {
    const port = await startForgetfulServer(cleanup)
    const upstream = `127.0.0.1:${startEchoServer(cleanup)}`
    const options = { upstream, between: () => Promise.resolve(port) }
    const token = `eyJ${'a'.repeat(120)}`
    const sound = await startGuardedSite(cleanup, options)
    expect((await examine({ port: sound.port, token }, cleanup)).probe('desync').result).toBe('pass')
    const broken = await startGuardedSite(cleanup, { ...options, editSnippet: withoutLength })
    const { code, probe } = await examine({ port: broken.port, token, flags: ['--timeout', '1s'] }, cleanup)
    expect([code, probe('desync').result]).toEqual([5, 'fail'])
    expect(probe('desync').fix).toEqual([
      'proxy_pass_request_body off; proxy_set_header Content-Length "";   in the auth location',
    ])
  })

  it('that announces bodies to Warder: nothing fails, because Warder closes such connections', async () => {
    const upstream = `127.0.0.1:${startEchoServer(cleanup)}`
    const site = await startGuardedSite(cleanup, { upstream, editSnippet: withoutLength })
    const examined = await examine(
      { port: site.port, token: site.mint(), configText: site.configText },
      cleanup,
    )
    expect([examined.code, examined.with('fail')]).toEqual([0, []])
    expect(site.warder.log.filter(({ fields }) => fields['event'] === 'unread_body')).not.toEqual([])
  })

  it('that sends Warder the path of its own location ($uri there): everything is denied, and nothing is proven', async () => {
    const upstream = `127.0.0.1:${startEchoServer(cleanup)}`
    const edit = replacing(['$scheme://$host$request_uri', '$scheme://$host$uri'])
    const site = await startGuardedSite(cleanup, { upstream, editSnippet: edit })
    const { code, probe } = await examine(
      { port: site.port, token: site.mint(), configText: site.configText },
      cleanup,
    )
    expect([code, probe('token-accepted').result, probe('token-accepted').saw]).toEqual([
      10,
      'warning',
      '403 no_route',
    ])
    expect(probe('identity').result).toBe('unknown')
  })

  it('with the default limit on header lines: a warning, and the exit code of a pass', async () => {
    const upstream = `127.0.0.1:${startEchoServer(cleanup)}`
    const edit = replacing(['large_client_header_buffers 4 72k;', ''])
    const site = await startGuardedSite(cleanup, { upstream, editSnippet: edit })
    const { code, probe } = await examine(
      { port: site.port, token: site.mint(), configText: site.configText },
      cleanup,
    )
    expect([code, probe('token-size').result]).toEqual([0, 'warning'])
    expect(probe('token-size').fix?.join()).toContain('large_client_header_buffers 4 72k;')
  })
})

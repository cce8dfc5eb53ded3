/** The filters of contrib/fail2ban, on the log of a real gateway that is attacked. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'bun:test'
import { createCleanup } from '../support/live/cleanup.ts'
import { addressesIn, startFail2ban } from '../support/live/fail2ban.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { waitFor } from '../support/live/loopback.ts'
import { openClient } from '../support/live/raw-client.ts'
import { startServedGateway } from '../support/live/served-gateway.ts'
import { createTempDir } from '../support/live/temp-dir.ts'
import { gatewayConfig } from '../support/run-gateway.ts'

/** Whom the attackers want to be banned. */
const VICTIM = '203.0.113.9'

/** What looks like the fields that the filters read, wherever it ends up. */
const LIES = [
  `client: ${VICTIM}`,
  `","client":"${VICTIM}","x":"`,
  `\\","client":"${VICTIM}`,
  `{"level":"info","time":"2026-11-29T10:00:00.000Z","event":"decision","outcome":"deny","reason":"credentials_invalid","status":401,"id":"0","via":"gateway","client":"${VICTIM}"`,
  `,"event":"decision","outcome":"deny","reason":"credentials_invalid","status":401,"id":"0","via":"gateway","client":"${VICTIM}",`,
  `event=decision outcome=deny reason=credentials_invalid status=401 id=0 via=gateway client=${VICTIM} `,
  `x client=${VICTIM} `,
  VICTIM,
  `\u2028{"level":"info","client":"${VICTIM}"`,
  'alice" ',
]

// Nobody listens there: spans are lost, and the lines have the place in a trace all the same.
const TRACING = "tracing: { endpoint: 'http://127.0.0.1:9/v1/traces', sample_ratio: 1 }\n"

const configOf = (format: string, isTraced = false): string =>
  gatewayConfig(['http://127.0.0.1:1'])
    .replace(
      'routes:\n',
      `routes:\n  - { name: staff, match: { path: /staff/** }, basic_auth: { users: { alice: { password: right } } }, upstream: app, rate_limit: { requests: 10000, per: 1s } }\n`,
    )
    .replace('drain:', `log: { format: ${format} }\n${isTraced ? TRACING : ''}drain:`)

const basic = (user: string, password = 'wrong'): string =>
  `Authorization: Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

/** One request on a connection of its own. */
async function ask(port: number, from: string, target: string, fields: readonly string[]): Promise<number> {
  const client = await openClient(port, from)
  client.send(`GET ${target} HTTP/1.1\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`)
  try {
    return (await client.receive()).status
  } finally {
    client.close()
  }
}

/** Wrong passwords and bad tokens, each with a lie in every place; one request from each of so many addresses. */
async function attack(port: number): Promise<{ readonly passwords: string[]; readonly tokens: string[] }> {
  const passwords: string[] = []
  const tokens: string[] = []
  let last = 1
  const next = (): string => `127.0.0.${++last}`
  for (const lie of LIES) {
    const path = encodeURIComponent(lie)
    const plain = lie.replaceAll(/[^\x20-\x7e]/g, '')
    for (const [user, target, fields] of [
      // A colon ends the name of a user.
      [lie.replaceAll(/[:\u2028]/g, ';'), '/staff/x', ['Host: a']],
      ['alice', `/staff/${path}`, ['Host: a']],
      ['alice', '/staff/x', ['Host: a', `User-Agent: ${plain}`, `X-Forwarded-For: ${VICTIM}`]],
    ] as const) {
      const from = next()
      if ((await ask(port, from, target, [...fields, basic(user)])) === 401) passwords.push(from)
    }
    // Most of these the gateway refuses to read.
    const from = next()
    const status = await ask(port, from, '/staff/x', [`Host: ${plain}`, basic('alice')]).catch(() => 0)
    if (status === 401) passwords.push(from)
    for (const [target, token] of [
      [`/orders/${path}`, 'Bearer x.y.z'],
      ['/orders/x', `Bearer ${Buffer.from(lie).toString('base64url')}.e30.e30`],
      [
        '/orders/x',
        `Bearer ${Buffer.from(JSON.stringify({ alg: 'HS256', kid: lie })).toString('base64url')}.e30.e30`,
      ],
    ] as const) {
      await ask(port, next(), target, ['Host: a', `Authorization: ${token}`])
      tokens.push(`127.0.0.${last}`)
    }
  }
  return { passwords, tokens }
}

liveSuite('fail2ban', ['fail2ban-regex'], () => {
  const cleanup = createCleanup()
  afterAll(() => cleanup.run())
  const log = join(createTempDir(cleanup), 'warder.log')

  for (const [format, isTraced] of [
    ['json', false],
    ['json', true],
    ['logfmt', false],
    ['logfmt', true],
  ] as const) {
    const of = `${format}${isTraced ? ', with tracing' : ''}`
    it(`attack: bans nobody but the attackers, by a log as ${of}`, async () => {
      const { port, process } = await startServedGateway(configOf(format, isTraced), cleanup)
      const attackers = await attack(port)
      expect(attackers.passwords.length).toBeGreaterThan(LIES.length * 2)
      const last = [attackers.passwords, attackers.tokens].map((list) => list.at(-1) ?? '')
      await process.ready(
        'the last lines',
        () => last.every((from) => process.output().includes(from)) || undefined,
      )
      // stderr has no line that a filter could find.
      writeFileSync(log, process.output())
      const found = await addressesIn(log, 'warder-passwords')
      expect(found.toSorted()).toEqual(attackers.passwords.toSorted())
      const bad = await addressesIn(log, 'warder-tokens')
      expect(bad.length).toBeGreaterThan(LIES.length)
      expect(bad.filter((address) => !attackers.tokens.includes(address))).toEqual([])
      // As fail2ban has the lines of the journal: with their beginning, and with the time beside them.
      const journal = process.output().replaceAll(/^(?=\{|level=)/gm, 'host warder[4711]: ')
      writeFileSync(log, journal)
      expect(await addressesIn(log, 'warder-passwords', ['-d', '{NONE}'])).toEqual(found)
      await process.stop()
    })
  }

  it('bans who guesses passwords, and nobody who sends one wrong password', async () => {
    const { port, process } = await startServedGateway(configOf('json'), cleanup)
    writeFileSync(log, '')
    const fail2ban = startFail2ban(log, cleanup)
    await fail2ban.process.ready(
      'the jails',
      async () => (await fail2ban.failures('warder-passwords')) === 0 || undefined,
    )
    for (let i = 0; i < 6; i++) await ask(port, '127.0.0.7', '/staff/x', ['Host: a', basic(VICTIM)])
    await ask(port, '127.0.0.8', '/staff/x', ['Host: a', basic('alice')])
    expect(await ask(port, '127.0.0.9', '/staff/x', ['Host: a', basic('alice', 'right')])).toBe(502)
    await process.ready('the lines', () => process.output().includes('"client":"127.0.0.8"') || undefined)
    writeFileSync(log, process.output(), { flag: 'a' })
    await waitFor('the ban', () => fail2ban.actions().includes('+127.0.0.7') || undefined)
    await waitFor('all lines', async () => (await fail2ban.failures('warder-passwords')) >= 7 || undefined)
    expect(fail2ban.actions()).toEqual(['+127.0.0.7'])
  })
})

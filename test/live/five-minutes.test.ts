/** "Five minutes from nothing" of each proxy's page, pasted into a shell as a newcomer does it. */
import { afterEach, describe, expect, it } from 'bun:test'
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { PROGRAM_PATH, type Program } from '../../tools/programs.ts'
import { startProgram } from '../support/live/child-program.ts'
import { createCleanup } from '../support/live/cleanup.ts'
import { liveSuite } from '../support/live/live-suite.ts'
import { freePort } from '../support/live/loopback.ts'
import { createTempDir } from '../support/live/temp-dir.ts'

const ROOT = resolve(import.meta.dir, '../..')
const HEADING = '## Five minutes from nothing\n'
const NEEDS: Readonly<Record<string, readonly Program[]>> = {
  nginx: ['nginx'],
  haproxy: ['haproxy'],
  apache: ['apache2', 'lua-socket'],
  traefik: ['traefik'],
  caddy: ['caddy'],
  envoy: ['envoy'],
}
/** Without Kubernetes or the program itself, nobody can paste these. */
const NOT_RUN = ['apisix', 'ingress-nginx']

const cleanup = createCleanup()
afterEach(() => cleanup.run())

/** The lines to paste, block by block: what follows `$`, with its here documents. */
function blocksOf(page: string): readonly string[] {
  const [, section = ''] = readFileSync(`${ROOT}/docs/${page}.md`, 'utf8').split(HEADING)
  const [text = ''] = section.split('\n## ')
  return [...text.matchAll(/^```console\n(.*?)^```/gms)].map(([, block = '']) =>
    [...block.matchAll(/^\$ ([^\n]*<<'?EOF'?\n.*?^EOF$|[^\n]*)/gms)].map(([, line]) => line).join('\n'),
  )
}

/** Free ports instead of those of the page, so that tests can run beside each other. */
async function withFreePorts(script: string): Promise<string> {
  const [site, application, grpc, decisions] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ]
  return (
    script
      .replaceAll('8080', `${site}`)
      .replaceAll('127.0.0.1:8000', `127.0.0.1:${application}`)
      .replace('listen: { grpc: 127.0.0.1:9190 }\n', '')
      .replace(
        'policy: read }\n',
        `policy: read }\nlisten: { decisions: 127.0.0.1:${decisions}, grpc: 127.0.0.1:${grpc}, admin: off }\n`,
      )
      .replace('envoy -c', 'envoy --disable-hot-restart -c')
      // Its admin endpoint has a fixed port, too.
      .replace('caddy run', "sed -i '0,/^{$/s//{\\n\\tadmin off/' Caddyfile; caddy run")
  )
}

/** A folder for `PATH` in which `warder` is this one. */
function folderOfWarder(): string {
  const folder = createTempDir(cleanup)
  const file = join(folder, 'warder')
  writeFileSync(file, `#!/bin/sh\nexec '${process.execPath}' '${ROOT}/src/cli/main.ts' "$@"\n`)
  chmodSync(file, 0o755)
  return folder
}

describe('the pages of the proxies', () => {
  it('are all pasted here, or are known to need more than one machine', () => {
    const pages = readdirSync(`${ROOT}/docs`)
      .filter(
        (file) => file.endsWith('.md') && readFileSync(`${ROOT}/docs/${file}`, 'utf8').includes(HEADING),
      )
      .map((file) => file.slice(0, -'.md'.length))
    expect(pages.toSorted()).toEqual([...Object.keys(NEEDS), ...NOT_RUN].toSorted())
  })
})

for (const [page, programs] of Object.entries(NEEDS))
  liveSuite(`docs/${page}.md`, [...programs, 'curl', 'openssl'], () => {
    const ways = page === 'envoy' ? ['envoy-grpc', 'envoy'] : [page]
    for (const way of ways)
      it(`leads to a denial, an identity that nobody can spoof, and a pass of doctor, by ${way}`, async () => {
        const [start = '', ask = '', prove = ''] = blocksOf(page)
        const directory = createTempDir(cleanup)
        // As on a terminal: no progress between the lines of the answer.
        writeFileSync(join(directory, '.curlrc'), 'silent\n')
        const script = await withFreePorts(
          [
            start.replace('snippet envoy-grpc', `snippet ${way}`),
            'until curl -s -o /dev/null -w "%{http_code}" localhost:8080/orders/1 | grep -q 401; do sleep 0.1; done',
            ask,
            prove,
            'echo "doctor ended with $?"; wait',
          ].join('\n'),
        )
        const shell = startProgram(['setsid', 'bash', '-c', script], {
          cwd: directory,
          env: {
            PATH: `${folderOfWarder()}:${PROGRAM_PATH}`,
            HOME: directory,
          },
        })
        cleanup.add(() => endSession(shell.pid))
        await shell.ready('the end of doctor', () => /doctor ended with/.exec(shell.output())?.[0])
        const output = shell.output()
        expect(output).toMatch(/HTTP\/1\.1 401 /)
        expect(output).toMatch(/x-decision-reason: token_missing\r?$/im)
        expect(output).toMatch(/x-auth-subject: alice$/im)
        expect(output).not.toMatch(/auth.subject: root/i)
        expect(output).toContain('doctor ended with 0')
      })
  })

/** The shell and everything that it started. */
function endSession(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL')
  } catch {
    // It has ended.
  }
}

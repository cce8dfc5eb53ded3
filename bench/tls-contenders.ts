/** The gateway, nginx and Caddy over TLS, in front of the same application; each answers plain HTTP as well. */
import { execFileSync } from 'node:child_process'
import { whichProgram } from '../tools/programs.ts'
import { startApps } from './apps.ts'
import { GATEWAY } from './gateway-rows.ts'
import { guardedUrl, startGateway, type TlsFiles } from './gateway-server.ts'
import { startNginxProcess } from './nginx-process.ts'
import { type Bench, findFreePort, type RunningServer } from './processes.ts'
import { createMinter } from './tokens.ts'

export interface TlsContenders {
  readonly headers: Readonly<Record<string, string>>
  /** By the name of their rows; the port is the TLS port. */
  readonly servers: Readonly<Record<string, RunningServer>>
}

export async function startTlsContenders(bench: Bench): Promise<TlsContenders> {
  const minter = createMinter('RS256')
  const apps = await startApps(bench)
  const tls = makeCertificate(bench)
  const port = await findFreePort()
  const gateway = await startGateway(bench, { minter, apps, tls: { ...tls, port } })
  return {
    headers: { Authorization: `Bearer ${minter.mint(0)}` },
    servers: {
      [GATEWAY]: { ...gateway, port },
      nginx: await startNginx(bench, apps.content, tls),
      Caddy: await startCaddy(bench, apps.content, tls),
    },
  }
}

function makeCertificate({ directory }: Bench): TlsFiles {
  const [certFile, keyFile] = [`${directory}/cert.pem`, `${directory}/key.pem`]
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=bench']
  const names = ['-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2']
  execFileSync('openssl', ['req', '-x509', ...kind, ...names, '-keyout', keyFile, '-out', certFile], {
    stdio: 'pipe',
  })
  return { certFile, keyFile }
}

async function startNginx(bench: Bench, content: number, tls: TlsFiles): Promise<RunningServer> {
  const [plain, port] = [await findFreePort(), await findFreePort()]
  const pid = await startNginxProcess(bench, {
    name: 'tls-nginx',
    http: `upstream content { server 127.0.0.1:${content}; keepalive 64; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${plain};
    listen 127.0.0.1:${port} ssl http2;
    ssl_certificate ${tls.certFile};
    ssl_certificate_key ${tls.keyFile};
    location / { proxy_pass http://content; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }`,
    url: guardedUrl(plain, '1KiB'),
  })
  return { pid, port }
}

async function startCaddy(bench: Bench, content: number, tls: TlsFiles): Promise<RunningServer> {
  const [plain, port] = [await findFreePort(), await findFreePort()]
  const file = await bench.write(
    'Caddyfile',
    `{
  admin off
  auto_https off
  storage file_system ${bench.directory}/caddy
}
http://127.0.0.1:${plain} {
  reverse_proxy 127.0.0.1:${content}
}
https://127.0.0.1:${port} {
  tls ${tls.certFile} ${tls.keyFile}
  reverse_proxy 127.0.0.1:${content}
}
`,
  )
  const command = [whichProgram('caddy'), 'run', '--adapter', 'caddyfile', '--config', file]
  return { pid: await bench.start(command, guardedUrl(plain, '1KiB')), port }
}

/** `warder snippet nginx`: its flags, checked so that nginx starts with the result. */
import { err, ok, type Result } from '../../result.ts'
import type { FlagMistake, ProxySnippet, SnippetFlags } from '../proxy.ts'
import { APPLICATION, ONE_WORD, WORDS } from './plain-text.ts'
import { nginxSnippet, type NginxSite, type SiteCertificate } from './snippet.ts'

export const nginxSnippetCommand: ProxySnippet = {
  summary: 'a file for the http block of nginx',
  description:
    'Prints a file to include in the http block of nginx: a guarded site in front of an application.',
  flags: [
    { usage: '--upstream <url>', help: 'the application', value: 'http://127.0.0.1:8000' },
    { usage: '--server-name <names>', help: 'server_name of the site', value: '_' },
    { usage: '--listen <address>', help: 'listen of the site', value: '80' },
    { usage: '--cert <path>', help: 'certificate of the site, in PEM form, for ssl' },
    { usage: '--key <path>', help: 'its private key' },
  ],
  examples: `\
  warder snippet nginx -c warder.yaml > /etc/nginx/conf.d/warder.conf
  warder snippet nginx --upstream http://10.0.0.5:8000 --server-name api.example.com --listen '443 ssl' \\
    --cert /etc/ssl/api.pem --key /etc/ssl/api.key`,
  canName: (address) => ONE_WORD.test(address),
  read(flags) {
    const site = readSite(flags)
    return site.ok ? ok((facts) => nginxSnippet({ ...facts, ...site.value })) : site
  },
}

const LISTEN_EXAMPLE =
  "write --listen 80, --listen 127.0.0.1:8080, or --listen '443 ssl' with --cert and --key"

const mistake = (message: string, hint: string): Result<never, FlagMistake> => err({ message, hint })

function readSite(flags: SnippetFlags): Result<NginxSite, FlagMistake> {
  const { upstream = '', serverName = '', listen = '' } = flags
  if (!APPLICATION.test(upstream))
    return mistake(
      '--upstream: not http://host:port, without a path',
      'write --upstream http://127.0.0.1:8000; nginx passes the path on unchanged',
    )
  if (!WORDS.test(serverName))
    return mistake(
      '--server-name: not one or more names',
      "write --server-name 'api.example.com www.example.com'",
    )
  const trouble = listenTrouble(listen)
  if (trouble !== undefined) return mistake(trouble, LISTEN_EXAMPLE)
  const certificate = readCertificate(flags)
  if (!certificate.ok) return certificate
  return ok({
    upstream,
    serverName,
    listen,
    ...(certificate.value === undefined ? {} : { certificate: certificate.value }),
  })
}

const ADDRESS =
  /^(?:unix:\/\S+|(?:(?:\*|\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):)?(\d+)|\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)$/
const MAX_PORT = 65_535

/** Why nginx would refuse this `listen`: an address, then parameters. */
function listenTrouble(listen: string): string | undefined {
  const match = ADDRESS.exec(listen.split(' ')[0] ?? '')
  if (!WORDS.test(listen) || match === null) return '--listen: not an address that nginx can listen on'
  const [, port] = match
  if (port === undefined || (Number(port) >= 1 && Number(port) <= MAX_PORT)) return undefined
  return `--listen: ${port} is not a port; ports are 1 to ${MAX_PORT}`
}

/** With one of these parameters, nginx needs a certificate to start. */
const NEEDS_CERTIFICATE: ReadonlySet<string> = new Set(['ssl', 'quic'])

/** The certificate of the site; undefined for one without TLS. */
function readCertificate({
  listen = '',
  cert: certFile,
  key: keyFile,
}: SnippetFlags): Result<SiteCertificate | undefined, FlagMistake> {
  for (const [flag, path] of Object.entries({ '--cert': certFile, '--key': keyFile }))
    if (path !== undefined && !ONE_WORD.test(path))
      return mistake(
        `${flag}: this path cannot be written into nginx's configuration`,
        'use a path without spaces, quotes, braces and `;`',
      )
  const hasTls = listen.split(' ').some((word) => NEEDS_CERTIFICATE.has(word))
  if (hasTls && certFile !== undefined && keyFile !== undefined) return ok({ certFile, keyFile })
  if (hasTls) {
    const missing = [
      ...(certFile === undefined ? ['--cert'] : []),
      ...(keyFile === undefined ? ['--key'] : []),
    ]
    return mistake(
      `--listen '${listen}' needs ${missing.join(' and ')}: nginx does not start without a certificate`,
      "write --listen '443 ssl' --cert /etc/ssl/site.pem --key /etc/ssl/site.key, PEM files that nginx can read",
    )
  }
  if (certFile === undefined && keyFile === undefined) return ok(undefined)
  return mistake('--cert, --key: the site does not use TLS', "write --listen '443 ssl', or leave them out")
}

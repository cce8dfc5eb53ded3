/** `warder snippet apache`: its flags, checked so that Apache starts with the result. */
import { err, ok, type Result } from '../../result.ts'
import type { FlagMistake, ProxySnippet, SnippetFlags } from '../proxy.ts'
import { APACHE_APPLICATION, APACHE_HOSTS, APACHE_LISTEN, APACHE_WORD } from './plain-text.ts'
import type { ApacheSite } from './site.ts'
import { apacheSnippet } from './snippet.ts'

export const apacheSnippetCommand: ProxySnippet = {
  summary: 'a virtual host for Apache httpd',
  description:
    'Prints a file with a virtual host for Apache httpd: a guarded site in front of an application. Apache asks Warder with the Lua in it.',
  flags: [
    { usage: '--upstream <url>', help: 'the application', value: 'http://127.0.0.1:8000' },
    { usage: '--server-name <names>', help: 'ServerName and ServerAlias; _ for none', value: '_' },
    {
      usage: '--listen <address>',
      help: 'address of the site: a port, or an address with a port',
      value: '80',
    },
    { usage: '--cert <path>', help: 'certificate of the site, in PEM form, for TLS' },
    { usage: '--key <path>', help: 'its private key' },
  ],
  examples: `\
  warder snippet apache -c warder.yaml > /etc/apache2/sites-available/warder.conf
  warder snippet apache --upstream http://10.0.0.5:8000 --server-name api.example.com --listen 443 \\
    --cert /etc/ssl/api.pem --key /etc/ssl/api.key`,
  canName: (address) => APACHE_WORD.test(address),
  read(flags) {
    const site = readSite(flags)
    return site.ok ? ok((facts) => apacheSnippet({ ...facts, ...site.value })) : site
  },
}

const MAX_PORT = 65_535

const mistake = (message: string, hint: string): Result<never, FlagMistake> => err({ message, hint })

function readSite(flags: SnippetFlags): Result<ApacheSite, FlagMistake> {
  const { upstream = '', serverName = '', listen = '' } = flags
  const [application, upstreamPort = '1'] = APACHE_APPLICATION.exec(upstream) ?? []
  if (application === undefined || !isPort(upstreamPort))
    return mistake(
      '--upstream: not http://host:port, without a path',
      'write --upstream http://127.0.0.1:8000; Apache passes the path on unchanged',
    )
  if (!APACHE_HOSTS.test(serverName))
    return mistake(
      '--server-name: not one or more names',
      "write --server-name 'api.example.com www.example.com'",
    )
  const [, port = ''] = APACHE_LISTEN.exec(listen) ?? []
  if (!isPort(port))
    return mistake(
      '--listen: not an address that Apache can listen on; ports are 1 to 65535',
      'write --listen 80, --listen 127.0.0.1:8080, or --listen 443 with --cert and --key',
    )
  const certificate = readCertificate(flags)
  if (!certificate.ok) return certificate
  return ok({
    upstream,
    serverName,
    listen,
    ...(certificate.value === undefined ? {} : { certificate: certificate.value }),
  })
}

const isPort = (text: string): boolean => Number(text) >= 1 && Number(text) <= MAX_PORT

function readCertificate({
  cert: certFile,
  key: keyFile,
}: SnippetFlags): Result<ApacheSite['certificate'], FlagMistake> {
  for (const [flag, path] of Object.entries({ '--cert': certFile, '--key': keyFile }))
    if (path !== undefined && !APACHE_WORD.test(path))
      return mistake(
        `${flag}: this path cannot be written into Apache's configuration`,
        'use a path without spaces, quotes, backslashes and the characters # $ % < > ; , { }',
      )
  if (certFile !== undefined && keyFile !== undefined) return ok({ certFile, keyFile })
  if (certFile === undefined && keyFile === undefined) return ok(undefined)
  return mistake(
    certFile === undefined ? '--key: needs --cert' : '--cert: needs --key',
    'write --cert /etc/ssl/site.pem --key /etc/ssl/site.key, PEM files that Apache can read; or leave both out',
  )
}

/** `warder snippet apache`: its flags, checked so that Apache starts with the result. */
import { ok, type Result } from '../../result.ts'
import type { FlagMistake, ProxySnippet, SnippetFlags } from '../proxy.ts'
import { flagMistake, readSite, SITE_FLAGS } from '../site-flags.ts'
import { APACHE_LISTEN, APACHE_WORD } from './plain-text.ts'
import type { ApacheSite } from './site.ts'
import { apacheSnippet } from './snippet.ts'

export const apacheSnippetCommand: ProxySnippet = {
  summary: 'a virtual host for Apache httpd',
  description:
    'Prints a file with a virtual host for Apache httpd: a guarded site in front of an application. Apache asks Warder with the Lua in it.',
  flags: [
    ...SITE_FLAGS,
    {
      usage: '--listen <address>',
      help: 'address of the site: a port, or an address with a port',
      value: '80',
    },
  ],
  examples: `\
  warder snippet apache -c warder.yaml > /etc/apache2/sites-available/warder.conf
  warder snippet apache --upstream http://10.0.0.5:8000 --server-name api.example.com --listen 443 \\
    --cert /etc/ssl/api.pem --key /etc/ssl/api.key`,
  canName: (address) => APACHE_WORD.test(address),
  read(flags) {
    const site = readApacheSite(flags)
    return site.ok ? ok((facts) => apacheSnippet({ ...facts, ...site.value })) : site
  },
}

const MAX_PORT = 65_535

function readApacheSite(flags: SnippetFlags): Result<ApacheSite, FlagMistake> {
  const site = readSite(flags)
  if (!site.ok) return site
  const { listen = '' } = flags
  const [, port = ''] = APACHE_LISTEN.exec(listen) ?? []
  if (Number(port) < 1 || Number(port) > MAX_PORT)
    return flagMistake(
      '--listen: not an address that Apache can listen on; ports are 1 to 65535',
      'write --listen 80, --listen 127.0.0.1:8080, or --listen 443 with --cert and --key',
    )
  return ok({ ...site.value, listen })
}

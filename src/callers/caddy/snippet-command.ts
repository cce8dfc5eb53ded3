/** `warder snippet caddy`: its flags, checked so that Caddy starts with the result. */
import { ok } from '../../result.ts'
import type { ProxySnippet } from '../proxy.ts'
import { flagMistake, isPlainPath, isTcpAddress, readSite, SITE_FLAGS } from '../site-flags.ts'
import { caddySnippet } from './snippet.ts'

const SOCKET = 'unix:/'
const LISTEN = /^(?:([A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]+\]):|:)?([0-9]{1,5})$/
const MAX_PORT = 65_535

export const caddySnippetCommand: ProxySnippet = {
  summary: 'a Caddyfile',
  description: 'Prints a Caddyfile: a guarded site in front of an application.',
  flags: [
    ...SITE_FLAGS,
    {
      usage: '--listen <address>',
      help: 'port or host:port of the site; by default 443 with a certificate from Caddy for each --server-name, and 80 without a name',
    },
  ],
  examples: `\
  warder snippet caddy -c warder.yaml > /etc/caddy/Caddyfile
  warder snippet caddy --upstream http://10.0.0.5:8000 --server-name api.example.com
  warder snippet caddy --listen 127.0.0.1:8080`,
  canName: (address) =>
    isTcpAddress(address) || (address.startsWith(SOCKET) && isPlainPath(address.slice(SOCKET.length - 1))),
  read(flags) {
    const site = readSite(flags)
    if (!site.ok) return site
    const { listen } = flags
    if (listen === undefined)
      return ok((facts) => caddySnippet({ ...facts, ...site.value, listen: undefined }))
    const [, host, port = ''] = LISTEN.exec(listen) ?? []
    if (!(Number(port) >= 1 && Number(port) <= MAX_PORT))
      return flagMistake(
        '--listen: not an address that Caddy can listen on',
        'write --listen 80 or --listen 127.0.0.1:8080; for TLS also --cert and --key, or leave it out',
      )
    const address = host === undefined ? { port: Number(port) } : { host, port: Number(port) }
    return ok((facts) => caddySnippet({ ...facts, ...site.value, listen: address }))
  },
}

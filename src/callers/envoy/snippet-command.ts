/** `warder snippet envoy` and `envoy-grpc`: their flags, checked so that Envoy starts with the result. */
import { ok } from '../../result.ts'
import type { ProxySnippet } from '../proxy.ts'
import { flagMistake, isPlainPath, isTcpAddress, readSite, SITE_FLAGS } from '../site-flags.ts'
import type { EnvoySnippetOptions } from './bootstrap.ts'
import { envoySnippet } from './snippet.ts'

/** What the text of both ways has in common. */
export const envoyCommand = (
  name: string,
  asks: string,
  write: (options: EnvoySnippetOptions) => string,
): ProxySnippet => ({
  summary: `a bootstrap for Envoy, which asks ${asks}`,
  description: `Prints a whole bootstrap for Envoy, which asks ${asks}: a guarded site in front of an application.`,
  flags: [...SITE_FLAGS, { usage: '--listen <address>', help: 'address of the site', value: '0.0.0.0:8080' }],
  examples: `\
  warder snippet ${name} -c warder.yaml > /etc/envoy/envoy.yaml
  warder snippet ${name} --upstream http://10.0.0.5:8000 --server-name api.example.com --listen 0.0.0.0:443 \\
    --cert /etc/ssl/api.pem --key /etc/ssl/api.key`,
  canName: (address) =>
    address.startsWith('unix:') ? isPlainPath(address.slice('unix:'.length)) : isTcpAddress(address),
  read(flags) {
    const { listen = '' } = flags
    const site = readSite(flags)
    if (!site.ok) return site
    if (!isTcpAddress(listen))
      return flagMistake('--listen: not host:port', 'write --listen 0.0.0.0:8080, or 127.0.0.1:8080')
    return ok((facts) => write({ ...facts, ...site.value, listen }))
  },
})

export const envoySnippetCommand = envoyCommand('envoy', 'over HTTP', envoySnippet)

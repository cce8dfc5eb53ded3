/** `warder snippet traefik`: its flags, checked so that Traefik loads the result. */
import { ok } from '../../result.ts'
import type { ProxySnippet } from '../proxy.ts'
import { isTcpAddress, flagMistake, readSite, SITE_FLAGS } from '../site-flags.ts'
import { traefikSnippet } from './snippet.ts'

const WORD = /^[A-Za-z0-9_-]+$/

export const traefikSnippetCommand: ProxySnippet = {
  summary: 'a dynamic configuration file for Traefik',
  description:
    "Prints a dynamic configuration file for Traefik's file provider: the middlewares that ask Warder, and a guarded router in front of an application.",
  flags: [
    ...SITE_FLAGS,
    {
      usage: '--entry-points <names>',
      help: "entry points of the router, with spaces between; by default Traefik's default ones",
    },
    { usage: '--cert-resolver <name>', help: 'certificate resolver of the router, in place of --cert' },
  ],
  examples: `\
  warder snippet traefik -c warder.yaml > /etc/traefik/warder.yaml
  warder snippet traefik --upstream http://10.0.0.5:8000 --server-name api.example.com \\
    --entry-points websecure --cert-resolver letsencrypt`,
  canName: isTcpAddress,
  oneTcpAddress:
    'ForwardAuth asks one address over TCP: set `listen.decisions` to one, such as 127.0.0.1:9180; for several Warders, write --decisions with a host name that resolves to all of them',
  read(flags) {
    const { entryPoints, certResolver } = flags
    const site = readSite(flags)
    if (!site.ok) return site
    const points = entryPoints?.split(' ') ?? []
    if (!points.every((name) => WORD.test(name)))
      return flagMistake('--entry-points: not one or more names', "write --entry-points 'web websecure'")
    if (certResolver === undefined)
      return ok((facts) => traefikSnippet({ ...facts, ...site.value, entryPoints: points }))
    if (!WORD.test(certResolver))
      return flagMistake('--cert-resolver: not a name', 'write --cert-resolver letsencrypt')
    if (site.value.certificate !== undefined)
      return flagMistake('--cert and --cert-resolver exclude each other', 'leave one of them out')
    return ok((facts) => traefikSnippet({ ...facts, ...site.value, entryPoints: points, certResolver }))
  },
}

/** `warder snippet apisix`: its flags, checked so that APISIX loads the result. */
import { ok } from '../../result.ts'
import type { ProxySnippet } from '../proxy.ts'
import { isTcpAddress, PLAIN_SITE_FLAGS, readSite } from '../site-flags.ts'
import { apisixSnippet } from './snippet.ts'

export const apisixSnippetCommand: ProxySnippet = {
  summary: 'apisix.yaml for Apache APISIX',
  description:
    'Prints a configuration of Apache APISIX in standalone mode: a guarded route in front of an application. The parts can be sent to its Admin API as well.',
  flags: PLAIN_SITE_FLAGS,
  examples: `\
  warder snippet apisix -c warder.yaml > conf/apisix.yaml
  warder snippet apisix --upstream http://10.0.0.5:8000 --server-name api.example.com --decisions warder:9180`,
  canName: isTcpAddress,
  oneTcpAddress:
    'forward-auth asks one address over TCP: set `listen.decisions` to one, such as 127.0.0.1:9180; for several Warders, write --decisions with a host name that resolves to all of them',
  read(flags) {
    const site = readSite(flags)
    return site.ok ? ok((facts) => apisixSnippet({ ...facts, ...site.value })) : site
  },
}

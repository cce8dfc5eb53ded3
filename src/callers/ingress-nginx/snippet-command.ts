/** `warder snippet ingress-nginx`: its flags, checked so that Kubernetes takes the result. */
import { ok } from '../../result.ts'
import type { ProxySnippet } from '../proxy.ts'
import { flagMistake, isTcpAddress, readSite } from '../site-flags.ts'
import { ingressNginxSnippet } from './snippet.ts'

/** RFC 1123, as Kubernetes wants names. */
const NAME = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/
const SERVICE = /^([a-z0-9](?:[a-z0-9-]*[a-z0-9])?):([0-9]{1,5})$/

export const ingressNginxSnippetCommand: ProxySnippet = {
  summary: 'manifests for ingress-nginx',
  description:
    'Prints manifests for the ingress-nginx controller: an Ingress that asks Warder, and two ConfigMaps of the controller.',
  flags: [
    {
      usage: '--service <name:port>',
      help: 'the application: a service in the namespace of the Ingress',
      value: 'app:80',
    },
    { usage: '--server-name <names>', help: 'hosts of the Ingress, with spaces between', value: '_' },
    { usage: '--namespace <name>', help: 'namespace of the Ingress', value: 'default' },
    { usage: '--controller-namespace <name>', help: 'namespace of the controller', value: 'ingress-nginx' },
    { usage: '--tls-secret <name>', help: 'secret with the certificate of the hosts' },
  ],
  examples: `\
  warder snippet ingress-nginx -c warder.yaml --decisions warder.warder.svc.cluster.local:9180 \\
    --service orders:80 --server-name api.example.com > warder-ingress.yaml`,
  canName: isTcpAddress,
  oneTcpAddress:
    'write --decisions with the name of a service, such as warder.warder.svc.cluster.local:9180: Kubernetes spreads the questions over its pods',
  read(flags) {
    const { service = '', namespace = '', controllerNamespace = '', tlsSecret } = flags
    const site = readSite({ upstream: 'http://unused', serverName: flags['serverName'] })
    if (!site.ok) return site
    const [, name, port] = SERVICE.exec(service) ?? []
    if (name === undefined || port === undefined)
      return flagMistake('--service: not a service and its port', 'write --service orders:80')
    for (const [flag, value] of Object.entries({
      '--namespace': namespace,
      '--controller-namespace': controllerNamespace,
      '--tls-secret': tlsSecret ?? 'none',
    }))
      if (!NAME.test(value))
        return flagMistake(`${flag}: not a name of Kubernetes`, 'use lower-case letters, digits and hyphens')
    const { serverNames } = site.value
    const options = { service: { name, port: Number(port) }, serverNames, namespace, controllerNamespace }
    return ok((facts) =>
      ingressNginxSnippet({ ...facts, ...options, ...(tlsSecret !== undefined && { tlsSecret }) }),
    )
  },
}

/** What the manifests of Kubernetes have in common: their flags, and the comment above them. */
import { ok, type Result } from '../../result.ts'
import { fieldsToRemove, identityFields } from '../field-names.ts'
import type { FlagMistake, ProxySnippet, SnippetFacts, SnippetFlag, SnippetFlags } from '../proxy.ts'
import { flagMistake, isTcpAddress } from '../site-flags.ts'
import { CHECK_DIALECT } from './check-dialect.ts'
import { WRITTEN_BY_ENVOY } from './removed-headers.ts'

/** Where Warder and the application are. */
export interface ClusterSite {
  /** The Service of Warder. */
  readonly service: string
  readonly serviceNamespace: string
  /** Of the application. */
  readonly namespace: string
  /** What the flag of this manifest names. */
  readonly target: string
}

export interface ManifestOptions extends SnippetFacts, ClusterSite {
  /** Of Warder's Service. */
  readonly port: number
}

/** A name of Kubernetes (RFC 1123 label). */
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

const SHARED_FLAGS: readonly SnippetFlag[] = [
  { usage: '--service <name>', help: 'Service of Warder and its namespace', value: 'warder.warder' },
  { usage: '--namespace <name>', help: 'namespace of the application', value: 'default' },
]

/** A command that prints a manifest; `target` is its flag besides those that all have. */
export interface ManifestCommand {
  readonly name: string
  readonly summary: string
  readonly description: string
  readonly target: { readonly flag: string; readonly help: string; readonly value: string }
  readonly write: (options: ManifestOptions) => string
}

export const manifestCommand = ({
  name,
  summary,
  description,
  target,
  write,
}: ManifestCommand): ProxySnippet => ({
  summary,
  description,
  flags: [...SHARED_FLAGS, { usage: `--${target.flag} <name>`, help: target.help, value: target.value }],
  examples: `\
  warder snippet ${name} -c warder.yaml --decisions 0.0.0.0:9190 --service warder.warder \\
    --namespace shop --${target.flag} ${target.value}`,
  canName: isTcpAddress,
  oneTcpAddress:
    'the Service of Warder stands for all of them: set `listen.grpc` to one port of all interfaces, such as :9190',
  read(flags) {
    const site = readCluster(flags, target.flag)
    return site.ok ? ok((facts) => write({ ...facts, ...site.value, port: portOf(facts.decisions) })) : site
  },
})

const portOf = ([address = '']: readonly string[]): number =>
  Number(address.slice(address.lastIndexOf(':') + 1))

function readCluster(flags: SnippetFlags, targetFlag: string): Result<ClusterSite, FlagMistake> {
  const { service = '', namespace = '' } = flags
  const [serviceName = '', serviceNamespace = '', ...rest] = service.split('.')
  if (rest.length > 0 || !LABEL.test(serviceName) || !LABEL.test(serviceNamespace))
    return flagMistake('--service: not a name and a namespace', 'write --service warder.warder')
  if (!LABEL.test(namespace)) return flagMistake('--namespace: not a name', 'write --namespace shop')
  const target = flags[targetFlag] ?? ''
  if (!LABEL.test(target)) return flagMistake(`--${targetFlag}: not a name`, `write --${targetFlag} app`)
  return ok({ service: serviceName, serviceNamespace, namespace, target })
}

/** @throws TypeError when an identity header has a name that cannot be written. */
export function manifestComment(title: string, { decisions, identityNames }: SnippetFacts): string {
  const identity = identityFields(identityNames)
  const lines = [
    `${title}: asks Warder by gRPC, ${CHECK_DIALECT.endpoint}.`,
    '',
    `Warder listens at \`listen.grpc\` (${decisions.join(', ')}). Other pods reach it only if that is an address of`,
    'the pod, such as :9190; limit who may ask by a NetworkPolicy or by `trusted_callers`. Only with the latter does the',
    'log of Warder have the address of the client.',
    '',
    `The application gets ${[...identity, 'X-Decision-Id'].join(', ')}. In every allowed request, Warder`,
    'removes what a client wrote there in any spelling, and these fields, in which applications look for another method,',
    'path, host, scheme, address or sender than the judged one:',
    ...wrapped(fieldsToRemove([...identity, ...WRITTEN_BY_ENVOY])),
    `Envoy writes ${WRITTEN_BY_ENVOY.join(', ')} itself; clients must not be trusted with them.`,
  ]
  return lines.map((line) => `#${line === '' ? '' : ` ${line}`}`).join('\n')
}

const WIDTH = 110

function wrapped(words: readonly string[]): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of words) {
    if (line.length + word.length > WIDTH) {
      lines.push(line)
      line = ''
    }
    line += line === '' ? word : ` ${word}`
  }
  return line === '' ? lines : [...lines, line]
}

/** Lets a resource of one namespace name the Service of another. */
export const referenceGrant = (
  { service, serviceNamespace, namespace }: ClusterSite,
  from: { readonly group: string; readonly kind: string },
): string =>
  serviceNamespace === namespace
    ? ''
    : `---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: { name: warder-${namespace}, namespace: ${serviceNamespace} }
spec:
  from: [{ group: ${from.group}, kind: ${from.kind}, namespace: ${namespace} }]
  to: [{ group: "", kind: Service, name: ${service} }]
`

/** Addresses in Envoy's configuration. */

const PIPE = 'unix:'

/** `host:port` or `unix:PATH` as an `address`. */
export function yamlAddress(address: string): string {
  if (address.startsWith(PIPE)) return `{ pipe: { path: "${address.slice(PIPE.length)}" } }`
  const colon = address.lastIndexOf(':')
  const host = address.slice(0, colon).replace(/^\[|\]$/g, '')
  return `{ socket_address: { address: "${host}", port_value: ${address.slice(colon + 1)} } }`
}

/** The endpoints of a cluster. */
export const yamlEndpoints = (addresses: readonly string[]): string =>
  addresses.map((address) => `              - endpoint: { address: ${yamlAddress(address)} }`).join('\n')

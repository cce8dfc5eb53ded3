/** Addresses of sockets. */

/** Where a listener is bound, or a server is connected to. */
export type SocketAddress =
  | {
      readonly kind: 'tcp'
      readonly host: string
      readonly port: number
      /** Set if other processes of the same service listen there, too, and the system spreads connections over them. */
      readonly isShared?: true
    }
  | { readonly kind: 'unix'; readonly path: string }

/** `127.0.0.1:8080`, `[::1]:8080` or `unix:/run/app.sock`. */
export function socketText(address: SocketAddress): string {
  if (address.kind === 'unix') return `unix:${address.path}`
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`
}

/** The connections of HTTP/1.1 to one server, each of which carries one exchange at a time. */
import type { Deadlines } from '../../http/deadlines.ts'
import { UNCHARGED } from '../../http/held-account.ts'
import { NOBODY, type Wire } from '../../http/sockets/wire.ts'
import type { Connect } from './connect-attempts.ts'
import { Http1Link } from './http1-link.ts'
import { createKeptLinks } from './kept-links.ts'
import type { LinkSettled } from './link.ts'

export type Http1Links = ReturnType<typeof createHttp1Links>

/** @param maxAgeMs Age from which a connection is not kept any more. */
export function createHttp1Links(connect: Connect, maxAgeMs: number, deadlines: Deadlines) {
  const kept = createKeptLinks(maxAgeMs, deadlines)
  const toLink = (wire: Wire): Http1Link => new Http1Link(wire, false, performance.now())
  return {
    toLink,
    /** One that is open and idle. */
    ready(): Http1Link | undefined {
      const link = kept.take()
      return link && new Http1Link(link.wire, true, link.openedMs)
    },
    /** Opens one. @returns Gives up. */
    open: (settled: LinkSettled): (() => void) =>
      connect((wire, fault) => settled(wire && toLink(wire), fault)),
    /** Ends an exchange. The connection is kept if it may carry another one. */
    release(link: Http1Link, mayReuse: boolean): void {
      const { wire } = link
      wire.chargeTo(UNCHARGED)
      if (mayReuse && kept.keep(link)) return
      wire.events = NOBODY
      wire.destroy()
    },
    /** Closes what is idle, and what is released from now on. */
    close: (): void => kept.close(),
  }
}

/** A DNS server on loopback: it gives the answers of the test, over UDP. */
import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { isIP } from 'node:net'
import type { Cleanup } from './cleanup.ts'

/** What a name has: addresses of both families, or a response code. `silent`: no answer ever comes. */
export type DnsAnswer = readonly string[] | 'NXDOMAIN' | 'SERVFAIL' | 'silent'

export interface DnsServer {
  /** Its address. */
  readonly host: string
  /** Names without an answer do not exist. */
  set(name: string, answer: DnsAnswer): void
  /** Questions about a name so far. */
  asked(name: string): number
}

const CODES = { NXDOMAIN: 3, SERVFAIL: 2 } as const
const TYPES = { 1: 4, 28: 6 } as const
const TTL_SECONDS = 3_600

/**
 * Port 53, because resolvers know no other: that takes root. Each server has an address of its own, since several
 * tests run at a time.
 */
export async function startDnsServer(cleanup: Cleanup): Promise<DnsServer> {
  const host = `127.53.${randomInt(256)}.${randomInt(1, 255)}`
  const answers = new Map<string, DnsAnswer>()
  const questions: string[] = []
  const socket = createSocket('udp4')
  socket.on('message', (query, from) => {
    const { name, type, end } = readQuestion(query)
    questions.push(name)
    const answer = answers.get(name) ?? 'NXDOMAIN'
    if (answer === 'silent') return
    const family = TYPES[type as keyof typeof TYPES]
    const addresses =
      typeof answer === 'string'
        ? []
        : answer.filter((address) => family !== undefined && isIP(address) === family)
    const head = Buffer.alloc(12)
    query.copy(head, 0, 0, 2)
    head.writeUInt16BE(0x8180 | (typeof answer === 'string' ? CODES[answer] : 0), 2)
    head.writeUInt16BE(1, 4)
    head.writeUInt16BE(addresses.length, 6)
    const records = addresses.map((address) => record(type, address))
    socket.send(Buffer.concat([head, query.subarray(12, end), ...records]), from.port, from.address)
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.bind(53, host, resolve)
  })
  cleanup.add(() => void socket.close())
  return {
    host,
    set: (name, answer) => void answers.set(name, answer),
    asked: (name) => questions.filter((asked) => asked === name).length,
  }
}

function readQuestion(query: Buffer): { readonly name: string; readonly type: number; readonly end: number } {
  const labels: string[] = []
  let at = 12
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 }
}

/** A resource record of the name in question (RFC 1035 §3.2.1). */
function record(type: number, address: string): Buffer {
  const bytes = isIP(address) === 4 ? Buffer.from(address.split('.').map(Number)) : ipv6Bytes(address)
  const head = Buffer.alloc(12)
  head.writeUInt16BE(0xc00c, 0)
  head.writeUInt16BE(type, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt32BE(TTL_SECONDS, 6)
  head.writeUInt16BE(bytes.length, 10)
  return Buffer.concat([head, bytes])
}

function ipv6Bytes(address: string): Buffer {
  const [front = '', back = ''] = address.split('::')
  const groups = (part: string): readonly string[] => (part === '' ? [] : part.split(':'))
  const missing = 8 - groups(front).length - groups(back).length
  const all = [...groups(front), ...Array.from({ length: missing }, () => '0'), ...groups(back)]
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex')
}

/**
 * Clients in a process of their own that ask once, are answered, and then hold their connections. Arguments: the
 * port, how many. Writes `held N` when all are answered, and `closed` for each that is not held any more.
 */
const [port = '', count = ''] = process.argv.slice(2)
/** Handshakes under way at a time: fewer than any backlog. */
const AT_A_TIME = 200

interface Client {
  isAnswered: () => void
}

let next = 0

function hold(): Promise<void> {
  return new Promise((resolve, reject) => {
    Bun.connect<Client>({
      hostname: '127.0.0.1',
      port: Number(port),
      data: { isAnswered: resolve },
      socket: {
        open: (socket) => void socket.write('GET /orders/1 HTTP/1.1\r\nHost: a\r\n\r\n'),
        data: (socket) => socket.data.isAnswered(),
        close: () => console.log('closed'),
      },
    }).catch(reject)
  })
}

async function work(): Promise<void> {
  while (next < Number(count)) {
    next += 1
    await hold()
  }
}

await Promise.all(Array.from({ length: AT_A_TIME }, work))
console.log(`held ${count}`)

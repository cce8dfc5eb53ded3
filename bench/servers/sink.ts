/**
 * The least that takes an upload: it reads as much as `Content-Length` announces, keeps nothing, and says that it has
 * it all. Run with the port as its argument.
 */
interface Upload {
  head: string
  left: number
}

const LENGTH = /^content-length: *(\d+)\r$/im

Bun.listen<Upload>({
  hostname: '127.0.0.1',
  port: Number(process.argv[2]),
  socket: {
    open(socket) {
      socket.data = { head: '', left: 0 }
    },
    data(socket, bytes) {
      const upload = socket.data
      if (upload.left > 0) upload.left -= bytes.length
      else {
        upload.head += bytes.toString('latin1')
        const end = upload.head.indexOf('\r\n\r\n')
        if (end < 0) return
        upload.left = Number(LENGTH.exec(upload.head)?.[1] ?? 0) - (upload.head.length - end - 4)
        upload.head = ''
      }
      if (upload.left <= 0) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
    },
  },
})

/**
 * The least that any decision costs on this runtime, whoever writes it: five headers are read, the token is
 * digested, three headers are written. Run with the port as its argument.
 */
import { hash } from 'node:crypto'

const known = new Map<string, number>()

Bun.serve({
  hostname: '127.0.0.1',
  port: Number(process.argv[2]),
  fetch({ headers }) {
    const token = headers.get('authorization') ?? ''
    headers.get('x-original-url')
    headers.get('x-original-method')
    headers.get('content-length')
    headers.get('transfer-encoding')
    known.get(hash('sha256', token, 'binary'))
    const answer = {
      'x-decision-id': '01ARZ3NDEKTSV4RRFFQ69G5FAV',
      'x-auth-subject': 'alice',
      'x-auth-roles': 'clerk',
    }
    return new Response(null, { status: 200, headers: answer })
  },
})

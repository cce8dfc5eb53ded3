/** Clients of other makers that send one request after the other on one connection, and report what they read. */
import { startProgram } from './child-program.ts'

export interface AskedFor {
  readonly method: string
  readonly path: string
}

export interface ReadAnswer {
  readonly status: number
  readonly body: string
}

/** llhttp, in the HTTP client of Node.js. */
const NODE = `
import http from 'node:http'
if (process.versions.bun !== undefined) throw new Error('not Node.js')
const [port, list] = process.argv.slice(1)
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
const ask = ({ method, path }) => new Promise((resolve, reject) => {
  const request = http.request({ host: '127.0.0.1', port, method, path, agent }, (answer) => {
    let body = ''
    answer.setEncoding('latin1')
    answer.on('data', (part) => (body += part))
    answer.on('end', () => resolve({ status: answer.statusCode, body }))
    answer.on('error', reject)
  })
  request.on('error', reject)
  request.end()
})
const answers = []
for (const one of JSON.parse(list)) answers.push(await ask(one).catch((e) => ({ status: 0, body: String(e) })))
console.log(JSON.stringify(answers))
agent.destroy()
`

/** nghttp2, in the HTTP/2 client of Node.js. */
const NODE_HTTP2 = `
import http2 from 'node:http2'
if (process.versions.bun !== undefined) throw new Error('not Node.js')
const [port, list] = process.argv.slice(1)
const session = http2.connect('https://127.0.0.1:' + port, { rejectUnauthorized: false })
const ask = ({ method, path }) => new Promise((resolve, reject) => {
  const stream = session.request({ ':method': method, ':path': path })
  let body = ''
  let status = 0
  stream.setEncoding('latin1')
  stream.on('response', (head) => (status = head[':status']))
  stream.on('data', (part) => (body += part))
  stream.on('error', reject)
  stream.on('end', () => resolve({ status, body }))
  stream.end()
})
const answers = []
for (const one of JSON.parse(list)) answers.push(await ask(one).catch((e) => ({ status: 0, body: String(e) })))
console.log(JSON.stringify(answers))
session.close()
`

const PYTHON = `
import http.client, json, sys
port, asked = sys.argv[1:]
connection = http.client.HTTPConnection('127.0.0.1', int(port))
answers = []
for one in json.loads(asked):
    try:
        connection.request(one['method'], one['path'])
        answer = connection.getresponse()
        answers.append({'status': answer.status, 'body': answer.read().decode('latin1')})
    except Exception as fault:
        answers.append({'status': 0, 'body': repr(fault)})
        connection.close()
print(json.dumps(answers))
`

const COMMANDS = {
  'http of Node.js': ['node', '--input-type=module', '-e', NODE],
  'http2 of Node.js': ['node', '--input-type=module', '-e', NODE_HTTP2],
  'http.client of Python': ['python3', '-c', PYTHON],
} as const

export type StrictReader = keyof typeof COMMANDS

/** @param port Of 127.0.0.1; with TLS for HTTP/2. */
export async function readStrictly(
  reader: StrictReader,
  port: number,
  asked: readonly AskedFor[],
): Promise<readonly ReadAnswer[]> {
  const program = startProgram([...COMMANDS[reader], String(port), JSON.stringify(asked)])
  await program.exited
  return JSON.parse(program.output()) as readonly ReadAnswer[]
}

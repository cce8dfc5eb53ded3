/** `warder snippet haproxy`: its flags, checked so that HAProxy starts with the result. */
import { ok, type Result } from '../../result.ts'
import type { FlagMistake, ProxySnippet, SnippetFlags } from '../proxy.ts'
import { flagMistake, isIpHost, readSite, SITE_FLAGS } from '../site-flags.ts'
import { LUA_ACTION } from './lua-action.ts'
import { SPOE_ENGINE } from './spoe-engine.ts'
import { HAPROXY_LISTEN, HAPROXY_WORD } from './plain-text.ts'
import type { HaproxyAsking, HaproxyCertificate, HaproxySite } from './site.ts'
import { haproxySnippet } from './snippet.ts'

export const haproxySnippetCommand: ProxySnippet = {
  summary: 'a whole haproxy.cfg, and its Lua or SPOE file',
  description:
    'Prints a whole configuration of HAProxy: a guarded site in front of an application. HAProxy asks Warder with a Lua action, whose file is printed with --print lua; with --ask spoe, by SPOE at `listen.spoe`, with the file that --print spoe prints.',
  flags: [
    ...SITE_FLAGS.filter(({ usage }) => !usage.startsWith('--key')),
    { usage: '--key <path>', help: 'its private key, if it is not in the same file' },
    { usage: '--listen <address>', help: 'bind of the site: a port, or an address with a port', value: '80' },
    {
      usage: '--lua-file <path>',
      help: 'where HAProxy finds the Lua file',
      value: '/etc/haproxy/warder.lua',
    },
    { usage: '--ask <way>', help: 'how HAProxy asks: lua or spoe', value: 'lua' },
    {
      usage: '--spoe-file <path>',
      help: 'where HAProxy finds the file of the SPOE engine',
      value: '/etc/haproxy/warder.spoe',
    },
    {
      usage: '--print <file>',
      help: 'cfg for haproxy.cfg, lua or spoe for the file that it loads',
      value: 'cfg',
    },
  ],
  examples: `\
  warder snippet haproxy --print lua > /etc/haproxy/warder.lua
  warder snippet haproxy -c warder.yaml > /etc/haproxy/haproxy.cfg
  warder snippet haproxy --ask spoe --print spoe > /etc/haproxy/warder.spoe
  warder snippet haproxy --ask spoe -c warder.yaml > /etc/haproxy/haproxy.cfg
  warder snippet haproxy --upstream http://10.0.0.5:8000 --server-name api.example.com --listen 443 \\
    --cert /etc/ssl/api.pem`,
  canName: (address) => HAPROXY_WORD.test(address),
  listenerFor: ({ ask }) => (ask === 'spoe' ? 'spoe' : 'decisions'),
  read(flags) {
    const { print, ask = 'lua' } = flags
    if (ask !== 'lua' && ask !== 'spoe')
      return flagMistake('--ask: neither lua nor spoe', 'write --ask spoe, or leave it out')
    if (print === 'lua') return ok(() => LUA_ACTION)
    if (print === 'spoe') return ok(() => SPOE_ENGINE)
    if (print !== 'cfg')
      return flagMistake('--print: none of cfg, lua and spoe', `write --print ${ask}, or leave it out`)
    const site = readHaproxySite(flags)
    return site.ok ? ok((facts) => haproxySnippet({ ...facts, ...site.value })) : site
  },
}

const MAX_PORT = 65_535

function readHaproxySite(flags: SnippetFlags): Result<HaproxySite, FlagMistake> {
  const { listen = '', luaFile = '', spoeFile = '', ask, cert, key, ...others } = flags
  const site = readSite(others)
  if (!site.ok) return site
  const { protocol, hostname } = new URL(site.value.upstream)
  if (protocol === 'https:' && isIpHost(hostname))
    return flagMistake(
      '--upstream: HAProxy cannot verify the certificate of an address, only that of a name',
      'write the name in the certificate of the application: --upstream https://app.internal:8443',
    )
  const [, port = ''] = HAPROXY_LISTEN.exec(listen) ?? []
  if (Number(port) < 1 || Number(port) > MAX_PORT)
    return flagMistake(
      '--listen: not an address that HAProxy can listen on; ports are 1 to 65535',
      'write --listen 80, --listen 127.0.0.1:8080, or --listen 443 with --cert',
    )
  const asking: HaproxyAsking = ask === 'spoe' ? { by: 'spoe', file: spoeFile } : { by: 'lua', file: luaFile }
  if (!HAPROXY_WORD.test(asking.file))
    return flagMistake(`--${asking.by}-file: this path cannot be written into a haproxy.cfg`, PATH_HINT)
  const certificate = readCertificate(cert, key)
  if (!certificate.ok) return certificate
  const { upstream, serverNames } = site.value
  return ok({ upstream, serverNames, listen, asking, certificate: certificate.value })
}

const PATH_HINT = 'use a path without spaces, quotes, backslashes, `#`, `$` and `%`'

/** HAProxy finds the key in the file of the certificate, in `FILE.key`, or in `site.key` for `site.crt`. */
function readCertificate(
  cert: string | undefined,
  key: string | undefined,
): Result<HaproxyCertificate | undefined, FlagMistake> {
  if (cert === undefined)
    return key === undefined
      ? ok(undefined)
      : flagMistake('--key: the site does not use TLS', 'write --cert too, or leave --key out')
  if (!HAPROXY_WORD.test(cert))
    return flagMistake('--cert: this path cannot be written into a haproxy.cfg', PATH_HINT)
  if (key === undefined || key === cert || key === `${cert}.key`)
    return ok({ certFile: cert, keyReplacesCrt: false })
  if (cert.endsWith('.crt') && key === cert.replace(/\.crt$/, '.key'))
    return ok({ certFile: cert, keyReplacesCrt: true })
  return flagMistake(
    '--key: HAProxy finds a key only in the file of the certificate, or beside it under the same name',
    `write both into one file, and leave --key out: cat CERTIFICATE KEY > site.pem; or move the key to ${cert}.key`,
  )
}

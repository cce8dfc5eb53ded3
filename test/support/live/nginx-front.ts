/** nginx in front of a guarded site. */
import { nginxSnippet } from '../../../src/callers/nginx/snippet.ts'
import type { StartFront } from './front.ts'
import { startNginx } from './nginx.ts'

export const startNginxFront: StartFront = (
  { decisions, identityNames, upstream, port, editSnippet, tokenFields },
  cleanup,
) => {
  const text = nginxSnippet({
    decisions: decisions.split(' '),
    ...(tokenFields && { tokenFields }),
    identityNames,
    upstream,
    serverName: 'api.example.com',
    listen: `127.0.0.1:${port}`,
  })
  return startNginx(editSnippet(text), port, cleanup)
}

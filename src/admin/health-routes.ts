/** The paths that probes ask. */
import { textAnswer } from './route-answer.ts'
import { adminRoute, type AdminRoute, type AnswerForm } from './admin-route.ts'
import type { HealthReport } from './health.ts'

const text = (doc: string): AnswerForm => ({ doc, contentType: 'text/plain' })

/** @param health Is computed for each request. */
export const healthRoutes = (health: () => HealthReport): readonly AdminRoute[] => [
  adminRoute({
    method: 'GET',
    path: '/livez',
    right: 'none',
    doc: 'Whether the process answers.',
    ignoresQuery: true,
    answers: { 200: text('It does.') },
    handle: () => textAnswer(200, 'alive\n'),
  }),
  adminRoute({
    method: 'GET',
    path: '/readyz',
    right: 'none',
    doc: 'Whether traffic may be sent to this process.',
    query: { verbose: { right: 'read', doc: 'Answers with the reasons, line by line. It needs no value.' } },
    ignoresQuery: true,
    answers: { 200: text('It may.'), 503: text('It may not.') },
    handle({ query }) {
      const report = health()
      const body = query.has('verbose') ? report.lines.join('\n') : (report.lines.at(-1) ?? '')
      return textAnswer(report.isReady ? 200 : 503, `${body}\n`)
    },
  }),
]

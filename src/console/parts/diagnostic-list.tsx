/** Errors and warnings of a configuration, as `warder check` prints them. */
import type { JSX } from 'preact'
import type { StatusReport } from '../../admin/status-route.ts'
import { Badge } from './badge.tsx'
import { Shown } from './shown.tsx'

interface DiagnosticListProps {
  readonly diagnostics: StatusReport['config']['warnings']
}

export function DiagnosticList({ diagnostics }: DiagnosticListProps): JSX.Element {
  return (
    <ul class="diagnostics">
      {diagnostics.map(({ code, severity, message, file, line, column, frame, hints }, index) => (
        <li key={index}>
          <Badge tone={severity === 'error' ? 'bad' : 'warn'}>{code}</Badge> <Shown text={message} isProse />
          {file !== undefined && (
            <p class="faint">
              <Shown text={[file, line, column].filter((part) => part !== undefined).join(':')} />
            </p>
          )}
          {frame && (
            <pre>
              {frame.lines.map(({ number, text }) => (
                <>
                  <Shown key={number} text={`${number} | ${text}`} />
                  {'\n'}
                </>
              ))}
            </pre>
          )}
          {hints.map((hint) => (
            <p key={hint}>
              <Shown text={hint} isProse />
            </p>
          ))}
        </li>
      ))}
    </ul>
  )
}

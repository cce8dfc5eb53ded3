/** The rules and alerts for Prometheus, by its own tool, and the dashboard. */
import { expect, it } from 'bun:test'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'
import { METRIC_NAMES } from '../../src/observe/metrics/definitions.ts'
import { DASHBOARD_FILE, createDashboard } from '../../tools/dashboard.ts'
import { PROGRAM_PATH } from '../../tools/programs.ts'
import { liveSuite } from '../support/live/live-suite.ts'

const FOLDER = join(dirname(DASHBOARD_FILE.pathname))
const read = (file: string): string => readFileSync(join(FOLDER, file), 'utf8')

interface Rule {
  readonly alert?: string
  readonly annotations?: { readonly runbook: string }
}
interface RuleFile {
  readonly groups: readonly { readonly rules: readonly Rule[] }[]
}
interface RuleTests {
  readonly tests: readonly { readonly alert_rule_test: readonly AlertTest[] }[]
}
interface AlertTest {
  readonly alertname: string
  readonly exp_alerts?: readonly unknown[]
}

it('the dashboard is what its panels say', () => {
  expect(JSON.parse(read('grafana-dashboard.json'))).toEqual(JSON.parse(JSON.stringify(createDashboard())))
})

it('every metric in the rules, alerts and the dashboard is one of Warder', () => {
  const known = new Set<string>(METRIC_NAMES)
  const texts = [read('rules.yaml'), read('alerts.yaml'), JSON.stringify(createDashboard())]
  const used = texts.flatMap((text) => text.match(/\b(?:warder|process)_[a-z_]+/g) ?? [])
  const unknown = used.filter((name) => !known.has(name) && !known.has(name.replace(/_bucket$/, '')))
  expect(unknown).toEqual([])
  expect(used.length).toBeGreaterThan(40)
})

it('every alert leads to a page that is there, and docs/outages.md names all of them or their page does', () => {
  const rules = (parse(read('alerts.yaml')) as RuleFile).groups.flatMap((group) => group.rules)
  const page = (path: string): string => readFileSync(join(FOLDER, '..', path), 'utf8')
  const known = new Set(rules.map(({ alert }) => alert))
  for (const { alert, annotations } of rules) {
    const [path = '', anchor] = (annotations?.runbook ?? '').split('#')
    const heading = anchor?.replaceAll('-', ' ') ?? ''
    expect(page(path).toLowerCase(), `${alert}: ${path}`).toContain(heading.startsWith('{{') ? '' : heading)
  }
  for (const [alert] of page('docs/outages.md').matchAll(/Warder[A-Z]\w+/g)) expect(known).toContain(alert)
})

it('every alert is fired by a test', () => {
  const alerts = (parse(read('alerts.yaml')) as RuleFile).groups.flatMap(({ rules }) =>
    rules.map(({ alert }) => alert),
  )
  const fired = (parse(read('alerts.test.yaml')) as RuleTests).tests.flatMap((one) =>
    one.alert_rule_test.flatMap(({ alertname, exp_alerts }) => (exp_alerts === undefined ? [] : [alertname])),
  )
  expect([...new Set(fired)].sort()).toEqual([...new Set(alerts)].sort() as string[])
})

liveSuite('promtool', ['prometheus'], () => {
  const promtool = async (...args: string[]) => {
    const child = Bun.spawn(['promtool', ...args], {
      cwd: FOLDER,
      env: { ...process.env, PATH: PROGRAM_PATH },
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const [out, err] = [await new Response(child.stdout).text(), await new Response(child.stderr).text()]
    return { code: await child.exited, text: `${out}${err}` }
  }

  it('accepts the rules and alerts', async () => {
    const checked = await promtool('check', 'rules', 'rules.yaml', 'alerts.yaml')
    expect(checked).toMatchObject({ code: 0 })
    // An alert that this version does not know would be left out in silence.
    expect(checked.text).toMatch(/SUCCESS: 4 rules[^]*SUCCESS: 15 rules/)
  })

  it('fires each alert when it should, and not before', async () => {
    const tested = await promtool('test', 'rules', 'alerts.test.yaml')
    expect(tested.text).toContain('SUCCESS')
    expect(tested.code).toBe(0)
  })
})

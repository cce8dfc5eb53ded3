import { describe, expect, it } from 'bun:test'
import { countWorkers, mayHaveWorkers, readCpuQuota } from '../../../src/app/workers/worker-count.ts'
import { usualSettings, type Settings } from '../../../src/settings/definition.ts'

const LINUX = { platform: 'linux', cores: () => 4 }
const UNIX = { kind: 'unix', path: '/run/warder.sock' } as const
const settings = (workers: Settings['workers'], decisions = usualSettings().listen.decisions): Settings => ({
  ...usualSettings(),
  workers,
  listen: { ...usualSettings().listen, decisions },
})

describe('the number of workers', () => {
  it('is what is configured, or one for each core', () => {
    expect(countWorkers(settings(1), LINUX)).toEqual({ count: 1 })
    expect(countWorkers(settings(3), LINUX)).toEqual({ count: 3 })
    expect(countWorkers(settings('auto'), LINUX)).toEqual({ count: 4 })
    expect(countWorkers(settings('auto'), { ...LINUX, cores: () => 1 })).toEqual({ count: 1 })
  })

  it('is 1, with the reason, where several processes cannot share the listeners', () => {
    expect(countWorkers(settings('auto'), { ...LINUX, platform: 'darwin' })).toMatchObject({
      count: 1,
      why: expect.stringContaining('darwin'),
    })
    expect(countWorkers(settings(2, UNIX), LINUX)).toMatchObject({
      count: 1,
      why: expect.stringContaining('unix socket'),
    })
  })
})

describe('a guess at the number of workers', () => {
  const ONE = { ...LINUX, cores: () => 1 }
  for (const [text, machine, expected] of [
    ['version: 1\n', LINUX, true],
    ['version: 1\n', ONE, false],
    ['version: 1\nworkers: 1\n', LINUX, false],
    ['{ "version": 1,\n  "workers": 1 }', LINUX, false],
    ['version: 1\nworkers: auto # 1\n', LINUX, true],
    ['version: 1\nworkers: 12\n', ONE, true],
    ['version: 1\n# workers: 1\n', LINUX, true],
    ['version: 1\n', { ...LINUX, platform: 'darwin' }, false],
  ] as const)
    it(`is ${expected ? 'several' : 'one'} for ${JSON.stringify(text)} on ${machine.cores()} cores of ${machine.platform}`, () =>
      expect(mayHaveWorkers(text, machine)).toBe(expected))
})

describe('the cores of a container', () => {
  const quotaOf = (files: Readonly<Record<string, string>>) => readCpuQuota((path) => files[path])
  const v1 = (quota: string, period: string) => ({
    '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': quota,
    '/sys/fs/cgroup/cpu/cpu.cfs_period_us': period,
  })

  it('are its quota, rounded up', () => {
    expect(quotaOf({ '/sys/fs/cgroup/cpu.max': '200000 100000\n' })).toBe(2)
    expect(quotaOf({ '/sys/fs/cgroup/cpu.max': '150000 100000\n' })).toBe(2)
    expect(quotaOf({ '/sys/fs/cgroup/cpu.max': '50000 100000\n' })).toBe(1)
    expect(quotaOf(v1('300000\n', '100000\n'))).toBe(3)
  })

  it('are not limited without one', () => {
    expect(quotaOf({})).toBeUndefined()
    expect(quotaOf({ '/sys/fs/cgroup/cpu.max': 'max 100000\n' })).toBeUndefined()
    expect(quotaOf(v1('-1\n', '100000\n'))).toBeUndefined()
  })
})

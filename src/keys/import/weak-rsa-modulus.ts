/** RSA moduli that can be factored because of how their primes were made. */

/** Odd primes up to 167: those that the flawed generator of the smallest keys used, and of all larger ones. */
const PRIMES: readonly bigint[] = [
  3n,
  5n,
  7n,
  11n,
  13n,
  17n,
  19n,
  23n,
  29n,
  31n,
  37n,
  41n,
  43n,
  47n,
  53n,
  59n,
  61n,
  67n,
  71n,
  73n,
  79n,
  83n,
  89n,
  97n,
  101n,
  103n,
  107n,
  109n,
  113n,
  127n,
  131n,
  137n,
  139n,
  149n,
  151n,
  157n,
  163n,
  167n,
]

/** The base that the flawed generator raised to a random power. */
const GENERATOR = 65_537n

/** All powers of the generator modulo a prime: every remainder that a flawed modulus can leave. */
function powersModulo(prime: bigint): ReadonlySet<bigint> {
  const powers = new Set<bigint>()
  for (let power = 1n; !powers.has(power); power = (power * GENERATOR) % prime) powers.add(power)
  return powers
}

const FINGERPRINT = PRIMES.map((prime) => [prime, powersModulo(prime)] as const)

/**
 * Names the weakness of an RSA modulus; undefined if it has none.
 *
 * ROCA (CVE-2017-15361): chips of one maker chose primes of the form `k·M + (65537^a mod M)`, M being the product of
 * the first primes, which Coppersmith's method finds. So the modulus is a power of 65537 modulo each of them, which
 * an ordinary one is by chance once in 240 million.
 */
export function findModulusWeakness(modulus: bigint): string | undefined {
  const remainders = FINGERPRINT.map(([prime, powers]) => [modulus % prime, powers] as const)
  if (remainders.some(([remainder]) => remainder === 0n)) return 'the RSA modulus has a small factor'
  return remainders.every(([remainder, powers]) => powers.has(remainder))
    ? 'the RSA key was made by a chip with a flawed generator (ROCA, CVE-2017-15361) and can be factored'
    : undefined
}

/** RSA moduli that can be factored because of how their primes were made. */

/** Odd primes up to 167: those that the flawed generator of the smallest keys used, and of all larger ones. */
const PRIMES: readonly bigint[] =
  '3 5 7 11 13 17 19 23 29 31 37 41 43 47 53 59 61 67 71 73 79 83 89 97 101 103 107 109 113 127 131 137 139 149 151 157 163 167'
    .split(' ')
    .map(BigInt)

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

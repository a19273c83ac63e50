/** A source of random numbers that a seed repeats (mulberry32): below 1, and whole ones within bounds. */
export function seededRandom(seed: number) {
  let state = seed >>> 0
  const below1 = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return { below1, between: (min: number, max: number) => min + Math.floor(below1() * (max - min + 1)) }
}

/** From `RAMP_TEST_SEED` to repeat a run, or new; the caller prints it. */
export function newSeed(): number {
  return Number(process.env['RAMP_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 32))
}

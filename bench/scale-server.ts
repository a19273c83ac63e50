import type { World } from '../packages/server/test/coherence/simulation/world.ts'

/** A machine with some cores in simulated time: each piece of work takes the core that is free first. */
export class Server {
  readonly #world: World
  readonly #freeAt: number[]
  /** Sum over all cores; may be set back to 0. */
  busyMs = 0
  done = 0

  constructor(world: World, cores: number) {
    this.#world = world
    this.#freeAt = Array.from({ length: cores }, () => 0)
  }

  work(ms: number): Promise<void> {
    const core = this.#freeAt.indexOf(Math.min(...this.#freeAt))
    const endsAt = Math.max(this.#world.now, this.#freeAt[core] as number) + ms
    this.#freeAt[core] = endsAt
    this.busyMs += ms
    this.done++
    return this.#world.sleep(endsAt - this.#world.now)
  }
}

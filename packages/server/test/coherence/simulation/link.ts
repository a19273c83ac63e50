import type { World } from './world.ts'

/** The longest that a packet takes usually, and now and then, whatever the network is like. */
const USUAL_MS = 2
const LATE_MS = 1000

/** The way of one process to others. What it sends, and what comes back, is late, comes twice, or never. */
export class Link {
  readonly #world: World
  /** The longest that a packet takes. */
  slownessMs = USUAL_MS
  isSwallowing = false
  isDoubling = false

  constructor(world: World) {
    this.#world = world
  }

  heal(): void {
    this.slownessMs = USUAL_MS
    this.isSwallowing = false
    this.isDoubling = false
  }

  carry(packet: () => void): void {
    if (this.isSwallowing) return
    const isLate = this.#world.isUnlucky()
    this.#world.after(this.#world.between(0, isLate ? LATE_MS : this.slownessMs), packet)
  }
}

/**
 * The rule of inheritance, said as plainly as it can be and without a database: people in a group have its roles, and
 * those of every group that it is a member of. What the server answers is compared with this.
 */
export class InheritanceModel {
  readonly #given = new Map<string, Set<string>>()
  readonly #groups = new Map<string, ModelGroup>()
  readonly #deactivated = new Set<string>()

  get groups(): readonly string[] {
    return [...this.#groups.keys()]
  }

  isDeactivated(account: string): boolean {
    return this.#deactivated.has(account)
  }

  /** The roles in force, sorted. */
  rolesOf(account: string): string[] {
    const roles = new Set(this.#given.get(account))
    for (const [id, group] of this.#groups) {
      if (group.people.has(account)) for (const role of this.#rolesIn(id)) roles.add(role)
    }
    return [...roles].sort()
  }

  /** What people in the group have by it. */
  #rolesIn(id: string): string[] {
    const above = this.groups.filter((other) => this.#group(other).memberGroups.has(id))
    return [...this.#group(id).roles, ...above.flatMap((other) => this.#rolesIn(other))]
  }

  /** Whether people of `inner` are people of `outer`, too, by whatever way. */
  #isWithin(inner: string, outer: string): boolean {
    if (inner === outer) return true
    return [...this.#group(outer).memberGroups].some((member) => this.#isWithin(inner, member))
  }

  /** Whether making `inner` a member of `outer` would make a group a member of itself. */
  wouldMakeCircle(outer: string, inner: string): boolean {
    return this.#isWithin(outer, inner)
  }

  give(account: string, role: string): void {
    this.#given.set(account, (this.#given.get(account) ?? new Set()).add(role))
  }

  take(account: string, role: string): void {
    this.#given.get(account)?.delete(role)
  }

  makeGroup(id: string): void {
    this.#groups.set(id, { roles: new Set(), people: new Set(), memberGroups: new Set() })
  }

  deleteGroup(id: string): void {
    this.#groups.delete(id)
    for (const group of this.#groups.values()) group.memberGroups.delete(id)
  }

  giveToGroup(id: string, role: string): void {
    this.#group(id).roles.add(role)
  }

  takeFromGroup(id: string, role: string): void {
    this.#group(id).roles.delete(role)
  }

  join(id: string, account: string): void {
    this.#group(id).people.add(account)
  }

  leave(id: string, account: string): void {
    this.#group(id).people.delete(account)
  }

  nest(outer: string, inner: string): void {
    this.#group(outer).memberGroups.add(inner)
  }

  unnest(outer: string, inner: string): void {
    this.#group(outer).memberGroups.delete(inner)
  }

  deactivate(account: string): void {
    this.#deactivated.add(account)
  }

  reactivate(account: string): void {
    this.#deactivated.delete(account)
  }

  #group(id: string): ModelGroup {
    const group = this.#groups.get(id)
    if (group === undefined) throw new Error(`The model has no group ${id}.`)
    return group
  }
}

interface ModelGroup {
  readonly roles: Set<string>
  readonly people: Set<string>
  readonly memberGroups: Set<string>
}

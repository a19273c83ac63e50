import { Problem } from '../core/problem.ts'
import type { GroupReference } from './group.ts'

/**
 * The way from a group back to itself, as names, if there is one: `Ops`, `Everybody`, `Ops`. Breadth first, so the
 * shortest. Pure; `nestings` are those above the group.
 */
export function circleThrough(
  group: GroupReference,
  nestings: readonly { readonly from: GroupReference; readonly to: GroupReference }[],
): string[] | undefined {
  const upward = Map.groupBy(nestings, ({ from }) => from.id)
  const ways: { id: string; names: string[] }[] = [{ id: group.id, names: [group.name] }]
  const seen = new Set<string>()
  for (const way of ways) {
    for (const { to } of upward.get(way.id) ?? []) {
      const names = [...way.names, to.name]
      if (to.id === group.id) return names
      if (!seen.has(to.id)) ways.push({ id: to.id, names })
      seen.add(to.id)
    }
  }
  return undefined
}

/** A nesting that would make a group a member of itself. */
export function circleProblem(names: readonly string[]): Problem {
  return new Problem('group_cycle', { detail: `That would make a circle: ${names.join(' → ')}.` })
}

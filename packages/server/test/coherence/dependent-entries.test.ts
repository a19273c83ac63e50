/**
 * The caches forget what depends on a changed group, whatever was kept, replaced, dropped and pushed out before. Compared with
 * a list of what was kept.
 */
import type { Verdict } from '@ramp/verifier'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Finding, FindingCache } from '../../../verifier/src/finding-cache.ts'
import type { Principal } from '../../src/core/actor.ts'
import { credentialCache } from '../../src/verification/credential-cache.ts'
import { groupCache } from '../../src/verification/group-cache.ts'

const GROUPS = ['a', 'b', 'a b', 'a,b', 'c: d', ''] as const
const group = fc.constantFrom(...GROUPS)
const reach = fc.uniqueArray(group, { minLength: 1, maxLength: 4 })
const reaches = fc.array(reach, { maxLength: 3 })
const holder = fc.constantFrom('one', 'two', 'three', 'four')

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('keep' as const), holder, reaches }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('change' as const), group }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop' as const), holder }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('flood' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('dropAll' as const) }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

interface Cache {
  keep(holder: string, reaches: readonly (readonly string[])[]): void
  has(holder: string): boolean
  change(group: string): void
  drop(holder: string): void
  /** Pushes everything out that was kept. */
  flood(): void
  dropAll(): void
}

const accountOf = (id: string, reaches: Principal['reaches']): Principal => ({
  id,
  kind: 'member',
  username: id,
  displayName: id,
  deactivatedAt: null,
  tokensPausedAt: null,
  roles: [],
  permissions: new Set(),
  reaches,
})

function accountsOfNode(): Cache {
  const cache = credentialCache(1)
  return {
    keep: (id, reaches) => cache.keepAccount(accountOf(id, reaches)),
    has: (id) => cache.accounts.get(id) !== undefined,
    change: cache.dropGroup,
    drop: cache.dropAccount,
    flood() {
      for (let index = 0; index < 4000; index++) cache.keepAccount(accountOf(`other ${index}`, []))
    },
    dropAll: cache.dropAll,
  }
}

const MIB = 2 ** 20

function findingOf(accountId: string, groups: readonly string[] | undefined): Finding {
  const account = { id: accountId, kind: 'member' as const, username: '', displayName: '', roles: [] }
  const token = { id: '', kind: 'pat' as const, expiresAt: null }
  const verdict: Verdict = { outcome: 'active', token, account, permissions: new Set() }
  return { digest: new Uint8Array(), verdict, expiresAt: Number.POSITIVE_INFINITY, address: undefined, groups }
}

function tokensOfService(): Cache {
  const cache = new FindingCache(MIB)
  return {
    // All of one account: each is found by what was read with it.
    keep: (id, reaches) => cache.set(id, findingOf('account', [...new Set(reaches.flat())])),
    has: (id) => cache.get(id) !== undefined,
    change: (group) => cache.dropGroup(group),
    drop: (id) => cache.dropToken(id),
    flood() {
      for (let index = 0; index < 2000; index++) cache.set(`other ${index}`, findingOf(`other ${index}`, []))
    },
    dropAll: () => cache.dropAll(),
  }
}

describe.each([
  ['accounts of a node', accountsOfNode],
  ['tokens in a service', tokensOfService],
])('Cached %s', (_name, open) => {
  test('depend on the groups that they were read with, and on no others', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
        const cache = open()
        const kept = new Map<string, readonly (readonly string[])[]>()
        for (const each of steps) {
          carryOut(each, cache, kept)
          expect(['one', 'two', 'three', 'four'].filter(cache.has)).toEqual(
            ['one', 'two', 'three', 'four'].filter((id) => kept.has(id)),
          )
        }
      }),
      { numRuns: 300 },
    )
  })
})

function carryOut(each: Step, cache: Cache, kept: Map<string, readonly (readonly string[])[]>): void {
  switch (each.kind) {
    case 'keep':
      cache.keep(each.holder, each.reaches)
      kept.set(each.holder, each.reaches)
      break
    case 'change':
      cache.change(each.group)
      for (const [id, reaches] of kept) if (reaches.flat().includes(each.group)) kept.delete(id)
      break
    case 'drop':
      cache.drop(each.holder)
      kept.delete(each.holder)
      break
    case 'flood':
      cache.flood()
      kept.clear()
      break
    case 'dropAll':
      cache.dropAll()
      kept.clear()
  }
}

test('A token of which an older server does not name the groups is forgotten at a change of any group', () => {
  const cache = new FindingCache(MIB)
  cache.set('named', findingOf('one', ['a']))
  cache.set('unnamed', findingOf('two', undefined))
  cache.dropGroup('b')
  expect([cache.get('named') !== undefined, cache.get('unnamed')]).toEqual([true, undefined])
})

test('The bound counts what depends on what, and gives it back', () => {
  const cache = credentialCache(1)
  const inManyGroups = Array.from({ length: 20 }, (_, index) => [`group ${index}`, 'above', 'above that'])
  for (let index = 0; index < 10_000; index++) cache.keepAccount(accountOf(`account ${index}`, inManyGroups))
  expect(cache.bytes()).toBeLessThanOrEqual(MIB)
  expect(cache.accounts.size).toBeLessThan(MIB / (20 * 64))
  expect(cache.accounts.size).toBeGreaterThan(100)
  cache.dropGroup('above')
  expect([cache.accounts.size, cache.bytes()]).toEqual([0, 0])
})

test('What a group gives is read anew after a change of it or of a group above it, and of no other', () => {
  const read: string[] = []
  const above: Record<string, readonly string[]> = { team: ['team', 'company'], other: ['other', 'company 2'] }
  const groups = groupCache((id) => {
    read.push(id)
    return { roles: [], reach: above[id] ?? [id] }
  })
  const readAgain = () => {
    read.length = 0
    for (const id of ['team', 'other']) groups.get(id)
    return [...read]
  }
  expect(readAgain()).toEqual(['team', 'other'])
  expect(readAgain()).toEqual([])
  groups.drop('company')
  expect(readAgain()).toEqual(['team'])
  groups.drop('other')
  expect(readAgain()).toEqual(['other'])
  groups.drop('nobody above')
  expect(readAgain()).toEqual([])
  groups.dropAll()
  expect(readAgain()).toEqual(['team', 'other'])
})

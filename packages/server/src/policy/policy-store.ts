import { sql } from 'kysely'
import type { Engine, Reader, Transaction } from '../storage/database.ts'
import type { Policy } from './policy.ts'

export interface StoredPolicy {
  readonly policy: Policy
  /** Null: never changed since the installation. */
  readonly updatedAt: number | null
  /** A username. */
  readonly updatedBy: string | null
}

export async function readStoredPolicy(db: Reader): Promise<StoredPolicy> {
  const row = await db
    .selectFrom('policy')
    .leftJoin('account', 'account.id', 'policy.updated_by')
    .select(['document', 'pat_addresses', 'service_addresses', 'updated_at', 'account.username'])
    .executeTakeFirstOrThrow()
  const document = JSON.parse(row.document) as Policy
  return {
    policy: {
      ...document,
      pat: { ...document.pat, allowedAddresses: listOrNull(row.pat_addresses) },
      service: { ...document.service, allowedAddresses: listOrNull(row.service_addresses) },
    },
    updatedAt: row.updated_at,
    updatedBy: row.username,
  }
}

export async function readPolicy(db: Reader): Promise<Policy> {
  return (await readStoredPolicy(db)).policy
}

/**
 * The policy, which does not change before the transaction ends: a token made meanwhile is in line with it, or is there
 * when the new one is enforced. On SQLite every transaction that writes has that anyway.
 */
export async function holdPolicy(trx: Transaction, engine: Engine): Promise<Policy> {
  if (engine === 'postgres') await sql`SELECT id FROM policy FOR SHARE`.execute(trx)
  return readPolicy(trx)
}

/** Of two changes at once, the second sees the first. An update that changes nothing, since it locks on both engines. */
export async function lockPolicy(trx: Transaction): Promise<void> {
  await trx
    .updateTable('policy')
    .set((row) => ({ updated_at: row.ref('updated_at') }))
    .execute()
}

export async function updatePolicy(
  trx: Transaction,
  { pat, service, ...others }: Policy,
  { by, now }: { readonly by: string; readonly now: number },
): Promise<void> {
  const { allowedAddresses: patAddresses, ...patRules } = pat
  const { allowedAddresses: serviceAddresses, ...serviceRules } = service
  await trx
    .updateTable('policy')
    .set({
      document: JSON.stringify({ pat: patRules, service: serviceRules, ...others }),
      pat_addresses: jsonOrNull(patAddresses),
      service_addresses: jsonOrNull(serviceAddresses),
      updated_at: now,
      updated_by: by,
    })
    .execute()
}

const listOrNull = (text: string | null) => (text === null ? null : (JSON.parse(text) as string[]))
const jsonOrNull = (list: readonly string[] | null) => (list === null ? null : JSON.stringify(list))

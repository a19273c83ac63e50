import { timingSafeEqual } from 'node:crypto'
import { parseToken } from '@ramp/verifier'
import type { Secret } from '../core/secret.ts'
import type { Reader } from '../storage/database.ts'
import { digestOf } from '../verification/token-verifier.ts'
import type { Token } from './token.ts'
import { findDigest, findToken } from './token-query.ts'

/** The token whose whole text this is, whatever its state; undefined if there is none. */
export async function findPresentedToken(db: Reader, presented: Secret, prefix: string): Promise<Token | undefined> {
  const id = parseToken(presented.expose(), prefix)?.id
  return id !== undefined && (await isTextOf(db, id, presented)) ? findToken(db, id) : undefined
}

/** Whether this is the text of the token with this id. */
export async function isTextOf(db: Reader, id: string, presented: Secret): Promise<boolean> {
  const digest = await findDigest(db, id)
  return digest !== undefined && timingSafeEqual(digest, digestOf(presented))
}

import { randomUUID } from 'node:crypto'

/** A new public identifier for an account or a session: a random UUID (RFC 9562 §5.4). Tokens have ids of their own. */
export function newId(): string {
  return randomUUID()
}

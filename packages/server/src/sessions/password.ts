import { argon2, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { Secret } from '../core/secret.ts'

/**
 * Passwords at rest: Argon2id with OWASP's parameters (19 MiB, two passes, one lane), written as a PHC string so that
 * they can be raised later while old hashes still verify.
 */
const PARAMETERS = { memory: 19_456, passes: 2, parallelism: 1 } as const
const TAG_LENGTH = 32
const SALT_LENGTH = 16

const deriveKey = promisify(argon2)

interface Parameters {
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
}

/** Hashes a new password into a PHC string. */
export async function hashPassword(password: Secret): Promise<string> {
  const salt = randomBytes(SALT_LENGTH)
  const tag = await derive(password, salt, TAG_LENGTH, PARAMETERS)
  const { memory, passes, parallelism } = PARAMETERS
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(tag)}`
}

/**
 * Whether the password is the one that was hashed. With no hash (nobody of that name) it does the same work and says
 * no, so that the time tells nothing.
 */
export async function passwordMatches(password: Secret, hash: string | undefined): Promise<boolean> {
  const { salt, tag, parameters } = parsePhc(hash ?? NO_PASSWORD)
  const presented = await derive(password, salt, tag.length, parameters)
  return timingSafeEqual(presented, tag) && hash !== undefined
}

/** A password that a person can type and nobody can guess: 20 characters of 31, 99 bits. */
export function randomPassword(): string {
  const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789'.slice(0, 31)
  const characters = Array.from({ length: 20 }, () => alphabet[randomInt(alphabet.length)])
  return characters.join('').replace(/(.{5})(?=.)/g, '$1-')
}

async function derive(password: Secret, salt: Buffer, tagLength: number, parameters: Parameters): Promise<Buffer> {
  // NFKC, so that the same keys on another keyboard or system give the same password (NIST SP 800-63B §3.1.1.2).
  const message = password.expose().normalize('NFKC')
  return deriveKey('argon2id', { message, nonce: salt, tagLength, ...parameters })
}

const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

function parsePhc(text: string): { salt: Buffer; tag: Buffer; parameters: Parameters } {
  const [, memory, passes, parallelism, salt, tag] = PHC.exec(text) ?? []
  if (salt === undefined || tag === undefined)
    throw new Error('A stored password hash is not a PHC string of Argon2id.')
  return {
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
    parameters: { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) },
  }
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}

/** The hash of nobody, and of whoever has no password yet: the parameters of today, a salt and a tag that none gives. */
export const NO_PASSWORD = `$argon2id$v=19$m=${PARAMETERS.memory},t=${PARAMETERS.passes},p=${PARAMETERS.parallelism}$${unpadded(
  Buffer.alloc(SALT_LENGTH),
)}$${unpadded(Buffer.alloc(TAG_LENGTH))}`

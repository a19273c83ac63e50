/** 32 characters, none of which looks like another: each is five bits, and no remainder favours some. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789'

/** 20 characters carry 100 bits: nobody guesses it, and it can still be read out. */
const LENGTH = 20
const GROUP = /(.{5})(?=.)/g

/** A password that a person can type and nobody can guess, such as `k7wqe-...`. */
export function generatePassword(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(LENGTH))
  return Array.from(bytes, (byte) => ALPHABET.charAt(byte % ALPHABET.length))
    .join('')
    .replace(GROUP, '$1-')
}

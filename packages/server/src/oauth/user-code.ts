import { randomInt } from 'node:crypto'
import { Secret } from '../core/secret.ts'

/** Consonants only: no words by chance, nothing that looks like a digit (RFC 8628 §6.1). 20^8 are some 25 thousand million. */
const ALPHABET = 'BCDFGHJKLMNPQRSTVWXZ'
const LENGTH = 8

/** The code that a person reads off one screen and types into another: `WDJB-MJHT`. */
export function newUserCode(): Secret {
  const letters = Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)])
  return new Secret(inGroups(letters.join('')))
}

/** As it was given out, whatever case and separators it was typed with; undefined if it cannot be one. */
export function readUserCode(typed: string): Secret | undefined {
  const letters = typed.toUpperCase().replace(/[^A-Z0-9]/g, '')
  const isOne = letters.length === LENGTH && [...letters].every((letter) => ALPHABET.includes(letter))
  return isOne ? new Secret(inGroups(letters)) : undefined
}

const inGroups = (letters: string) => `${letters.slice(0, LENGTH / 2)}-${letters.slice(LENGTH / 2)}`

import type { Caller } from './use-counter.ts'

/** As much of a user agent as RAMP reads. */
const CLIENT_LENGTH = 400

/** What RAMP takes in no text: control characters, lone surrogates, line ends, marks of direction. */
const NOT_PLAIN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/gu

const ADDRESS = /^[0-9a-f.:]{2,45}$/i

/**
 * As RAMP takes it. Both come from whoever calls: a user agent of any length must not make RAMP refuse the report of what others
 * have used. What is no address (a forwarded one is free text) is none, and an IPv4 client on a dual-stack socket is itself.
 */
export function cleanCaller({ address, client }: Caller): { address?: string; client?: string } {
  const plain = address?.replace(/^::ffff:(?=\d+\.)/i, '')
  return {
    ...(plain !== undefined && ADDRESS.test(plain) && { address: plain }),
    ...(client !== undefined && { client: client.slice(0, CLIENT_LENGTH).replace(NOT_PLAIN, ' ') }),
  }
}

import { BlockList, isIP } from 'node:net'

/** A CIDR range of client addresses. */
export interface AddressRange {
  readonly network: string
  readonly prefixLength: number
  readonly family: 'ipv4' | 'ipv6'
}

/** Reads `192.0.2.1`, `192.0.2.0/24`, `2001:db8::/32`; undefined if it is none of these. */
export function parseRange(text: string): AddressRange | undefined {
  const [network = '', length, ...rest] = text.split('/')
  const version = isIP(network)
  if (version === 0 || network.includes('%') || rest.length > 0) return undefined
  const bits = version === 4 ? 32 : 128
  if (length === undefined) return { network, prefixLength: bits, family: version === 4 ? 'ipv4' : 'ipv6' }
  if (!/^\d{1,3}$/.test(length) || Number(length) > bits) return undefined
  return { network, prefixLength: Number(length), family: version === 4 ? 'ipv4' : 'ipv6' }
}

/** Ranges made ready for comparing. What is no range is passed over, and so lets nobody in. */
export function toBlockList(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const text of ranges) {
    const range = parseRange(text)
    if (range) list.addSubnet(range.network, range.prefixLength, range.family)
  }
  return list
}

/** Whether an address lies within one of the ranges. */
export function isWithin(address: string, ranges: BlockList): boolean {
  return ranges.check(address, address.includes(':') ? 'ipv6' : 'ipv4')
}

/**
 * The client's address as people know it: an IPv4 client on a dual-stack socket appears as `::ffff:192.0.2.1`. What a
 * trusted proxy forwards and is no address (X-Forwarded-For is free text) is `unknown`: it is logged and stored nowhere.
 */
export function plainAddress(address: string): string {
  // Nearly always it is one as it stands; this is on the path of every verification.
  if (isIP(address) !== 0) return withoutMapping(address)
  const bare = address.replace(WITH_PORT, '$1$2')
  return isIP(bare) === 0 ? 'unknown' : withoutMapping(bare)
}

/** `192.0.2.1:5678` and `[2001:db8::1]:5678`: some gateways forward the port along. */
const WITH_PORT = /^(?:(\d+\.\d+\.\d+\.\d+)|\[([0-9a-f:.]+)\])(?::\d+)?$/i

function withoutMapping(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice('::ffff:'.length) : address
}

import { readSync } from 'node:fs'

/**
 * What SQLite's processes share about the write-ahead log of a database: the beginning of its `-shm` file
 * (sqlite.org/walformat.html, "The WAL-Index File Format"). Integers are in the byte order of the machine.
 */
export interface WalIndex {
  /** How many frames of the log count. */
  readonly frames: number
  readonly pageSize: number
  /** The two salts of the log's header, as hex. Another pair after each restart of the log. */
  readonly salts: string
  /** Changes with each checkpoint, before that writes its first page into the database file and when it is done. */
  readonly checkpoint: string
  /** A checkpoint is under way, or was cut off. */
  readonly isCheckpointing: boolean
}

const READ_BYTES = 136
const bytes = Buffer.alloc(READ_BYTES)
const words = new Uint32Array(bytes.buffer, bytes.byteOffset, READ_BYTES / 4)
const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, READ_BYTES / 2)

/** Throws if the file has no index yet. */
export function readWalIndex(descriptor: number): WalIndex {
  if (readSync(descriptor, bytes, 0, READ_BYTES, 0) < READ_BYTES) throw new Error('The wal-index is cut off.')
  const [frames, backfilled, attempted] = [words[4] as number, words[24] as number, words[32] as number]
  const salts = bytes.toString('hex', 32, 40)
  return {
    frames,
    // 65,536 does not fit in two bytes: it is written as 1.
    pageSize: halves[7] === 1 ? 65_536 : (halves[7] as number),
    salts,
    checkpoint: `${salts} ${backfilled} ${attempted}`,
    isCheckpointing: attempted > backfilled,
  }
}

const WAL_HEADER_BYTES = 32
const WAL_FRAME_HEADER_BYTES = 24

/** The least size of a log with the frames of this index. */
export function leastWalBytes({ frames, pageSize }: WalIndex): number {
  return frames === 0 ? 0 : WAL_HEADER_BYTES + frames * (WAL_FRAME_HEADER_BYTES + pageSize)
}

const salt = Buffer.alloc(8)

/** The salts in the header of the log itself. */
export function readWalSalts(descriptor: number): string {
  readSync(descriptor, salt, 0, 8, 16)
  return salt.toString('hex')
}

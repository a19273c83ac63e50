export interface ObjectHead {
  readonly id: string
  readonly type: string
}

/**
 * Reads what `git cat-file --batch` prints: for each object a line `<id> <type> <size>`, its bytes, and a line end. `begin`
 * is told each object and says who takes its bytes, piece by piece.
 */
export async function readObjects(
  pieces: AsyncIterable<Buffer>,
  begin: (head: ObjectHead) => ((bytes: Buffer) => void) | undefined,
): Promise<void> {
  let head = ''
  let take: ((bytes: Buffer) => void) | undefined
  /** Bytes of the object that are still to come, its line end included; 0: a head comes. */
  let missing = 0
  for await (const piece of pieces) {
    let at = 0
    while (at < piece.length) {
      if (missing > 0) {
        const end = Math.min(piece.length, at + missing)
        // The last of the missing bytes is the line end.
        const contentEnd = Math.min(end, at + missing - 1)
        if (take && contentEnd > at) take(piece.subarray(at, contentEnd))
        missing -= end - at
        at = end
        continue
      }
      const lineEnd = piece.indexOf(10, at)
      head += piece.toString('latin1', at, lineEnd < 0 ? piece.length : lineEnd)
      if (lineEnd < 0) break
      at = lineEnd + 1
      const [id = '', type = '', size] = head.split(' ')
      head = ''
      // `<id> missing` has neither size nor bytes.
      if (size === undefined) continue
      take = begin({ id, type })
      missing = Number(size) + 1
    }
  }
}

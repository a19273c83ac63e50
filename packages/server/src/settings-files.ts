import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

/** No URL and no password is longer; a larger file is another file. */
const FILE_LIMIT_BYTES = 64 * 1024

/** What a setting's file holds, or what is wrong with it in words that complete "RAMP_…_FILE names …". */
export type FileContent = { readonly text: string } | { readonly fault: string }

/**
 * Reads the value of a secret setting from a file, as container platforms and systemd hand secrets over. One line break
 * at the end is not part of the value. Only regular files are read: a pipe could block the start.
 */
export function readSettingFile(path: string): FileContent {
  let file: number
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    return { fault: `a file that cannot be read (${(error as NodeJS.ErrnoException).code})` }
  }
  try {
    return fstatSync(file).isFile() ? decode(readBounded(file)) : { fault: 'something that is not a file' }
  } catch (error) {
    return { fault: `a file that cannot be read (${(error as NodeJS.ErrnoException).code})` }
  } finally {
    closeSync(file)
  }
}

/** At most one byte more than the limit, which is enough to see that a file is too large. */
function readBounded(file: number): Buffer {
  const bytes = Buffer.alloc(FILE_LIMIT_BYTES + 1)
  let length = 0
  for (let read = 1; read > 0 && length < bytes.length; length += read) {
    read = readSync(file, bytes, length, bytes.length - length, null)
  }
  return bytes.subarray(0, length)
}

function decode(bytes: Buffer): FileContent {
  if (bytes.length > FILE_LIMIT_BYTES) return { fault: 'a file of more than 64 KiB' }
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/\r?\n$/, '')
  } catch {
    return { fault: 'a file that is not UTF-8' }
  }
  if (/[\r\n\0]/.test(text)) return { fault: 'a file of more than one line' }
  return text === '' ? { fault: 'an empty file' } : { text }
}

import type { TokenText } from '../token-text.ts'

/** A token, and one place where it is. */
export interface Finding {
  readonly token: TokenText
  /** The commit it came with; null: in the files, or in the index. */
  readonly commit: string | null
  /** Relative to the folder that is scanned; null: in the message of the commit, or in an object that no commit has. */
  readonly path: string | null
  readonly line: number
  /** The id of the git object, where there is no path to name. */
  readonly object?: string
}

/** `config/.env:3`, `4f2c9a1d0b3e:config/.env:3` */
export function placeOf({ commit, path, line, object }: Finding): string {
  const short = (id: string) => id.slice(0, 12)
  if (commit === null)
    return path === null ? `git object ${short(object ?? '')}, in no commit:${line}` : `${path}:${line}`
  return path === null ? `${short(commit)}:message:${line}` : `${short(commit)}:${path}:${line}`
}

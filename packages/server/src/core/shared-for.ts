/**
 * Makes something that several ask for: whoever asks while it is being made, or within `ms` of when it was begun, gets
 * the same. A failure is shared by those who waited for it, and not kept.
 */
export function sharedFor<T>(ms: number, make: () => Promise<T>): () => Promise<T> {
  let shared: Promise<T> | undefined
  return () => {
    if (shared !== undefined) return shared
    const made = make()
    shared = made
    const begunAt = performance.now()
    const forget = () => {
      shared = undefined
    }
    made.then(() => setTimeout(forget, begunAt + ms - performance.now()).unref(), forget)
    return made
  }
}

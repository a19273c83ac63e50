/** What the address of the page says: the code, if the program's link carries it. */
export interface AuthorizeSearch {
  readonly code?: string
}

const CODE_MAX_LENGTH = 20

export function readAuthorizeSearch({ code }: Record<string, unknown>): AuthorizeSearch {
  return typeof code === 'string' && code.length <= CODE_MAX_LENGTH ? { code } : {}
}

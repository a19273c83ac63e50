import { useNavigate } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { readReturnPath } from './return-path.ts'

interface ToSignInProps {
  /** Where to come back to; undefined: wherever a sign-in leads. */
  readonly from: string | undefined
}

/** Goes to the sign-in page once, from where this was first shown: the location changes before the page does. */
export function ToSignIn({ from }: ToSignInProps) {
  const navigate = useNavigate()
  const search = useRef(readReturnPath(from))
  useEffect(() => void navigate({ to: '/login', search: search.current, replace: true }), [navigate])
  return null
}

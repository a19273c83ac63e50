import { Modal } from '@mantine/core'
import { useBlocker } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { CreatedToken } from './created-token.tsx'
import { LeaveQuestion } from './leave-question.tsx'
import type { Token } from './token.ts'
import type { NewToken } from './token-queries.ts'

interface SecretDialogProps {
  readonly isOpen: boolean
  readonly title: string
  /** The dialog's title once there is a secret. */
  readonly createdTitle: string
  /** Gets the token that was made, if there is one; not when the page is being left. */
  readonly onClose: (made?: Token) => void
  /** The form, which gives the secret to `onCreated`. */
  readonly children: (onCreated: (created: Created) => void, close: () => void) => ReactNode
}

interface Created extends NewToken {
  readonly note?: string
}

/**
 * First the form, then the secret. The secret lives in this component's state and nowhere else, and is dropped when the
 * dialog closes; until it was copied, closing and every way of leaving the page ask first.
 */
export function SecretDialog({ isOpen, title, createdTitle, onClose, children }: SecretDialogProps) {
  const [created, setCreated] = useState<Created>()
  const [isCopied, setCopied] = useState(false)
  const [isAsking, setAsking] = useState(false)
  const mustAsk = created !== undefined && !isCopied
  const leaving = useBlocker({
    shouldBlockFn: () => true,
    enableBeforeUnload: mustAsk,
    disabled: !mustAsk,
    withResolver: true,
  })

  const close = () => {
    setCreated(undefined)
    setCopied(false)
    setAsking(false)
    onClose(leaving.status === 'blocked' ? undefined : created?.token)
  }
  const stay = () => {
    setAsking(false)
    leaving.reset?.()
  }
  const leave = () => {
    close()
    leaving.proceed?.()
  }
  const isQuestion = isAsking || leaving.status === 'blocked'
  const finish = () => (mustAsk ? setAsking(true) : close())

  if (created === undefined) {
    return (
      <Modal opened={isOpen} onClose={close} title={title} size="lg">
        {children(setCreated, close)}
      </Modal>
    )
  }
  return (
    <Modal
      // Also if the form was closed while the answer was on its way: the token exists now.
      opened
      onClose={isQuestion ? stay : finish}
      title={isQuestion ? 'Close without copying?' : createdTitle}
      size="lg"
      closeOnClickOutside={false}
    >
      {isQuestion ? (
        <LeaveQuestion onStay={stay} onLeave={leave} />
      ) : (
        <CreatedToken {...created} onCopied={() => setCopied(true)} onDone={finish} />
      )}
    </Modal>
  )
}

import { Modal } from '@mantine/core'
import { useBlocker } from '@tanstack/react-router'
import { useState } from 'react'
import { CreateTokenForm } from './create-token-form.tsx'
import { CreatedToken } from './created-token.tsx'
import { LeaveQuestion } from './leave-question.tsx'
import type { Token } from './token.ts'

interface CreateTokenDialogProps {
  readonly isOpen: boolean
  readonly onClose: () => void
}

/**
 * First the form, then the secret. The secret lives in this component's state and nowhere else, and is dropped when the
 * dialog closes; until it was copied, closing and every way of leaving the page ask first.
 */
export function CreateTokenDialog({ isOpen, onClose }: CreateTokenDialogProps) {
  const [created, setCreated] = useState<{ token: Token; secret: string }>()
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
    onClose()
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
      <Modal opened={isOpen} onClose={close} title="Create token" size="lg">
        <CreateTokenForm onCreated={setCreated} onCancel={close} />
      </Modal>
    )
  }
  return (
    <Modal
      // Also if the form was closed while the answer was on its way: the token exists now.
      opened
      onClose={isQuestion ? stay : finish}
      title={isQuestion ? 'Close without copying?' : 'Token created'}
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

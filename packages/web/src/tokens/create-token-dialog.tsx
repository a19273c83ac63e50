import { Modal } from '@mantine/core'
import { useBlocker } from '@tanstack/react-router'
import { useState } from 'react'
import { CreateTokenForm } from './create-token-form.tsx'
import { CreatedToken } from './created-token.tsx'
import { LeaveSecretDialog } from './leave-secret-dialog.tsx'
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
  const isQuestionOpen = isAsking || leaving.status === 'blocked'

  return (
    <>
      <Modal
        opened={isOpen}
        onClose={() => (mustAsk ? setAsking(true) : close())}
        title={created ? 'Token created' : 'Create token'}
        size="lg"
        closeOnClickOutside={created === undefined}
        closeOnEscape={!isQuestionOpen}
      >
        {created ? (
          <CreatedToken
            {...created}
            onCopied={() => setCopied(true)}
            onDone={() => (mustAsk ? setAsking(true) : close())}
          />
        ) : (
          <CreateTokenForm onCreated={setCreated} onCancel={close} />
        )}
      </Modal>
      <LeaveSecretDialog isOpen={isQuestionOpen} onStay={stay} onLeave={leave} />
    </>
  )
}

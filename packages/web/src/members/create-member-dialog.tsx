import { Modal } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { CreateMemberForm } from './create-member-form.tsx'
import { HandOver } from './hand-over.tsx'
import type { Member } from './member-queries.ts'

interface CreateMemberDialogProps {
  readonly isOpen: boolean
  readonly onClose: () => void
}

/** First the form, then what to hand over, then the page of the new member. */
export function CreateMemberDialog({ isOpen, onClose }: CreateMemberDialogProps) {
  const navigate = useNavigate()
  const [created, setCreated] = useState<{ member: Member; password: string }>()
  const close = () => {
    setCreated(undefined)
    onClose()
  }
  const goOn = ({ id }: Member) => {
    close()
    navigate({ to: '/_admin/ramp-tenant-members/$id', params: { id } })
  }
  return (
    <Modal
      opened={isOpen}
      onClose={close}
      title={created ? 'Member created' : 'Create member'}
      size="lg"
      closeOnClickOutside={created === undefined}
    >
      {created ? (
        <HandOver {...created} onDone={() => goOn(created.member)} />
      ) : (
        <CreateMemberForm onCreated={(member, password) => setCreated({ member, password })} onCancel={close} />
      )}
    </Modal>
  )
}
